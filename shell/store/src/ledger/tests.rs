//! The ledger on a file: once and only once, found by every condition, forgotten without a rest, and not read where it is too new.

use super::{Batch, Entry, Found, Gap, Key, KeyKind, Ledger, LedgerError, LedgerReader, Part, Query, ReadTo};
use model::{Duration, MessageId, Timestamp};
use std::path::PathBuf;

const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

struct Place {
    _directory: tempfile::TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.sqlite");
    Place { _directory: directory, path }
}

fn minute(number: u64) -> Timestamp {
    START + Duration::from_secs(60 * number)
}

fn id(number: u64) -> MessageId {
    MessageId::new(minute(number), [7; 10])
}

/// The acceptance and the end of message `number`, a minute after the one before.
fn life(number: u64, sender: &str, recipient: &str, class: &str) -> Vec<Entry> {
    let keys = vec![
        Key::new(KeyKind::Tenant, "acme"),
        Key::new(KeyKind::Sender, sender),
        Key::new(KeyKind::Recipient, recipient),
        Key::new(KeyKind::MessageId, &format!("M{number}@acme.example")),
    ];
    let accepted = Entry {
        id: id(number),
        at: minute(number),
        mark: 1,
        kind: "accepted".to_owned(),
        detail: format!("{{\"number\":{number}}}"),
        keys,
        only_if_unknown: false,
    };
    let keys = vec![Key::new(KeyKind::Site, "mx.example [192.0.2.1]:25"), Key::new(KeyKind::Class, class)];
    let at = minute(number) + Duration::from_secs(1);
    let ended = Entry { at, mark: 2, kind: "outcomes".to_owned(), keys, ..accepted.clone() };
    vec![accepted, ended]
}

fn three() -> Batch {
    let lives = [
        life(1, "anna.berg@acme.example", "kim@customer.example", "delivered"),
        life(2, "bo@acme.example", "joanna.bergen@customer.example", "bounced"),
        life(3, "Anna.Berg@acme.example", "lee_1@other.example", "bounced"),
    ];
    Batch { entries: lives.concat(), ..Batch::default() }
}

fn search(place: &Place, query: Query) -> Found {
    LedgerReader::open(&place.path).unwrap().search(&Query { limit: 10, ..query }).unwrap()
}

fn numbers(found: &Found) -> Vec<u64> {
    found.stories.iter().map(|story| story.events[0].detail["number"].as_u64().unwrap()).collect()
}

#[test]
fn every_condition_finds_its_messages_and_together_those_for_which_all_hold() {
    let place = place();
    Ledger::open(&place.path).unwrap().take(&three()).unwrap();
    let part = |kind, text: &str| Query { parts: vec![Part(kind, text.to_owned())], ..Query::default() };
    let key = |kind, text| Query { keys: vec![Key::new(kind, text)], ..Query::default() };
    let address = |text: &str| Query { address: Some(text.to_owned()), ..Query::default() };
    let cases = [
        (Query { id: Some(id(2)), ..Query::default() }, vec![2]),
        (address("anna.berg"), vec![1, 2, 3]),
        (address("anna.berg@acme.example"), vec![1, 3]),
        (address("ACME.example"), vec![1, 2, 3]),
        (part(KeyKind::Sender, "anna.berg"), vec![1, 3]),
        (part(KeyKind::Recipient, "anna.berg"), vec![2]),
        (part(KeyKind::Recipient, "e_1@o"), vec![3]),
        (part(KeyKind::Recipient, "x_1@o"), vec![]),
        (part(KeyKind::Site, "192.0.2.1"), vec![1, 2, 3]),
        (part(KeyKind::Site, "192.0.2.9"), vec![]),
        (key(KeyKind::MessageId, "m3@acme.example"), vec![3]),
        (key(KeyKind::Class, "bounced"), vec![2, 3]),
        (key(KeyKind::Tenant, "globex"), vec![]),
        (Query { keys: vec![Key::new(KeyKind::Class, "bounced")], ..part(KeyKind::Sender, "anna") }, vec![3]),
        (Query { since: Some(minute(2)), ..Query::default() }, vec![2, 3]),
        (Query { until: Some(minute(3)), since: Some(minute(2)), ..Query::default() }, vec![2]),
        (Query { until: Some(minute(3)), ..key(KeyKind::Class, "bounced") }, vec![2]),
    ];
    for (query, wanted) in cases {
        assert_eq!(numbers(&search(&place, query.clone())), wanted, "{query:?}");
    }
}

