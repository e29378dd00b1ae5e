//! The forms that comparisons take: a word, a flag, a list against what should be there.
//!
//! A missing or unreadable value becomes an unknown finding with the command that prints it; each form says so in the same way.

use crate::readback::{Field, Record};
use crate::{Finding, State};

const AGAIN: &str = "run the newest script with -Step readback and compare its output";

/// What one comparison is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) check: &'static str,
    pub(super) key: &'static str,
    pub(super) why: &'static str,
    pub(super) mend: &'a str,
}

impl<'a> About<'a> {
    pub(super) fn new(check: &'static str, key: &'static str, why: &'static str, mend: &'a str) -> Self {
        Self { check, key, why, mend }
    }
}

/// Findings in the order of the comparisons.
#[derive(Debug, Default)]
pub(super) struct Checks(pub(super) Vec<Finding>);

impl Checks {
    pub(super) fn add(
        &mut self,
        about: About<'_>,
        state: State,
        is: impl Into<String>,
        should: impl Into<String>,
    ) {
        let mend = match state {
            State::Ok => String::new(),
            State::Unknown => AGAIN.to_owned(),
            State::Warn | State::Fail => about.mend.to_owned(),
        };
        let (is, should) = (is.into(), should.into());
        self.0.push(Finding { check: about.check, state, is, should, why: about.why, mend });
    }

    /// A word that has to be this one, upper and lower case alike.
    pub(super) fn word(&mut self, about: About<'_>, record: &Record, should: &str) {
        match record.word(about.key) {
            Field::Set(is) => {
                let state = if is.eq_ignore_ascii_case(should) { State::Ok } else { State::Fail };
                self.add(about, state, is, should);
            }
            Field::Empty => self.add(about, State::Fail, "nothing", should),
            Field::Number(number) => {
                self.add(about, State::Unknown, format!("the number {number}, without its word"), should);
            }
            Field::Missing => self.add(about, State::Unknown, "not in the file", should),
        }
    }

    pub(super) fn flag(&mut self, about: About<'_>, record: &Record, should: bool) {
        match record.flag(about.key) {
            Field::Set(is) => {
                let state = if is == should { State::Ok } else { State::Fail };
                self.add(about, state, is.to_string(), should.to_string());
            }
            Field::Empty | Field::Missing => {
                self.add(about, State::Unknown, "not in the file", should.to_string());
            }
            Field::Number(number) => {
                let is = format!("the number {number}, without its word");
                self.add(about, State::Unknown, is, should.to_string());
            }
        }
    }

    /// A list that has to have an entry for which `fits` says yes.
    pub(super) fn entry(
        &mut self,
        about: About<'_>,
        record: &Record,
        should: &str,
        fits: impl Fn(&str) -> bool,
    ) {
        match record.words(about.key) {
            None => self.add(about, State::Unknown, "not in the file", should),
            Some(words) => {
                let state = if words.iter().any(|word| fits(word)) { State::Ok } else { State::Fail };
                self.add(about, state, shown(&words), should);
            }
        }
    }
}

/// A list for a person.
pub(super) fn shown(words: &[String]) -> String {
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}
