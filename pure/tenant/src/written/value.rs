//! One written value and the ways to read it.
//!
//! Every way gives `None` for a value that it cannot take, having said why; the caller goes on with a default, because the file
//! is refused anyway once anything was said.

use super::{Report, Table, parse_duration};
use crate::suggest::hint;
use core::fmt::Display;
use core::ops::RangeInclusive;
use core::str::FromStr;
use model::{ByteCount, Duration, Timestamp};
use toml::Spanned;
use toml::de::DeValue;

/// Most entries that a list may have.
const LIST_LEN_MAX: usize = 10_000;

/// A value with its full key and its place.
#[derive(Debug, Clone)]
pub struct Value<'t> {
    value: &'t Spanned<DeValue<'t>>,
    path: String,
}

impl<'t> Value<'t> {
    pub(super) fn new(value: &'t Spanned<DeValue<'t>>, path: String) -> Self {
        Self { value, path }
    }

    /// Where the value begins in the file.
    #[must_use]
    pub fn start(&self) -> usize {
        self.value.span().start
    }

    /// Adds a problem with this value.
    pub fn problem(&self, report: &mut Report, reason: impl Display) {
        report.at(self.start(), format!("`{}`: {reason}", self.path));
    }

    fn wrong_type(&self, report: &mut Report, wanted: &str) {
        let found = match self.value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.problem(report, format!("needs {wanted}, this is {found}"));
    }

    /// A text.
    pub fn text(&self, report: &mut Report) -> Option<&'t str> {
        let text = self.value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(report, "a text in quotes");
        }
        text
    }

    /// A text of at most `max` characters without control characters.
    pub fn line(&self, max: usize, report: &mut Report) -> Option<&'t str> {
        let text = self.text(report)?;
        if text.chars().any(char::is_control) {
            self.problem(report, "holds a control character; write it on one line");
            return None;
        }
        if text.chars().count() > max {
            self.problem(report, format!("is longer than {max} characters"));
            return None;
        }
        Some(text)
    }

    /// A text of a type that can say what is wrong with it.
    pub fn parse<T: FromStr<Err: Display>>(&self, report: &mut Report) -> Option<T> {
        let text = self.text(report)?;
        text.parse().map_err(|error| self.problem(report, error)).ok()
    }

    /// One of a few words.
    pub fn word<T: Copy>(&self, words: &[(&'static str, T)], report: &mut Report) -> Option<T> {
        let text = self.text(report)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let known: Vec<&str> =
                words.iter().map(|(word, _)| *word).filter(|word| !word.is_empty()).collect();
            let hint = hint(text, known.iter().copied());
            self.problem(report, format!("`{text}` is not one of {}{hint}", known.join(", ")));
        }
        found
    }

    /// `true` or `false`.
    pub fn flag(&self, report: &mut Report) -> Option<bool> {
        let flag = self.value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(report, "true or false without quotes");
        }
        flag
    }

    /// A whole number within bounds.
    pub fn number(&self, bounds: RangeInclusive<u64>, report: &mut Report) -> Option<u64> {
        let Some(integer) = self.value.get_ref().as_integer() else {
            self.wrong_type(report, "a whole number without quotes");
            return None;
        };
        let number = i128::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.and_then(|number| u64::try_from(number).ok()).filter(|it| bounds.contains(it));
        if number.is_none() {
            self.problem(report, format!("is not from {} to {}", bounds.start(), bounds.end()));
        }
        number
    }

    /// A size: a text with a unit, or a number of bytes.
    pub fn size(&self, bounds: RangeInclusive<ByteCount>, report: &mut Report) -> Option<ByteCount> {
        if self.value.get_ref().is_integer() {
            return self.number(bounds.start().0..=bounds.end().0, report).map(ByteCount);
        }
        let size: ByteCount = self.parse(report)?;
        if !bounds.contains(&size) {
            self.problem(report, format!("is not from {} to {}", bounds.start(), bounds.end()));
            return None;
        }
        Some(size)
    }

    /// A span of time within bounds.
    pub fn duration(&self, bounds: RangeInclusive<Duration>, report: &mut Report) -> Option<Duration> {
        let text = self.text(report)?;
        let span = parse_duration(text).map_err(|reason| self.problem(report, reason)).ok()?;
        if !bounds.contains(&span) {
            let (from, to) = (bounds.start(), bounds.end());
            self.problem(report, format!("`{text}` is not from {from:?} to {to:?}"));
            return None;
        }
        Some(span)
    }

    /// A point in time; it has to say its time zone.
    pub fn time(&self, report: &mut Report) -> Option<Timestamp> {
        let example = "for example 2026-09-01T00:00:00+02:00, without quotes";
        let Some(time) = self.value.get_ref().as_datetime() else {
            self.wrong_type(report, &format!("a time, {example}"));
            return None;
        };
        if time.date.is_none() || time.time.is_none() || time.offset.is_none() {
            self.problem(report, format!("needs date, time and time zone, {example}"));
            return None;
        }
        time.to_string().parse().map_err(|error| self.problem(report, error)).ok()
    }

    /// The entries of a list.
    pub fn list(&self, report: &mut Report) -> Vec<Value<'t>> {
        let Some(array) = self.value.get_ref().as_array() else {
            self.wrong_type(report, "a list in brackets");
            return Vec::new();
        };
        if array.len() > LIST_LEN_MAX {
            self.problem(report, format!("has more than {LIST_LEN_MAX} entries"));
            return Vec::new();
        }
        array.iter().map(|value| Value::new(value, self.path.clone())).collect()
    }

    /// A list of texts of one type, each entry with its own problem; at most `max` entries.
    pub fn parse_list<T: FromStr<Err: Display>>(&self, max: usize, report: &mut Report) -> Vec<T> {
        let values = self.list(report);
        if values.len() > max {
            self.problem(report, format!("has more than {max} entries"));
        }
        values.iter().filter_map(|value| value.parse(report)).collect()
    }

    /// A table.
    pub fn table(&self, report: &mut Report) -> Option<Table<'t>> {
        let table = self.value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(report, "a table");
        }
        table.map(|table| Table::new(table, format!("{}.", self.path), self.start()))
    }

    /// A list of tables, `[[key]]`.
    pub fn tables(&self, report: &mut Report) -> Vec<Table<'t>> {
        if self.value.get_ref().is_table() {
            self.problem(report, format!("is a list: write [[{path}]] with two brackets", path = self.path));
            return Vec::new();
        }
        self.list(report).iter().filter_map(|value| value.table(report)).collect()
    }
}
