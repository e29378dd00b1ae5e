use super::evidence::masked;
use super::words::{counted, number, span};
use crate::{Claims, Collector, Offset, Options, Report, Settings};

fn read(lines: &[&str]) -> Report {
    let settings = Settings { zone: Some(Offset::UTC), year: Some(2024) };
    let mut collector =
        Collector::new(Options { settings, our_addresses: Vec::new(), claims: Claims::default() });
    collector.begin_file("log");
    for line in lines {
        collector.line(line.as_bytes()).expect("zone and year are given");
    }
    collector.finish()
}

const REFUSED: &str = "SMTP error from remote mail server after RCPT TO:<kim@c.example>: 550 5.7.1 Service unavailable, \
    Client host [192.0.2.9] blocked using Spamhaus. To request removal from this list see \
    https://www.spamhaus.org/query/ip/192.0.2.9 (AS3130).";

/// An attempt at this time of 2024-10-20, refused or taken.
fn line(time: &str, id: char, is_refused: bool) -> String {
    let host = "R=d T=t H=c-example.mail.protection.outlook.com [52.101.68.36]";
    if is_refused {
        format!("2024-10-20 {time} 16ZCW1-0005M{id}-00 ** kim@c.example {host}: {REFUSED}")
    } else {
        format!("2024-10-20 {time} 16ZCW1-0005M{id}-00 => kim@c.example {host} C=\"250 OK\"")
    }
}

/// When, which message, whether it was refused.
type Tried<'a> = (&'a str, char, bool);
/// When it began, how many attempts, whether it was over.
type Found<'a> = (&'a str, u64, bool);

