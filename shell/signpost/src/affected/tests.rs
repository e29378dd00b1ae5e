//! One walk: only the tenant's own, counted once, cut where it has to be.

use super::fates::tests::{accepted, scope, story};
use super::*;
use incident::lint::Hidden;
use spool::Event;

/// A message of this tenant to two recipients.
pub(crate) fn accepted_of(tenant: &str) -> spool::Accepted {
    accepted(tenant, 200, "m1@acme.example")
}

fn begun(tenant: &str, id: u8, message_id: &str) -> Story {
    let message = Box::new(accepted(tenant, 200, message_id));
    story(id, &[(200, Event::Accepted { message, chunks: 1, length: 9 })])
}

/// Of acme, beside globex.
fn reader() -> Reader {
    let names = |name: &str| [name.to_owned(), format!("{name}.example")];
    let hidden = Hidden::exactly(names("acme").into_iter().chain(names("globex")));
    Reader::new(status::Settings::new("https://status.example"), hidden, names("acme"))
}

fn looked(wish: Wish, stories: &[Story]) -> Look {
    let mut look = Look::new("acme".parse().unwrap(), wish, scope(Blame::Ours), reader());
    for story in stories {
        assert!(look.take(story).is_continue());
    }
    look
}

#[test]
fn a_message_id_that_two_tenants_share_shows_each_its_own() {
    let shared = [begun("globex", 1, "same@x.example"), begun("acme", 2, "same@x.example")];
    let look = looked(Wish::MessageId("same@x.example".to_owned()), &shared);
    assert_eq!(look.lines.len(), 2, "one message with two recipients");
    assert!(look.lines.iter().all(|line| line.sender == "anna@acme.example"));
    assert_eq!(look.key(), Key::new(KeyKind::MessageId, "same@x.example"));
}

#[test]
fn a_domain_is_whole_and_of_either_side() {
    let mail = [begun("acme", 1, "a@x"), begun("acme", 2, "b@x")];
    let of = |domain: &str| looked(Wish::Domain(domain.parse().unwrap()), &mail).lines.len();
    assert_eq!((of("customer.example"), of("Customer.Example"), of("acme.example")), (2, 2, 4));
    assert_eq!((of("omer.example"), of("example")), (0, 0));
    assert_eq!(
        looked(Wish::Domain("x.example".parse().unwrap()), &mail).key(),
        Key::new(KeyKind::Tenant, "acme")
    );
}

#[test]
fn every_message_counts_once_and_what_is_too_much_is_said() {
    let sums = looked(Wish::Affected, &[begun("acme", 1, "a@x"), begun("globex", 2, "b@x")]).sums;
    assert_eq!(sums, Sums { received: 1, ..Sums::default() });
    let mut look = looked(Wish::Affected, &[]);
    look.seen = MESSAGES_MAX;
    assert!(look.take(&begun("acme", 1, "a@x")).is_break() && look.is_cut);
}

#[test]
fn what_a_reply_says_of_another_tenant_is_not_told() {
    let message = Box::new(accepted("acme", 200, "m1@acme.example"));
    let begun = (200, Event::Accepted { message, chunks: 1, length: 9 });
    let reply = "550 5.7.1 acme.example shares its way with globex.example";
    let stories = [story(1, &[begun, fates::tests::tried(201, "eu-1", &[0], reply)])];
    let look = looked(Wish::MessageId("m1@acme.example".to_owned()), &stories);
    assert_eq!(
        look.lines[0].refusals[0].reply,
        "550 5.7.1 acme.example shares its way with [another organisation]"
    );
}
