//! What operators of this installation said of replies: rules of their own, asked before the built-in ones.
//!
//! A label is for one reply as `normalised` gives it, and so for every reply that differs only in addresses, ids and times. Its number is a
//! hash of that text: the same everywhere and after every restart. A trap stays a trap: what is a receiver's own fault by the rules of
//! `traps.toml` takes no label, neither when one is made nor when one is there. Labels may change while replies are judged.

use crate::classify::trap_of;
use crate::normal::normalised;
use crate::rules::Rule;
use core::fmt;
use core::str::FromStr;
use model::{Category, Owner, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The version of a label on disk.
const VERSION: u32 = 1;

/// The number of a reply: its text without what differs each time, hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyNumber(u32);

impl ReplyNumber {
    /// The number of a reply as a host wrote it.
    #[must_use]
    pub fn of(reply: &str) -> Self {
        Self::of_normalised(&normalised(reply))
    }

    /// The number of a text that `normalised` gave.
    #[must_use]
    pub fn of_normalised(text: &str) -> Self {
        // FNV-1a: a few lines that will never change, against nobody's malice.
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self((hash >> 32) as u32 ^ hash as u32)
    }
}

impl fmt::Display for ReplyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl FromStr for ReplyNumber {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, LabelError> {
        let is_number = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = is_number.then(|| u32::from_str_radix(text, 16).ok()).flatten();
        number.map(Self).ok_or_else(|| LabelError::Number(text.to_owned()))
    }
}

impl Serialize for ReplyNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReplyNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a label cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    #[error(
        "`{0}` is no number of a reply: eight digits from 0 to f, as `signpost classify --unknown` shows them"
    )]
    Number(String),
    #[error("`unknown` says nothing: name what the reply means")]
    Unknown,
    #[error(
        "this reply is a fault of the receiver, whatever it says beside that (rule {rule}): it takes no label, \
         because a label would make a fault of ours or of the sender of it"
    )]
    Trap { rule: &'static str },
    #[error("the label is not readable: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("version {0} is not known; this program knows version {VERSION}")]
    Version(u32),
    #[error("the number {number} is not that of its text, which is {of_text}: the text was changed by hand")]
    OtherText { number: ReplyNumber, of_text: ReplyNumber },
}

/// What an operator said of one reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    version: u32,
    pub number: ReplyNumber,
    pub category: Category,
    /// Whose fault it is, where that is not what the category says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// Who said so and when.
    pub by: String,
    pub at: Timestamp,
    /// As `normalised` gives it.
    pub text: String,
    /// One such reply as it came.
    pub sample: String,
}

impl Label {
    /// A label for the reply that `sample` is one of and `text` what `normalised` gives for it.
    ///
    /// # Errors
    /// If it says nothing, or the reply is a trap.
    pub fn new(
        (text, sample): (&str, &str),
        (category, owner): (Category, Option<Owner>),
        (by, at): (&str, Timestamp),
    ) -> Result<Self, LabelError> {
        let number = ReplyNumber::of_normalised(text);
        let (by, text, sample) = (by.to_owned(), text.to_owned(), sample.to_owned());
        Self { version: VERSION, number, category, owner, by, at, text, sample }.checked()
    }

    /// Reads a label as it stands on disk.
    ///
    /// # Errors
    /// If it cannot be read or used.
    pub fn read(toml: &str) -> Result<Self, LabelError> {
        toml::from_str::<Self>(toml)?.checked()
    }

    /// As it stands on disk.
    ///
    /// # Errors
    /// None that is known: every field is text or a number.
    pub fn written(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    fn checked(self) -> Result<Self, LabelError> {
        let of_text = ReplyNumber::of_normalised(&self.text);
        if self.version != VERSION {
            return Err(LabelError::Version(self.version));
        }
        if self.number != of_text {
            return Err(LabelError::OtherText { number: self.number, of_text });
        }
        if self.category == Category::Unknown {
            return Err(LabelError::Unknown);
        }
        match trap_of(&self.sample) {
            Some(rule) => Err(LabelError::Trap { rule }),
            None => Ok(self),
        }
    }
}

/// The labels in force.
#[derive(Debug, Default)]
pub struct Labels {
    held: RwLock<Held>,
}

#[derive(Debug, Default)]
struct Held {
    labels: BTreeMap<ReplyNumber, Label>,
    rules: BTreeMap<ReplyNumber, Arc<Rule>>,
}

impl Labels {
    #[must_use]
    pub fn new(labels: impl IntoIterator<Item = Label>) -> Self {
        let held = Self::default();
        labels.into_iter().for_each(|label| held.put(label));
        held
    }

    /// In force from the next reply on; an older label of the same number ends.
    pub fn put(&self, label: Label) {
        let id = format!("label-{}", label.number);
        let rule = Arc::new(Rule::of_label(id, label.category, label.owner));
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.rules.insert(label.number, rule);
        held.labels.insert(label.number, label);
    }

    /// Ends a label; gives it if there was one.
    pub fn remove(&self, number: ReplyNumber) -> Option<Label> {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.rules.remove(&number);
        held.labels.remove(&number)
    }

    /// All of them, by number.
    #[must_use]
    pub fn all(&self) -> Vec<Label> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let mut labels: Vec<Label> = held.labels.values().cloned().collect();
        labels.sort_by_key(|label| label.number);
        labels
    }

    /// The rule that a label makes for this reply.
    pub(crate) fn rule_for(&self, reply: &str) -> Option<Arc<Rule>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        if held.labels.is_empty() {
            return None;
        }
        let text = normalised(reply);
        let number = ReplyNumber::of_normalised(&text);
        let is_its_own = held.labels.get(&number).is_some_and(|label| label.text == text);
        is_its_own.then(|| held.rules.get(&number).cloned()).flatten()
    }
}

#[cfg(test)]
mod tests;
