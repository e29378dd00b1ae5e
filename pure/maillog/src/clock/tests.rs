use super::{Clock, ClockError, Offset, witness};
use model::Timestamp;

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

#[test]
fn every_form_of_a_time_is_read() {
    let zone = Some("+01:00".parse().expect("an offset"));
    let table = [
        ("2024-10-20 11:42:20 rest", "2024-10-20T10:42:20Z"),
        ("2024-10-20 11:42:20.250 rest", "2024-10-20T10:42:20.25Z"),
        ("2024-10-20 11:42:20 +0200 rest", "2024-10-20T09:42:20Z"),
        ("2024-10-20 11:42:20.001 -0530 rest", "2024-10-20T17:12:20.001Z"),
        ("2024-10-20T11:42:20.123456+02:00 rest", "2024-10-20T09:42:20.123456Z"),
        ("2024-10-20T11:42:20Z rest", "2024-10-20T11:42:20Z"),
        ("2024-02-29 23:59:60 rest", "2024-02-29T23:00:00Z"),
        ("Oct  5 11:42:20 rest", "2024-10-05T10:42:20Z"),
        ("Oct 20 11:42:20 rest", "2024-10-20T10:42:20Z"),
    ];
    for (line, expected) in table {
        assert_eq!(Clock::new(zone, Some(2024)).read(line), Ok((time(expected), "rest")), "{line}");
    }
}

#[test]
fn a_time_without_zone_or_year_is_refused_unless_they_are_given() {
    let zone = Some(Offset::UTC);
    assert_eq!(Clock::new(None, None).read("2024-10-20 11:42:20 x"), Err(ClockError::NoZone));
    assert_eq!(Clock::new(zone, None).read("Oct 20 11:42:20 x"), Err(ClockError::NoYear));
    assert_eq!(Clock::new(None, Some(2024)).read("Oct 20 11:42:20 x"), Err(ClockError::NoZone));
    for line in
        ["", "x", "Foo 20 11:42:20 x", "2024-1x-20 11:42:20", "Oct 20 11:42", "  <u213@shrike.example>,"]
    {
        assert_eq!(Clock::new(zone, Some(2024)).read(line), Err(ClockError::NoTime), "{line}");
    }
    for line in ["2024-13-20 11:42:20", "2023-02-29 11:42:20", "2024-10-20 24:42:20", "Feb 30 11:42:20"] {
        assert_eq!(Clock::new(zone, Some(2023)).read(line), Err(ClockError::NoSuchTime), "{line}");
    }
}

#[test]
fn a_year_ends_between_december_and_january() {
    let mut clock = Clock::new(Some(Offset::UTC), Some(2024));
    let mut year = |line: &str| clock.read(line).map(|(at, _)| at.to_string()[..10].to_owned());
    assert_eq!(year("Dec 31 23:59:59 x"), Ok("2024-12-31".to_owned()));
    assert_eq!(year("Jan  1 00:00:01 x"), Ok("2025-01-01".to_owned()));
    assert_eq!(year("Dec 31 23:59:59 x"), Ok("2024-12-31".to_owned()), "a line that comes late");
    assert_eq!(year("Jan  1 00:00:02 x"), Ok("2025-01-01".to_owned()));
}

#[test]
fn offsets_are_read_and_written() {
    for (text, written) in [("Z", "+00:00"), ("+02:00", "+02:00"), ("-0530", "-05:30")] {
        assert_eq!(text.parse::<Offset>().map(Offset::text), Ok(written.to_owned()));
    }
    for wrong in ["", "2", "+2", "+25:00", "Europe/Berlin", "+02:00x"] {
        assert!(wrong.parse::<Offset>().is_err(), "{wrong}");
    }
}

#[test]
fn a_time_inside_a_reply_is_found() {
    let reply =
        "AS(1440) [DB5PEPF00014B97.eurprd02.prod.outlook.com 2024-10-20T11:42:20.814Z 08DCF05E631C54C6]";
    assert_eq!(witness(reply), Some(time("2024-10-20T11:42:20.814Z")));
    assert_eq!(witness("550 RCPT TO: T T 2024-10-20T11:42:20"), None, "without a zone it is no witness");
    assert_eq!(witness("TTTTTTTTTTTTTTTTT"), None);
}
