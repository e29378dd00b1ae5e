use crate::{Format, Given, ReadError, detect};

fn format(text: &str) -> Result<Format, ReadError> {
    detect(text.as_bytes(), &Given::at(model::Timestamp::default()))
}

#[test]
fn formats_are_told_by_their_shape() {
    let table = [
        ("{\"page\":{\"id\":\"x\"},\"incidents\":[]}", Format::Statuspage),
        ("{\"page\":{\"id\":\"x\"},\"status\":{\"indicator\":\"none\"}}", Format::Statuspage),
        ("{\"incidents\":[{\"incident_updates\":[]}]}", Format::Statuspage),
        ("{\"page\":{\"name\":\"x\",\"status\":\"UP\"}}", Format::Instatus),
        ("{\"page_title\":\"x\",\"ongoing_incidents\":[]}", Format::IncidentIo),
        ("{\"event_type\":\"incident\",\"page\":{},\"incident\":{\"id\":\"1\"}}", Format::StatuspageWebhook),
        ("{\"result\":{\"status_overall\":{}}}", Format::StatusIo),
        ("{\"data\":{\"status\":\"success\",\"message\":\"x\"}}", Format::Cachet2),
        ("{\"data\":{\"status\":\"operational\",\"message\":\"x\"}}", Format::Cachet3),
        ("{\"status\":\"ok\",\"active_incidents\":[]}", Format::Slack),
        ("{\"value\":[{\"service\":\"Exchange\",\"status\":\"serviceOperational\"}]}", Format::Microsoft365),
        ("<rss><channel><title>x</title></channel></rss>", Format::Rss),
        ("<feed><id>tag:h,2005:/history</id></feed>", Format::StatuspageFeed),
        ("<feed><title>x</title></feed>", Format::Atom),
    ];
    for (text, expected) in table {
        assert_eq!(format(text), Ok(expected), "{text}");
    }
}

#[test]
fn an_empty_list_is_told_by_its_address() {
    let of = |url| detect(b"[]", &Given { url: Some(url), ..Given::at(model::Timestamp::default()) });
    assert_eq!(of("https://slack-status.com/api/v2.0.0/history"), Ok(Format::Slack));
    assert_eq!(of("https://health.aws.amazon.com/public/currentevents"), Ok(Format::AwsEvents));
    assert_eq!(of("https://status.cloud.google.com/incidents.json"), Ok(Format::Google));
}

#[test]
fn what_is_no_status_document_is_refused_with_what_to_do() {
    let said = |text: &str| format(text).unwrap_err().to_string();
    assert!(said("<!DOCTYPE html><html></html>").contains("/api/v2/summary.json"));
    assert!(said("<html lang='en'>").contains("web page"));
    assert!(said("hello").contains("neither JSON nor XML"));
    assert!(said("{\"error\":{\"message\":\"not found\"}}").contains("not found"));
    assert!(said("{\"a\":1}").contains("an object with a"));
    assert!(said("<sitemap/>").contains("neither Atom nor RSS"));
    assert!(said("<Error><Code>AccessDenied</Code></Error>").contains("AccessDenied"));
}
