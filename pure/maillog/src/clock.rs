//! Points in time as logs write them: `2024-10-20 11:42:20.123 +0100`, `2024-10-20T11:42:20.123456+02:00`, `Oct 20 11:42:20`.
//!
//! A time without a zone, or without a year, is read only if the caller says which: a guess would move the whole report. Local time that
//! jumps for summer cannot be told from its text; one offset holds for all lines of a run.

use core::str::FromStr;
use model::Timestamp;

const SECOND: i64 = 1_000_000;
/// A syslog month that lies this far back is one of the next year.
const MONTHS_BACK: i64 = 6;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// East of UTC, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offset(i64);

/// Why a text is no offset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no offset from UTC: write it as +02:00, -0500 or Z")]
pub struct OffsetError(String);

impl Offset {
    pub const UTC: Self = Self(0);

    /// As RFC 3339 writes it.
    #[must_use]
    pub fn text(self) -> String {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let minutes = self.0.unsigned_abs() / 60;
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// So many seconds further east.
    pub(crate) fn plus_seconds(self, seconds: i64) -> Self {
        Self((self.0 + seconds).clamp(-86_340, 86_340))
    }
}

impl FromStr for Offset {
    type Err = OffsetError;

    fn from_str(text: &str) -> Result<Self, OffsetError> {
        let (offset, rest) = offset(text.as_bytes()).ok_or_else(|| OffsetError(text.to_owned()))?;
        if rest.is_empty() { Ok(offset) } else { Err(OffsetError(text.to_owned())) }
    }
}

/// Why a time is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    #[error("does not begin with a time")]
    NoTime,
    #[error("names a day or a time that does not exist")]
    NoSuchTime,
    #[error("its time has no zone; say which one the log was written in, for example --time-zone +02:00")]
    NoZone,
    #[error("its time has no year; say the year of the first line, for example --year 2024")]
    NoYear,
}

/// Reads times, and remembers the year of those that have none.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    zone: Option<Offset>,
    year: Option<i64>,
    last_month: Option<i64>,
    /// A zone was taken from the settings because a line had none.
    pub(crate) is_zone_given: bool,
}

impl Clock {
    pub(crate) fn new(zone: Option<Offset>, year: Option<i64>) -> Self {
        Self { zone, year, last_month: None, is_zone_given: false }
    }

    /// A time at the start of a line, and what follows it.
    pub(crate) fn read<'a>(&mut self, line: &'a str) -> Result<(Timestamp, &'a str), ClockError> {
        let bytes = line.as_bytes();
        if bytes.first().is_some_and(u8::is_ascii_digit) { self.civil(line) } else { self.syslog(line) }
    }

    /// `2024-10-20 11:42:20`, with `T` between, with a fraction, with an offset, or without.
    fn civil<'a>(&mut self, line: &'a str) -> Result<(Timestamp, &'a str), ClockError> {
        let bytes = line.as_bytes();
        if bytes.len() < 19 || bytes[4] != b'-' || bytes[7] != b'-' || !matches!(bytes[10], b' ' | b'T') {
            return Err(ClockError::NoTime);
        }
        let year = digits(&bytes[..4]).ok_or(ClockError::NoTime)?;
        let month = digits(&bytes[5..7]).ok_or(ClockError::NoTime)?;
        let day = digits(&bytes[8..10]).ok_or(ClockError::NoTime)?;
        let seconds = seconds_of_day(&bytes[11..19])?;
        let (micros, after) = fraction(bytes, 19);
        let has_blank = bytes.get(after) == Some(&b' ');
        let (zone, rest) = match offset(&bytes[after + usize::from(has_blank)..]) {
            // ` [pid]` and a message id are no offset; neither is a number that runs on.
            Some((zone, rest)) if rest.is_empty() || rest[0] == b' ' => {
                (Some(zone), bytes.len() - rest.len())
            }
            Some(_) | None => (None, after),
        };
        let days = days(year, month, day).ok_or(ClockError::NoSuchTime)?;
        let zone = match zone {
            Some(zone) => zone,
            None => self.given()?,
        };
        Ok((at(days, seconds, micros, zone), line.get(rest..).unwrap_or("").trim_start_matches(' ')))
    }

    /// `Oct 20 11:42:20` (RFC 3164 §4.1.2).
    fn syslog<'a>(&mut self, line: &'a str) -> Result<(Timestamp, &'a str), ClockError> {
        let bytes = line.as_bytes();
        if bytes.len() < 15 || bytes[3] != b' ' || bytes[6] != b' ' {
            return Err(ClockError::NoTime);
        }
        let name = line.get(..3).ok_or(ClockError::NoTime)?;
        let month = MONTHS.iter().position(|month| *month == name).ok_or(ClockError::NoTime)?;
        let month = i64::try_from(month).unwrap_or(0) + 1;
        let day = if bytes[4] == b' ' { digits(&bytes[5..6]) } else { digits(&bytes[4..6]) };
        let day = day.ok_or(ClockError::NoTime)?;
        let seconds = seconds_of_day(&bytes[7..15])?;
        let year = self.year_of(month)?;
        let days = days(year, month, day).ok_or(ClockError::NoSuchTime)?;
        let zone = self.given()?;
        let (micros, after) = fraction(bytes, 15);
        Ok((at(days, seconds, micros, zone), line.get(after..).unwrap_or("").trim_start_matches(' ')))
    }

    fn given(&mut self) -> Result<Offset, ClockError> {
        self.is_zone_given = true;
        self.zone.ok_or(ClockError::NoZone)
    }

    /// December is followed by January of the next year; lines that come a little late do not go back a year.
    fn year_of(&mut self, month: i64) -> Result<i64, ClockError> {
        let year = self.year.ok_or(ClockError::NoYear)?;
        let last = self.last_month.unwrap_or(month);
        if last - month >= MONTHS_BACK {
            self.year = Some(year + 1);
            self.last_month = Some(month);
            return Ok(year + 1);
        }
        if month - last >= MONTHS_BACK {
            return Ok(year - 1);
        }
        self.last_month = Some(last.max(month));
        Ok(year)
    }
}

