//! Messages that wait for a way that is crowded, by name and not in hand: they are called up the moment there is room for them.
//!
//! Nothing depends on being called. Each message has a time at which it comes by itself, as if there were no list, and that time says whether it is still
//! the wait that it was put here for.

use crate::turns::Turns;
use model::{MessageId, TenantName, Timestamp};
use std::collections::BTreeMap;

/// Messages of one tenant that wait for one way. Whoever comes behind them comes by time.
const OF_A_TENANT_MAX: usize = 10_000;

/// The messages that wait for one way.
#[derive(Debug, Default)]
pub(crate) struct WaitingList {
    turns: Turns<MessageId>,
    /// When each comes by itself.
    due: BTreeMap<MessageId, Timestamp>,
}

impl WaitingList {
    pub(crate) fn is_empty(&self) -> bool {
        self.due.is_empty()
    }

    pub(crate) fn count(&self) -> usize {
        self.due.len()
    }

    pub(crate) fn has(&self, message: MessageId) -> bool {
        self.due.contains_key(&message)
    }

    pub(crate) fn has_any_of(&self, tenant: &TenantName) -> bool {
        self.turns.count_of(tenant) > 0
    }

    pub(crate) fn has_room_for(&self, tenant: &TenantName) -> bool {
        self.turns.count_of(tenant) < OF_A_TENANT_MAX
    }

    /// Behind its tenant's others; one that is here keeps its place.
    pub(crate) fn put(&mut self, message: MessageId, tenant: &TenantName, due: Timestamp) {
        if self.has(message) {
            self.due.insert(message, due);
        } else if self.has_room_for(tenant) {
            self.due.insert(message, due);
            self.turns.stand(tenant, message);
        }
    }

    pub(crate) fn remove(&mut self, message: MessageId, tenant: &TenantName) {
        if self.due.remove(&message).is_some() {
            self.turns.leave(tenant, message);
        }
    }

    /// The next message in turn, with its tenant and the time at which it would come by itself.
    pub(crate) fn call(
        &mut self,
        may: impl Fn(&TenantName) -> bool,
    ) -> Option<(MessageId, TenantName, Timestamp)> {
        let (tenant, message) = self.turns.first(may).map(|(tenant, message)| (tenant.clone(), message))?;
        self.turns.goes(&tenant, message);
        let due = self.due.remove(&message)?;
        Some((message, tenant, due))
    }
}
