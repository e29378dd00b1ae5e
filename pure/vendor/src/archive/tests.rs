use crate::{Document, Given, read};

fn document(text: &str) -> Document {
    read(text.as_bytes(), &Given::at("2026-09-01T12:00:00Z".parse().expect("a time"))).expect("a document")
}

#[test]
fn a_record_without_a_known_document_is_read_by_the_archives_words_with_an_alarm() {
    let found = document(
        r#"[{"key":"x/1","vendor":"x","native_id":"1","title":"T","url":"https://x.example/1","impact":"major",
        "status":"resolved","started_at":"2026-09-01T08:00:00Z",
        "resolved_at":"2026-09-01T09:00:00Z","components":["A"],"updates":[{"status":"resolved","body":"b",
        "created_at":"2026-09-01T09:00:00Z"}],"first_seen_at":"2026-09-01T11:00:00Z","raw":{"other":1}}]"#,
    );
    let incident = &found.incidents[0];
    assert_eq!(
        (incident.native_id.as_str(), incident.severity.ours, incident.components.len()),
        ("1", crate::Severity::Major, 1)
    );
    assert!(incident.archived_at.is_some());
    assert_eq!((found.alarms.len(), found.alarms[0].kind), (1, crate::AlarmKind::Shape));
}
