use super::web::{Fetched, of_answer, parse};
use super::{address, list, show};
use net::http::Answer;

fn document(text: &str) -> vendor::Document {
    let fetched = Fetched { bytes: text.into(), url: None, content_type: None };
    parse(&fetched, None, "2024-11-01T00:00:00Z".parse().unwrap()).unwrap()
}

#[test]
fn people_see_both_words_every_length_and_every_flag() {
    let text = include_str!("../../../../../pure/vendor/tests/fixtures/statuspage/seed.json");
    let shown = show::document(&document(text));
    for part in [
        "Server-side Mail delivery issue - EU Server  [major] [postmortem]",
        "started 2024-10-20 10:28, posted 2024-10-20 10:28, resolved 2024-10-20 14:10",
        "3 h 41 min stated, 3 h 41 min by its timeline, 19 h 28 min by its text",
        "EU > Server-side (Re-routing): operational, at worst major_outage",
        "! evidence_after_end: quotes a refusal of 2024-10-20 11:42:20 UTC, 14 min 43 s after",
        "! told_otherwise: ",
        "2024-10-20 13:25 monitoring",
    ] {
        assert!(shown.contains(part), "`{part}` is not in\n{shown}");
    }
}

#[test]
fn what_is_not_known_is_shown_as_such() {
    let shown = show::document(&document(
        r#"{"page":{"id":"p"},"status":{"indicator":"none"},"components":[{"id":"1","name":"SMTP","status":"shiny"}]}"#,
    ));
    assert!(shown.starts_with("(no name): unknown"), "{shown}");
    assert!(shown.contains("! unknown_word: components[0].status: `shiny`"), "{shown}");
    assert!(
        shown.contains("unknown (shiny)") && shown.contains("0 of 1 components are operational"),
        "{shown}"
    );
}

#[test]
fn an_answer_keeps_where_it_came_from() {
    let answer = Answer {
        status: "200".parse().unwrap(),
        url: "https://x.example/y".to_owned(),
        content_type: Some("text/xml".to_owned()),
        etag: None,
        last_modified: None,
        retry_after: None,
        cache_control: None,
        body: b"x".to_vec(),
    };
    let fetched = of_answer(&answer);
    assert_eq!(
        (fetched.url.as_deref(), fetched.content_type.as_deref()),
        (Some("https://x.example/y"), Some("text/xml"))
    );
}

#[test]
fn a_vendor_of_the_catalogue_is_read_by_its_name() {
    assert_eq!(address("xink").as_deref(), Some("https://status.xink.io/api/v2/summary.json"));
    assert_eq!(address("nobody"), None);
    assert!(list().contains("https://slack-status.com/api/v2.0.0/current"));
}
