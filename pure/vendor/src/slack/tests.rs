use crate::State;
use crate::{Document, Given, read};

fn document(text: &str) -> Document {
    read(text.as_bytes(), &Given::at("2026-09-01T12:00:00Z".parse().expect("a time"))).expect("a document")
}

#[test]
fn active_incidents_outrank_the_word_that_all_is_well() {
    let found = document(
        r#"{"status":"ok","date_updated":"2026-09-01T10:00:00-07:00","active_incidents":[{"id":1,"title":"x",
        "type":"outage","status":"active","date_created":"2026-09-01T09:00:00-07:00","notes":[]}]}"#,
    );
    assert_eq!(found.state(), State::MajorOutage);
    let calm = document(r#"{"status":"ok","active_incidents":[]}"#);
    assert_eq!(calm.state(), State::Operational);
}

#[test]
fn an_unknown_type_has_no_severity_and_an_alarm() {
    let found = document(
        r#"[{"id":1,"title":"x","type":"hiccup","status":"resolved","date_created":"2026-09-01T09:00:00-07:00","notes":[]}]"#,
    );
    assert_eq!((found.incidents[0].severity.ours, found.alarms.len()), (crate::Severity::Unknown, 1));
}
