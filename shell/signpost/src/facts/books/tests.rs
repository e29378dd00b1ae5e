//! Books that balance, and one message that is nowhere.

use super::*;
use crate::affected::accepted_of;
use model::Final;

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

fn id(number: u8) -> MessageId {
    MessageId::new(NOW, [number; 10])
}

fn pages() -> Pages {
    Pages {
        since: NOW,
        held_before: 0,
        accepted: 0,
        ended: 0,
        open: BTreeMap::new(),
        suspects: BTreeSet::new(),
    }
}

fn came(chunks: u32) -> Event {
    Event::Accepted { message: Box::new(accepted_of("acme")), chunks, length: 9 }
}

fn end(recipients: &[usize]) -> Event {
    let end = Final::Operator { act: "bounce".to_owned(), by: "kim".to_owned() };
    Event::Outcomes { outcomes: recipients.iter().map(|number| (*number, end.clone())).collect() }
}

#[test]
fn what_came_and_ended_or_is_held_balances() {
    let mut pages = pages();
    pages.enter(id(1), &came(1));
    pages.enter(id(2), &came(1));
    pages.enter(id(3), &came(0));
    pages.enter(id(1), &end(&[0]));
    assert_eq!(pages.balance(&HashSet::from([id(1), id(2)])).missing(), 0);
    pages.enter(id(1), &end(&[1]));
    pages.enter(id(4), &came(1));
    pages.enter(id(4), &Event::Dropped);
    let balanced = pages.balance(&HashSet::from([id(2)]));
    assert_eq!(
        balanced,
        What::Balanced { since: NOW, held_before: 0, accepted: 3, ended: 2, held: 1 },
        "what is in transit is in no book"
    );
}

#[test]
fn what_is_nowhere_at_two_looks_is_missing_and_what_was_in_between_is_not() {
    let mut pages = pages();
    pages.enter(id(1), &came(1));
    assert_eq!(pages.balance(&HashSet::new()).missing(), 0, "its end may be on its way");
    assert_eq!(pages.balance(&HashSet::new()).missing(), 1);
    pages.enter(id(2), &came(1));
    assert_eq!(pages.balance(&HashSet::from([id(2)])).missing(), 1);
    pages.enter(id(1), &end(&[0, 1]));
    assert_eq!(pages.balance(&HashSet::from([id(2)])).missing(), 0);
}
