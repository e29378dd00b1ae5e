use crate::{Document, Given, read};

fn document(text: &str) -> Document {
    read(text.as_bytes(), &Given::at("2026-09-01T12:00:00Z".parse().expect("a time"))).expect("a document")
}

#[test]
fn the_proxy_tells_all_updates() {
    let found = document(
        r#"{"summary":{"name":"R","public_url":"https://r.example","components":[],"ongoing_incidents":[{"id":"1","name":"x","status":"identified",
        "updates":[{"id":"u","to_status":"investigating","message_string":"a","published_at":"2026-09-01T10:00:00Z"}]}]}}"#,
    );
    assert_eq!(found.page.name.as_deref(), Some("R"));
    assert_eq!(found.incidents[0].updates[0].phase.ours, crate::Phase::Investigating);
}

#[test]
fn a_calm_widget_has_no_incidents_and_no_word_for_being_well() {
    let found = document(
        r#"{"page_title":"R","page_url":"https://r.example","ongoing_incidents":[],"in_progress_maintenances":[],"scheduled_maintenances":[]}"#,
    );
    assert_eq!((found.incidents.len(), found.state()), (0, crate::State::Unknown));
}
