//! Delivery weather: what each source meets at each receiver, from real traffic, over the last hour.
//!
//! Counted in minutes; times are kept in classes of powers of two, so a quantile is told as the upper end of its class. At a bound of ways those that
//! were quiet longest go, many at once: a crowd of new receivers looks through all ways once for hundreds of them, not once for each.

use model::{Duration, SourceName, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

const MINUTES: usize = 60;
const MINUTE: i64 = 60_000_000;
/// Classes of time: 1 ms, 2 ms, ... about half an hour.
const CLASSES: usize = 22;
const WAYS_MAX: usize = 2048;
/// Ways that go at once when there are too many.
const FORGOTTEN_AT_ONCE: usize = WAYS_MAX / 4;

/// What one recipient met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    Accepted,
    /// To be tried again.
    Deferred,
    /// For good.
    Refused,
}

/// Counts of a while.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Cell {
    pub accepted: u64,
    pub deferred: u64,
    pub refused: u64,
    /// From the connection or the reuse of one to the answer, in milliseconds; 0 if nothing was accepted.
    pub p50_ms: u64,
    pub p99_ms: u64,
    /// When something was met last.
    pub last: Timestamp,
}

#[derive(Debug, Clone, Copy, Default)]
struct Minute {
    at: i64,
    counts: [u32; 3],
}

#[derive(Debug, Clone)]
struct Way {
    minutes: [Minute; MINUTES],
    times: [u32; CLASSES],
    last: Timestamp,
}

/// All ways of a node.
#[derive(Debug, Clone, Default)]
pub struct Weather(BTreeMap<(SourceName, String), Way>);

impl Weather {
    /// One recipient's answer, `took` after the transaction began.
    pub fn met(
        &mut self,
        source: &SourceName,
        receiver: &str,
        met: Met,
        took: Option<Duration>,
        now: Timestamp,
    ) {
        let key = (source.clone(), receiver.to_owned());
        if self.0.len() >= WAYS_MAX && !self.0.contains_key(&key) {
            self.forget_the_quietest();
        }
        let fresh = || Way { minutes: [Minute::default(); MINUTES], times: [0; CLASSES], last: now };
        let way = self.0.entry(key).or_insert_with(fresh);
        let minute = now.as_micros().div_euclid(MINUTE);
        let slot = &mut way.minutes[minute.rem_euclid(MINUTES as i64) as usize];
        if slot.at != minute {
            *slot = Minute { at: minute, counts: [0; 3] };
        }
        slot.counts[met as usize] += 1;
        way.last = now;
        if let (Met::Accepted, Some(took)) = (met, took) {
            way.time(took);
        }
    }

    /// Every way with what it met within `over`, at most an hour.
    #[must_use]
    pub fn table(&self, over: Duration, now: Timestamp) -> Vec<(SourceName, String, Cell)> {
        let mut table: Vec<_> = self
            .0
            .iter()
            .map(|((source, receiver), way)| (source.clone(), receiver.clone(), way.cell(over, now)))
            .filter(|(.., cell)| cell.accepted + cell.deferred + cell.refused > 0)
            .collect();
        table.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
        table
    }

    fn forget_the_quietest(&mut self) {
        let mut times: Vec<Timestamp> = self.0.values().map(|way| way.last).collect();
        let (quieter, bound, _) = times.select_nth_unstable(FORGOTTEN_AT_ONCE - 1);
        let bound = *bound;
        // Of those that were met last at the same moment only so many as make up the number.
        let mut at_bound = FORGOTTEN_AT_ONCE - quieter.iter().filter(|last| **last < bound).count();
        self.0.retain(|_, way| {
            let goes = way.last < bound || (way.last == bound && at_bound > 0);
            at_bound -= usize::from(goes && way.last == bound);
            !goes
        });
    }
}

impl Way {
    /// Old times fade: every thousand they are halved.
    fn time(&mut self, took: Duration) {
        let class = (u128::BITS - took.as_millis().leading_zeros()) as usize;
        self.times[class.min(CLASSES - 1)] += 1;
        if self.times.iter().sum::<u32>() >= 1000 {
            self.times.iter_mut().for_each(|count| *count /= 2);
        }
    }

    fn cell(&self, over: Duration, now: Timestamp) -> Cell {
        let minute = now.as_micros().div_euclid(MINUTE);
        let first = minute - (over.as_micros() as i64 / MINUTE).clamp(1, MINUTES as i64) + 1;
        let counted = self.minutes.iter().filter(|one| one.at >= first && one.at <= minute);
        let [accepted, deferred, refused] = counted.fold([0; 3], |mut sum, one| {
            sum.iter_mut().zip(one.counts).for_each(|(sum, count)| *sum += u64::from(count));
            sum
        });
        let (p50_ms, p99_ms) = (self.quantile(0.5), self.quantile(0.99));
        Cell { accepted, deferred, refused, p50_ms, p99_ms, last: self.last }
    }

    fn quantile(&self, share: f64) -> u64 {
        let all: u32 = self.times.iter().sum();
        let mut below = 0;
        for (class, count) in self.times.iter().enumerate() {
            below += count;
            if all > 0 && f64::from(below) >= f64::from(all) * share {
                return 1 << class;
            }
        }
        0
    }
}

#[cfg(test)]
mod tests;
