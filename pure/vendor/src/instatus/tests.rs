use crate::{Document, Given, read};

fn document(text: &str) -> Document {
    read(text.as_bytes(), &Given::at("2026-09-01T12:00:00Z".parse().expect("a time"))).expect("a document")
}

#[test]
fn a_calm_page_is_well_without_its_lists() {
    let found = document(r#"{"page":{"name":"Q","url":"https://q.example","status":"UP"}}"#);
    assert_eq!((found.state(), found.alarms.len()), (crate::State::Operational, 0));
}

#[test]
fn a_length_that_is_no_number_gives_no_end() {
    let of = |length: &str| {
        let text = format!(
            r#"{{"page":{{"status":"UP"}},"activeMaintenances":[{{"id":"1","name":"x","start":"2026-09-01T10:00:00Z",
        "status":"INPROGRESS","duration":{length}}}]}}"#
        );
        document(&text).incidents[0].clocks.scheduled_until.map(|until| until.to_string())
    };
    assert_eq!(of("\"90\"").as_deref(), Some("2026-09-01T11:30:00.000000Z"));
    assert_eq!(of("90").as_deref(), Some("2026-09-01T11:30:00.000000Z"));
    assert_eq!((of("\"long\""), of("-5"), of("99999999999")), (None, None, None));
}
