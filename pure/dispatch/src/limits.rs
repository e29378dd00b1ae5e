//! How much may go from one source to one site: so many transactions at once, so far apart, tenants in turn.
//!
//! All hosts of one site share its budget for our address, so they are counted together. Success brings one more at once for each full round, up to the
//! site's figure. A limit that a host names makes us fewer or slower at once; we come back step by step while it is quiet. A site that cannot be
//! reached several times in a row rests, and then one message finds out. Who finds the line too long is not kept in it: it waits in a list of names, from
//! which it is called up as the line moves, and is told when its turn comes by the pace of the line in case nobody calls. So a crowd for one site costs
//! mail for others nothing, and the site itself is never idle. Nothing here
//! knows a clock or a socket: the same questions at the same times have the same answers, which is what the table of its tests is about.

use crate::calls::Calls;
use crate::site::{Shape, Site};
use crate::turns::Turns;
use crate::waiting_list::WaitingList;
use bounce::Sign;
use model::{Duration, MessageId, SourceName, TenantName, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

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
/// The same for one that is on the list, and should have been called long before.
const CALLED_WITHIN: Duration = Duration::from_secs(10);
/// Who is called up should get its turn within this time; in the line one stands little longer.
const STANDS_FOR: Duration = Duration::from_secs(4);
/// So often in a row a site could not be reached before it rests, and how long it does.
const UNREACHABLE_ENOUGH: u32 = 3;
const REST_MIN: Duration = Duration::from_secs(30);
/// What is remembered of a site that nobody asks for any more.
const REMEMBERED: Duration = Duration::from_secs(3_600);
/// Ways between two looks at what may be forgotten.
const SWEEP_AT: usize = 4_096;

/// A message that is called up from a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    pub way: Way,
    pub tenant: TenantName,
    pub message: MessageId,
    /// The time that it was told; where it has another one by now, it waits for something else.
    pub due: Timestamp,
}

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
    /// By which it can be called up; none: nobody calls it.
    pub message: Option<MessageId>,
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
    /// The line is long: until then, or until it is called up if it goes on the list.
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
    /// The line.
    waiting: Turns<Ticket>,
    /// Those that found the line too long.
    list: WaitingList,
    /// Called up from there, and not in the line yet.
    coming: BTreeSet<MessageId>,
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
            waiting: Turns::default(),
            list: WaitingList::default(),
            coming: BTreeSet::new(),
        }
    }

    /// Whether nothing would be forgotten with it.
    fn is_fresh(&self) -> bool {
        let is_free = self.most >= self.shape.first && self.gap.is_zero();
        self.is_idle() && is_free && self.unreachable.is_none()
    }

    /// Whether what would be forgotten is of no use any more.
    fn is_stale(&self, now: Timestamp) -> bool {
        self.is_idle() && now.since(self.changed) >= REMEMBERED
    }

    /// Whether nobody wants anything of it.
    fn is_idle(&self) -> bool {
        self.active == 0 && self.waiting.is_empty() && self.list.is_empty() && self.coming.is_empty()
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

    fn line_max(&self) -> usize {
        self.most.max(LINE_MIN) as usize
    }

    /// Whether it stands in the line now. Each tenant's line is about as long as what goes at once. Nobody passes those of its tenant that wait on the
    /// list; who was called up from there finds a place in any case.
    fn stand(&mut self, Asking { ticket, message, tenant, .. }: Asking<'_>) -> bool {
        if self.waiting.has(tenant, ticket) {
            return true;
        }
        let is_called = message.is_some_and(|message| self.coming.remove(&message));
        let is_listed = message.is_some_and(|message| self.list.has(message));
        let has_place = self.waiting.count_of(tenant) < self.line_max();
        if !is_called && !(has_place && (is_listed || !self.list.has_any_of(tenant))) {
            return false;
        }
        if let Some(message) = message {
            self.list.remove(message, tenant);
        }
        self.waiting.stand(tenant, ticket);
        true
    }

    fn ask(&mut self, asking: Asking<'_>, now: Timestamp) -> Ask {
        let Asking { ticket, message, tenant, is_last_try } = asking;
        self.recover(now);
        if let Some(site) = self.unreachable.as_ref().filter(|site| site.times >= UNREACHABLE_ENOUGH)
            && !is_last_try
            && (now < site.until || self.active > 0)
        {
            let why = site.why.clone();
            self.waiting.leave(tenant, ticket);
            return Ask::Rests(why);
        }
        if !self.stand(asking) {
            let is_called_up = message.is_some() && self.list.has_room_for(tenant);
            return Ask::Away(if is_called_up { self.away(now) } else { self.come_again(now) });
        }
        if self.next_up() != Some(ticket) {
            return Ask::Wait(None);
        }
        if now < self.next {
            return Ask::Wait(Some(self.next));
        }
        self.goes(ticket, tenant, now);
        Ask::Go
    }

    /// Whose turn it is, if there is room for one more.
    fn next_up(&self) -> Option<Ticket> {
        let has_room = self.active < self.most;
        self.waiting.first(|_| true).map(|(_, ticket)| ticket).filter(|_| has_room)
    }

    fn goes(&mut self, ticket: Ticket, tenant: &TenantName, now: Timestamp) {
        self.waiting.goes(tenant, ticket);
        if let Some(went) = self.went.filter(|_| !self.waiting.is_empty()) {
            self.pace = self.pace - self.pace / 8 + now.since(went) / 8;
        }
        self.went = Some(now);
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
        let waiting = self.waiting.count();
        let apart = self.pace.max(self.gap);
        let behind_those = self.next.max(now) + apart * u32::try_from(waiting).unwrap_or(u32::MAX).max(1);
        let away_max = self.shape.away_max;
        self.booked = (self.booked + apart).max(behind_those).min(now + away_max);
        self.booked.max(now + COME_AGAIN_MIN)
    }

    /// The time for one that goes on the list.
    fn away(&mut self, now: Timestamp) -> Timestamp {
        self.come_again(now).max(now + CALLED_WITHIN)
    }

    /// How many may be in the line and on their way to it: those that get their turn before they would leave it again.
    fn line_now(&self, now: Timestamp) -> usize {
        let soon = STANDS_FOR.saturating_sub(self.next.since(now));
        let (free, line) = (self.most.saturating_sub(self.active) as usize, self.line_max());
        if soon.is_zero() {
            0
        } else if self.unreachable.is_some() {
            // One is enough to find out.
            usize::from(self.active == 0)
        } else if self.gap.is_zero() {
            free + line
        } else {
            line.min(soon.div_duration_f64(self.gap) as usize + 1)
        }
    }

    /// The next one from the list for which there is room, of a tenant that `may` have one more. A tenant of which nobody stands is not kept out by the
    /// lines of others.
    fn call(
        &mut self,
        may: impl Fn(&TenantName) -> bool,
        now: Timestamp,
    ) -> Option<(MessageId, TenantName, Timestamp)> {
        let most = self.line_now(now);
        let (coming, waiting) = (self.coming.len(), &self.waiting);
        let has_room = |tenant: &TenantName| {
            let is_missing = waiting.count_of(tenant) == 0 && coming < most;
            is_missing || waiting.count() + coming < most
        };
        let called = self.list.call(|tenant| has_room(tenant) && may(tenant))?;
        self.coming.insert(called.0);
        Some(called)
    }
}

