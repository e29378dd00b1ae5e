//! Lines that Debian's Exim wrote, read as they are.
//!
//! `fixtures/exim-4.96.exim.log` is the main log of exim4-daemon-light 4.96-15+deb12u10 of 2026-11-25, which was given eleven messages for receivers on
//! loopback: one takes all but `nobody`, the others refuse for 192.0.2.243 at the banner, at RCPT (in one line, in two, for now) and at the end of
//! data. The first seven were logged with every selector that changes a line, the last four with Debian's defaults. Lines on the rights of
//! `-C` are taken out, nothing else is changed.

use maillog::{Collector, Incident, Offset, Options, Report, Settings};

const LOG: &str = include_str!("fixtures/exim-4.96.exim.log");

fn report() -> Report {
    let settings = Settings { zone: Some(Offset::UTC), year: None };
    let mut collector = Collector::new(Options { settings, ..Options::default() });
    collector.begin_file("mainlog");
    for line in LOG.lines() {
        collector.line(line.as_bytes()).expect("the zone is given");
    }
    collector.finish()
}

fn sum(report: &Report, of: impl Fn(&Incident) -> u64) -> u64 {
    report.incidents.iter().map(of).sum()
}

#[test]
fn what_exim_wrote_is_counted_as_it_was() {
    let report = report();
    assert_eq!((report.reading.malformed, report.reading.lines), (0, LOG.lines().count() as u64));
    // Eleven messages and a report on each that was refused for good and has a sender.
    assert_eq!((report.totals.messages, report.totals.reports), (11 + 7, 7));
    // Reports go into a black hole, `lee` twice and `kim lee` to a receiver.
    assert_eq!(report.totals.delivered, 7 + 2 + 1);
    // Refused: perm 5 (the null sender's three times, by two queue runs), multi 2, temp 5, end of data 2, banner 1; and `nobody` twice.
    assert_eq!((report.totals.failed, report.totals.failed_ours), (17, 15));
    assert_eq!(sum(&report, |one| one.attempts.refused), 15);
    assert_eq!(sum(&report, |one| one.recipients.given_up), 8);
    assert_eq!(sum(&report, |one| one.recipients.open), 2, "what was put off is open");
    assert_eq!(sum(&report, |one| one.reports), 7);
    let address = "192.0.2.243".parse().ok();
    assert!(report.incidents.iter().all(|one| one.address == address), "{:#?}", report.incidents);
    assert_eq!(report.reading.clock.map(|clock| clock.ahead_seconds), Some(0));
}

#[test]
fn times_that_exim_puts_behind_a_reply_are_no_part_of_it() {
    let kinds = report().refusals;
    let banner: Vec<u64> = kinds
        .iter()
        .filter(|kind| kind.text.starts_with("554 5.7.1 <address> is blocked"))
        .map(|kind| kind.count)
        .collect();
    assert_eq!(banner, [1], "two lines tell one try: {kinds:#?}");
    assert!(kinds.iter().all(|kind| !kind.text.contains("dt=")), "{kinds:#?}");
}