/// A time with its own offset or `Z` inside a text, as receivers put it into replies.
pub(crate) fn witness(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    for mark in memchr::memchr_iter(b'T', bytes) {
        let Some(start) = mark.checked_sub(10) else { continue };
        let is_date = bytes[start..mark].iter().enumerate().all(|(place, byte)| match place {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        let stamp = if is_date { text.get(start..) } else { None };
        let Some(stamp) = stamp else { continue };
        let end =
            stamp.find(|c: char| c.is_whitespace() || matches!(c, ']' | ')' | ',')).unwrap_or(stamp.len());
        let stamp = stamp.get(..end)?;
        if let Ok((time, "")) = Clock::new(None, None).read(stamp) {
            return Some(time);
        }
    }
    None
}

fn at(days: i64, seconds: i64, micros: i64, zone: Offset) -> Timestamp {
    Timestamp::from_micros((days * 86_400 + seconds - zone.0) * SECOND + micros)
}

/// All of them digits, four at most.
fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

/// `HH:MM:SS`; 60 is a leap second.
fn seconds_of_day(bytes: &[u8]) -> Result<i64, ClockError> {
    if bytes[2] != b':' || bytes[5] != b':' {
        return Err(ClockError::NoTime);
    }
    let part = |from: usize| digits(&bytes[from..from + 2]).ok_or(ClockError::NoTime);
    let (hours, minutes, seconds) = (part(0)?, part(3)?, part(6)?);
    if hours > 23 || minutes > 59 || seconds > 60 {
        return Err(ClockError::NoSuchTime);
    }
    Ok(hours * 3600 + minutes * 60 + seconds)
}

/// Microseconds of a fraction that begins here, and where it ends.
fn fraction(bytes: &[u8], from: usize) -> (i64, usize) {
    if !matches!(bytes.get(from), Some(b'.' | b',')) || !bytes.get(from + 1).is_some_and(u8::is_ascii_digit) {
        return (0, from);
    }
    let (mut micros, mut weight, mut at) = (0, SECOND / 10, from + 1);
    while let Some(byte) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
        micros += i64::from(byte - b'0') * weight;
        weight /= 10;
        at += 1;
    }
    (micros, at)
}

/// `Z`, `+0100` or `+01:00` at the start, and the rest.
fn offset(bytes: &[u8]) -> Option<(Offset, &[u8])> {
    let sign = match bytes.first()? {
        b'Z' => return Some((Offset::UTC, &bytes[1..])),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let hours = digits(bytes.get(1..3)?)?;
    let colon = usize::from(bytes.get(3) == Some(&b':'));
    let minutes = digits(bytes.get(3 + colon..5 + colon)?)?;
    let is_offset = hours <= 23 && minutes <= 59;
    is_offset.then(|| (Offset(sign * (hours * 3600 + minutes * 60)), &bytes[5 + colon..]))
}

/// Days since 1970 of a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years that begin in March put the leap day at their end.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

#[cfg(test)]
mod tests;
