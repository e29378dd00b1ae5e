//! Reads a time from the beginning of a text and says where it ended.
//!
//! The forms: `2026-08-18T07:40:35.676Z`, `2026-08-18 07:40 +02:00`, `Mon, 17 Aug 2026 21:01:19 PDT`, `Aug 3, 2026 - 09:54 UTC`,
//! `Monday, August 2, 2021, at 2:36 PM UTC`, `20.10.2024, 11:27:37`, and `Aug 3, 09:54 UTC` where the year is known.

use super::{Moment, ZONES, at, month_named, weekday};
use jiff::civil::{Date, Time, Weekday};

/// A place in a text.
#[derive(Debug, Clone)]
pub(crate) struct Scan<'a> {
    text: &'a str,
    pub(crate) at: usize,
}

impl<'a> Scan<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// A time that begins here. The place is moved only if there is one.
    pub(crate) fn moment(&mut self, year: Option<i16>) -> Option<Moment> {
        let mut scan = self.clone();
        let named = scan.weekday();
        let date = scan.date(year)?;
        let after_date = scan.clone();
        scan.between();
        let (time, is_date) = match scan.time() {
            Some(time) => (time, false),
            None => {
                scan = after_date;
                (Time::midnight(), true)
            }
        };
        let offset = if is_date { None } else { scan.zone() };
        let moment = Moment {
            at: at(date, time, offset.unwrap_or(0))?,
            has_zone: offset.is_some() || is_date,
            is_date,
            is_wrong_weekday: named.is_some_and(|named| named != date.weekday()),
        };
        *self = scan;
        Some(moment)
    }

    fn weekday(&mut self) -> Option<Weekday> {
        let mut scan = self.clone();
        let day = weekday(scan.word())?;
        scan.eat(".");
        scan.eat(",");
        scan.blanks();
        *self = scan;
        Some(day)
    }

    fn date(&mut self, year: Option<i16>) -> Option<Date> {
        let starts_with_digit = self.rest().starts_with(|c: char| c.is_ascii_digit());
        let (year, month, day) =
            if starts_with_digit { self.digits_first()? } else { self.month_first(year)? };
        Date::new(year, month, day).ok()
    }

    /// `2026-08-18`, `2026/08/18`, `17 Aug 2026`, `17-Aug-2026`, `20.10.2024`.
    fn digits_first(&mut self) -> Option<(i16, i8, i8)> {
        let (first, length) = self.number(4)?;
        if length == 4 {
            let joint = if self.eat("-") { "-" } else { self.eat("/").then_some("/")? };
            let (month, _) = self.number(2)?;
            if !self.eat(joint) {
                return None;
            }
            let (day, _) = self.number(2)?;
            return Some((i16::try_from(first).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?));
        }
        let day = i8::try_from(first).ok()?;
        if self.eat(".") {
            let (month, _) = self.number(2)?;
            if !self.eat(".") {
                return None;
            }
            return Some((self.year()?, i8::try_from(month).ok()?, day));
        }
        self.ordinal();
        if !self.eat("-") {
            self.blanks();
        }
        let month = month_named(self.word())?;
        self.eat(".");
        self.eat(",");
        if !self.eat("-") {
            self.blanks();
        }
        Some((self.year()?, month, day))
    }

    /// `Aug 3, 2026`, `August 3rd 2026`, `Aug 3` where the year is known.
    fn month_first(&mut self, year: Option<i16>) -> Option<(i16, i8, i8)> {
        let month = month_named(self.word())?;
        self.eat(".");
        self.blanks();
        let (day, _) = self.number(2)?;
        self.ordinal();
        let before = self.clone();
        self.eat(",");
        self.blanks();
        let is_clock = self.clone().time().is_some();
        let said = if is_clock { None } else { self.year() };
        if said.is_none() {
            *self = before;
        }
        Some((said.or(year)?, month, i8::try_from(day).ok()?))
    }

    /// Four digits, or two of this century or the last one (RFC 5322 §4.3).
    fn year(&mut self) -> Option<i16> {
        let mut scan = self.clone();
        let (number, length) = scan.number(4)?;
        let year = match length {
            4 => number,
            2 if number < 50 => 2000 + number,
            2 => 1900 + number,
            _ => return None,
        };
        *self = scan;
        i16::try_from(year).ok()
    }

    /// What stands between date and time.
    fn between(&mut self) {
        self.eat(",");
        if self.eat("T") || self.eat("t") {
            return;
        }
        self.blanks();
        if ["at ", "um ", "- ", "– ", "@ ", "| ", "· "].iter().any(|joint| self.eat(joint)) {
            self.blanks();
        }
    }

    /// `21:01:19.5`, `09:54`, `2:36 PM`; 60 seconds are a leap second.
    fn time(&mut self) -> Option<Time> {
        let mut scan = self.clone();
        let (hour, _) = scan.number(2)?;
        if !scan.eat(":") {
            return None;
        }
        let (minute, 2) = scan.number(2)? else { return None };
        let mut with_seconds = scan.clone();
        let seconds = if with_seconds.eat(":") { with_seconds.number(2) } else { None };
        let (second, nanos) = match seconds {
            Some((seconds, 2)) => {
                scan = with_seconds;
                (seconds.min(59), scan.fraction())
            }
            Some(_) | None => (0, 0),
        };
        let hour = scan.half_of_day(hour)?;
        *self = scan;
        Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, nanos)
            .ok()
    }

    fn fraction(&mut self) -> i32 {
        let rest = self.rest();
        let Some(digits) = rest.strip_prefix(['.', ',']) else { return 0 };
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        if length == 0 {
            return 0;
        }
        self.at += 1 + length;
        let nine: String = digits.chars().take(length).chain("000000000".chars()).take(9).collect();
        nine.parse().unwrap_or(0)
    }

    /// AM and PM; none if the hour cannot have them.
    fn half_of_day(&mut self, hour: u32) -> Option<u32> {
        let mut scan = self.clone();
        scan.blanks();
        let rest = scan.rest();
        let words = [("a.m.", false), ("p.m.", true), ("am", false), ("pm", true)];
        let found = words.iter().find(|(word, _)| {
            rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
                && !rest[word.len()..].starts_with(|c: char| c.is_alphanumeric())
        });
        let Some((word, is_afternoon)) = found else { return Some(hour) };
        scan.at += word.len();
        *self = scan;
        match (hour, is_afternoon) {
            (12, false) => Some(0),
            (12, true) => Some(12),
            (1..=11, false) => Some(hour),
            (1..=11, true) => Some(hour + 12),
            _ => None,
        }
    }

    /// Minutes east of UTC.
    fn zone(&mut self) -> Option<i32> {
        let mut scan = self.clone();
        scan.blanks();
        scan.eat("(");
        let minutes = match scan.offset() {
            Some(minutes) => minutes,
            None => {
                let name = scan.word().to_ascii_lowercase();
                let (_, hours, minutes) = ZONES.iter().find(|(known, ..)| *known == name)?;
                let before = scan.clone();
                // Instatus writes `GMT+0`.
                let more = if *hours == 0 { scan.offset() } else { None };
                if more.is_none() {
                    scan = before;
                }
                hours * 60 + minutes + more.unwrap_or(0)
            }
        };
        scan.eat(")");
        *self = scan;
        Some(minutes)
    }

    /// `+02:00`, `-0700`, `+2`.
    fn offset(&mut self) -> Option<i32> {
        let mut scan = self.clone();
        let sign = if scan.eat("+") { 1 } else { scan.eat("-").then_some(-1)? };
        let (number, length) = scan.number(4)?;
        let (hours, minutes) = match length {
            1 | 2 => {
                let before = scan.clone();
                let minutes = if scan.eat(":") { scan.number(2).map(|(minutes, _)| minutes) } else { None };
                if minutes.is_none() {
                    scan = before;
                }
                (number, minutes.unwrap_or(0))
            }
            4 => (number / 100, number % 100),
            _ => return None,
        };
        if hours > 15 || minutes > 59 {
            return None;
        }
        *self = scan;
        i32::try_from(hours * 60 + minutes).ok().map(|minutes| sign * minutes)
    }

    fn ordinal(&mut self) {
        if ["st", "nd", "rd", "th"].iter().any(|end| self.rest().starts_with(end)) {
            self.at += 2;
        }
    }

    /// Digits, at most so many; none if more follow. And how many there were.
    fn number(&mut self, digits_max: usize) -> Option<(u32, usize)> {
        let rest = self.rest();
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        if length == 0 || length > digits_max {
            return None;
        }
        self.at += length;
        Some((rest[..length].parse().ok()?, length))
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        self.at += length;
        &rest[..length]
    }

    fn eat(&mut self, text: &str) -> bool {
        let is_next = self.rest().starts_with(text);
        if is_next {
            self.at += text.len();
        }
        is_next
    }

    /// Blanks, those that do not break too.
    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\u{a0}', '\u{202f}']).len();
    }
}
