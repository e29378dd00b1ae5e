use super::{Change, Records, Sighting};
use crate::{Document, Given, read};
use model::{Duration, Timestamp};

const POLL: Duration = Duration::from_secs(60);

fn now(clock: &str) -> Timestamp {
    format!("2026-09-01T{clock}Z").parse().expect("a time")
}

fn document(texts: &[(&str, &str)]) -> Document {
    let updates: Vec<String> = texts
        .iter()
        .rev()
        .map(|(id, body)| format!("{{\"id\":\"{id}\",\"status\":\"investigating\",\"body\":\"{body}\",\"created_at\":\"2026-09-01T10:00:00Z\"}}"))
        .collect();
    let text = format!(
        "{{\"page\":{{}},\"incidents\":[{{\"id\":\"a\",\"name\":\"x\",\"status\":\"investigating\",\"impact\":\"minor\",\
        \"created_at\":\"2026-09-01T10:00:00Z\",\"incident_updates\":[{}]}}]}}",
        updates.join(",")
    );
    read(text.as_bytes(), &Given::at(now("10:00:30"))).expect("a document")
}

fn new(sighting: Sighting) -> Vec<Change> {
    vec![Change::New { native_id: "a".to_owned(), sighting }]
}

#[test]
fn what_was_posted_longer_than_a_poll_ago_is_imported() {
    let mut records = Records::default();
    assert_eq!(records.take(&document(&[("1", "x")]), now("10:00:50"), POLL), new(Sighting::Live));
    let mut records = Records::default();
    assert_eq!(records.take(&document(&[("1", "x")]), now("10:01:01"), POLL), new(Sighting::Imported));
}

#[test]
fn nothing_that_the_first_document_brings_was_seen_live() {
    let mut records = Records::default();
    assert_eq!(records.import(&document(&[("1", "x")]), now("09:59:00")), new(Sighting::Imported));
}

#[test]
fn an_edited_and_a_withdrawn_text_are_kept() {
    let mut records = Records::default();
    records.take(&document(&[("1", "before"), ("2", "gone")]), now("10:00:50"), POLL);
    let changes = records.take(&document(&[("1", "after")]), now("10:05:00"), POLL);
    assert_eq!(changes, [Change::Changed { native_id: "a".to_owned(), edits: 2 }]);
    let record = records.get("a").expect("it is kept");
    let edits: Vec<(&str, Option<&str>)> =
        record.edits.iter().map(|edit| (edit.before.as_str(), edit.after.as_deref())).collect();
    assert_eq!(edits, [("before", Some("after")), ("gone", None)]);
    assert_eq!((record.first_seen, record.last_changed), (now("10:00:50"), now("10:05:00")));
    assert_eq!(record.versions.len(), 2);
    assert_ne!(record.versions[0].sha256, record.versions[1].sha256);
}

#[test]
fn the_same_again_changes_nothing_and_what_is_missing_stays() {
    let mut records = Records::default();
    records.take(&document(&[("1", "x")]), now("10:00:50"), POLL);
    assert_eq!(records.take(&document(&[("1", "x")]), now("10:02:00"), POLL), []);
    let empty = read(b"{\"page\":{},\"incidents\":[]}", &Given::at(now("10:03:00"))).expect("a document");
    assert_eq!(records.take(&empty, now("10:03:00"), POLL), []);
    let record = records.get("a").expect("it is kept");
    assert_eq!((record.last_seen, record.last_changed), (now("10:02:00"), now("10:00:50")));
}

#[test]
fn records_are_stored_and_read_back() {
    let mut records = Records::default();
    records.take(&document(&[("1", "x")]), now("10:00:50"), POLL);
    let text = serde_json::to_string(&records).expect("they have a form");
    let mut again: Records = serde_json::from_str(&text).expect("it is read");
    assert_eq!(again.take(&document(&[("1", "x")]), now("10:02:00"), POLL), []);
}

#[test]
fn further_pages_and_the_past_add_what_is_not_there_and_change_nothing() {
    let whole = |text: &str| read(text.as_bytes(), &Given::at(now("10:03:00"))).expect("a document");
    let entry = |id: &str, status: &str| {
        format!(r#"{{"id":"{id}","name":"{id}","status":"{status}","impact":"minor","incident_updates":[]}}"#)
    };
    let page = |entries: &[String]| whole(&format!(r#"{{"page":{{}},"incidents":[{}]}}"#, entries.join(",")));
    let mut document = page(&[entry("a", "investigating")]);
    document.extend(page(&[entry("a", "resolved"), entry("b", "resolved")]));
    let said: Vec<_> =
        document.incidents.iter().map(|one| (one.native_id.as_str(), one.is_underway())).collect();
    assert_eq!(said, [("a", true), ("b", false)]);
    assert_eq!(document.alarms.len(), 0);
    document.is_cut("a further page did not come");
    assert_eq!((document.alarms.len(), document.alarms[0].text.as_str()), (1, "a further page did not come"));
    let mut records = Records::default();
    records.take(&document, now("10:03:00"), POLL);
    assert_eq!((records.underway(now("10:03:00")).len(), records.underway(now("10:03:01")).len()), (1, 0));
}
