//! Whatever a file holds, it is read to its end, every line is counted once, and no document gives away a local part.

use maillog::{Claims, Collector, Offset, Options, Settings};
use proptest::prelude::*;

const DAY: &str = include_str!("fixtures/seed-day.exim.log");

fn options() -> Options {
    let at = |text: &str| Some(text.parse().expect("a time"));
    Options {
        settings: Settings { zone: Some(Offset::UTC), year: Some(2024) },
        our_addresses: Vec::new(),
        claims: Claims {
            start: at("2024-10-19T15:58:51Z"),
            end: at("2024-10-20T11:27:37Z"),
            resolved: at("2024-10-20T14:10:00Z"),
            ..Claims::default()
        },
    }
}

fn read(lines: &[Vec<u8>]) -> maillog::Report {
    let mut collector = Collector::new(options());
    collector.begin_file("log");
    for line in lines {
        collector.line(line).expect("zone and year are given");
    }
    collector.finish()
}

/// What must hold for any report.
fn check(report: &maillog::Report, lines: usize) {
    assert_eq!(report.reading.lines, lines as u64);
    assert!(report.totals.failed_ours <= report.totals.failed);
    for incident in &report.incidents {
        let fates = incident.recipients;
        let sum =
            fates.given_up + fates.delivered_later + fates.given_up_otherwise + fates.open + fates.unknown;
        assert_eq!(sum, fates.refused, "each refused recipient has one fate");
        assert!(incident.began <= incident.ended);
        assert!(incident.attempts.permanent <= incident.attempts.refused);
        assert!(incident.guard.attempts < incident.attempts.refused);
    }
    assert!(report.bars.len() <= 122);
    assert!(!report.to_markdown().is_empty() && report.to_html().ends_with("</html>\n"));
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).expect("JSON");
    assert_eq!(json["version"], 1);
}

/// A line of the day, changed at one place.
fn changed() -> impl Strategy<Value = Vec<u8>> {
    let lines: Vec<&'static str> = DAY.lines().collect();
    let pieces = [
        "", " ", "[", "]", "<", ">", "\"", "\\", ": ", "::", "é", "\u{0}", "=", "550 ", "R=", "H=", "** ",
        "== ", "@", "%40",
    ];
    (0..lines.len(), any::<prop::sample::Index>(), 0..pieces.len(), 0_usize..12).prop_map(
        move |(line, at, piece, cut)| {
            let mut text = lines[line].as_bytes().to_vec();
            let at = at.index(text.len());
            let end = (at + cut).min(text.len());
            text.splice(at..end, pieces[piece].bytes());
            text
        },
    )
}

/// Beginnings, ids, flags and pieces of lines in any order.
const LINE: &str = concat!(
    "(2024-10-2[0-9] 11:42:2[0-9] |Oct 20 11:42:20 h postfix/smtp\\[1\\]: |\\{\"type\":\"Bounce\", )",
    "(16ZCW1-0005MB-0[0-3] |0A1B2C3D: )?(=>|\\*\\*|==|<=|Completed|H=|to=<a@b>,)?",
    "( [a-z]{1,3}@[b-c]\\.example|<>| R=x| H=m \\[192\\.0\\.2\\.1\\]:?| status=sent \\(| C=\"",
    "|: SMTP error from remote mail server after DATA: 550 5\\.7\\.1 blocked using zen\\.spamhaus\\.org \\[192\\.0\\.2\\.9\\]){0,6}",
);

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..120), 0..40)) {
        check(&read(&lines), lines.len());
    }

    #[test]
    fn any_words_of_a_log_are_read(lines in prop::collection::vec(
        LINE,
        0..30)) {
        let lines: Vec<Vec<u8>> = lines.into_iter().map(String::into_bytes).collect();
        check(&read(&lines), lines.len());
    }

    #[test]
    fn changed_lines_of_a_real_shape_are_read(lines in prop::collection::vec(changed(), 0..120)) {
        check(&read(&lines), lines.len());
    }

    #[test]
    fn the_lines_in_any_order_are_read(mut lines in Just(DAY.lines().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>()).prop_shuffle()) {
        lines.truncate(400);
        check(&read(&lines), lines.len());
    }
}
