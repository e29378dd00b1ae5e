//! The ladder's steps, and the reasons for them in figures.

use core::fmt;
use serde::{Deserialize, Serialize};

/// How far somebody is out of line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    #[default]
    Free,
    /// Shown, nothing more.
    Tagged,
    /// So many an hour; what is above waits.
    Slowed,
    /// Nothing leaves until the hold ends or an operator allows it.
    Held,
}

impl Step {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Tagged => "tagged",
            Self::Slowed => "slowed",
            Self::Held => "held",
        }
    }

    /// The step that a figure asks for. Who stands on a step stays there until the figure is below `ease` of its limit.
    pub(super) fn level(self, value: f64, (slow, hold): (f64, f64), ease: f64) -> Self {
        let eased = |limit: f64, step: Self| if self >= step { limit * ease } else { limit };
        if value >= eased(hold, Self::Held) {
            Self::Held
        } else if value >= eased(slow, Self::Slowed) {
            Self::Slowed
        } else {
            Self::Free
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// In which respect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// Recipients in this hour.
    Volume,
    /// Recipients within a day over one source.
    Source,
    /// At an hour of the week at which nothing is usual.
    OffHours,
    /// Share of recipients that the tenant never wrote to.
    New,
    /// Share of mailboxes that do not exist.
    Unknown,
    /// Share of refusals that call the content spam.
    Spam,
    /// Refusals like those of traps.
    Traps,
    /// Share of readers who complained.
    Complaints,
    /// Different senders of a tenant in this hour.
    Senders,
    /// Senders of a tenant that are held.
    HeldSenders,
}

/// One reason: what was measured, what is usual, where the limit is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub aspect: Aspect,
    /// A count, or a share from 0 to 1.
    pub value: f64,
    pub usual: f64,
    pub limit: f64,
    /// Recipients, or answers, that were looked at.
    pub over: u32,
    pub level: Step,
}

impl Finding {
    pub(super) fn at(
        level: Step,
        aspect: Aspect,
        value: f64,
        usual: f64,
        limit: f64,
        over: u32,
    ) -> Option<Self> {
        (level > Step::Free).then_some(Self { aspect, value, usual, limit, over, level })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, usual, limit, over, .. } = self;
        let share = |f: &mut fmt::Formatter<'_>, what: &str| {
            let [value, usual, limit] = [value, usual, limit].map(|share| share * 100.0);
            write!(f, "{value:.1} % {what} of {over} (usual {usual:.1} %, limit {limit:.1} %)")
        };
        let count = |f: &mut fmt::Formatter<'_>, what: &str| {
            write!(f, "{value:.0} {what} (usual {usual:.0}, limit {limit:.0})")
        };
        match self.aspect {
            Aspect::Volume => count(f, "recipients in this hour"),
            Aspect::Source => count(f, "recipients within a day over this source"),
            Aspect::OffHours => count(f, "recipients at an hour that is silent otherwise"),
            Aspect::New => share(f, "new recipients"),
            Aspect::Unknown => share(f, "unknown mailboxes"),
            Aspect::Spam => share(f, "refusals as spam"),
            Aspect::Traps => count(f, "refusals like a trap's"),
            Aspect::Complaints => share(f, "complaints"),
            Aspect::Senders => count(f, "different senders in this hour"),
            Aspect::HeldSenders => count(f, "senders held"),
        }
    }
}