fn incidents(attempts: &[Tried<'_>]) -> Vec<(String, u64, bool)> {
    let lines: Vec<String> =
        attempts.iter().map(|(time, id, is_refused)| line(time, *id, *is_refused)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut found: Vec<(String, u64, bool)> = read(&lines)
        .incidents
        .iter()
        .map(|one| (one.began.to_string()[11..16].to_owned(), one.attempts.refused, one.is_over))
        .collect();
    found.sort();
    found
}

#[test]
fn local_parts_are_masked_wherever_they_stand() {
    let table = [
        ("to=<kim@c.example>, x", "to=<***@c.example>, x"),
        ("RCPT TO:<\"kim lee\"@c.example>: no", "RCPT TO:<***@c.example>: no"),
        ("** kim@c.example F=<anna@a.example> R=d", "** ***@c.example F=<***@a.example> R=d"),
        ("see http://c.example/?who=kim%40c.example now", "see http:***%40c.example now"),
        ("SRS0=x=y=a.example=anna@b.example", "***@b.example"),
        ("[kim@c.example] 'lee@c.example'", "[***@c.example] '***@c.example'"),
        ("ünï@c.example", "***@c.example"),
        ("no address @ all", "no address @ all"),
    ];
    for (text, shown) in table {
        assert_eq!(masked(text), shown, "{text}");
    }
}

#[test]
fn an_incident_ends_with_a_delivery_and_half_an_hour_of_quiet() {
    let table: [(&[Tried<'_>], &[Found<'_>]); 5] = [
        // Deliveries between refusals that follow soon end nothing.
        (
            &[("10:00:00", 'A', true), ("10:05:00", 'B', false), ("10:10:00", 'C', true)],
            &[("10:00", 2, false)],
        ),
        // A quiet night without deliveries ends nothing.
        (&[("01:00:00", 'A', true), ("07:00:00", 'B', true)], &[("01:00", 2, false)]),
        (
            &[("10:00:00", 'A', true), ("10:05:00", 'B', false), ("10:40:00", 'C', true)],
            &[("10:00", 1, true), ("10:40", 1, false)],
        ),
        (
            &[("10:00:00", 'A', true), ("10:05:00", 'B', false), ("10:31:00", 'C', false)],
            &[("10:00", 1, true)],
        ),
        (&[("10:00:00", 'A', false), ("10:05:00", 'B', false)], &[]),
    ];
    for (attempts, expected) in table {
        let found = incidents(attempts);
        let found: Vec<Found<'_>> =
            found.iter().map(|(at, count, is_over)| (at.as_str(), *count, *is_over)).collect();
        assert_eq!(found, expected, "{attempts:?}");
    }
}

#[test]
fn a_listing_of_one_address_is_not_that_of_another() {
    let other = line("10:01:00", 'B', true).replace("192.0.2.9", "192.0.2.10");
    let report = read(&[&line("10:00:00", 'A', true), &other]);
    assert_eq!(report.incidents.len(), 2);
}

#[test]
fn a_try_that_two_lines_tell_is_counted_once() {
    let said = "SMTP error from remote mail server after RCPT TO:<kim@c.example>: 450 4.7.1 Client host [192.0.2.9] blocked using zen.spamhaus.org";
    let host = format!("2024-10-20 10:00:00 16ZCW1-0005MB-00 H=mx.c.example [192.0.2.7]: {said}");
    let both = format!(
        "2024-10-20 10:00:00 16ZCW1-0005MB-00 == kim@c.example R=d T=t defer (-44) H=mx.c.example [192.0.2.7]: {said}"
    );
    let report = read(&[&host, &both, &host.replace("10:00", "10:30"), &both.replace("10:00", "10:30")]);
    assert_eq!((report.totals.failed, report.incidents[0].attempts.refused), (2, 2));
    assert_eq!(report.incidents[0].recipients.refused, 1);
}

#[test]
fn what_a_log_puts_in_is_never_markup() {
    let evil = line("10:00:00", 'A', true).replace("c.example", "<script>alert(1)</script>|`x`.example");
    let page = read(&[&evil, &evil]).to_html();
    assert!(!page.contains("<script") && page.contains("&lt;script"), "{page}");
    let text = read(&[&evil]).to_markdown();
    assert!(text.lines().all(|line| !line.starts_with('|') || !line.contains("`x`")), "{text}");
}

#[test]
fn the_seed_s_own_bounce_lies_after_its_end() {
    // As the vendor's postmortem prints it, without the marks of its page (2024-10-22); the address of the host is kept.
    let bounce = include_str!("../../tests/fixtures/seed-bounce.exim.log").trim_end();
    let settings = Settings { zone: Some(Offset::UTC), year: None };
    let end = "2024-10-20T11:27:37Z".parse().ok();
    let mut collector = Collector::new(Options {
        settings,
        our_addresses: Vec::new(),
        claims: Claims { end, ..Claims::default() },
    });
    collector
        .line(b"2024-10-19 10:00:00 1t2UKC-0000000738v-1Zz9 <= anna@a.example P=esmtps S=900")
        .expect("the zone is given");
    collector.line(bounce.as_bytes()).expect("the zone is given");
    let report = collector.finish();
    let claim = &report.claims[0];
    assert_eq!(
        (claim.verdict, claim.sentence.as_str()),
        (crate::Verdict::Contradicted, "1 attempt was refused after it, the last 14 min 43 s later.")
    );
    assert_eq!(
        report.reading.clock.map(|clock| clock.ahead_seconds),
        Some(0),
        "Microsoft's own clock says the same"
    );
    assert_eq!(report.incidents[0].providers[0].name, "microsoft");
}

#[test]
fn figures_are_written_for_people() {
    let table =
        [(0, "0 s"), (59, "59 s"), (3600, "1 h"), (70_126, "19 h 28 min 46 s"), (90_061, "1 d 1 h 1 min")];
    for (seconds, text) in table {
        assert_eq!(span(seconds), text);
    }
    assert_eq!((number(1_234_567), number(12)), ("1,234,567".to_owned(), "12".to_owned()));
    assert_eq!((counted(1, "line"), counted(2_000, "line")), ("1 line".to_owned(), "2,000 lines".to_owned()));
}

#[test]
fn an_empty_log_is_told_as_such() {
    let report = read(&[]);
    assert!(report.incidents.is_empty() && report.bars.len() <= 1);
    assert!(report.to_markdown().contains("no line on a message"));
}
