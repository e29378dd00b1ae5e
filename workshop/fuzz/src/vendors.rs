//! Vendors' status documents: read alike twice or refused with a reason, in order and in bounds, and never well by mistake.

use model::{Duration, Timestamp};
use std::collections::BTreeSet;
use vendor::{Document, Given, Mapping, Records, State};

const URLS: [&str; 4] = [
    "https://slack-status.com/api/v2.0.0/history",
    "https://status.cloud.google.com/incidents.json",
    "https://status.x.example/api/v1/schedules",
    "",
];
const TYPES: [&str; 4] =
    ["application/json", "text/xml; charset=ISO-8859-1", "text/plain; charset=utf-16", ""];
const MAPPING: &str = r#"{"components":{"at":"board.services|c","name":"title|@key","state":"light|@value"},
    "incidents":{"at":"board.tickets|i","title":"was|title","started":"seit","phase":"stand","updates":{"at":"verlauf","text":"text","time":"um"}}}"#;
/// A poll of the vendor.
const POLL: Duration = Duration::from_secs(60);

/// The first byte says what is known besides the bytes.
pub(crate) fn vendors(data: &[u8]) {
    let [given, bytes @ ..] = data else { return };
    let now = Timestamp::from_micros(1_788_609_600_000_000);
    let url = Some(URLS[usize::from(given & 3)]).filter(|url| !url.is_empty());
    let content_type = Some(TYPES[usize::from(given >> 2 & 3)]).filter(|kind| !kind.is_empty());
    let mapping = Mapping::parse(MAPPING).expect("the mapping keeps its rules");
    let given = Given { now, url, content_type, mapping: (given & 16 != 0).then_some(&mapping) };
    let read = vendor::read(bytes, &given);
    assert_eq!(read, vendor::read(bytes, &given), "read otherwise the second time");
    match read {
        Ok(document) => whole(&document, now),
        Err(error) => {
            let told = error.to_string();
            assert!(
                !told.is_empty() && told.len() < 10_000 && !told.contains(|c: char| c.is_control()),
                "{told:?}"
            );
        }
    }
}

fn whole(document: &Document, now: Timestamp) {
    assert!(document.alarms.len() <= vendor::ALARMS_MAX + 4);
    let worst = document.components.iter().map(|component| component.state.ours).max();
    let is_well = document.state() == State::Operational;
    assert!(
        !is_well || (document.alarms.is_empty() && worst.is_none_or(|worst| worst == State::Operational))
    );
    for component in &document.components {
        shown(&component.path());
    }
    for alarm in &document.alarms {
        shown(&alarm.place);
        shown(&alarm.text);
    }
    for incident in &document.incidents {
        shown(&incident.title);
        shown(&incident.native_id);
        assert!(incident.url.iter().all(|url| url.to_lowercase().starts_with("http")), "{:?}", incident.url);
        assert!(incident.updates.is_sorted_by_key(|update| update.display_at), "{incident:?}");
        incident.updates.iter().for_each(|update| shown(&update.text));
        incident.flags.iter().for_each(|flag| shown(&flag.text));
        assert!(
            incident.lengths.stated_seconds.is_none() || incident.clocks.started < incident.clocks.resolved
        );
    }
    let text = serde_json::to_string(document).expect("a document has a form");
    let mut again: Document = serde_json::from_str(&text).expect("the form is read back");
    for (copy, one) in again.incidents.iter_mut().zip(&document.incidents) {
        copy.raw.clone_from(&one.raw);
    }
    assert_eq!(&again, document);
    recorded(document, now);
}

/// The same document again brings nothing, if its entries can be told apart.
fn recorded(document: &Document, now: Timestamp) {
    let ids: BTreeSet<&str> = document.incidents.iter().map(|incident| incident.native_id.as_str()).collect();
    let mut records = Records::default();
    let first = records.take(document, now, POLL);
    assert!(first.len() >= ids.len() && records.iter().count() == ids.len());
    if ids.len() == document.incidents.len() {
        assert_eq!(records.take(document, now + POLL, POLL), []);
    }
}

/// Nothing in it moves a terminal's cursor, turns text round or runs on for ever.
fn shown(text: &str) {
    let is_odd = |c: char| {
        (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(is_odd), "{text:?}");
    assert!(text.chars().count() <= vendor::TEXT_CHARS_MAX + 2_000);
}
