use crate::Severity;
use crate::{Document, Given, read};

fn document(text: &str) -> Document {
    read(text.as_bytes(), &Given::at("2026-09-01T12:00:00Z".parse().expect("a time"))).expect("a document")
}

#[test]
fn the_impact_counts_and_not_the_severity() {
    let of = |impact: &str| {
        document(&format!(
            r#"[{{"id":"1","external_desc":"x","begin":"2026-09-01T10:00:00Z","status_impact":"{impact}","severity":"high"}}]"#
        ))
    };
    assert_eq!(of("SERVICE_INFORMATION").incidents[0].severity.ours, Severity::None);
    assert_eq!(of("SERVICE_DISRUPTION").incidents[0].severity.ours, Severity::Major);
    assert_eq!(of("SERVICE_OUTAGE").incidents[0].severity.ours, Severity::Critical);
    let strange = of("SERVICE_SOMETHING");
    assert_eq!((strange.incidents[0].severity.ours, strange.alarms.len()), (Severity::Unknown, 1));
}

#[test]
fn without_an_end_it_goes_on_and_its_begin_is_before_its_first_word() {
    let found = document(
        r#"[{"id":"1","external_desc":"x","begin":"2026-09-01T08:00:00Z","created":"2026-09-01T11:30:00Z",
        "uri":"incidents/1","status_impact":"SERVICE_OUTAGE"}]"#,
    );
    let incident = &found.incidents[0];
    assert!(incident.is_underway() && incident.clocks.started < incident.clocks.posted);
    assert_eq!(incident.url.as_deref(), Some("https://status.cloud.google.com/incidents/1"));
}

#[test]
fn links_of_workspace_are_relative_to_its_own_page() {
    let url = Some("https://www.google.com/appsstatus/dashboard/incidents.json");
    let text = br#"[{"id":"1","external_desc":"x","begin":"2026-09-01T08:00:00Z","uri":"incidents/1"}]"#;
    let found = read(text, &Given { url, ..Given::at(model::Timestamp::default()) }).expect("a document");
    assert_eq!(
        found.incidents[0].url.as_deref(),
        Some("https://www.google.com/appsstatus/dashboard/incidents/1")
    );
}
