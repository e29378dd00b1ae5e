//! How much may go from one source to one site: so many transactions at once, so far apart, tenants in turn.
//!
//! All hosts of one site share its budget for our address, so they are counted together. Success brings one more at once for each full round, up to the
//! site's figure. A limit that a host names makes us fewer or slower at once; we come back step by step while it is quiet. A site that cannot be
//! reached several times in a row rests, and then one message finds out. Who finds the line too long is not kept in it: it is told when its
//! turn comes by the pace at which the line moves, so a crowd for one site costs mail for others nothing. Nothing here
//! knows a clock or a socket: the same questions at the same times have the same answers, which is what the table of its tests is about.

use crate::site::{Shape, Site};
use bounce::Sign;
use model::{Duration, SourceName, TenantName, Timestamp};
use std::collections::{BTreeMap, VecDeque};

/// Further signs of one moment are about the same crowd.
const SAME_CROWD: Duration = Duration::from_secs(1);
/// How long nothing goes after a sign.
const PAUSE_CROWDED: Duration = Duration::from_secs(1);
const PAUSE_BUSY: Duration = Duration::from_secs(5);
const GAP_MIN: Duration = Duration::from_millis(250);
const GAP_MAX: Duration = Duration::from_secs(10);
/// One step back to where we were, for each such time without a sign.
const RECOVER_STEP: Duration = Duration::from_secs(30);
/// One tenant's places in the line of a way that takes only a few at once.
const LINE_MIN: u32 = 8;
/// The soonest that one who was sent away asks again.
const COME_AGAIN_MIN: Duration = Duration::from_secs(2);
/// So often in a row a site could not be reached before it rests, and how long it does.
const UNREACHABLE_ENOUGH: u32 = 3;
const REST_MIN: Duration = Duration::from_secs(30);
/// What is remembered of a site that nobody asks for any more.
const REMEMBERED: Duration = Duration::from_secs(3_600);
/// Ways between two looks at what may be forgotten.
const SWEEP_AT: usize = 4_096;

/// What a budget is counted for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Way {
    pub source: SourceName,
    pub site: Site,
}

/// Who waits: one transaction.
pub type Ticket = u64;

/// One who wants to go.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    pub ticket: Ticket,
    pub tenant: &'a TenantName,
    /// Its time is over: it finds out for itself whether a site can be reached.
    pub is_last_try: bool,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    Go,
    /// Until somebody ends, or until then if a time is given.
    Wait(Option<Timestamp>),
    /// The line is long: until then.
    Away(Timestamp),
    /// The site could not be reached a moment ago, for this reason.
    Rests(String),
}

/// A site that could not be reached.
#[derive(Debug)]
struct Unreachable {
    times: u32,
    why: String,
    until: Timestamp,
}

/// One way's budget.
#[derive(Debug)]
struct Limit {
    shape: Shape,
    /// Transactions at once, now.
    most: u32,
    active: u32,
    /// Those that ended well since we became more.
    credit: u32,
    /// Between two transactions.
    gap: Duration,
    /// The earliest time of the next one.
    next: Timestamp,
    /// Of the last sign, or the last step back.
    changed: Timestamp,
    /// When a sign last made us fewer or slower.
    cut: Option<Timestamp>,
    unreachable: Option<Unreachable>,
    /// When the last one went, and how far apart they go while some wait.
    went: Option<Timestamp>,
    pace: Duration,
    /// The turn of the last one that was sent away.
    booked: Timestamp,
    waiting: BTreeMap<TenantName, VecDeque<Ticket>>,
    /// The tenant that went last.
    last: Option<TenantName>,
}

impl Limit {
    fn new(shape: Shape, now: Timestamp) -> Self {
        Self {
            shape,
            most: shape.first,
            active: 0,
            credit: 0,
            gap: Duration::ZERO,
            next: now,
            changed: now,
            cut: None,
            unreachable: None,
            went: None,
            pace: Duration::ZERO,
            booked: now,
            waiting: BTreeMap::new(),
            last: None,
        }
    }

