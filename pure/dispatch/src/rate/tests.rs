//! Texts in, gaps out.

use super::*;

#[test]
fn a_rate_is_a_number_in_a_time_and_goes_evenly_apart() {
    for (text, millis, shown) in [
        ("100/min", 600, "100/min"),
        ("1/s", 1_000, "1/s"),
        ("10/sec", 100, "10/s"),
        ("360/hour", 10_000, "360/h"),
        ("6/minute", 10_000, "6/min"),
        ("1/h", 3_600_000, "1/h"),
    ] {
        let rate: Rate = text.parse().unwrap();
        assert_eq!(
            (rate.gap(), rate.to_string()),
            (Duration::from_millis(millis), shown.to_owned()),
            "{text}"
        );
    }
}

#[test]
fn what_is_no_rate_is_told_with_an_example() {
    for text in [
        "",
        "100",
        "/min",
        "0/min",
        "-1/min",
        "+5/min",
        "1.5/s",
        "100001/s",
        "100/day",
        "100 /min",
        "100/min/2",
    ] {
        let error = text.parse::<Rate>().unwrap_err().to_string();
        assert!(error.contains("such as \"100/min\"") && error.contains(text), "{text}: {error}");
    }
}
