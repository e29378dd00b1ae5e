//! How much may go from one source to one site: so many transactions at once, so far apart, tenants in turn.
//!
//! All hosts of one site share its budget for our address, so they are counted together. Success brings one more at once for each full round, up to the
//! site's figure. A limit that a host names makes us fewer or slower at once; we come back step by step while it is quiet. A site that cannot be
//! reached several times in a row rests, and then one message finds out. Who finds the line too long is not kept in it: it waits in a list of names, from
//! which it is called up as the line moves, and is told when its turn comes by the pace of the line in case nobody calls. So a crowd for one site costs
//! mail for others nothing, and the site itself is never idle. Nothing here
//! knows a clock or a socket: the same questions at the same times have the same answers, which is what the table of its tests is about.

mod limit;

use crate::calls::Calls;
use crate::shown::{Shown, WayShown};
use crate::site::{Reach, Shape, Site};
use bounce::Sign;
use limit::{COME_AGAIN_MIN, Limit};
use model::{MessageId, SourceName, TenantName, Timestamp};
use std::collections::BTreeMap;

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

    /// The sites have other figures from now on.
    pub fn reshape(&mut self, of: impl Fn(&Site, Reach) -> Shape, now: Timestamp) {
        for (way, limit) in &mut self.ways {
            limit.reshape(of(&way.site, limit.shape.reach), now);
        }
    }

    /// Every way that is in use, or of which something has been learnt.
    pub fn shown(&mut self, now: Timestamp) -> Vec<WayShown> {
        let shown = |(way, limit): (&Way, &mut Limit)| {
            limit.recover(now);
            WayShown { source: way.source.clone(), site: way.site.to_string(), now: limit.shown(now) }
        };
        self.ways.iter_mut().map(shown).collect()
    }

    /// One of them.
    pub fn shown_of(&mut self, way: &Way, now: Timestamp) -> Option<Shown> {
        let limit = self.ways.get_mut(way)?;
        limit.recover(now);
        Some(limit.shown(now))
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
