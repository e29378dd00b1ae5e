//! From which figures on somebody is out of line (reference: start values, to be tuned by what installations see).

use super::sign::Step;
use model::Duration;

/// Two limits: from the first on slowed, from the second on held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    pub slow: f64,
    pub hold: f64,
}

/// Volume: multiples of one's own baseline, and the floors below which nobody speaks of volume, in recipients an hour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Volume {
    pub times: Pair,
    pub floor: Pair,
}

/// All limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds {
    pub sender: Volume,
    pub tenant: Volume,
    /// Before a tenant was seen so long its volume says nothing.
    pub known_after: Duration,
    /// How much higher the floors are for a sender without a history of its own.
    pub stranger: f64,
    /// Recipients that do not exist, of those that were answered.
    pub unknown: Pair,
    /// Refusals that call the content spam, of those that were answered.
    pub spam: Pair,
    /// Complaints, of those that were accepted.
    pub complaints: Pair,
    /// Refusals that look like a trap's.
    pub traps: Pair,
    /// Shares are looked at over so many answers at least.
    pub answers_min: u32,
    /// Share of new recipients that is worth a tag.
    pub new: f64,
    /// Different senders in an hour, as a multiple of what is usual, and the floor.
    pub distinct: f64,
    pub distinct_floor: f64,
    /// So many held senders hold their tenant.
    pub several: usize,
    /// Somebody is out of line until the figure is below this part of the limit.
    pub ease: f64,
    /// How long each step lasts after its last reason.
    pub tag_for: Duration,
    pub slow_for: Duration,
    pub hold_for: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        let hours = |count: u64| Duration::from_secs(3600 * count);
        let pair = |slow, hold| Pair { slow, hold };
        let times = pair(4.0, 10.0);
        Self {
            sender: Volume { times, floor: pair(100.0, 500.0) },
            tenant: Volume { times, floor: pair(1000.0, 5000.0) },
            known_after: hours(7 * 24),
            stranger: 4.0,
            unknown: pair(0.05, 0.10),
            spam: pair(0.005, 0.02),
            complaints: pair(0.001, 0.003),
            traps: pair(3.0, 10.0),
            answers_min: 100,
            new: 0.6,
            distinct: 10.0,
            distinct_floor: 50.0,
            several: 3,
            ease: 0.7,
            tag_for: hours(1),
            slow_for: hours(1),
            hold_for: hours(24),
        }
    }
}

impl Bounds {
    pub(crate) fn lasts(&self, step: Step) -> Duration {
        match step {
            Step::Free => Duration::ZERO,
            Step::Tagged => self.tag_for,
            Step::Slowed => self.slow_for,
            Step::Held => self.hold_for,
        }
    }
}
