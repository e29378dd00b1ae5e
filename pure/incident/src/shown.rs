//! What is shown of a component, against flapping: worse after a short time, better after a long one, unknown at once.
//!
//! Each improvement within the last six hours doubles the calm that the next one needs, up to eight times; so a component that comes and goes
//! stays red until it has really come back. Nothing delays the loss of green when measurements end.

use crate::component::State;
use crate::settings::Bounds;
use model::{Duration, Timestamp};
use std::collections::VecDeque;

/// Improvements within this time make the next one slower.
const REMEMBERED: Duration = Duration::from_secs(6 * 3600);
/// Doublings of the calm at most.
const DOUBLINGS_MAX: usize = 3;

/// What one component waits for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dwell {
    /// Measured better, or worse, than shown without a break since then.
    better_since: Option<Timestamp>,
    worse_since: Option<Timestamp>,
    improved: VecDeque<Timestamp>,
}

impl Dwell {
    /// The state to show now.
    pub(crate) fn show(&mut self, shown: State, measured: State, now: Timestamp, bounds: &Bounds) -> State {
        let is_at_once =
            [shown, measured].iter().any(|state| matches!(state, State::Unknown | State::UnderMaintenance));
        if is_at_once || measured == shown {
            (self.better_since, self.worse_since) = (None, None);
            return measured;
        }
        if measured.severity() > shown.severity() {
            self.better_since = None;
            let since = *self.worse_since.get_or_insert(now);
            if now.since(since) < bounds.settle_for {
                return shown;
            }
        } else {
            self.worse_since = None;
            let since = *self.better_since.get_or_insert(now);
            if now.since(since) < self.calm(now, bounds) {
                return shown;
            }
            self.improved.push_back(now);
        }
        (self.better_since, self.worse_since) = (None, None);
        measured
    }

    fn calm(&mut self, now: Timestamp, bounds: &Bounds) -> Duration {
        while self.improved.front().is_some_and(|first| now.since(*first) > REMEMBERED) {
            self.improved.pop_front();
        }
        bounds.calm_for * (1 << self.improved.len().min(DOUBLINGS_MAX))
    }
}

#[cfg(test)]
mod tests;
