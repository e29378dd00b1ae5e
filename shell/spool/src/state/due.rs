//! Who is due when: one schedule for each lane, served in turn. A lane is a tenant's mail, or that part of it that an operator
//! redirected or that we wrote ourselves: the one may stand while the other goes.
//!
//! A tenant with a hundred thousand messages and one with a single message get the same turns, and a tenant that may not be served now costs one
//! look, not one for each of its messages.

use model::{MessageId, TenantName, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Messages that may be served, or not, together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lane {
    pub tenant: TenantName,
    /// Not to the tenant's route.
    pub redirected: bool,
    /// A report or notice about mail, which goes to the exchangers of its reader.
    pub ours: bool,
}

#[derive(Default)]
pub(super) struct Due {
    lanes: BTreeMap<Lane, BTreeSet<(Timestamp, MessageId)>>,
    /// The lane that was served last.
    served: Option<Lane>,
}

impl Due {
    pub(super) fn insert(&mut self, lane: &Lane, due: Timestamp, id: MessageId) {
        match self.lanes.get_mut(lane) {
            Some(schedule) => drop(schedule.insert((due, id))),
            None => drop(self.lanes.insert(lane.clone(), BTreeSet::from([(due, id)]))),
        }
    }

    pub(super) fn remove(&mut self, lane: &Lane, due: Timestamp, id: MessageId) {
        let Some(schedule) = self.lanes.get_mut(lane) else { return };
        schedule.remove(&(due, id));
        if schedule.is_empty() {
            self.lanes.remove(lane);
        }
    }

    /// The first message that is due, of the next lane in turn that may be served.
    pub(super) fn take(&mut self, now: Timestamp, may: impl Fn(&Lane) -> bool) -> Option<MessageId> {
        let behind = self.served.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let behind = self.lanes.range::<Lane, _>((behind, Bound::Unbounded));
        let is_next = |(lane, schedule): &(&Lane, &BTreeSet<(Timestamp, MessageId)>)| {
            schedule.first().is_some_and(|(due, _)| *due <= now) && may(lane)
        };
        let (lane, schedule) = behind.chain(&self.lanes).find(is_next)?;
        let (due, id) = *schedule.first()?;
        let lane = lane.clone();
        self.remove(&lane, due, id);
        self.served = Some(lane);
        Some(id)
    }

    /// When the next message of a lane that may be served is due.
    pub(super) fn next(&self, may: impl Fn(&Lane) -> bool) -> Option<Timestamp> {
        let served = self.lanes.iter().filter(|(lane, _)| may(lane));
        served.filter_map(|(_, schedule)| schedule.first()).map(|(due, _)| *due).min()
    }
}

#[cfg(test)]
mod tests;
