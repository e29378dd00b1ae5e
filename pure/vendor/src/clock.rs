//! Points in time as vendors write them: RFC 3339, RFC 5322 with names of zones, seconds or milliseconds since 1970, and as people write.
//!
//! A time without a zone is read as UTC and says so; a zone's name that is not in the table is an error, because a guess would move the clock. What
//! stands for "no time" (`0001-01-01T00:00:00Z`, `0`) is no time.

mod scan;

pub(crate) use scan::Scan;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use model::Timestamp;

/// A time that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    pub(crate) has_zone: bool,
    /// Only a date was given: it stands for its first moment.
    pub(crate) is_date: bool,
    /// It names another day of the week than the date has.
    pub(crate) is_wrong_weekday: bool,
}

/// Why a text gives no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ClockError {
    /// It says that there is no time.
    #[error("no time")]
    Null,
    #[error("`{0}` is no time that can be read")]
    NoTime(String),
    #[error("`{0}` ends with a zone that is not known; write an offset such as +02:00")]
    Zone(String),
}

/// Nobody had a status page before, and nobody plans beyond.
const YEARS: core::ops::RangeInclusive<i16> = 1990..=2100;

/// Zones that have a name; the names of RFC 5322 §4.3 and those that can be told apart. Hours, minutes.
const ZONES: [(&str, i32, i32); 22] = [
    ("z", 0, 0),
    ("utc", 0, 0),
    ("gmt", 0, 0),
    ("ut", 0, 0),
    ("est", -5, 0),
    ("edt", -4, 0),
    ("cst", -6, 0),
    ("cdt", -5, 0),
    ("mst", -7, 0),
    ("mdt", -6, 0),
    // AWS writes `Mon, 17 Aug 2026 21:01:19 PDT` (2026-08-18).
    ("pst", -8, 0),
    ("pdt", -7, 0),
    ("akst", -9, 0),
    ("akdt", -8, 0),
    ("wet", 0, 0),
    ("west", 1, 0),
    ("cet", 1, 0),
    ("cest", 2, 0),
    ("eet", 2, 0),
    ("eest", 3, 0),
    ("jst", 9, 0),
    ("aest", 10, 0),
];

/// The whole text as a time.
pub(crate) fn read(text: &str) -> Result<Moment, ClockError> {
    let text = text.trim();
    if let Some(at) = epoch(text)? {
        return Ok(Moment { at, has_zone: true, is_date: false, is_wrong_weekday: false });
    }
    let short = || text.chars().take(60).collect::<String>();
    if text.starts_with("0000-00-00") || text.starts_with("0001-01-01") {
        return Err(ClockError::Null);
    }
    let mut scan = Scan::new(text);
    let moment = scan.moment(None).ok_or_else(|| ClockError::NoTime(short()))?;
    // `GMT+0000 (Coordinated Universal Time)`: what follows an offset in brackets is for people.
    let is_comment = moment.has_zone && scan.rest().trim().starts_with('(') && text.ends_with(')');
    if is_comment || scan.rest().trim_matches([' ', '.', ')']).is_empty() {
        return Ok(moment);
    }
    Err(if scan.rest().chars().any(char::is_alphanumeric) {
        ClockError::Zone(short())
    } else {
        ClockError::NoTime(short())
    })
}

/// Seconds, milliseconds or microseconds since 1970, by their size.
fn epoch(text: &str) -> Result<Option<Timestamp>, ClockError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
        return Ok(None);
    }
    if text.bytes().all(|byte| matches!(byte, b'0' | b'.')) {
        return Err(ClockError::Null);
    }
    let error = || ClockError::NoTime(text.chars().take(60).collect());
    let value: i64 = whole.parse().map_err(|_| error())?;
    let factor = match whole.len() {
        9..=10 => 1_000_000,
        12..=13 => 1_000,
        15..=16 => 1,
        _ => return Err(error()),
    };
    let digits: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let micros = digits.parse::<i64>().unwrap_or(0);
    Ok(Some(Timestamp::from_micros(value * factor + micros * factor / 1_000_000)))
}

/// A civil time at an offset; none for a year that makes no sense.
fn at(date: Date, time: Time, offset_minutes: i32) -> Option<Timestamp> {
    let civil = TimeZone::UTC.to_timestamp(DateTime::from_parts(date, time)).ok()?;
    let micros = civil.as_microsecond() - i64::from(offset_minutes) * 60_000_000;
    YEARS.contains(&date.year()).then(|| Timestamp::from_micros(micros))
}

/// The year in which a time is, in UTC.
pub(crate) fn year(at: Timestamp) -> i16 {
    jiff::Timestamp::from_microsecond(at.as_micros()).map_or(1970, |at| TimeZone::UTC.to_datetime(at).year())
}

/// The month in which a time is, in UTC.
pub(crate) fn month(at: Timestamp) -> i8 {
    jiff::Timestamp::from_microsecond(at.as_micros()).map_or(1, |at| TimeZone::UTC.to_datetime(at).month())
}

fn weekday(word: &str) -> Option<Weekday> {
    let days = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    named(word, &days)
}

fn month_named(word: &str) -> Option<i8> {
    let months = [
        ("january", 1),
        ("february", 2),
        ("march", 3),
        ("april", 4),
        ("may", 5),
        ("june", 6),
        ("july", 7),
        ("august", 8),
        ("september", 9),
        ("october", 10),
        ("november", 11),
        ("december", 12),
    ];
    named(word, &months)
}

/// The whole name or its beginning of three letters (`Sept` and `Thur` too).
fn named<T: Copy>(word: &str, names: &[(&str, T)]) -> Option<T> {
    let word = word.to_ascii_lowercase();
    let fits =
        |name: &str| word == name || ((3..=5).contains(&word.len()) && name.starts_with(word.as_str()));
    names.iter().find(|(name, _)| fits(name)).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests;
