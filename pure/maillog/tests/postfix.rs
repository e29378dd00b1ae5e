//! Lines that Debian's Postfix wrote, read as they are, against what the receiver counted.
//!
//! `fixtures/postfix-3.7.postfix.log` is the log of Postfix 3.7.11-0+deb12u1 of 2026-11-25: six messages for one receiver on loopback, which by its own
//! count refused three connections at the banner for 192.0.2.9 and then took all six. While it refused, Postfix kept the others back
//! without asking. Lines of the start and the stop are taken out, nothing else is changed.

use maillog::{Collector, Offset, Options, Settings};

const LOG: &str = include_str!("fixtures/postfix-3.7.postfix.log");

#[test]
fn what_postfix_keeps_back_is_a_message_that_waits_and_no_attempt() {
    let settings = Settings { zone: Some(Offset::UTC), year: Some(2026) };
    let mut collector = Collector::new(Options { settings, ..Options::default() });
    collector.begin_file("mail.log");
    for line in LOG.lines() {
        collector.line(line.as_bytes()).expect("zone and year are given");
    }
    let report = collector.finish();
    assert_eq!(report.reading.malformed, 0, "{:?}", report.reading.malformed_lines);
    let totals = &report.totals;
    assert_eq!((totals.messages, totals.delivered, totals.failed, totals.failed_ours), (6, 6, 3, 3));
    let [incident] = report.incidents.as_slice() else { panic!("{:#?}", report.incidents) };
    assert_eq!((incident.attempts.refused, incident.messages), (3, 6));
    let recipients = &incident.recipients;
    assert_eq!((recipients.refused, recipients.delivered_later, recipients.given_up), (6, 6, 0));
    let asked: Vec<(&str, u64)> =
        incident.providers.iter().map(|one| (one.name.as_str(), one.refused)).collect();
    assert_eq!(asked, [("127.0.0.1", 3)]);
}
