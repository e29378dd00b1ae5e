//! Documents that are written to cost much: they cost what their length costs, and nothing breaks.
//!
//! What would take the square of its length ends by the time-out of the test.

use crate::support::{NOW, read};
use vendor::{COMPONENTS_MAX, INCIDENTS_MAX, ReadError};

const MANY: usize = 30_000;

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().join(",")
}

#[test]
fn many_components_and_changes_of_one_incident_are_read_in_time() {
    let components =
        many(MANY, |number| format!(r#"{{"id":"c{number}","name":"n{number}","status":"operational"}}"#));
    let changes = many(MANY, |number| {
        format!(r#"{{"code":"d{number}","name":"n{number}","new_status":"operational"}}"#)
    });
    let text = format!(
        r#"{{"page":{{}},"components":[{components}],"incidents":[{{"id":"a","name":"x","components":[{components}],
            "incident_updates":[{{"affected_components":[{changes}]}}]}}]}}"#
    );
    let document = read(text.as_bytes(), NOW).unwrap();
    assert_eq!(document.components.len(), COMPONENTS_MAX);
    assert!(document.incidents[0].components.len() <= COMPONENTS_MAX);
    assert!(!document.alarms.is_empty());
}

#[test]
fn many_incidents_updates_and_groups_are_bounded() {
    let incidents = many(MANY, |number| format!(r#"{{"id":"{number}","name":"x","incident_updates":[]}}"#));
    let document = read(format!(r#"{{"page":{{}},"incidents":[{incidents}]}}"#).as_bytes(), NOW).unwrap();
    assert_eq!(document.incidents.len(), INCIDENTS_MAX);
    let updates = many(MANY, |number| format!(r#"{{"id":"{number}","body":"x"}}"#));
    let text =
        format!(r#"{{"page":{{}},"incidents":[{{"id":"a","name":"x","incident_updates":[{updates}]}}]}}"#);
    assert_eq!(read(text.as_bytes(), NOW).unwrap().incidents[0].updates.len(), vendor::UPDATES_MAX);
    let grouped = many(MANY / 2, |number| {
        format!(
            r#"{{"id":"{number}","type":"components","attributes":{{"name":"n{number}","status":1}},"relationships":{{"group":{{"data":{{"id":"none"}}}}}}}}"#
        )
    });
    assert!(read(format!(r#"{{"data":[{grouped}]}}"#).as_bytes(), NOW).is_ok());
}

#[test]
fn a_feed_of_many_entries_and_one_with_many_parts_are_read_in_time() {
    let items = "<item><title>x</title><guid>g</guid></item>".repeat(MANY);
    assert!(read(format!("<rss><channel>{items}</channel></rss>").as_bytes(), NOW).is_ok());
    let parts = "<category>x</category>".repeat(MANY);
    assert!(read(format!("<rss><channel><item>{parts}</item></channel></rss>").as_bytes(), NOW).is_ok());
    let lines = "Aug 3, 09:54 UTC<br>".repeat(MANY);
    assert!(
        read(
            format!(
                "<rss><channel><item><description><![CDATA[{lines}]]></description></item></channel></rss>"
            )
            .as_bytes(),
            NOW
        )
        .is_ok()
    );
}

#[test]
fn every_beginning_of_a_document_is_read_or_refused() {
    for name in ["statuspage/summary.json", "instatus/history.atom", "aws/currentevents.json", "rss/page.rss"]
    {
        let bytes = std::fs::read(crate::support::fixtures().join(name)).unwrap();
        for end in (0..bytes.len()).step_by(7) {
            if let Err(error) = read(&bytes[..end], NOW) {
                assert!(!error.to_string().is_empty(), "{name} up to {end}");
            }
        }
    }
    assert_eq!(read(b"", NOW), Err(ReadError::Empty));
}

#[test]
fn a_word_in_the_place_of_a_list_is_never_green() {
    for document in [
        r#"{"page":{"name":"P","url":"https://s.vendor.example","status":"UP"},"activeIncidents":"some"}"#,
        r#"{"page":{"id":"x"},"status":{"indicator":"none"},"components":[],"incidents":7}"#,
        r#"{"result":{"status_overall":{"status":"Operational","status_code":100},"status":[],"incidents":true}}"#,
    ] {
        let read = crate::support::read(document.as_bytes(), crate::support::NOW);
        assert!(!read.is_ok_and(|read| read.state() == vendor::State::Operational), "{document}");
    }
    let instatus =
        r#"{"page":{"name":"P","url":"https://s.vendor.example","status":"UP"},"activeIncidents":"some"}"#;
    let read = crate::support::read(instatus.as_bytes(), crate::support::NOW).unwrap();
    assert_eq!((read.alarms.len(), read.alarms[0].kind), (1, vendor::AlarmKind::Shape), "{:?}", read.alarms);
}
