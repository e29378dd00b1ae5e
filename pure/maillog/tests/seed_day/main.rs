//! The report over a day like the seed's, figure by figure against what was really done.
//!
//! `tests/fixtures/seed-day.exim.log` is what `day.rs` writes; a test compares them, so neither changes alone.

mod day;

use day::Truth;
use maillog::{ClaimKind, Claims, Collector, Offset, Options, Report, Settings, Verdict};
use model::Timestamp;

const FIXTURE: &str = include_str!("../fixtures/seed-day.exim.log");
const MESSAGES: u64 = 160;
const SEED: u64 = 0x5eed;

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn settings(zone: Offset) -> Settings {
    Settings { zone: Some(zone), year: None }
}

/// As the vendor said it.
fn claims() -> Claims {
    Claims {
        detected: Some(time("2024-10-20T10:28:00Z")),
        posted: Some(time("2024-10-20T10:28:00Z")),
        start: Some(time("2024-10-19T15:58:51Z")),
        end: Some(time("2024-10-20T11:27:37Z")),
        resolved: Some(time("2024-10-20T14:10:00Z")),
    }
}

fn options(claims: Claims) -> Options {
    Options { settings: settings(Offset::UTC), our_addresses: Vec::new(), claims }
}

fn report(options: Options, log: &str) -> Report {
    let mut collector = Collector::new(options);
    collector.begin_file("mainlog");
    for line in log.lines() {
        collector.line(line.as_bytes()).expect("the zone is given");
    }
    collector.finish()
}

fn generated(messages: u64) -> (String, Truth) {
    let mut log = String::new();
    let truth = day::write(messages, SEED, &mut |line| log.push_str(line));
    (log, truth)
}

fn rank(delays: &[u64], percent: usize) -> u32 {
    let mut sorted = delays.to_vec();
    sorted.sort_unstable();
    u32::try_from(sorted[(sorted.len() * percent).div_ceil(100) - 1]).expect("a day")
}

fn check(report: &Report, truth: &Truth) {
    let main = report.incidents.first().expect("an incident");
    assert_eq!(report.incidents.len(), 1, "{:#?}", report.incidents);
    assert_eq!((report.reading.lines, report.reading.malformed), (truth.lines, 0));
    assert_eq!((report.totals.messages, report.totals.delivered), (truth.messages, truth.delivered));
    assert_eq!(report.totals.failed_ours, truth.refused);
    assert_eq!(main.attempts.refused, truth.refused);
    assert_eq!(main.messages, truth.refused_messages.len() as u64);
    assert_eq!(main.senders, truth.senders.len() as u64);
    assert_eq!(main.recipient_domains.count, truth.recipient_domains.len() as u64);
    let recipients = main.recipients;
    assert_eq!(recipients.refused, truth.refused_recipients);
    assert_eq!(recipients.given_up, truth.given_up);
    assert_eq!(recipients.delivered_later, truth.delivered_later);
    assert_eq!(recipients.given_up_otherwise, truth.given_up_otherwise);
    assert_eq!((recipients.open, recipients.unknown), (0, 0));
    assert_eq!(main.reports, truth.reports);
    let delays = main.delays.expect("somebody was reached later");
    assert_eq!((delays.median, delays.p90), (rank(&truth.delays, 50), rank(&truth.delays, 90)));
    assert_eq!((delays.p99, delays.longest), (rank(&truth.delays, 99), rank(&truth.delays, 100)));
    let second = |at: Option<Timestamp>| at.map(|at| at.to_string()[..19].to_owned());
    assert_eq!(second(Some(main.began)), second(truth.first_refusal));
    assert_eq!(second(Some(main.ended)), second(truth.last_refusal));
    assert!(
        main.is_over && main.delivered_before < Some(main.began) && main.delivered_after > Some(main.ended)
    );
    assert_eq!(main.address, Some("192.0.2.243".parse().expect("an address")));
    let bars: u64 = report.bars.iter().map(|bar| bar.refused).sum();
    assert_eq!(bars, truth.refused, "the picture shows every refusal");
}

#[test]
fn the_fixture_is_what_the_generator_writes() {
    assert_eq!(generated(MESSAGES).0, FIXTURE);
}

