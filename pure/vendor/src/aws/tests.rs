use crate::{Document, Given, read};

fn document(text: &str) -> Document {
    read(text.as_bytes(), &Given::at("2026-09-01T12:00:00Z".parse().expect("a time"))).expect("a document")
}

fn item(title: &str, service: &str, clock: &str) -> String {
    format!(
        "<item><title><![CDATA[{title}]]></title><pubDate>{clock}</pubDate>\
        <guid isPermaLink='false'>https://status.aws.amazon.com/#{service}_1</guid><description>d</description></item>"
    )
}

fn feed(items: &[String]) -> Document {
    document(&format!(
        "<rss><channel><title>Amazon Web Services Service Status</title>{}</channel></rss>",
        items.concat()
    ))
}

#[test]
fn items_of_one_service_within_a_day_are_one_incident() {
    let found = feed(&[
        item(
            "Service is operating normally: [RESOLVED] Errors",
            "ses-eu-west-1",
            "Tue, 01 Sep 2026 05:00:00 PDT",
        ),
        item("Service impact: Errors", "ses-eu-west-1", "Tue, 01 Sep 2026 04:00:00 PDT"),
        item("Service impact: Errors", "ec2-us-gov-east-1", "Tue, 01 Sep 2026 04:00:00 PDT"),
        item("Service impact: Errors", "ses-eu-west-1", "Sat, 29 Aug 2026 04:00:00 PDT"),
    ]);
    let shown: Vec<(usize, bool, &str)> = found
        .incidents
        .iter()
        .map(|incident| (incident.updates.len(), incident.is_underway(), incident.regions[0].as_str()))
        .collect();
    assert_eq!(shown, [(1, true, "us-gov-east-1"), (1, true, "eu-west-1"), (2, false, "eu-west-1")]);
    assert_eq!(found.incidents[2].title, "Errors");
}

#[test]
fn the_end_of_an_event_begins_another() {
    let found = feed(&[
        item("[RESOLVED] A", "s3-eu-west-1", "Tue, 01 Sep 2026 05:00:00 PDT"),
        item("B", "s3-eu-west-1", "Tue, 01 Sep 2026 06:00:00 PDT"),
    ]);
    assert_eq!(found.incidents.len(), 2);
}

#[test]
fn a_zone_that_is_not_known_is_an_alarm_and_no_time() {
    let found = feed(&[item("A", "s3-eu-west-1", "Tue, 01 Sep 2026 05:00:00 XYZ")]);
    assert_eq!((found.incidents[0].clocks.started, found.alarms[0].kind), (None, crate::AlarmKind::Time));
}
