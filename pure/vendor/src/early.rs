//! What our own mail meets at a provider: when it is in trouble, and never for a fault of ours.
//!
//! ```text
//!   quiet --5 messages missed within 5 min, a fifth of all, three times its usual--> trouble --none of that for 15 min--> quiet
//! ```
//! A message is missed by an answer that owns to a fault of the receiver's, by no answer, or by being told to come slower. A refusal for our address, a
//! content or a mailbox says nothing of its health. No answer counts only over a source that others answer meanwhile, and at one provider only:
//! several at once are our own network. To be told to come slower counts only where we come no faster than usual. A message counts once however often
//! it is tried.

mod admitted;
mod course;
mod usual;

pub use admitted::{Admitted, admitted};

use course::{Course, Kind, WINDOW};
use model::{Duration, MessageId, SourceName, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const QUIET: Duration = Duration::from_secs(900);
/// Providers that are told apart, and sources of which it is known when they were answered.
const PROVIDERS_MAX: usize = 200;
const SOURCES_MAX: usize = 1_000;
/// A trouble by silence that is no older ends as ours when another provider is silent too.
const WITHDRAWN_WITHIN: Duration = Duration::from_secs(600);

/// What one recipient's try came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met<'r> {
    Taken,
    /// Refused for a reason that says nothing of the receiver's health: only that the way to it is open.
    Answered,
    /// Put off or refused for a fault of the receiver's own, with its answer.
    Missed(&'r str),
    /// No answer: what was waited for in vain.
    Silent(&'r str),
    /// Told to come slower, and whether for an address of ours.
    Throttled {
        reply: &'r str,
        names_us: bool,
    },
}

/// A try, where, and over what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried<'a> {
    /// `None`: a mail system of nobody in particular. It shows that our own way out is open.
    pub provider: Option<&'a str>,
    pub source: &'a SourceName,
    pub message: MessageId,
    pub met: Met<'a>,
    pub at: Timestamp,
}

/// A time in which a provider did not take our mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub provider: String,
    /// The first answer of those that made it one.
    pub since: Timestamp,
    /// The last one.
    pub last: Timestamp,
    /// Messages that were put off; each counts once.
    pub missed: u64,
    /// Those of them that got no answer, and that were told to come slower.
    #[serde(default)]
    pub silent: u64,
    #[serde(default)]
    pub throttled: u64,
    /// Of all answers since.
    pub taken: u64,
    /// The first answer, as it was.
    pub reply: String,
    pub is_over: bool,
    /// Withdrawn: several providers were silent at once.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub is_ours: bool,
}

/// All providers that our mail went to.
#[derive(Debug, Clone, Default)]
pub struct Early {
    courses: BTreeMap<String, Course>,
    /// When a host last answered over this source, whichever it was.
    answered: BTreeMap<SourceName, Timestamp>,
    /// When several providers were silent at once.
    several: Option<Timestamp>,
    /// Not told of yet.
    withdrawn: Vec<Trouble>,
    /// Nothing was met before it.
    began: Timestamp,
}

impl Early {
    /// With the troubles that an earlier run kept; one that was open then goes on until this run was quiet for long enough.
    #[must_use]
    pub fn of(kept: impl IntoIterator<Item = Trouble>, now: Timestamp) -> Self {
        let mut early = Self { began: now, ..Self::default() };
        for trouble in kept {
            let course = early.courses.entry(trouble.provider.clone()).or_default();
            // The newest word on it counts.
            course.troubles.retain(|known| known.since != trouble.since);
            if !trouble.is_ours {
                course.remember(trouble);
            }
        }
        early
    }

    /// One try; tells of a trouble that it makes.
    pub fn met(&mut self, tried: Tried<'_>) -> Option<&Trouble> {
        if !matches!(tried.met, Met::Silent(_))
            && (self.answered.len() < SOURCES_MAX || self.answered.contains_key(tried.source))
        {
            self.answered.insert(tried.source.clone(), tried.at);
        }
        let provider = tried.provider?;
        if self.courses.len() >= PROVIDERS_MAX && !self.courses.contains_key(provider) {
            return None;
        }
        let course = self.courses.entry(provider.to_owned()).or_default();
        let kind = course.note(&tried)?;
        if kind == Kind::Taken {
            course.was_taken();
            return None;
        }
        let mut counted = course.counted(&self.answered);
        if counted.contains(&Kind::Silent) && self.is_silence_ours(provider, tried.at) {
            counted.retain(|kind| *kind != Kind::Silent);
        }
        let course = self.courses.get_mut(provider)?;
        course.missed(&tried, kind, &counted).then(|| course.troubles.back()).flatten()
    }

    /// Whether others do not answer either, or did not a moment ago.
    fn is_silence_ours(&mut self, provider: &str, now: Timestamp) -> bool {
        let is_silent = |name: &str| self.courses.get(name).is_some_and(|course| course.is_silent(now));
        if is_silent(provider) && self.courses.keys().any(|name| name != provider && is_silent(name)) {
            self.several = Some(now);
            self.withdraw(now);
        }
        self.several.is_some_and(|then| now.since(then) <= WINDOW)
    }

    /// What was taken for a provider's silence a moment ago was ours.
    fn withdraw(&mut self, now: Timestamp) {
        for course in self.courses.values_mut() {
            let newest = course.troubles.back().filter(|trouble| !trouble.is_over);
            let is_by_silence = newest.is_some_and(|trouble| {
                trouble.silent * 2 > trouble.missed && now.since(trouble.since) <= WITHDRAWN_WITHIN
            });
            if is_by_silence && let Some(trouble) = course.troubles.pop_back() {
                course.messages.clear();
                self.withdrawn.push(Trouble { is_over: true, is_ours: true, ..trouble });
            }
        }
    }

    /// Troubles that came to their end by `now`.
    pub fn quiet(&mut self, now: Timestamp) -> Vec<Trouble> {
        let began = self.began;
        let open = self.courses.values_mut().filter_map(|course| {
            let trouble = course.troubles.back_mut().filter(|trouble| !trouble.is_over)?;
            (now.since(trouble.last.max(began)) >= QUIET).then(|| {
                trouble.is_over = true;
                course.messages.clear();
                trouble.clone()
            })
        });
        let over: Vec<Trouble> = open.collect();
        self.withdrawn.drain(..).chain(over).collect()
    }

    /// Of one provider, the oldest first.
    pub fn troubles(&self, provider: &str) -> impl DoubleEndedIterator<Item = &Trouble> {
        self.courses.get(provider).into_iter().flat_map(|course| &course.troubles)
    }

    /// Those that go on, of all providers.
    pub fn open(&self) -> impl Iterator<Item = &Trouble> {
        self.courses.values().filter_map(|course| course.troubles.back()).filter(|trouble| !trouble.is_over)
    }
}

#[cfg(test)]
mod tests;
