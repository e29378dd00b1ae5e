//! The clocks of an incident, each kept apart, none derived from another.
//!
//! The page on which all this was learned had one duration, 3 h 41 min, where the harm had lasted 19 h 28 min: posting was taken for beginning.
//! Every reading says who made it and on what evidence, and a back-dated one says so for ever. [`Clocks::disorder`] is what must never be found.

use crate::{Author, Refs};
use model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// Which clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The first message, or look, that failed.
    HarmBegan,
    /// A rule saw it, or a person told us.
    Detected,
    /// The evidence became strong.
    Confirmed,
    /// A person said that they are on it.
    Acknowledged,
    /// First said in public.
    Posted,
    /// The cause was known.
    Identified,
    /// The harm was turned away: no failure since.
    Mitigated,
    /// The last message, or look, that failed.
    HarmEnded,
    Resolved,
    PostmortemPublished,
}

/// What a clock showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub at: Timestamp,
    pub by: Author,
    pub evidence: Refs,
    /// A person set it to another time than that of their act.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub back_dated: bool,
}

/// All clocks of one incident.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Clocks {
    pub harm_began: Option<Reading>,
    pub detected: Option<Reading>,
    pub confirmed: Option<Reading>,
    pub acknowledged: Option<Reading>,
    pub posted: Option<Reading>,
    pub identified: Option<Reading>,
    pub mitigated: Option<Reading>,
    pub harm_ended: Option<Reading>,
    pub resolved: Option<Reading>,
    pub postmortem_published: Option<Reading>,
}

/// Pairs of which the first may not be later than the second.
/// Harm may begin after detection: a list can be seen before anybody is refused.
const ORDER: [(Clock, Clock); 12] = [
    (Clock::HarmBegan, Clock::Mitigated),
    (Clock::HarmBegan, Clock::HarmEnded),
    (Clock::Detected, Clock::Confirmed),
    (Clock::Detected, Clock::Acknowledged),
    (Clock::Detected, Clock::Posted),
    (Clock::Detected, Clock::Identified),
    (Clock::Detected, Clock::Resolved),
    (Clock::Confirmed, Clock::Resolved),
    (Clock::Identified, Clock::Resolved),
    (Clock::HarmEnded, Clock::Resolved),
    (Clock::Mitigated, Clock::Resolved),
    (Clock::Resolved, Clock::PostmortemPublished),
];

impl Clock {
    pub const ALL: [Self; 10] = [
        Self::HarmBegan,
        Self::Detected,
        Self::Confirmed,
        Self::Acknowledged,
        Self::Posted,
        Self::Identified,
        Self::Mitigated,
        Self::HarmEnded,
        Self::Resolved,
        Self::PostmortemPublished,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HarmBegan => "harm_began",
            Self::Detected => "detected",
            Self::Confirmed => "confirmed",
            Self::Acknowledged => "acknowledged",
            Self::Posted => "posted",
            Self::Identified => "identified",
            Self::Mitigated => "mitigated",
            Self::HarmEnded => "harm_ended",
            Self::Resolved => "resolved",
            Self::PostmortemPublished => "postmortem_published",
        }
    }
}

impl Clocks {
    #[must_use]
    pub fn get(&self, clock: Clock) -> Option<&Reading> {
        match clock {
            Clock::HarmBegan => self.harm_began.as_ref(),
            Clock::Detected => self.detected.as_ref(),
            Clock::Confirmed => self.confirmed.as_ref(),
            Clock::Acknowledged => self.acknowledged.as_ref(),
            Clock::Posted => self.posted.as_ref(),
            Clock::Identified => self.identified.as_ref(),
            Clock::Mitigated => self.mitigated.as_ref(),
            Clock::HarmEnded => self.harm_ended.as_ref(),
            Clock::Resolved => self.resolved.as_ref(),
            Clock::PostmortemPublished => self.postmortem_published.as_ref(),
        }
    }

    /// What it showed, without who read it.
    #[must_use]
    pub fn at(&self, clock: Clock) -> Option<Timestamp> {
        self.get(clock).map(|reading| reading.at)
    }

    pub(crate) fn set(&mut self, clock: Clock, reading: Option<Reading>) {
        let slot = match clock {
            Clock::HarmBegan => &mut self.harm_began,
            Clock::Detected => &mut self.detected,
            Clock::Confirmed => &mut self.confirmed,
            Clock::Acknowledged => &mut self.acknowledged,
            Clock::Posted => &mut self.posted,
            Clock::Identified => &mut self.identified,
            Clock::Mitigated => &mut self.mitigated,
            Clock::HarmEnded => &mut self.harm_ended,
            Clock::Resolved => &mut self.resolved,
            Clock::PostmortemPublished => &mut self.postmortem_published,
        };
        *slot = reading;
    }

    /// The first two clocks that contradict each other.
    #[must_use]
    pub fn disorder(&self) -> Option<(Clock, Clock)> {
        let is_wrong = |(first, second): &&(Clock, Clock)| match (self.at(*first), self.at(*second)) {
            (Some(first), Some(second)) => first > second,
            (Some(_) | None, _) => false,
        };
        ORDER.iter().find(is_wrong).copied()
    }

    fn between(&self, from: Clock, to: Clock) -> Option<Duration> {
        Some(self.at(to)?.since(self.at(from)?))
    }

    /// How long customers were harmed: from the first failure to the last.
    #[must_use]
    pub fn harm_duration(&self) -> Option<Duration> {
        self.between(Clock::HarmBegan, Clock::HarmEnded)
    }

    /// How long it stood in public.
    #[must_use]
    pub fn posted_duration(&self) -> Option<Duration> {
        self.between(Clock::Posted, Clock::Resolved)
    }

    /// From the first failure until it was seen.
    #[must_use]
    pub fn time_to_detect(&self) -> Option<Duration> {
        self.between(Clock::HarmBegan, Clock::Detected)
    }

    /// From the first failure to the first public word.
    #[must_use]
    pub fn time_to_post(&self) -> Option<Duration> {
        self.between(Clock::HarmBegan, Clock::Posted)
    }

    /// From the first failure until the harm was turned away.
    #[must_use]
    pub fn time_to_mitigate(&self) -> Option<Duration> {
        self.between(Clock::HarmBegan, Clock::Mitigated)
    }

    #[must_use]
    pub fn time_to_resolve(&self) -> Option<Duration> {
        self.between(Clock::Detected, Clock::Resolved)
    }
}

#[cfg(test)]
mod tests;
