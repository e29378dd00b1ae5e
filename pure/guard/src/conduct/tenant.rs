//! One tenant: itself as a whole, its senders, and whom it writes to.

use super::bounds::Bounds;
use super::habit::hour_of;
use super::life::Life;
use super::seen::Seen;
use super::sign::{Aspect, Finding, Step};
use super::{Moved, Subject};
use model::{TenantName, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Senders that are remembered of one tenant.
const SENDERS_MAX: usize = 4096;
/// What an hour leaves of the usual number of different senders, if it had fewer.
const FADE: f32 = 0.99;

/// A tenant with its senders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TenantLife {
    pub whole: Life,
    /// By address in small letters.
    pub senders: BTreeMap<String, Life>,
    seen: Seen,
    /// Different senders in `hour`, and how many are usual at most.
    hour: i64,
    distinct: u32,
    usual_distinct: f32,
}

impl TenantLife {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            whole: Life::new(now),
            senders: BTreeMap::new(),
            seen: Seen::default(),
            hour: hour_of(now),
            distinct: 0,
            usual_distinct: 0.0,
        }
    }

    pub(super) fn came<'a>(
        &mut self,
        sender: &str,
        recipients: impl IntoIterator<Item = &'a str>,
        bounds: &Bounds,
        now: Timestamp,
    ) {
        self.roll(bounds, now);
        let (mut all, mut new) = (0, 0);
        for recipient in recipients {
            all += 1;
            new += u32::from(self.seen.is_new(recipient));
        }
        self.whole.came(all, new, now);
        let is_first = match self.senders.get_mut(sender) {
            Some(life) => life.came(all, new, now),
            None => {
                self.senders.entry(sender.to_owned()).or_insert_with(|| Life::new(now)).came(all, new, now);
                true
            }
        };
        self.distinct += u32::from(is_first);
    }

    fn roll(&mut self, bounds: &Bounds, now: Timestamp) {
        let hour = hour_of(now);
        if hour <= self.hour {
            return;
        }
        let distinct = self.distinct as f32;
        let is_usual = f64::from(distinct) < self.distinct_limit(bounds) || !self.is_known(bounds, now);
        let faded = self.usual_distinct * FADE.powi((hour - self.hour).min(10_000) as i32);
        self.usual_distinct = if is_usual { faded.max(distinct) } else { faded };
        (self.hour, self.distinct) = (hour, 0);
    }

    fn distinct_limit(&self, bounds: &Bounds) -> f64 {
        (bounds.distinct * f64::from(self.usual_distinct)).max(bounds.distinct_floor)
    }

    fn is_known(&self, bounds: &Bounds, now: Timestamp) -> bool {
        now.since(self.whole.since) >= bounds.known_after
    }

    /// Looks at one sender, and at the tenant if that could matter.
    pub(super) fn weigh(
        &mut self,
        name: &TenantName,
        sender: &str,
        bounds: &Bounds,
        now: Timestamp,
    ) -> Vec<Moved> {
        let is_known = self.is_known(bounds, now);
        let mut moved = Vec::new();
        if let Some(life) = self.senders.get_mut(sender) {
            let found = life.findings(bounds.sender, is_known, bounds, now);
            if let Some(from) = life.standing.weigh(found, bounds, now) {
                let subject = Subject { tenant: name.clone(), sender: Some(sender.to_owned()) };
                moved.push(Moved { subject, at: now, from, standing: life.standing.clone() });
            }
        }
        let found = self.of_the_whole(is_known, !moved.is_empty(), bounds, now);
        if let Some(from) = self.whole.standing.weigh(found, bounds, now) {
            let subject = Subject { tenant: name.clone(), sender: None };
            moved.push(Moved { subject, at: now, from, standing: self.whole.standing.clone() });
        }
        moved
    }

    /// A tenant's own figures only tag it, unless several of its senders are out of line.
    fn of_the_whole(
        &self,
        is_known: bool,
        sender_moved: bool,
        bounds: &Bounds,
        now: Timestamp,
    ) -> Vec<Finding> {
        let mut found = self.whole.findings(bounds.tenant, is_known, bounds, now);
        let limit = self.distinct_limit(bounds);
        let is_crowd = is_known && f64::from(self.distinct) >= limit;
        // Only then it is worth counting: this is asked for every message.
        let is_worth_counting = sender_moved || !found.is_empty() || self.whole.standing.step > Step::Free;
        let held = if is_worth_counting { self.held(now) } else { 0 };
        let are_several = held >= bounds.several || is_crowd;
        if !are_several {
            found.iter_mut().for_each(|finding| finding.level = Step::Tagged);
        }
        if is_crowd {
            let (distinct, usual) = (f64::from(self.distinct), f64::from(self.usual_distinct));
            found.extend(Finding::at(Step::Slowed, Aspect::Senders, distinct, usual, limit, self.distinct));
        }
        if held >= bounds.several {
            let (count, limit) = (held as f64, bounds.several as f64);
            let over = self.senders.len() as u32;
            found.extend(Finding::at(Step::Held, Aspect::HeldSenders, count, 0.0, limit, over));
        }
        found
    }

    fn held(&self, now: Timestamp) -> usize {
        self.senders.values().filter(|life| life.standing.step(now) == Step::Held).count()
    }

    /// The steps of the tenant and of one of its senders. An operator's word for one sender goes before what is said of its tenant.
    pub(super) fn steps(&self, sender: &str, now: Timestamp) -> (Step, Step) {
        let life = self.senders.get(sender);
        let is_allowed = life.is_some_and(|life| life.standing.is_allowed(now));
        let of_tenant = if is_allowed { Step::Free } else { self.whole.standing.step(now) };
        (of_tenant, life.map_or(Step::Free, |life| life.standing.step(now)))
    }

    pub(super) fn is_full(&self) -> bool {
        self.senders.len() >= SENDERS_MAX
    }

    /// Forgets the quarter of which least is lost; gives how many that are.
    pub(super) fn shed(&mut self, now: Timestamp) -> usize {
        let mut worth: Vec<_> = self.senders.values().map(|life| life.worth(now)).collect();
        let go = worth.len().div_ceil(4);
        let Some(last) = go.checked_sub(1) else { return 0 };
        let (_, most, _) = worth.select_nth_unstable(last);
        let (most, mut gone) = (*most, 0);
        self.senders.retain(|_, life| {
            let goes = gone < go && life.worth(now) <= most;
            gone += usize::from(goes);
            !goes
        });
        gone
    }
}
