//! What was not understood, collected while a document is read.
//!
//! An unknown word becomes our `unknown` and an alarm with its place, so that nothing is taken for well by mistake. The list is bounded; what
//! came after is counted.

use crate::clock::{self, ClockError};
use crate::json::Node;
use crate::place::Place;
use crate::plain;
use crate::words::{self, Phase, Severity, State, Word};
use model::Timestamp;
use serde::{Deserialize, Serialize};

/// More are counted only.
pub const ALARMS_MAX: usize = 200;

/// What kind of thing was not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// A word for a state, a severity or a phase that is in no table.
    UnknownWord,
    /// A time that cannot be read.
    Time,
    /// A time without a zone, read as UTC.
    TimeWithoutZone,
    /// Something that has to be there is not.
    Missing,
    /// Something has another shape than its format says.
    Shape,
    /// More than is kept.
    TooMuch,
    /// No known format: read by a guess.
    Guessed,
}

impl AlarmKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownWord => "unknown_word",
            Self::Time => "time",
            Self::TimeWithoutZone => "time_without_zone",
            Self::Missing => "missing",
            Self::Shape => "shape",
            Self::TooMuch => "too_much",
            Self::Guessed => "guessed",
        }
    }
}

/// Something in a document that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    pub kind: AlarmKind,
    pub place: String,
    pub text: String,
}

/// Collects alarms, and reads what may give one.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    alarms: Vec<Alarm>,
    left_out: usize,
    /// The place of the first time without a zone, and how many there were.
    without_zone: Option<(String, usize)>,
    /// The format says that its times without a zone are UTC.
    pub(crate) is_utc: bool,
}

impl Notes {
    pub(crate) fn alarm(&mut self, kind: AlarmKind, place: &Place, text: impl Into<String>) {
        if self.alarms.len() < ALARMS_MAX {
            // Names of fields are the vendor's words as well.
            let place = plain::line(&place.to_string());
            self.alarms.push(Alarm { kind, place, text: plain::line(&text.into()) });
        } else {
            self.left_out += 1;
        }
    }

    /// Everything that was collected.
    pub(crate) fn finish(mut self) -> Vec<Alarm> {
        if let Some((place, count)) = self.without_zone.take() {
            let text = format!("{count} times have no zone and are read as UTC, the first here");
            self.alarms.push(Alarm { kind: AlarmKind::TimeWithoutZone, place, text });
        }
        if self.left_out > 0 {
            let text = format!("{} more alarms are not listed", self.left_out);
            self.alarms.push(Alarm { kind: AlarmKind::TooMuch, place: "the document".to_owned(), text });
        }
        self.alarms
    }

    pub(crate) fn state(&mut self, node: Option<&Node<'_>>) -> Word<State> {
        self.word(node, "state", words::state, State::Unknown)
    }

    pub(crate) fn severity(&mut self, node: Option<&Node<'_>>) -> Word<Severity> {
        self.word(node, "severity", words::severity, Severity::Unknown)
    }

    pub(crate) fn phase(&mut self, node: Option<&Node<'_>>) -> Word<Phase> {
        self.word(node, "phase", words::phase, Phase::Unknown)
    }

    /// The node's word by a table; an unknown one gives the unknown value and an alarm, an absent one only the value.
    pub(crate) fn word<T>(
        &mut self,
        node: Option<&Node<'_>>,
        what: &str,
        table: impl Fn(&str) -> Option<T>,
        unknown: T,
    ) -> Word<T> {
        let Some(node) = node else { return Word { ours: unknown, theirs: None } };
        match node.own_text() {
            Some(said) => self.said(&said, &node.place, what, table, unknown),
            None => {
                self.alarm(AlarmKind::Shape, &node.place, format!("the {what} is no word"));
                Word { ours: unknown, theirs: None }
            }
        }
    }

    /// A word that is already text.
    pub(crate) fn said<T>(
        &mut self,
        said: &str,
        place: &Place,
        what: &str,
        table: impl Fn(&str) -> Option<T>,
        unknown: T,
    ) -> Word<T> {
        let theirs = plain::line(said);
        let ours = table(said).unwrap_or_else(|| {
            self.alarm(AlarmKind::UnknownWord, place, format!("`{theirs}` is no {what} that is known"));
            unknown
        });
        Word { ours, theirs: Some(theirs) }
    }

    /// The time under the first of these names that is there.
    pub(crate) fn time(&mut self, node: &Node<'_>, names: &[&str]) -> Option<Timestamp> {
        self.time_of(&node.first(names)?)
    }

    pub(crate) fn time_of(&mut self, node: &Node<'_>) -> Option<Timestamp> {
        match node.own_text() {
            Some(text) => self.time_in(&text, &node.place),
            // An empty text is how some write that there is none.
            None if node.value.is_string() => None,
            None => {
                self.alarm(AlarmKind::Time, &node.place, "this is no time");
                None
            }
        }
    }

    /// A time that is already text.
    pub(crate) fn time_in(&mut self, text: &str, place: &Place) -> Option<Timestamp> {
        match clock::read(text) {
            Ok(read) => {
                if !read.has_zone && !self.is_utc {
                    let (_, count) =
                        self.without_zone.get_or_insert_with(|| (plain::line(&place.to_string()), 0));
                    *count += 1;
                }
                Some(read.at)
            }
            Err(ClockError::Null) => None,
            Err(error) => {
                self.alarm(AlarmKind::Time, place, error.to_string());
                None
            }
        }
    }
}
