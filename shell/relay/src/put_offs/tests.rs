//! Messages and times in, how long each was put off out.

use super::*;
use model::{Envelope, ReversePath, SnapshotNumber};
use spool::{HeaderFacts, TraceInfo};

const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);

fn message(message_id: &str, to: &str, received: Timestamp) -> Accepted {
    let from = ReversePath::Mailbox("anna@acme.example".parse().unwrap());
    Accepted {
        tenant: "acme".parse().unwrap(),
        snapshot: SnapshotNumber(1),
        envelope: Envelope::new(from, [to.parse().unwrap()]),
        received,
        due: received,
        expires: received + REMEMBERED_FOR,
        trace: TraceInfo {
            peer: [127, 0, 0, 1].into(),
            helo: "client.example".to_owned(),
            tls: None,
            listener: "in".parse().unwrap(),
            by: "relay.example".to_owned(),
            esmtp: true,
        },
        header: HeaderFacts { message_id: Some(message_id.to_owned()), ..HeaderFacts::default() },
        about: None,
        avoid: None,
    }
}

#[test]
fn a_message_that_comes_again_has_waited_since_it_was_put_off_first() {
    let put_offs = PutOffs::default();
    let waited = |id, to, at| put_offs.waited(&message(id, to, at), at);
    for minute in [0, 5, 10] {
        let at = START + MINUTE * minute;
        assert_eq!(waited("one", "kim@customer.example", at), MINUTE * minute);
        put_offs.note(&message("one", "kim@customer.example", at), at);
    }
    let at = START + MINUTE * 15;
    assert_eq!(waited("one", "kim@customer.example", at), MINUTE * 15);
    for (id, to) in [("one", "jo@customer.example"), ("two", "kim@customer.example")] {
        assert_eq!(waited(id, to, at), Duration::ZERO, "{id} to {to} is another message");
    }
    put_offs.end(&message("one", "kim@customer.example", at));
    assert_eq!(waited("one", "kim@customer.example", at), Duration::ZERO);
}

#[test]
fn what_is_of_another_day_or_of_a_clock_that_was_set_back_begins_anew() {
    let put_offs = PutOffs::default();
    let one = message("one", "kim@customer.example", START);
    put_offs.note(&one, START);
    for at in [START + REMEMBERED_FOR, START] {
        put_offs.note(&one, at);
        assert_eq!(put_offs.waited(&one, at + MINUTE), MINUTE);
    }
}

#[test]
fn what_there_is_no_room_to_remember_is_not_put_off() {
    let put_offs = PutOffs::default();
    for number in 0..REMEMBERED_MAX {
        put_offs.note(&message(&number.to_string(), "kim@customer.example", START), START);
    }
    let more = message("more", "kim@customer.example", START);
    assert_eq!(put_offs.waited(&more, START + MINUTE), Duration::MAX);
    assert_eq!(put_offs.waited(&message("0", "kim@customer.example", START), START + MINUTE), MINUTE);
    assert_eq!(put_offs.waited(&more, START + REMEMBERED_FOR), Duration::ZERO);
}
