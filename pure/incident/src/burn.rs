//! Burn rates: how fast a component spends what its objective lets it lose.
//!
//! Four pairs of windows (SRE workbook, 30 days). Both windows of a pair must be over its factor: the long one says that it matters, the short one that it
//! still goes on. Below a floor of messages no rate is taken, because one of two is a burn of 500 and means nothing. Slow pairs need a whole
//! long window of history; the fast one need not, the floor guards it.

use crate::EvidenceId;
use crate::settings::Bounds;
use model::{Duration, Timestamp};
use std::collections::VecDeque;

const BUCKET_MICROS: i64 = 300 * 1_000_000;
/// Three days of buckets, the longest window.
const BUCKETS_MAX: usize = 864;

/// What a pair of windows is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Opens a suspicion for a person to look at.
    Ticket,
    /// Opens an incident.
    Page,
}

struct Pair {
    class: Class,
    rule: &'static str,
    long: Duration,
    short: Duration,
    /// Tenths of the rate at which the budget of 30 days would be spent evenly.
    factor_tenths: u64,
    needs_history: bool,
}

const fn pair(
    class: Class,
    rule: &'static str,
    (long, short): (u64, u64),
    factor_tenths: u64,
    needs_history: bool,
) -> Pair {
    let (long, short) = (Duration::from_secs(long * 60), Duration::from_secs(short * 60));
    Pair { class, rule, long, short, factor_tenths, needs_history }
}

const PAIRS: [Pair; 4] = [
    pair(Class::Page, "burn-1h", (60, 5), 144, false),
    pair(Class::Page, "burn-6h", (360, 30), 60, true),
    pair(Class::Ticket, "burn-1d", (1440, 120), 30, true),
    pair(Class::Ticket, "burn-3d", (4320, 360), 10, true),
];

#[derive(Debug, Clone)]
struct Bucket {
    number: i64,
    good: u64,
    bad: u64,
    /// The last failure in it.
    evidence: Option<EvidenceId>,
}

/// Messages of one component, in steps of five minutes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Burn {
    buckets: VecDeque<Bucket>,
    began: Option<Timestamp>,
}

/// A pair that is over its factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Burning {
    pub(crate) class: Class,
    pub(crate) rule: &'static str,
    pub(crate) evidence: EvidenceId,
}

impl Burn {
    /// Counts what became of messages at `at`. `moved` ones were counted as bad before and were not.
    pub(crate) fn count(&mut self, at: Timestamp, good: u64, bad: u64, moved: u64, id: &EvidenceId) {
        let number = at.as_micros().div_euclid(BUCKET_MICROS);
        self.began = Some(self.began.map_or(at, |began| began.min(at)));
        let place = self.buckets.partition_point(|bucket| bucket.number < number);
        if self.buckets.get(place).is_none_or(|bucket| bucket.number != number) {
            self.buckets.insert(place, Bucket { number, good: 0, bad: 0, evidence: None });
        }
        if let Some(bucket) = self.buckets.get_mut(place) {
            bucket.good = bucket.good.saturating_add(good);
            bucket.bad = bucket.bad.saturating_add(bad);
            if bad > 0 {
                bucket.evidence = Some(id.clone());
            }
        }
        self.forgive(place, moved);
        while self.buckets.len() > BUCKETS_MAX {
            self.buckets.pop_front();
        }
    }

    /// A message that was moved had been refused in this step or the one before.
    fn forgive(&mut self, place: usize, moved: u64) {
        let mut left = moved;
        for place in [Some(place), place.checked_sub(1)].into_iter().flatten() {
            if let Some(bucket) = self.buckets.get_mut(place) {
                let back = left.min(bucket.bad);
                bucket.bad -= back;
                left -= back;
            }
        }
    }

    /// The most urgent pair that is over its factor.
    pub(crate) fn burning(&self, now: Timestamp, bounds: &Bounds) -> Option<Burning> {
        let began = self.began?;
        let budget_ppm = 1_000_000_u64.saturating_sub(bounds.objective_ppm).max(1);
        let is_over = |good: u64, bad: u64, pair: &Pair| {
            let all = u128::from(good) + u128::from(bad);
            u128::from(bad) * 1_000_000 * 10 > all * u128::from(pair.factor_tenths) * u128::from(budget_ppm)
        };
        PAIRS.iter().find_map(|pair| {
            if pair.needs_history && now.since(began) < pair.long {
                return None;
            }
            let (good, bad, evidence) = self.sum(now, pair.long);
            let (short_good, short_bad, _) = self.sum(now, pair.short);
            let is_burning = good + bad >= bounds.burn_floor
                && is_over(good, bad, pair)
                && is_over(short_good, short_bad, pair);
            let evidence = evidence.filter(|_| is_burning)?.clone();
            Some(Burning { class: pair.class, rule: pair.rule, evidence })
        })
    }

    fn sum(&self, now: Timestamp, window: Duration) -> (u64, u64, Option<&EvidenceId>) {
        let first = (now - window).as_micros().div_euclid(BUCKET_MICROS);
        let buckets = self.buckets.iter().skip_while(|bucket| bucket.number <= first);
        buckets.fold((0, 0, None), |(good, bad, evidence), bucket| {
            (good + bucket.good, bad + bucket.bad, bucket.evidence.as_ref().or(evidence))
        })
    }
}

#[cfg(test)]
mod tests;
