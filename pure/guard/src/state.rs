//! The states of a source at one place, and the one table of what leads from where to where.
//!
//! ```text
//!              weak          strong        cleared         accepted          due
//! clean        suspect       quarantined   .               .                 .
//! suspect      suspect       quarantined   .               .                 clean
//! quarantined  quarantined   quarantined   probing         .                 .
//! probing      quarantined   quarantined   .               probing, warming  .
//! warming      quarantined   quarantined   .               .                 warming, clean
//! ```
//! A dot is "nothing happens". What stands under *weak* and *strong* takes something away or changes nothing; what stands to the right of them
//! gives something back. Who comes out of a quarantine is refused once and is back in it: weak evidence is enough then.

use crate::policy::Policy;
use core::fmt;
use model::Timestamp;
use serde::{Deserialize, Serialize};

/// Steps of warming up; in step `n` a source has `SHARES[n]` of its weight.
pub(crate) const SHARES: [f64; 4] = [0.1, 0.2, 0.4, 0.8];

/// What a source is at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    #[default]
    Clean,
    /// Weak evidence: another source goes first, until then.
    Suspect { until: Timestamp },
    /// Strong evidence: it carries nothing; not probed before that.
    Quarantined { until: Timestamp },
    /// A trickle of real mail finds out; so many were taken.
    Probing { taken: u32 },
    /// Taken again, with a share of its weight that grows at `until`.
    Warming { step: u32, until: Timestamp },
}

/// A state's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    Clean,
    Suspect,
    Quarantined,
    Probing,
    Warming,
}

impl Word {
    pub const ALL: [Self; 5] = [Self::Clean, Self::Suspect, Self::Quarantined, Self::Probing, Self::Warming];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Suspect => "suspect",
            Self::Quarantined => "quarantined",
            Self::Probing => "probing",
            Self::Warming => "warming",
        }
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl State {
    #[must_use]
    pub const fn word(self) -> Word {
        match self {
            Self::Clean => Word::Clean,
            Self::Suspect { .. } => Word::Suspect,
            Self::Quarantined { .. } => Word::Quarantined,
            Self::Probing { .. } => Word::Probing,
            Self::Warming { .. } => Word::Warming,
        }
    }

    /// The time that it carries.
    #[must_use]
    pub const fn until(self) -> Option<Timestamp> {
        match self {
            Self::Suspect { until } | Self::Quarantined { until } | Self::Warming { until, .. } => {
                Some(until)
            }
            Self::Clean | Self::Probing { .. } => None,
        }
    }
}

/// What happens to a source at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Weak evidence against it.
    Weak,
    /// Strong evidence against it.
    Strong,
    /// Nothing speaks for its quarantine any more: polls are clean or the wait is over.
    Cleared,
    /// A receiver there took a message from it.
    Accepted,
    /// The time that the state carries is over.
    Due,
}

impl Event {
    pub const ALL: [Self; 5] = [Self::Weak, Self::Strong, Self::Cleared, Self::Accepted, Self::Due];
}

/// The state behind `event`, the only place where it is decided. `repeats` is how often the like was met before: it doubles waits.
#[must_use]
pub fn next(state: State, event: Event, repeats: u32, policy: &Policy, now: Timestamp) -> State {
    let quarantined = State::Quarantined { until: now + policy.doubled(policy.clean_over, repeats) };
    let suspect = State::Suspect { until: now + policy.doubled(policy.suspect_for, repeats) };
    let warming = |step| State::Warming { step, until: now + policy.warm_step };
    let last = SHARES.len() as u32 - 1;
    match (state, event) {
        (_, Event::Strong) => later(state, quarantined),
        (State::Clean | State::Suspect { .. }, Event::Weak) => later(state, suspect),
        (State::Quarantined { .. } | State::Probing { .. } | State::Warming { .. }, Event::Weak) => {
            later(state, quarantined)
        }
        (State::Quarantined { until }, Event::Cleared) if now >= until => State::Probing { taken: 0 },
        (State::Probing { taken }, Event::Accepted) if taken + 1 >= policy.probes => warming(0),
        (State::Probing { taken }, Event::Accepted) => State::Probing { taken: taken + 1 },
        (State::Suspect { until }, Event::Due) if now >= until => State::Clean,
        (State::Warming { step, until }, Event::Due) if now >= until && step < last => warming(step + 1),
        (State::Warming { until, .. }, Event::Due) if now >= until => State::Clean,
        (_, Event::Cleared | Event::Accepted | Event::Due) => state,
    }
}

/// `new`, but evidence never shortens what runs already.
fn later(old: State, new: State) -> State {
    match (old, new) {
        (State::Suspect { until: old }, State::Suspect { until: new }) => {
            State::Suspect { until: old.max(new) }
        }
        (State::Quarantined { until: old }, State::Quarantined { until: new }) => {
            State::Quarantined { until: old.max(new) }
        }
        (_, new) => new,
    }
}

#[cfg(test)]
mod tests;