#[test]
fn the_newest_are_given_oldest_first_and_it_is_told_that_there_are_more() {
    let place = place();
    Ledger::open(&place.path).unwrap().take(&three()).unwrap();
    let mut reader = LedgerReader::open(&place.path).unwrap();
    let found = reader.search(&Query { limit: 2, ..Query::default() }).unwrap();
    assert_eq!((numbers(&found), found.more), (vec![2, 3], true));
    let found = reader.search(&Query { limit: 3, ..Query::default() }).unwrap();
    assert_eq!((numbers(&found).len(), found.more), (3, false));
    let kinds: Vec<_> = found.stories[0].events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["accepted", "outcomes"]);
}

#[test]
fn what_comes_twice_is_kept_once_and_a_copy_only_of_an_unknown_message() {
    let place = place();
    let mut ledger = Ledger::open(&place.path).unwrap();
    assert_eq!(ledger.take(&three()).unwrap(), 6);
    assert_eq!(ledger.take(&three()).unwrap(), 0);
    let copy = |number| {
        let mut entry = life(number, "c@acme.example", "d@acme.example", "x").remove(0);
        (entry.mark, entry.only_if_unknown) = (9, true);
        Batch { entries: vec![entry], ..Batch::default() }
    };
    assert_eq!((ledger.take(&copy(1)).unwrap(), ledger.take(&copy(8)).unwrap()), (0, 1));
    assert_eq!(search(&place, Query { id: Some(id(1)), ..Query::default() }).stories[0].events.len(), 2);
}

#[test]
fn the_place_and_the_gaps_change_with_the_rows_and_outlast_the_process() {
    let place = place();
    let read_to = ReadTo { segment: u64::MAX, created: START, offset: 8192, events: 3 };
    let gap = Gap { noticed: minute(1), what: "segment 3 was gone".to_owned() };
    {
        let mut ledger = Ledger::open(&place.path).unwrap();
        assert_eq!(ledger.read_to().unwrap(), None);
        ledger.take(&Batch { gaps: vec![gap.clone()], read_to: Some(read_to), ..three() }).unwrap();
        assert!(ledger.checkpoint().unwrap());
    }
    let ledger = Ledger::open(&place.path).unwrap();
    assert_eq!((ledger.read_to().unwrap(), ledger.gaps().unwrap()), (Some(read_to), 1));
    assert_eq!(search(&place, Query::default()).gaps, [gap]);
}

#[test]
fn a_locked_ledger_takes_nothing_of_a_batch_and_all_of_it_later() {
    let place = place();
    let mut ledger = Ledger::open(&place.path).unwrap();
    let other = rusqlite::Connection::open(&place.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(ledger.take(&three()), Err(LedgerError::Tables(_))));
    assert_eq!(search(&place, Query::default()), Found::default());
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(ledger.take(&three()).unwrap(), 6);
}

