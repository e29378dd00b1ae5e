//! When a message is tried again.
//!
//! The waits of the operator's list, the last one repeated, each with up to a tenth more or less, so that what failed together does
//! not come back together. An attempt whose end is unknown waits at least five minutes: the receiver may still be busy with it.

use model::{Duration, Timestamp};

const UNKNOWN_WAIT: Duration = Duration::from_secs(300);
/// What an empty list means.
const DEFAULT_WAIT: Duration = Duration::from_secs(300);

/// An operator's list of waits.
#[derive(Debug, Clone)]
pub struct Schedule {
    waits: Vec<Duration>,
}

impl Schedule {
    #[must_use]
    pub fn new(waits: Vec<Duration>) -> Self {
        Self { waits }
    }

    /// The wait behind an attempt that `tries` failed before, without chance.
    #[must_use]
    pub fn wait(&self, tries: u32) -> Duration {
        let last = self.waits.last().copied().unwrap_or(DEFAULT_WAIT);
        self.waits.get(tries as usize).copied().unwrap_or(last)
    }

    /// The time of the next attempt after `tries` that failed before this one; `chance` must be evenly spread.
    #[must_use]
    pub fn next(&self, tries: u32, end_is_unknown: bool, chance: u8, now: Timestamp) -> Timestamp {
        let wait = self.wait(tries);
        let wait = if end_is_unknown { wait.max(UNKNOWN_WAIT) } else { wait };
        // From 0.9 to 1.1 in 256 steps; an unknown end never comes earlier.
        let share = if end_is_unknown { 1.0 } else { 0.9 }
            + f64::from(chance) / 256.0 * 0.1 * if end_is_unknown { 1.0 } else { 2.0 };
        now + wait.mul_f64(share)
    }
}

#[cfg(test)]
mod tests;
