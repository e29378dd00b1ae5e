//! What pages put into the text of an entry: fields, components, and updates under their times.
//!
//! ```text
//! Status: Resolved
//! Affected components
//! - API (Operational)
//! Aug 3, 09:54 UTC
//! Resolved - It works again.
//! ```
//! A stamp without a year is of the year in which it lies nearest to the entry's publication.

use crate::clock::{self, Moment, Scan};
use crate::words::{self, Phase};
use model::{Duration, Timestamp};

/// Words before a colon that are fields.
const FIELDS: [&str; 12] = [
    "status",
    "current status",
    "state",
    "severity",
    "impact",
    "type",
    "duration",
    "affected components",
    "components",
    "affected services",
    "services",
    "affected",
];
/// A heading is short.
const WORD_LEN_MAX: usize = 30;
const COMPONENTS_MAX: usize = 200;

/// One update of the text.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) at: Option<Timestamp>,
    /// The page's word for the phase.
    pub(super) word: Option<String>,
    pub(super) text: String,
}

impl Said {
    pub(super) fn phase(&self) -> Option<Phase> {
        words::phase(self.word.as_deref()?)
    }
}

/// What a text tells.
#[derive(Debug, Default)]
pub(super) struct Story {
    fields: Vec<(String, String)>,
    /// Name, and the state behind it in brackets.
    pub(super) components: Vec<(String, Option<String>)>,
    pub(super) said: Vec<Said>,
    /// What is left where there is no time: the text of the entry.
    pub(super) rest: String,
}

