//! Who is due when: one schedule for each tenant, served in turn.
//!
//! A tenant with a hundred thousand messages and one with a single message get the same turns, and a tenant that may not be served now costs one
//! look, not one for each of its messages.

use model::{MessageId, TenantName, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

#[derive(Default)]
pub(super) struct Due {
    tenants: BTreeMap<TenantName, BTreeSet<(Timestamp, MessageId)>>,
    /// The tenant that was served last.
    served: Option<TenantName>,
}

impl Due {
    pub(super) fn insert(&mut self, tenant: &TenantName, due: Timestamp, id: MessageId) {
        match self.tenants.get_mut(tenant) {
            Some(schedule) => drop(schedule.insert((due, id))),
            None => drop(self.tenants.insert(tenant.clone(), BTreeSet::from([(due, id)]))),
        }
    }

    pub(super) fn remove(&mut self, tenant: &TenantName, due: Timestamp, id: MessageId) {
        let Some(schedule) = self.tenants.get_mut(tenant) else { return };
        schedule.remove(&(due, id));
        if schedule.is_empty() {
            self.tenants.remove(tenant);
        }
    }

    /// The first message that is due, of the next tenant in turn that may be served.
    pub(super) fn take(&mut self, now: Timestamp, may: impl Fn(&TenantName) -> bool) -> Option<MessageId> {
        let behind = self.served.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let behind = self.tenants.range::<TenantName, _>((behind, Bound::Unbounded));
        let is_next = |(tenant, schedule): &(&TenantName, &BTreeSet<(Timestamp, MessageId)>)| {
            schedule.first().is_some_and(|(due, _)| *due <= now) && may(tenant)
        };
        let (tenant, schedule) = behind.chain(&self.tenants).find(is_next)?;
        let (due, id) = *schedule.first()?;
        let tenant = tenant.clone();
        self.remove(&tenant, due, id);
        self.served = Some(tenant);
        Some(id)
    }

    /// When the next message of a tenant that may be served is due.
    pub(super) fn next(&self, may: impl Fn(&TenantName) -> bool) -> Option<Timestamp> {
        let served = self.tenants.iter().filter(|(tenant, _)| may(tenant));
        served.filter_map(|(_, schedule)| schedule.first()).map(|(due, _)| *due).min()
    }
}

#[cfg(test)]
mod tests;