/// All budgets of one node.
#[derive(Debug)]
pub struct Limits {
    ways: BTreeMap<Way, Limit>,
    calls: Calls,
    sweep_at: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { ways: BTreeMap::new(), calls: Calls::default(), sweep_at: SWEEP_AT }
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
            limit.waiting.leave(tenant, ticket);
        }
    }

    /// Who has to ask again now that something has changed on the way.
    #[must_use]
    pub fn next_up(&self, way: &Way) -> Option<Ticket> {
        self.ways.get(way)?.next_up()
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

    /// A message that was sent away is on the list from now on, and comes by itself at `due`.
    pub fn list(
        &mut self,
        way: &Way,
        shape: Shape,
        (message, tenant): (MessageId, &TenantName),
        due: Timestamp,
        now: Timestamp,
    ) {
        if self.calls.may_have_list(way) {
            self.of(way, shape, now).list.put(message, tenant, due);
        }
    }

    /// Whether any way has a list.
    #[must_use]
    pub fn has_lists(&self) -> bool {
        !self.calls.is_empty()
    }

    /// The next message that comes to the line of its way, of a tenant that `may` have one more under way beside so many that were called up. Until
    /// [`Self::called_has_ended`] it counts as one of these.
    pub fn call(&mut self, may: impl Fn(&TenantName, usize) -> bool, now: Timestamp) -> Option<Called> {
        for way in self.calls.next_ways() {
            let Some(limit) = self.ways.get_mut(&way) else {
                self.calls.has_no_list(&way);
                continue;
            };
            if limit.list.is_empty() {
                self.calls.has_no_list(&way);
            } else if let Some((message, tenant, due)) =
                limit.call(|tenant| may(tenant, self.calls.of(tenant)), now)
            {
                self.calls.begin(&way, &tenant);
                return Some(Called { way, tenant, message, due });
            }
        }
        None
    }

    /// One that was called up is under way no longer.
    pub fn called_has_ended(&mut self, called: &Called) {
        self.calls.end(&called.tenant);
        if let Some(limit) = self.ways.get_mut(&called.way) {
            limit.coming.remove(&called.message);
            if limit.is_fresh() {
                self.ways.remove(&called.way);
            }
        }
    }

    /// Until when a message that nobody called would be sent away, because others of its tenant wait on the list of the way.
    pub fn is_behind(
        &mut self,
        way: &Way,
        message: MessageId,
        tenant: &TenantName,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let limit = self.ways.get_mut(way)?;
        let may_stand =
            !limit.list.has_any_of(tenant) || limit.list.has(message) || limit.coming.contains(&message);
        (!may_stand && limit.list.has_room_for(tenant)).then(|| limit.away(now))
    }

    /// On which way's list a message is.
    #[must_use]
    pub fn list_of(&self, message: MessageId) -> Option<&Way> {
        self.calls.ways().find(|way| self.ways.get(way).is_some_and(|limit| limit.list.has(message)))
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
