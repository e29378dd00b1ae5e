//! Text forms and arithmetic of time.

use super::*;

#[test]
fn rfc_3339_is_read_and_written() {
    let time: Timestamp = "2026-09-01T00:00:00+02:00".parse().unwrap();
    assert_eq!(time.to_string(), "2026-08-31T22:00:00.000000Z");
    assert_eq!(time.to_string().parse(), Ok(time));
    assert!("yesterday".parse::<Timestamp>().is_err());
}

#[test]
fn header_date_is_rfc_5322() {
    let time: Timestamp = "2024-10-19T06:05:04Z".parse().unwrap();
    assert_eq!(time.to_rfc5322(), "Sat, 19 Oct 2024 06:05:04 +0000");
}

#[test]
fn spans_saturate_instead_of_wrapping() {
    let start = Timestamp::from_micros(5);
    assert_eq!((start + Duration::from_secs(1)).since(start), Duration::from_secs(1));
    assert_eq!(start.since(start + Duration::from_secs(1)), Duration::ZERO);
    assert_eq!((Timestamp::from_micros(i64::MAX) + Duration::MAX).as_micros(), i64::MAX);
}