#[test]
fn the_report_tells_the_day_as_it_was() {
    check(&report(options(claims()), FIXTURE), &generated(MESSAGES).1);
}

#[test]
fn a_larger_day_is_told_as_exactly() {
    let (log, truth) = generated(4_000);
    check(&report(options(claims()), &log), &truth);
}

#[test]
fn the_figures_of_the_fixture_are_these() {
    let report = report(options(claims()), FIXTURE);
    let main = &report.incidents[0];
    let recipients = main.recipients;
    let figures = [
        main.attempts.refused,
        main.messages,
        recipients.refused,
        recipients.given_up,
        recipients.delivered_later,
        main.reports,
    ];
    assert_eq!(figures, [287, 96, 159, 151, 8, 151]);
}

#[test]
fn the_claims_are_judged_by_lines() {
    let report = report(options(claims()), FIXTURE);
    let claim = |kind| report.claims.iter().find(|claim| claim.kind == kind).expect("it was given");
    let end = claim(ClaimKind::End);
    assert_eq!(end.verdict, Verdict::Contradicted, "{}", end.sentence);
    assert_eq!(end.evidence.len(), 2, "the first and the last line after it");
    assert!(end.evidence.iter().all(|line| line.at > end.said && line.text.contains("192.0.2.243")));
    assert_eq!(claim(ClaimKind::Resolved).verdict, Verdict::Agrees);
    let posted = claim(ClaimKind::Posted);
    let lag = posted.after_began_seconds.expect("there is an incident");
    assert_eq!(
        (posted.verdict, lag),
        (Verdict::Agrees, (posted.said.as_micros() - report.incidents[0].began.as_micros()) / 1_000_000)
    );
}

#[test]
fn no_local_part_is_shown() {
    let report = report(options(claims()), FIXTURE);
    for text in [report.to_json(), report.to_markdown(), report.to_html()] {
        let has_name = (0..40).any(|number| text.contains(&format!("user{number}@")));
        assert!(!has_name && !text.contains("person"), "a name is in {text}");
        assert!(text.contains("***@customer"), "the evidence is there");
    }
}

#[test]
fn a_wrong_zone_is_told_by_the_receivers_clocks() {
    let east: Offset = "+02:00".parse().expect("an offset");
    let read = report(Options { settings: settings(east), ..Options::default() }, FIXTURE);
    assert_eq!(read.reading.clock.expect("replies have times").ahead_seconds, -7200);
    assert!(read.to_markdown().contains("time zone is probably wrong"));
    let mut collector = Collector::new(Options { settings: settings(east), ..Options::default() });
    for line in FIXTURE.lines() {
        collector.line(line.as_bytes()).expect("the zone is given");
    }
    assert_eq!(collector.suggested_zone().as_deref(), Some("+00:00"));
}

#[test]
fn an_address_that_is_not_ours_is_no_incident() {
    let ours = vec!["203.0.113.1".parse().expect("an address")];
    let report = report(Options { our_addresses: ours, ..options(Claims::default()) }, FIXTURE);
    assert!(report.incidents.is_empty(), "{:#?}", report.incidents);
    assert!(report.to_markdown().contains("no refusal for an address of ours"));
}

#[test]
fn the_guard_stops_at_the_first_strong_reply() {
    let report = report(options(Claims::default()), FIXTURE);
    let main = &report.incidents[0];
    assert_eq!(main.guard.recipients, main.recipients.given_up);
    assert_eq!(main.guard.reports, main.reports);
    let after = main.guard.quarantined_at.expect("Microsoft refused for good and named the address");
    assert!(after >= main.began && main.guard.attempts < main.attempts.refused);
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let page = report(options(claims()), FIXTURE).to_html();
    assert!(page.contains("<svg") && page.contains("prefers-color-scheme"));
    for outside in ["src=", "<script", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn without_a_zone_no_line_is_read() {
    let mut collector = Collector::new(Options::default());
    let refused = collector.line(FIXTURE.lines().next().expect("a line").as_bytes());
    assert!(refused.expect_err("the zone is unknown").to_string().contains("--time-zone"));
}
