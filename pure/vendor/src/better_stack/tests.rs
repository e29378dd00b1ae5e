use crate::{Document, Given, read};

fn document(text: &str) -> Document {
    read(text.as_bytes(), &Given::at("2026-09-01T12:00:00Z".parse().expect("a time"))).expect("a document")
}

#[test]
fn a_report_without_an_end_is_over_by_its_state_and_ends_with_its_last_word() {
    let text = |state: &str| {
        format!(
            r#"{{"data":{{"id":"1","type":"status_page","attributes":{{"company_name":"x","aggregate_state":"operational"}}}},"included":[
            {{"id":"3","type":"status_report","attributes":{{"title":"t","report_type":"manual",
        "starts_at":"2026-09-01T10:00:00Z","ends_at":null,"aggregate_state":"{state}","affected_resources":[]}}}},
            {{"id":"4","type":"status_update","attributes":{{"message":"m","published_at":"2026-09-01T10:40:00Z",
        "status_report_id":3,"affected_resources":[]}}}}]}}"#
        )
    };
    let over = document(&text("operational"));
    assert_eq!(
        over.incidents[0].clocks.resolved.map(|at| at.to_string()).as_deref(),
        Some("2026-09-01T10:40:00.000000Z")
    );
    let open = document(&text("downtime"));
    assert!(open.incidents[0].is_underway() && open.incidents[0].clocks.resolved.is_none());
}
