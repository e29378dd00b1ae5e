use super::{ClockError, read};

fn at(text: &str) -> String {
    read(text).unwrap_or_else(|error| panic!("{text}: {error}")).at.to_string()
}

#[test]
fn times_are_read_in_every_form_that_vendors_write() {
    let table = [
        ("2026-08-18T07:40:35.676Z", "2026-08-18T07:40:35.676000Z"),
        ("2026-08-18t07:40:35z", "2026-08-18T07:40:35.000000Z"),
        ("2026-08-13T14:21:41-07:00", "2026-08-13T21:21:41.000000Z"),
        ("2026-08-18T07:40:35+0200", "2026-08-18T05:40:35.000000Z"),
        ("2026-08-18 07:40 +02", "2026-08-18T05:40:00.000000Z"),
        ("2026-08-18 07:40:35 UTC", "2026-08-18T07:40:35.000000Z"),
        ("2026/08/18 07:40:35", "2026-08-18T07:40:35.000000Z"),
        ("2026-08-18T07:40:35.123456789Z", "2026-08-18T07:40:35.123456Z"),
        ("2026-08-18", "2026-08-18T00:00:00.000000Z"),
        ("Mon, 17 Aug 2026 21:01:19 PDT", "2026-08-18T04:01:19.000000Z"),
        ("Sun, 01 Mar 2026 04:51:25 PST", "2026-03-01T12:51:25.000000Z"),
        ("Thu, 18 Sep 2025 22:20:00 +0800", "2025-09-18T14:20:00.000000Z"),
        ("17 Aug 26 21:01 GMT", "2026-08-17T21:01:00.000000Z"),
        ("Aug 3, 2026 - 09:54 UTC", "2026-08-03T09:54:00.000000Z"),
        ("Oct 20, 2024, 10:28 AM UTC", "2024-10-20T10:28:00.000000Z"),
        ("Oct 22, 2024, 12:38 AM UTC", "2024-10-22T00:38:00.000000Z"),
        ("Monday, August 2, 2021, at 2:36 PM UTC", "2021-08-02T14:36:00.000000Z"),
        ("August 3rd 2026 12:00 p.m. (UTC)", "2026-08-03T12:00:00.000000Z"),
        ("Jun 5, 2026, 01:40:38 GMT+0", "2026-06-05T01:40:38.000000Z"),
        ("20.10.2024, 11:27:37", "2024-10-20T11:27:37.000000Z"),
        ("1788472198", "2026-09-03T21:49:58.000000Z"),
        ("1788472198.5", "2026-09-03T21:49:58.500000Z"),
        ("1787422760883", "2026-08-22T18:19:20.883000Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000000Z"),
    ];
    for (text, expected) in table {
        assert_eq!(at(text), expected, "{text}");
    }
}

#[test]
fn a_time_without_a_zone_says_so() {
    assert!(!read("2026-08-18 07:40:35").unwrap().has_zone);
    assert!(read("2026-08-18 07:40:35Z").unwrap().has_zone && read("2026-08-18").unwrap().has_zone);
}

#[test]
fn a_zone_that_nobody_knows_is_an_error_and_no_guess() {
    for text in ["Mon, 17 Aug 2026 21:01:19 IST", "2026-08-18 07:40 BST", "2026-08-18T07:40:35 Europe/Berlin"]
    {
        assert!(matches!(read(text), Err(ClockError::Zone(_))), "{text}: {:?}", read(text));
    }
}

#[test]
fn what_stands_for_no_time_is_none() {
    for text in ["0001-01-01T00:00:00Z", "0000-00-00 00:00:00", "0", "0.0"] {
        assert_eq!(read(text), Err(ClockError::Null), "{text}");
    }
}

#[test]
fn what_is_no_time_is_refused() {
    let wrong = [
        "",
        "soon",
        "2026-13-01",
        "2026-02-30T10:00:00Z",
        "25:00",
        "2026-08-18T25:00:00Z",
        "12345",
        "Aug 2026",
        "1.2.3",
        "Aug 3, 09:54",
        "1850-01-01",
    ];
    for text in wrong {
        assert!(read(text).is_err(), "{text}: {:?}", read(text));
    }
}

#[test]
fn a_comment_behind_an_offset_is_for_people_and_one_in_its_place_is_no_zone() {
    let printed = read("Sat Jun 11 2022 18:55:50 GMT+0200 (Central European Summer Time)").unwrap();
    assert_eq!(printed.at.to_string(), "2022-06-11T16:55:50.000000Z");
    assert_eq!(
        read("11 Jun 2022 18:55:50 +0000 (UTC)").unwrap().at.to_string(),
        "2022-06-11T18:55:50.000000Z"
    );
    assert!(read("2026-08-18 10:00 (Mars time)").is_err());
}

#[test]
fn another_day_of_the_week_is_noticed() {
    assert!(read("Tue, Oct 2, 2024 10:00 UTC").unwrap().is_wrong_weekday);
    assert!(!read("Wed, Oct 2, 2024 10:00 UTC").unwrap().is_wrong_weekday);
}
