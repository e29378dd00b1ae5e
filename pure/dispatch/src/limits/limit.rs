//! One way's budget: how many at once, how far apart, who stands in its line and who waits on its list.
//!
//! Three things keep messages apart, and the widest counts: the rate that the operator sets for the site, the gap that it made us leave by saying
//! that it is busy, and the pause behind each such word.

use super::{Ask, Asking, Ticket};
use crate::shown::{Rest, Shown};
use crate::site::Shape;
use crate::turns::Turns;
use crate::waiting_list::WaitingList;
use bounce::Sign;
use model::{Duration, MessageId, TenantName, Timestamp};
use std::collections::BTreeSet;

/// Further signs of one moment are about the same crowd.
const SAME_CROWD: Duration = Duration::from_secs(1);
/// How long nothing goes after a sign.
pub(super) const PAUSE_CROWDED: Duration = Duration::from_secs(1);
pub(super) const PAUSE_BUSY: Duration = Duration::from_secs(5);
pub(super) const GAP_MIN: Duration = Duration::from_millis(250);
pub(super) const GAP_MAX: Duration = Duration::from_secs(10);
/// One step back to where we were, for each such time without a sign.
const RECOVER_STEP: Duration = Duration::from_secs(30);
/// One tenant's places in the line of a way that takes only a few at once.
pub(super) const LINE_MIN: u32 = 8;
/// The soonest that one who was sent away asks again.
pub(super) const COME_AGAIN_MIN: Duration = Duration::from_secs(2);
/// The same for one that is on the list, and should have been called long before.
const CALLED_WITHIN: Duration = Duration::from_secs(10);
/// Who is called up should get its turn within this time; in the line one stands little longer.
const STANDS_FOR: Duration = Duration::from_secs(4);
/// So often in a row a site could not be reached before it rests, and how long it does.
pub(super) const UNREACHABLE_ENOUGH: u32 = 3;
pub(super) const REST_MIN: Duration = Duration::from_secs(30);
/// What is remembered of a site that nobody asks for any more.
pub(super) const REMEMBERED: Duration = Duration::from_secs(3_600);

/// A site that could not be reached.
#[derive(Debug)]
struct Unreachable {
    times: u32,
    why: String,
    until: Timestamp,
}

/// One way's budget.
#[derive(Debug)]
pub(super) struct Limit {
    pub(super) shape: Shape,
    /// Transactions at once, now.
    pub(super) most: u32,
    pub(super) active: u32,
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
    pub(super) waiting: Turns<Ticket>,
    /// Those that found the line too long.
    pub(super) list: WaitingList,
    /// Called up from there, and not in the line yet.
    pub(super) coming: BTreeSet<MessageId>,
}

impl Limit {
    pub(super) fn new(shape: Shape, now: Timestamp) -> Self {
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

    /// Whether nothing would be forgotten with it: of a site with a rate, when the last one went.
    pub(super) fn is_fresh(&self) -> bool {
        let is_free = self.most >= self.shape.first && self.gap.is_zero();
        let is_free = is_free && self.cut.is_none() && self.shape.rate.is_none();
        self.is_idle() && is_free && self.unreachable.is_none()
    }

    /// Whether what would be forgotten is of no use any more.
    pub(super) fn is_stale(&self, now: Timestamp) -> bool {
        self.is_idle() && now >= self.next && now.since(self.changed) >= REMEMBERED
    }

    /// Whether nobody wants anything of it.
    fn is_idle(&self) -> bool {
        self.active == 0 && self.waiting.is_empty() && self.list.is_empty() && self.coming.is_empty()
    }

    pub(super) fn recover(&mut self, now: Timestamp) {
        let (first, gap_min) = (self.shape.first, self.shape.gap_min().max(GAP_MIN));
        self.cut = self.cut.filter(|cut| now.since(*cut) < PAUSE_BUSY);
        while now.since(self.changed) >= RECOVER_STEP && (self.most < first || !self.gap.is_zero()) {
            self.changed = self.changed + RECOVER_STEP;
            self.most = (self.most + (self.most / 4).max(1)).min(first.max(self.most));
            let gap = self.gap / 2;
            self.gap = if gap < gap_min { Duration::ZERO } else { gap };
        }
    }

    /// How far apart transactions are now.
    fn apart(&self) -> Duration {
        self.gap.max(self.shape.gap_min())
    }

    /// The site has other figures from now on. What it made us learn stays, within them.
    pub(super) fn reshape(&mut self, shape: Shape, now: Timestamp) {
        let is_free = self.most >= self.shape.first;
        self.shape = shape;
        let most = if is_free { self.most.max(shape.first) } else { self.most };
        self.most = most.min(shape.most);
        self.gap = if self.gap <= shape.gap_min() { Duration::ZERO } else { self.gap };
        // What a slower rate put off comes by the new one.
        self.next = self.next.min(now + self.apart().max(PAUSE_BUSY));
    }

    /// How it stands, for people.
    pub(super) fn shown(&self, now: Timestamp) -> Shown {
        let rest = self.unreachable.as_ref().filter(|site| site.times >= UNREACHABLE_ENOUGH);
        Shown {
            active: self.active,
            at_once: self.most,
            gap: self.apart(),
            limits: self.shape.into(),
            next: (self.next > now).then_some(self.next),
            standing: self.waiting.count(),
            listed: self.list.count(),
            heard: self.most < self.shape.first || !self.gap.is_zero(),
            rest: rest.map(|site| Rest { until: site.until, why: site.why.clone() }),
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

    pub(super) fn ask(&mut self, asking: Asking<'_>, now: Timestamp) -> Ask {
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
    pub(super) fn next_up(&self) -> Option<Ticket> {
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
        self.next = now + self.apart();
    }

    /// One more for each full round that went well.
    pub(super) fn went_well(&mut self) {
        self.unreachable = None;
        self.credit += 1;
        if self.credit >= self.most && self.most >= self.shape.first {
            self.credit = 0;
            self.most = (self.most + 1).min(self.shape.most);
        }
    }

    pub(super) fn was_not_reached(&mut self, why: &str, now: Timestamp) {
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

    pub(super) fn hear(&mut self, sign: Sign, now: Timestamp) {
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
                    let gap_min = self.shape.gap_min();
                    self.gap = (self.apart() * 2).clamp(GAP_MIN, GAP_MAX.max(gap_min));
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
    pub(super) fn come_again(&mut self, now: Timestamp) -> Timestamp {
        let waiting = self.waiting.count();
        let apart = self.pace.max(self.apart());
        let behind_those = self.next.max(now) + apart * u32::try_from(waiting).unwrap_or(u32::MAX).max(1);
        let away_max = self.shape.away_max;
        self.booked = (self.booked + apart).max(behind_those).min(now + away_max);
        self.booked.max(now + COME_AGAIN_MIN)
    }

    /// The time for one that goes on the list.
    pub(super) fn away(&mut self, now: Timestamp) -> Timestamp {
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
        } else if self.apart().is_zero() {
            free + line
        } else {
            line.min(soon.div_duration_f64(self.apart()) as usize + 1)
        }
    }

    /// The next one from the list for which there is room, of a tenant that `may` have one more. A tenant of which nobody stands is not kept out by the
    /// lines of others.
    pub(super) fn call(
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
