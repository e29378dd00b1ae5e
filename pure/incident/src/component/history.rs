//! What a component was over time, day by day, and the share of time in which it worked.
//!
//! The formula is printed wherever its result is: available = 1 - (major outage + 0.3 partial outage) / time that was measured. Degraded
//! performance and maintenance count as available, as Statuspage does it; time without measurement counts neither way and is shown beside it.

use super::State;
use model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// Days that are kept and shown.
pub const DAYS: u16 = 90;
const DAY: Duration = Duration::from_secs(24 * 3600);
const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;
/// Weight of a partial outage in thousandths.
const PARTIAL_WEIGHT: u64 = 300;

/// One state that lasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub from: Timestamp,
    pub until: Timestamp,
    pub state: State,
}

/// Seconds that a component spent in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spent {
    pub operational: u64,
    pub degraded_performance: u64,
    pub partial_outage: u64,
    pub major_outage: u64,
    pub under_maintenance: u64,
    pub unknown: u64,
}

/// One day of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// Midnight with which it began.
    pub begins: Timestamp,
    /// The most severe state of the day; unknown if nothing was measured all day.
    pub worst: State,
    pub seconds: Spent,
}

impl Spent {
    fn add(&mut self, state: State, span: Duration) {
        let seconds = span.as_secs();
        let slot = match state {
            State::Operational => &mut self.operational,
            State::DegradedPerformance => &mut self.degraded_performance,
            State::PartialOutage => &mut self.partial_outage,
            State::MajorOutage => &mut self.major_outage,
            State::UnderMaintenance => &mut self.under_maintenance,
            State::Unknown => &mut self.unknown,
        };
        *slot = slot.saturating_add(seconds);
    }

    /// Time in which something was measured.
    #[must_use]
    pub fn measured(&self) -> u64 {
        self.operational
            + self.degraded_performance
            + self.partial_outage
            + self.major_outage
            + self.under_maintenance
    }

    /// Share of the measured time in which it worked, in millionths; `None` if nothing was measured.
    #[must_use]
    pub fn available_ppm(&self) -> Option<u64> {
        let measured = self.measured();
        let lost = self.major_outage * 1000 + self.partial_outage * PARTIAL_WEIGHT;
        (measured * 1000).saturating_sub(lost).saturating_mul(1000).checked_div(measured)
    }

    fn worst(&self) -> State {
        let order = [
            (self.major_outage, State::MajorOutage),
            (self.partial_outage, State::PartialOutage),
            (self.degraded_performance, State::DegradedPerformance),
            (self.under_maintenance, State::UnderMaintenance),
            (self.operational, State::Operational),
        ];
        order.iter().find(|(seconds, _)| *seconds > 0).map_or(State::Unknown, |(_, state)| *state)
    }
}

impl super::Component {
    /// The last `days` days up to `now`, oldest first, the last one being today so far.
    #[must_use]
    pub fn days(&self, now: Timestamp, days: u16) -> Vec<Day> {
        let today = now.as_micros().div_euclid(DAY_MICROS);
        let first = today - i64::from(days.max(1)) + 1;
        (first..=today).map(|day| self.day(Timestamp::from_micros(day * DAY_MICROS), now)).collect()
    }

    fn day(&self, begins: Timestamp, now: Timestamp) -> Day {
        let ends = (begins + DAY).min(now);
        let mut seconds = Spent::default();
        let current = Span { from: self.since, until: now, state: self.state };
        let mut known = Duration::ZERO;
        for span in self.history.iter().chain([&current]) {
            let length = span.until.min(ends).since(span.from.max(begins));
            known += length;
            seconds.add(span.state, length);
        }
        // Before the first measurement, and while no process ran, nothing is known.
        seconds.add(State::Unknown, ends.since(begins).saturating_sub(known));
        Day { begins, worst: seconds.worst(), seconds }
    }

    /// What the last `days` days add up to.
    #[must_use]
    pub fn spent(&self, now: Timestamp, days: u16) -> Spent {
        let mut sum = Spent::default();
        for Day { seconds, .. } in self.days(now, days) {
            sum.operational += seconds.operational;
            sum.degraded_performance += seconds.degraded_performance;
            sum.partial_outage += seconds.partial_outage;
            sum.major_outage += seconds.major_outage;
            sum.under_maintenance += seconds.under_maintenance;
            sum.unknown += seconds.unknown;
        }
        sum
    }
}

#[cfg(test)]
mod tests;
