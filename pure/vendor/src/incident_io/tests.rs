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

#[test]
fn the_proxy_names_those_that_are_hit_and_their_groups() {
    let found = document(
        r#"{"summary":{"name":"R","components":[{"id":"a","name":"SMTP"},{"id":"b","name":"Web"}],"ongoing_incidents":[],
        "affected_components":[{"component_id":"a","status":"full_outage"}],
        "structure":{"items":[{"group":{"id":"g","name":"EU","components":[{"component_id":"a"},{"component_id":"b"}]}}]}}}"#,
    );
    let shown: Vec<(String, crate::State)> =
        found.components.iter().map(|component| (component.path(), component.state.ours)).collect();
    let expected = [("EU > SMTP", crate::State::MajorOutage), ("EU > Web", crate::State::Operational)];
    assert_eq!(shown, expected.map(|(path, state)| (path.to_owned(), state)));
}
