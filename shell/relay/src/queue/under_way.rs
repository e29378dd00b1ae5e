//! The deliveries that are under way, and who has room for more.
//!
//! Places are counted for mail that moves. A delivery that takes long waits for a receiver that hangs and costs a socket and some memory: it leaves its
//! place to the next message, and counts only among the slow ones from there on. So many receivers may hang at once that a tenant's other mail is not
//! kept waiting by them; past that bound, it is.

use crate::transport::CalledUp;
use crate::{Parts, carry};
use model::{Duration, TenantName, Timestamp};
use spool::Lease;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use tenant::settings::EgressMode;
use tokio::task::{Id, JoinSet};

/// Messages on their way out at once, in all.
pub(crate) const CARRIED_MAX: usize = 400;
/// The same for one tenant: its own system is near and takes so many, the world's receivers are slow and many.
const TO_OWN_SYSTEM_MAX: usize = 20;
const TO_THE_WORLD_MAX: usize = 100;
/// A delivery that has taken so long is slow.
const SLOW_AFTER: Duration = Duration::from_secs(20);
/// Slow ones in all, and for one tenant.
const SLOW_MAX: usize = 2_000;
const SLOW_PER_TENANT_MAX: usize = 500;

/// One tenant's deliveries.
#[derive(Debug, Default)]
struct Places {
    moving: usize,
    slow: usize,
}

/// One delivery.
#[derive(Debug)]
struct Delivery {
    tenant: TenantName,
    is_slow: bool,
}

#[derive(Default)]
pub(super) struct UnderWay {
    tasks: JoinSet<()>,
    tenants: BTreeMap<TenantName, Places>,
    of_task: HashMap<Id, Delivery>,
    /// Those that are not slow yet, and some that have ended; the oldest first.
    by_age: VecDeque<(Timestamp, Id)>,
    slow: usize,
}

/// A tenant's messages on their way out at once.
pub(crate) fn places_of(parts: &Parts, tenant: &TenantName) -> usize {
    match parts.tenants.current(tenant).map(|snapshot| snapshot.settings.egress.mode) {
        Some(EgressMode::Deliver) => TO_THE_WORLD_MAX,
        Some(EgressMode::Return) | None => TO_OWN_SYSTEM_MAX,
    }
}

impl UnderWay {
    pub(super) fn is_full(&self) -> bool {
        self.tasks.len() - self.slow >= CARRIED_MAX
    }

    pub(super) fn has_room(&self, parts: &Parts, tenant: &TenantName) -> bool {
        let Some(places) = self.tenants.get(tenant) else { return true };
        places.moving < places_of(parts, tenant)
    }

    pub(super) fn begin(&mut self, parts: &Arc<Parts>, lease: Lease, now: Timestamp) {
        let tenant = lease.accepted().tenant.clone();
        // In a box of its own: the whole way of a message is a large value, which every step of a spawn would copy.
        self.spawn(tenant, Box::pin(carry(Arc::clone(parts), lease, false)), now);
    }

    /// One that was called up; counted as that until it ends.
    pub(super) fn begin_called(
        &mut self,
        parts: &Arc<Parts>,
        lease: Lease,
        called: CalledUp,
        now: Timestamp,
    ) {
        let (tenant, parts) = (lease.accepted().tenant.clone(), Arc::clone(parts));
        let work = async move {
            carry(parts, lease, true).await;
            drop(called);
        };
        self.spawn(tenant, Box::pin(work), now);
    }

    /// One that is under way already finds room in any case.
    pub(super) fn spawn(
        &mut self,
        tenant: TenantName,
        work: Pin<Box<dyn Future<Output = ()> + Send>>,
        now: Timestamp,
    ) {
        let task = self.tasks.spawn(work).id();
        self.tenants.entry(tenant.clone()).or_default().moving += 1;
        self.of_task.insert(task, Delivery { tenant, is_slow: false });
        self.by_age.push_back((now, task));
    }

    /// Those that have taken long leave their places, while there is room among the slow ones.
    pub(super) fn look(&mut self, now: Timestamp) {
        while let Some((began, task)) = self.by_age.front().copied() {
            let Some(delivery) = self.of_task.get_mut(&task) else {
                self.by_age.pop_front();
                continue;
            };
            let places = self.tenants.entry(delivery.tenant.clone()).or_default();
            if now.since(began) < SLOW_AFTER || self.slow >= SLOW_MAX {
                return;
            }
            self.by_age.pop_front();
            if places.slow < SLOW_PER_TENANT_MAX {
                delivery.is_slow = true;
                places.moving -= 1;
                places.slow += 1;
                self.slow += 1;
            }
        }
    }

    /// When the next one may be slow.
    pub(super) fn next_slow(&self) -> Option<Timestamp> {
        let oldest = self.by_age.front().filter(|_| self.slow < SLOW_MAX);
        oldest.map(|(began, _)| *began + SLOW_AFTER)
    }

    fn ended(&mut self, task: Id) {
        let Some(Delivery { tenant, is_slow }) = self.of_task.remove(&task) else { return };
        self.slow -= usize::from(is_slow);
        if let Some(places) = self.tenants.get_mut(&tenant) {
            if is_slow {
                places.slow -= 1;
            } else {
                places.moving -= 1;
            }
            if places.moving + places.slow == 0 {
                self.tenants.remove(&tenant);
            }
        }
    }

    /// Waits for one task to end; for ever if there is none.
    pub(super) async fn one_ends(&mut self) {
        match self.tasks.join_next_with_id().await {
            Some(Ok((task, ()))) => self.ended(task),
            Some(Err(error)) => {
                // The lease went with it: the spool gives the message as lost.
                tracing::error!(%error, "a delivery failed inside");
                self.ended(error.id());
            }
            None => std::future::pending().await,
        }
    }

    pub(super) async fn all_end(&mut self) {
        while !self.tasks.is_empty() {
            self.one_ends().await;
        }
    }

    pub(super) async fn shutdown(&mut self) {
        self.tasks.shutdown().await;
    }
}