#[test]
fn forgetting_leaves_nothing_of_old_messages_and_everything_of_others() {
    let place = place();
    let mut ledger = Ledger::open(&place.path).unwrap();
    ledger.take(&three()).unwrap();
    assert_eq!(ledger.forget_before(minute(3), 1).unwrap(), 1);
    assert_eq!(ledger.forget_before(minute(3), 9).unwrap(), 1);
    assert_eq!(ledger.forget_before(minute(3), 9).unwrap(), 0);
    assert_eq!(numbers(&search(&place, Query::default())), [3]);
    let tables = rusqlite::Connection::open(&place.path).unwrap();
    let count = |text: &str| tables.query_row(text, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM keys"), 6);
    assert_eq!(count("SELECT count(*) FROM found_by"), 6);
    assert_eq!(count("SELECT count(*) FROM keys WHERE text LIKE '%kim@%'"), 0);
    assert_eq!(count("SELECT count(*) FROM key_parts WHERE text LIKE '%customer%'"), 0);
    // The tables of parts agree with those of keys, or this fails.
    tables.execute("INSERT INTO key_parts (key_parts) VALUES ('integrity-check')", []).unwrap();
    // A key that was forgotten is made anew.
    ledger
        .take(&Batch { entries: life(4, "bo@acme.example", "kim@customer.example", "x"), ..Batch::default() })
        .unwrap();
    let query = Query { address: Some("kim@".to_owned()), ..Query::default() };
    assert_eq!(numbers(&search(&place, query)), [4]);
}

#[test]
fn a_text_that_is_too_short_is_told_and_one_that_is_in_too_many_addresses_takes_the_newest() {
    let place = place();
    let mut ledger = Ledger::open(&place.path).unwrap();
    let lives =
        (1..=300).map(|number| life(number, "s@acme.example", &format!("r{number}@many.example"), "x"));
    ledger.take(&Batch { entries: lives.flatten().collect(), ..Batch::default() }).unwrap();
    let mut reader = LedgerReader::open(&place.path).unwrap();
    let query = |text: &str| Query { address: Some(text.to_owned()), limit: 5, ..Query::default() };
    assert!(matches!(reader.search(&query("r1")), Err(LedgerError::TooShort(_))));
    let found = reader.search(&query("@many")).unwrap();
    assert_eq!((numbers(&found), found.too_many.as_deref()), (vec![296, 297, 298, 299, 300], Some("@many")));
}

#[test]
fn a_ledger_of_a_later_version_is_refused_by_name() {
    let place = place();
    drop(Ledger::open(&place.path).unwrap());
    let tables = rusqlite::Connection::open(&place.path).unwrap();
    tables.pragma_update(None, "user_version", 9).unwrap();
    let error = Ledger::open(&place.path).err().unwrap().to_string();
    assert!(error.contains("version 9") && error.contains("ledger.sqlite"), "{error}");
}

#[test]
fn a_walk_shows_every_message_of_a_key_and_a_time_in_order_and_no_other() {
    let place = place();
    let mut lives: Vec<Entry> = (0..1_203)
        .flat_map(|number| life(number, "bo@acme.example", "lee@other.example", "delivered"))
        .collect();
    let globex = Key::new(KeyKind::Tenant, "globex");
    let theirs = life(2_000, "al@globex.example", "lee@other.example", "delivered");
    lives.extend(theirs.into_iter().map(|one| Entry { keys: vec![globex.clone()], ..one }));
    Ledger::open(&place.path).unwrap().take(&Batch { entries: lives, ..Batch::default() }).unwrap();
    let walked = |key: &Key, from: u64, to: u64, most: usize| {
        let mut ids = Vec::new();
        let mut reader = LedgerReader::open(&place.path).unwrap();
        let visit = |story: super::Story| {
            ids.push(story.id);
            if ids.len() < most {
                std::ops::ControlFlow::Continue(())
            } else {
                std::ops::ControlFlow::Break(())
            }
        };
        reader.walk(key, minute(from)..minute(to), visit).unwrap();
        ids
    };
    let acme = Key::new(KeyKind::Tenant, "Acme");
    assert_eq!(walked(&acme, 0, 3_000, 5_000), (0..1_203).map(id).collect::<Vec<_>>());
    assert_eq!(walked(&acme, 7, 9, 5_000), [id(7), id(8)]);
    assert_eq!(walked(&acme, 0, 3_000, 2), [id(0), id(1)]);
    assert_eq!(walked(&globex, 0, 3_000, 5_000), [id(2_000)]);
    assert!(walked(&Key::new(KeyKind::Tenant, "nobody"), 0, 3_000, 5_000).is_empty());
}
