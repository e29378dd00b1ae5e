use super::*;
use serde_json::json;
use vendor::{Given, Records};

const PAGE: &str = r#"{"page":{"name":"Hosting"},"incidents":[{"id":"a","name":"Mail waits","status":"investigating",
    "impact":"minor","created_at":"2026-09-01T10:00:00Z","incident_updates":[]}]}"#;

fn at(clock: &str) -> Timestamp {
    format!("2026-09-01T{clock}Z").parse().unwrap()
}

#[test]
fn a_record_is_shown_with_both_clocks_and_an_import_says_so() {
    let document = vendor::read(PAGE.as_bytes(), &Given::at(at("10:05:00"))).unwrap();
    let mut records = Records::default();
    records.import(&document, at("10:05:00"));
    let mut record = json!(records.get("a").unwrap());
    record["is_listed"] = json!(false);
    let line = json!({ "name": "hosting", "state": "unknown", "open": 1, "alarms": 0, "good": at("10:05:00"),
        "next": at("10:10:00"), "failures": 3, "problem": "the server answered 503", "page": "Hosting" });
    let text =
        story(&json!({ "line": line, "said": null, "records": [record], "records_count": 3 })).unwrap();
    for part in [
        "3 failed: the server answered 503",
        "Mail waits",
        "posted 2026-09-01 10:00",
        "first seen 2026-09-01 10:05 (imported: it was there before we looked)",
        "no longer in the document",
        "2 older ones are not shown",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn no_vendor_and_no_look_are_told() {
    assert!(lines(&json!([])).contains("vendor add"));
    let line =
        json!({ "name": "hosting", "state": "unknown", "open": 0, "alarms": 0, "good": null, "failures": 0 });
    assert!(lines(&json!([line])).contains("hosting  unknown  0     0       -"));
}
