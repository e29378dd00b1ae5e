//! Which senders fed a listing: how far each left its own history on that source within the last day.
//!
//! Only who stands out is named: well over its own history on the source and in all (others' mail that was moved here is no offence), or with a
//! bounce profile that would hold it. Nobody stands out: nobody is blamed.

use super::bounds::Bounds;
use super::life::Life;
use super::sign::{Aspect, Finding, Step};
use super::tenant::TenantLife;
use model::{Duration, SourceName, TenantName, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Half a day, in microseconds.
const HALF: i64 = 12 * 3_600_000_000;
/// Sources that are remembered of one sender.
const SOURCES_MAX: usize = 16;
/// A source that was not used for so long was never used.
const USED_WITHIN: Duration = Duration::from_secs(30 * 24 * 3600);
/// Named at most.
const BLAMED_MAX: usize = 5;
/// Whose score is below this part of the highest does not stand out beside it.
const BESIDE: f64 = 0.2;
/// Halves of days after which a share of a source is known.
const HALVES_KNOWN: u16 = 4;
const LEARN: f32 = 0.2;

pub(super) const SUSPECT_FOR: Duration = Duration::from_secs(24 * 3600);

/// A sender that stands out over a source that was listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blame {
    pub tenant: TenantName,
    pub sender: String,
    pub findings: Vec<Finding>,
    /// Recipients above its history, weighed by what receivers said of its mail.
    pub score: f64,
}

/// A sender is under suspicion: its mail uses only sources that it used before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suspicion {
    /// The source that was listed.
    pub source: SourceName,
    pub since: Timestamp,
    pub until: Timestamp,
    pub sources: Vec<SourceName>,
    pub because: Vec<Finding>,
}

/// What one sender sent over each source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Shares(Vec<Share>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Share {
    source: SourceName,
    half: i64,
    now: u32,
    before: u32,
    /// Half days that ended.
    halves: u16,
    /// In half a day.
    usual: f32,
    last: Timestamp,
}

impl Shares {
    pub(super) fn sent(&mut self, source: &SourceName, recipients: u32, now: Timestamp) {
        if let Some(share) = self.0.iter_mut().find(|share| share.source == *source) {
            share.roll(now);
            share.now = share.now.saturating_add(recipients);
            share.last = now;
            return;
        }
        if self.0.len() == SOURCES_MAX
            && let Some(at) = self.0.iter().enumerate().min_by_key(|(_, share)| share.last).map(|(at, _)| at)
        {
            self.0.swap_remove(at);
        }
        let half = now.as_micros().div_euclid(HALF);
        let source = source.clone();
        self.0.push(Share { source, half, now: recipients, before: 0, halves: 0, usual: 0.0, last: now });
    }

    /// Sources that it used within the time of memory.
    pub(super) fn used(&self, now: Timestamp) -> Vec<SourceName> {
        let is_used = |share: &&Share| now.since(share.last) <= USED_WITHIN;
        self.0.iter().filter(is_used).map(|share| share.source.clone()).collect()
    }

    /// Recipients of the last day and of a usual one over a source, and over all; `None`: nothing within the last day.
    fn day(&self, source: &SourceName, now: Timestamp) -> Option<Day> {
        let rolled = self.0.iter().map(|share| {
            let mut share = share.clone();
            share.roll(now);
            share
        });
        let rolled: Vec<Share> = rolled.collect();
        let here = rolled.iter().find(|share| share.source == *source && share.day() > 0)?;
        let sum = |of: fn(&Share) -> f64| rolled.iter().map(of).sum::<f64>();
        Some(Day {
            here: f64::from(here.day()),
            usual: here.usual_day(),
            all: sum(|share| f64::from(share.day())),
            all_usual: sum(Share::usual_day),
            is_known: rolled.iter().any(|share| share.halves >= HALVES_KNOWN),
        })
    }
}

struct Day {
    here: f64,
    usual: f64,
    all: f64,
    all_usual: f64,
    is_known: bool,
}

impl Share {
    fn roll(&mut self, now: Timestamp) {
        let half = now.as_micros().div_euclid(HALF);
        let passed = half - self.half;
        if passed <= 0 {
            return;
        }
        for number in 0..passed.min(60) {
            let count = if number == 0 { self.now as f32 } else { 0.0 };
            let weight = LEARN.max(1.0 / (f32::from(self.halves) + 1.0));
            self.usual += (count - self.usual) * weight;
            self.halves = self.halves.saturating_add(1);
        }
        self.before = if passed == 1 { self.now } else { 0 };
        (self.half, self.now) = (half, 0);
    }

    fn day(&self) -> u32 {
        self.now.saturating_add(self.before)
    }

    fn usual_day(&self) -> f64 {
        f64::from(self.usual) * 2.0
    }
}

/// Who stands out on a source, the one who most does first.
pub(super) fn rank(
    tenants: &BTreeMap<TenantName, TenantLife>,
    source: &SourceName,
    bounds: &Bounds,
    now: Timestamp,
) -> Vec<Blame> {
    let mut blamed = Vec::new();
    for (tenant, whole) in tenants {
        let is_known = now.since(whole.whole.since) >= bounds.known_after;
        for (sender, life) in &whole.senders {
            if let Some((findings, score)) = weigh(life, source, is_known, bounds, now) {
                blamed.push(Blame { tenant: tenant.clone(), sender: sender.clone(), findings, score });
            }
        }
    }
    blamed.sort_by(|one, other| other.score.total_cmp(&one.score));
    let least = blamed.first().map_or(0.0, |blame| blame.score * BESIDE);
    blamed.retain(|blame| blame.score >= least);
    blamed.truncate(BLAMED_MAX);
    blamed
}

fn weigh(
    life: &Life,
    source: &SourceName,
    is_known: bool,
    bounds: &Bounds,
    now: Timestamp,
) -> Option<(Vec<Finding>, f64)> {
    let day = life.shares.day(source, now)?;
    if life.standing.is_allowed(now) {
        return None;
    }
    let mut findings = Vec::new();
    life.profile.findings(Step::Free, bounds, now, &mut findings);
    findings.retain(|finding| finding.level == Step::Held);
    let DayLimits { limit_here, limit_all } = DayLimits::of(&day, bounds);
    let is_loud = is_known && day.here >= limit_here && day.all >= limit_all;
    // Who never sent before has no history to leave; its volume in all says enough.
    let (value, usual, over) = (day.here, day.usual, day.all as u32);
    if is_loud {
        findings.extend(Finding::at(Step::Slowed, Aspect::Source, value, usual, limit_here, over));
    }
    // What the ladder found within the day counts too.
    let is_recent = now.since(life.standing.since) <= SUSPECT_FOR;
    if life.standing.step(now) >= Step::Slowed && is_recent {
        findings.extend(life.standing.because.iter().filter(|one| one.level >= Step::Slowed).cloned());
    }
    if findings.is_empty() {
        return None;
    }
    let (unknown, spam, traps) = life.profile.badness(now);
    let weight = 1.0 + 10.0 * unknown + 50.0 * spam + f64::from(traps);
    let excess = if day.is_known { (day.here - day.usual).max(1.0) } else { day.here };
    Some((findings, excess * weight))
}

/// Limits of a day, over the source and in all.
struct DayLimits {
    limit_here: f64,
    limit_all: f64,
}

impl DayLimits {
    fn of(day: &Day, bounds: &Bounds) -> Self {
        let limit = |usual: f64| (bounds.sender.times.slow * usual).max(bounds.sender.floor.slow);
        Self { limit_here: limit(day.usual), limit_all: limit(day.all_usual) }
    }
}
