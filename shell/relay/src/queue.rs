//! The queue's heartbeat: what is due is taken from the spool and carried, within bounds for the node and for each tenant.
//!
//! A tenant whose mail system hangs fills its own places and nobody else's. Every task is joined; at a stop what is in flight may end within
//! a bound, and what does not end is given back by its lease.

use crate::stop::Stop;
use crate::{Parts, carry};
use model::{Duration, TenantName, Timestamp};
use spool::Lease;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::task::{Id, JoinSet};

/// Messages on their way out at once, in all and for one tenant.
const CARRIED_MAX: usize = 200;
const CARRIED_PER_TENANT_MAX: usize = 20;
/// How long a message that is under way may take once the node stops.
const STOP_WAIT: Duration = Duration::from_secs(7);
/// How often idle connections, the parked and the segments are looked after.
const LOOK_AFTER: Duration = Duration::from_secs(5);
const MAINTAIN: Duration = Duration::from_secs(60);
/// How often it is asked whether somebody has to be told that mail waits; oftener only where patience is shorter.
const TELL: Duration = Duration::from_secs(60);

/// What is under way.
#[derive(Default)]
struct UnderWay {
    tasks: JoinSet<()>,
    tenants: HashMap<TenantName, usize>,
    of_task: HashMap<Id, TenantName>,
}

impl UnderWay {
    fn has_room(&self, tenant: &TenantName) -> bool {
        self.tenants.get(tenant).is_none_or(|count| *count < CARRIED_PER_TENANT_MAX)
    }

    fn begin(&mut self, parts: &Arc<Parts>, lease: Lease) {
        let tenant = lease.accepted().tenant.clone();
        let parts = Arc::clone(parts);
        let task = self.tasks.spawn(async move { carry(&parts, lease).await });
        *self.tenants.entry(tenant.clone()).or_default() += 1;
        self.of_task.insert(task.id(), tenant);
    }

    fn ended(&mut self, task: Id) {
        let Some(tenant) = self.of_task.remove(&task) else { return };
        if let Some(count) = self.tenants.get_mut(&tenant) {
            *count -= 1;
            if *count == 0 {
                self.tenants.remove(&tenant);
            }
        }
    }

    /// Waits for one task to end; for ever if there is none.
    async fn one_ends(&mut self) {
        match self.tasks.join_next_with_id().await {
            Some(Ok((task, ()))) => self.ended(task),
            Some(Err(error)) => {
                // The lease went with it: the message is tried again in a minute.
                tracing::error!(%error, "a delivery failed inside");
                self.ended(error.id());
            }
            None => std::future::pending().await,
        }
    }
}

/// Carries what is due until it has to stop.
pub(crate) async fn run(parts: Arc<Parts>, mut stop: Stop) {
    let mut under_way = UnderWay::default();
    let mut look_after = parts.clock.now();
    // At once: a node that is restarted again and again must not fill its disk with segments.
    let mut maintain = parts.clock.now();
    loop {
        let now = parts.clock.now();
        take_what_is_due(&parts, &mut under_way, now);
        if now >= look_after {
            look_after = now + LOOK_AFTER;
            look_after_all(&parts, now).await;
        }
        if now >= maintain {
            maintain = now + MAINTAIN;
            tend_spool(&parts, now).await;
        }
        let is_full = under_way.tasks.len() >= CARRIED_MAX;
        let next_due = if is_full { None } else { parts.spool.next_due(|tenant| under_way.has_room(tenant)) };
        let wake = next_due.map_or(look_after, |due| due.min(look_after));
        tokio::select! {
            () = parts.clock.sleep_until(wake) => {}
            () = parts.spool.changed() => {}
            () = under_way.one_ends() => {}
            () = stop.requested() => break,
        }
    }
    let ended = async {
        while !under_way.tasks.is_empty() {
            under_way.one_ends().await
        }
    };
    if tokio::time::timeout(STOP_WAIT, ended).await.is_err() {
        tracing::info!("deliveries that did not end are handed back to the spool");
        under_way.tasks.shutdown().await;
    }
}

/// Tells senders and tenants of mail that waits, beside the queue: a thousand reports must not hold a delivery up.
pub(crate) async fn tell_of_late(parts: Arc<Parts>, mut stop: Stop) {
    loop {
        let now = parts.clock.now();
        tokio::select! {
            () = parts.verdict.tell_of_late(&parts.tenants, now) => {}
            () = stop.requested() => return,
        }
        tokio::select! {
            () = parts.clock.sleep_until(now + TELL.min(parts.queue.patience.tenant / 4)) => {}
            () = stop.requested() => return,
        }
    }
}

fn take_what_is_due(parts: &Arc<Parts>, under_way: &mut UnderWay, now: Timestamp) {
    while under_way.tasks.len() < CARRIED_MAX {
        let Some(lease) = parts.spool.take_due(now, |tenant| under_way.has_room(tenant)) else { return };
        under_way.begin(parts, lease);
    }
}

async fn look_after_all(parts: &Arc<Parts>, now: Timestamp) {
    parts.transport.close_idle().await;
    let is_full = parts.spool.parked_bytes() >= parts.queue.park_bytes_max.0;
    let was_full = parts.parked_is_full.swap(is_full, Ordering::Relaxed);
    if is_full && !was_full {
        parts.metrics.alarms.add_one();
        tracing::warn!(
            "more is parked than queue.park_bytes_max allows: connectors get 451 until a person looks"
        );
    }
    // Law 3: at expiry every way is tried once more, and then the sender is told.
    for id in parts.spool.expired(now) {
        if let Err(error) = parts.spool.release(id, "expiry", now).await {
            tracing::debug!(%id, %error, "an expired message was not released now");
        }
    }
}

async fn tend_spool(parts: &Arc<Parts>, now: Timestamp) {
    if let Err(error) = parts.spool.maintain(now).await {
        parts.metrics.alarms.add_one();
        tracing::warn!(%error, "the spool could not be tidied; nothing is lost, space is not given back");
    }
    if let Some(in_use) = parts.spool.snapshots_in_use() {
        parts.tenants.prune(&in_use);
    }
}