impl Story {
    pub(super) fn field(&self, names: &[&str]) -> Option<&str> {
        let found = names.iter().find_map(|name| self.fields.iter().find(|(known, _)| known == name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads a text. `is_strict`: the page puts a phase in front of each update, so that what stands there is one even if we do not know it.
pub(super) fn story(text: &str, near: Option<Timestamp>, is_strict: bool) -> Story {
    let mut story = Story::default();
    let mut is_listing = false;
    let mut wants_word = false;
    for line in text.lines() {
        let line = line.trim();
        if let Some((at, rest)) = stamp(line, near) {
            story.said.push(Said { at: Some(at), ..Said::default() });
            (is_listing, wants_word) = (false, true);
            if !rest.is_empty() {
                (wants_word, is_listing) = say(&mut story, rest, is_strict, wants_word);
            }
            continue;
        }
        if line.is_empty() {
            let text = story.said.last_mut().map_or(&mut story.rest, |last| &mut last.text);
            if !text.is_empty() {
                text.push('\n');
            }
            continue;
        }
        if let Some(name) = line.strip_prefix("- ").filter(|_| is_listing) {
            component(&mut story, name);
            continue;
        }
        is_listing = false;
        let is_heading = matches!(words::key(line).as_str(), "affectedcomponents" | "affectedservices");
        if is_heading {
            is_listing = true;
        } else if let Some((name, value)) = field(line).filter(|_| story.said.is_empty()) {
            if name.contains("component") || name.contains("service") || name == "affected" {
                is_listing = value.is_empty();
                value
                    .split(',')
                    .filter(|name| !name.trim().is_empty())
                    .for_each(|name| component(&mut story, name));
            } else {
                story.fields.push((name, value));
            }
        } else if story.said.is_empty() {
            story.rest.push_str(line);
            story.rest.push('\n');
        } else {
            (wants_word, is_listing) = say(&mut story, line, is_strict, wants_word);
        }
    }
    for said in &mut story.said {
        said.text.truncate(said.text.trim_end().len());
    }
    story
}

/// A line of the newest update: its phase first, then its text. Whether a phase is still due, and whether a list goes on: it does not.
fn say(story: &mut Story, line: &str, is_strict: bool, wants_word: bool) -> (bool, bool) {
    let Some(last) = story.said.last_mut() else { return (false, false) };
    let mut line = line;
    if wants_word {
        let (word, rest) = line.split_once(" - ").or_else(|| line.split_once(": ")).unwrap_or((line, ""));
        let is_known = words::phase(word).is_some() || words::is_repetition(word);
        let is_word = is_known || (is_strict && !rest.is_empty() && line.contains(" - "));
        if is_word && word.chars().count() <= WORD_LEN_MAX {
            last.word = Some(word.trim().to_owned());
            line = rest.trim();
        }
    }
    if !line.is_empty() {
        if !last.text.is_empty() {
            last.text.push('\n');
        }
        last.text.push_str(line);
    }
    (false, false)
}

/// A line that begins with a time and has nothing or a dash behind it.
fn stamp(line: &str, near: Option<Timestamp>) -> Option<(Timestamp, &str)> {
    let mut scan = Scan::new(line);
    let year = near.map(clock::year);
    let moment = scan.moment(year).filter(|moment| !moment.is_date)?;
    let rest = scan.rest().trim_start();
    let joint = ["-", "–", "|", ":"].iter().find_map(|joint| rest.strip_prefix(joint));
    let rest = if rest.is_empty() { rest } else { joint?.trim_start() };
    Some((nearest(line, moment, near), rest))
}

/// The stamp in the year in which it lies nearest; one that has a year of its own is the same in all.
fn nearest(line: &str, moment: Moment, near: Option<Timestamp>) -> Timestamp {
    let Some(near) = near else { return moment.at };
    let year = clock::year(near);
    // Only around the turn of a year another one can be nearer.
    let others = match clock::month(near) {
        1..=6 => [year - 1, year],
        _ => [year, year + 1],
    };
    let times =
        others.into_iter().filter_map(|year| Scan::new(line).moment(Some(year))).map(|moment| moment.at);
    let apart = |at: &Timestamp| at.since(near).max(near.since(*at));
    times.min_by_key(apart).unwrap_or(moment.at)
}

fn field(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim().to_lowercase();
    FIELDS.contains(&name.as_str()).then(|| (name, value.trim().to_owned()))
}

/// `API (Operational)`.
fn component(story: &mut Story, name: &str) {
    let name = name.trim();
    if story.components.len() >= COMPONENTS_MAX {
        return;
    }
    let bracket = name.strip_suffix(')').and_then(|inner| inner.rsplit_once('('));
    let known = bracket.filter(|(_, word)| words::state(word).is_some());
    story.components.push(match known {
        Some((name, word)) => (name.trim().to_owned(), Some(word.trim().to_owned())),
        None => (name.to_owned(), None),
    });
}

/// A title without `[Resolved]` or `RESOLVED:` in front, and that word.
pub(super) fn without_mark(title: &str) -> (&str, Option<&str>) {
    let title = title.trim();
    let bracket = title.strip_prefix('[').and_then(|inner| inner.split_once(']'));
    let capital = title
        .split_once(':')
        .filter(|(word, _)| word.len() > 3 && word.chars().all(|c| c.is_ascii_uppercase()));
    for (word, rest) in bracket.into_iter().chain(capital) {
        if words::phase(word).is_some() && !rest.trim().is_empty() {
            return (rest.trim(), Some(word.trim()));
        }
    }
    (title, None)
}

/// `2 hours and 30 minutes`, `45 minutes`.
pub(super) fn span(text: &str) -> Option<Duration> {
    let mut seconds: u64 = 0;
    let mut number: Option<u64> = None;
    for word in text.split_whitespace().take(12) {
        if let Ok(value) = word.parse::<u64>() {
            number = Some(value.min(1_000_000));
        } else if let Some(value) = number.take() {
            let unit = match word.to_lowercase().trim_matches(|c: char| !c.is_alphabetic()) {
                "second" | "seconds" => 1,
                "minute" | "minutes" | "min" | "mins" => 60,
                "hour" | "hours" => 3_600,
                "day" | "days" => 86_400,
                _ => return None,
            };
            seconds += value * unit;
        }
    }
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests;