    /// Whether nothing would be forgotten with it.
    fn is_fresh(&self) -> bool {
        let is_free = self.most >= self.shape.first && self.gap.is_zero();
        self.active == 0 && self.waiting.is_empty() && is_free && self.unreachable.is_none()
    }

    /// Whether what would be forgotten is of no use any more.
    fn is_stale(&self, now: Timestamp) -> bool {
        self.active == 0 && self.waiting.is_empty() && now.since(self.changed) >= REMEMBERED
    }

    fn recover(&mut self, now: Timestamp) {
        let first = self.shape.first;
        while now.since(self.changed) >= RECOVER_STEP && (self.most < first || !self.gap.is_zero()) {
            self.changed = self.changed + RECOVER_STEP;
            self.most = (self.most + (self.most / 4).max(1)).min(first.max(self.most));
            let gap = self.gap / 2;
            self.gap = if gap < GAP_MIN { Duration::ZERO } else { gap };
        }
    }

    /// The first of the tenant whose turn it is: the next one by name behind the one that went last.
    fn first_in_turn(&self) -> Option<Ticket> {
        let behind = self.last.as_ref().and_then(|last| self.waiting.iter().find(|(name, _)| *name > last));
        let (_, tickets) = behind.or_else(|| self.waiting.iter().next())?;
        tickets.front().copied()
    }

    fn leave(&mut self, ticket: Ticket, tenant: &TenantName) {
        if let Some(tickets) = self.waiting.get_mut(tenant) {
            tickets.retain(|waiting| *waiting != ticket);
            if tickets.is_empty() {
                self.waiting.remove(tenant);
            }
        }
    }

    /// Whether it stands in the line now. Each tenant's line is about as long as what goes at once.
    fn stand(&mut self, ticket: Ticket, tenant: &TenantName) -> bool {
        let most = self.most.max(LINE_MIN) as usize;
        let own = self.waiting.entry(tenant.clone()).or_default();
        if !own.contains(&ticket) {
            if own.len() >= most {
                return false;
            }
            own.push_back(ticket);
        }
        true
    }

    fn ask(&mut self, asking: Asking<'_>, now: Timestamp) -> Ask {
        let Asking { ticket, tenant, is_last_try } = asking;
        self.recover(now);
        if let Some(site) = self.unreachable.as_ref().filter(|site| site.times >= UNREACHABLE_ENOUGH)
            && !is_last_try
            && (now < site.until || self.active > 0)
        {
            let why = site.why.clone();
            self.leave(ticket, tenant);
            return Ask::Rests(why);
        }
        if !self.stand(ticket, tenant) {
            return Ask::Away(self.come_again(now));
        }
        if self.active >= self.most || self.first_in_turn() != Some(ticket) {
            return Ask::Wait(None);
        }
        if now < self.next {
            return Ask::Wait(Some(self.next));
        }
        self.leave(ticket, tenant);
        self.goes(tenant, now);
        Ask::Go
    }

    fn goes(&mut self, tenant: &TenantName, now: Timestamp) {
        if let Some(went) = self.went.filter(|_| !self.waiting.is_empty()) {
            self.pace = self.pace - self.pace / 8 + now.since(went) / 8;
        }
        self.went = Some(now);
        self.last = Some(tenant.clone());
        self.active += 1;
        self.next = now + self.gap;
    }

    /// One more for each full round that went well.
    fn went_well(&mut self) {
        self.unreachable = None;
        self.credit += 1;
        if self.credit >= self.most && self.most >= self.shape.first {
            self.credit = 0;
            self.most = (self.most + 1).min(self.shape.most);
        }
    }

    fn was_not_reached(&mut self, why: &str, now: Timestamp) {
        if self.shape.rest_max.is_zero() {
            return;
        }
        let times = self.unreachable.as_ref().map_or(0, |site| site.times) + 1;
        let doubled = times.saturating_sub(UNREACHABLE_ENOUGH).min(8);
        let rest = (REST_MIN * (1 << doubled)).min(self.shape.rest_max);
        self.changed = now;
        self.most = self.most.min(self.shape.first);
        self.credit = 0;
        self.unreachable = Some(Unreachable { times, why: why.to_owned(), until: now + rest });
    }

