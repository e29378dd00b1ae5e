//! What a vendor's text says in times: the window that it claims, the refusals that it quotes, a day of the week that is another.
//!
//! It reads points in time, not sense: a text that is wrong without a time passes.

use crate::clock::Scan;
use crate::plain::is_log_line;
use model::Timestamp;

/// Points in time that are looked at in one text.
const STAMPS_MAX: usize = 500;

/// A point in time within a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    pub(crate) at: Timestamp,
    start: usize,
    end: usize,
    is_wrong_weekday: bool,
    is_date: bool,
}

/// What was found in a text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// `between A and B`, `from A to B`.
    pub(crate) window: Option<(Timestamp, Timestamp)>,
    /// Times of lines that quote a mail server's refusal.
    pub(crate) refusals: Vec<Timestamp>,
    /// Times whose day of the week is another, as they are written.
    pub(crate) wrong_weekdays: Vec<String>,
}

pub(crate) fn told(text: &str, year: Option<i16>) -> Told {
    let stamps = stamps(text, year);
    let wrong = stamps.iter().filter(|stamp| stamp.is_wrong_weekday);
    Told {
        window: window(text, &stamps),
        refusals: refusals(text, &stamps),
        wrong_weekdays: wrong.map(|stamp| text[stamp.start..stamp.end].to_owned()).collect(),
    }
}

/// Where in a line the quote of a mail log begins, if a page's editor lost the break before it: at the time that leads it.
#[must_use]
pub fn quote_start(line: &str) -> Option<usize> {
    let stamps = stamps(line, None);
    let leads = |stamp: &&Stamp| !stamp.is_date && is_log_line(&line[stamp.start..]);
    stamps.iter().rev().find(leads).map(|stamp| stamp.start)
}

fn stamps(text: &str, year: Option<i16>) -> Vec<Stamp> {
    let mut found: Vec<Stamp> = Vec::new();
    let mut is_inside_word = false;
    let mut next = 0;
    for (start, c) in text.char_indices() {
        let begins = !is_inside_word && c.is_ascii_alphanumeric() && start >= next;
        is_inside_word = c.is_alphanumeric();
        if !begins || found.len() >= STAMPS_MAX {
            continue;
        }
        // A time is short; the rest of a long text is not looked at for each word.
        let end = (start..=text.len().min(start + 80)).rev().find(|end| text.is_char_boundary(*end));
        let here = &text[start..end.unwrap_or(start)];
        let mut scan = Scan::new(here);
        let Some(moment) = scan.moment(year) else { continue };
        next = start + scan.at;
        // A date without a year may be of the year before or after.
        let in_year =
            |year: i16| Scan::new(here).moment(Some(year)).is_none_or(|other| other.is_wrong_weekday);
        let is_wrong_weekday =
            moment.is_wrong_weekday && year.is_none_or(|year| in_year(year - 1) && in_year(year + 1));
        found.push(Stamp { at: moment.at, start, end: next, is_wrong_weekday, is_date: moment.is_date });
    }
    found
}

/// Two points in time with the words of a window around them. Dates alone make none: their hours are not known.
fn window(text: &str, stamps: &[Stamp]) -> Option<(Timestamp, Timestamp)> {
    let pairs = stamps.iter().zip(stamps.iter().skip(1)).filter(|(from, to)| !from.is_date && !to.is_date);
    let mut windows = pairs.filter(|(from, to)| {
        let before = text[..from.start].split_whitespace().next_back().unwrap_or_default().to_lowercase();
        let before = before.trim_start_matches(|c: char| !c.is_alphabetic());
        let between = text.get(from.end..to.start).filter(|between| between.len() < 20).unwrap_or_default();
        let between = between.trim().to_lowercase();
        let words =
            [("between", "and"), ("from", "to"), ("from", "until"), ("zwischen", "und"), ("von", "bis")];
        words.contains(&(before, between.as_str()))
    });
    windows.next().map(|(from, to)| (from.at, to.at))
}

/// The first time of each line that quotes a refusal. A text may have lost its lines: the quote goes on to the next time then.
fn refusals(text: &str, stamps: &[Stamp]) -> Vec<Timestamp> {
    let mut found = Vec::new();
    let mut last_end = 0;
    for (number, stamp) in stamps.iter().enumerate() {
        let end = stamps.get(number + 1).map_or(text.len(), |next| next.start);
        let line = text[stamp.start..end].lines().next().unwrap_or_default();
        if stamp.start >= last_end && !stamp.is_date && is_log_line(line) {
            found.push(stamp.at);
            last_end = stamp.start + line.len();
        }
    }
    found
}

#[cfg(test)]
mod tests;
