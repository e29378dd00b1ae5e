use crate::{Document, Given, read};

fn document(text: &str) -> Document {
    read(text.as_bytes(), &Given::at("2026-09-01T12:00:00Z".parse().expect("a time"))).expect("a document")
}

#[test]
fn the_words_that_lead_a_post_are_read() {
    let found = document(
        r#"{"id":"EX1","title":"x","startDateTime":null,"lastModifiedDateTime":"2026-09-01T10:00:00Z",
        "classification":"incident","status":"serviceInterruption","service":"Exchange Online",
        "posts":[{"createdDateTime":"2026-09-01T09:00:00Z","description":{"contentType":"html",
        "content":"Incident Start Time: Monday, August 31, 2026, at 2:36 PM UTCNext Update: Tuesday, September 1, 2026, at 1:30 PM UTC, to allow time."}}]}"#,
    );
    let clocks = found.incidents[0].clocks;
    assert_eq!(clocks.next_update.map(|at| at.to_string()).as_deref(), Some("2026-09-01T13:30:00.000000Z"));
    assert_eq!(clocks.started.map(|at| at.to_string()).as_deref(), Some("2026-08-31T14:36:00.000000Z"));
    assert_eq!(found.incidents[0].severity.ours, crate::Severity::Major);
}

#[test]
fn every_status_of_graph_has_a_phase_and_a_state() {
    let all = [
        "serviceOperational",
        "investigating",
        "restoringService",
        "verifyingService",
        "serviceRestored",
        "postIncidentReviewPublished",
        "serviceDegradation",
        "serviceInterruption",
        "extendedRecovery",
        "falsePositive",
        "investigationSuspended",
        "resolved",
        "mitigatedExternal",
        "mitigated",
        "resolvedExternal",
        "confirmed",
        "reported",
    ];
    for word in all {
        assert!(super::phase(word).is_some() && super::state(word).is_some(), "{word}");
    }
    assert_eq!((super::phase("unknownFutureValue"), super::state("unknownFutureValue")), (None, None));
}