    fn hear(&mut self, sign: Sign, now: Timestamp) {
        let is_new = self.cut.is_none_or(|cut| now.since(cut) >= SAME_CROWD);
        let pause = match sign {
            Sign::Crowded => {
                if is_new {
                    self.most = (self.most.min(self.active.max(1)) / 2).max(1);
                }
                PAUSE_CROWDED
            }
            Sign::Busy => {
                if is_new {
                    self.most = (self.most / 2).max(1);
                    self.gap = (self.gap * 2).clamp(GAP_MIN, GAP_MAX);
                }
                PAUSE_BUSY
            }
        };
        self.credit = 0;
        self.changed = now;
        self.cut = if is_new { Some(now) } else { self.cut };
        self.next = self.next.max(now + pause);
    }

    /// The turn behind all who wait and all who were sent away before.
    fn come_again(&mut self, now: Timestamp) -> Timestamp {
        let waiting: usize = self.waiting.values().map(VecDeque::len).sum();
        let apart = self.pace.max(self.gap);
        let behind_those = self.next.max(now) + apart * u32::try_from(waiting).unwrap_or(u32::MAX).max(1);
        let away_max = self.shape.away_max;
        self.booked = (self.booked + apart).max(behind_those).min(now + away_max);
        self.booked.max(now + COME_AGAIN_MIN)
    }
}

/// All budgets of one node.
#[derive(Debug)]
pub struct Limits {
    ways: BTreeMap<Way, Limit>,
    sweep_at: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { ways: BTreeMap::new(), sweep_at: SWEEP_AT }
    }
}

impl Limits {
    /// May this transaction go? Until it goes, is sent away or leaves, it keeps its place.
    pub fn ask(&mut self, way: &Way, shape: Shape, asking: Asking<'_>, now: Timestamp) -> Ask {
        self.of(way, shape, now).ask(asking, now)
    }

    /// It waits no longer.
    pub fn leave(&mut self, way: &Way, ticket: Ticket, tenant: &TenantName) {
        if let Some(limit) = self.ways.get_mut(way) {
            limit.leave(ticket, tenant);
        }
    }

    /// A transaction that went has ended.
    pub fn end(&mut self, way: &Way) {
        let Some(limit) = self.ways.get_mut(way) else { return };
        limit.active = limit.active.saturating_sub(1);
        if limit.is_fresh() {
            self.ways.remove(way);
        }
    }

    /// A host of the site answered, and said nothing of a limit.
    pub fn went_well(&mut self, way: &Way) {
        if let Some(limit) = self.ways.get_mut(way) {
            limit.went_well();
        }
    }

    /// No host of the site could be reached.
    pub fn was_not_reached(&mut self, way: &Way, shape: Shape, why: &str, now: Timestamp) {
        self.of(way, shape, now).was_not_reached(why, now);
    }

    /// The site said something about the way.
    pub fn hear(&mut self, way: &Way, shape: Shape, sign: Sign, now: Timestamp) {
        self.of(way, shape, now).hear(sign, now);
    }

    /// When one that waited long enough asks again.
    pub fn come_again(&mut self, way: &Way, now: Timestamp) -> Timestamp {
        self.ways.get_mut(way).map_or(now + COME_AGAIN_MIN, |limit| limit.come_again(now))
    }

    /// How many more connections than transactions under way may be open.
    #[must_use]
    pub fn idle_max(&self, way: &Way, shape: Shape) -> usize {
        let limit = self.ways.get(way);
        limit.map_or(shape.first as usize, |limit| limit.most.saturating_sub(limit.active) as usize)
    }

    /// Its budget; what is of no use any more goes from time to time.
    fn of(&mut self, way: &Way, shape: Shape, now: Timestamp) -> &mut Limit {
        if self.ways.len() >= self.sweep_at {
            self.ways.retain(|_, limit| {
                limit.recover(now);
                !limit.is_fresh() && !limit.is_stale(now)
            });
            self.sweep_at = SWEEP_AT.max(self.ways.len() * 2);
        }
        self.ways.entry(way.clone()).or_insert_with(|| Limit::new(shape, now))
    }
}

#[cfg(test)]
mod tests;
