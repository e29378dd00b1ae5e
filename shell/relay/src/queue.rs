//! The queue's heartbeat: what is due is taken from the spool and carried, within bounds for the node and for each tenant.
//!
//! A tenant whose mail system hangs fills its own places and nobody else's, and a receiver that hangs fills none of them for long. Every task
//! is joined; at a stop what is in flight may end within a bound, and what does not end is given back by its lease.

mod under_way;
mod wake;

use crate::stop::Stop;
use crate::{Parts, crowd, ours};
use dispatch::Passage;
use model::{Duration, ParkReason, Standing, TenantName, Timestamp};
use spool::{Going, Lane, Seen};
use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::mpsc::UnboundedReceiver;
use under_way::UnderWay;
pub(crate) use under_way::{CARRIED_MAX, places_of};
use wake::Left;

/// What is ended or looked at in one go.
const AT_ONCE_MAX: usize = 20;
/// How long a message that is under way may take once the node stops.
const STOP_WAIT: Duration = Duration::from_secs(7);
/// How often the parked and the segments, and idle connections, are looked after.
const LOOK_AFTER: Duration = Duration::from_secs(5);
/// The same while there is more to wake than one look does.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// Between a start and the first time that the segments are tidied.
const SETTLE: Duration = Duration::from_secs(2);
const MAINTAIN: Duration = Duration::from_secs(60);
/// How often it is asked whether somebody has to be told that mail waits; oftener only where patience is shorter.
const TELL: Duration = Duration::from_secs(60);

/// A delivery that began past the queue, and what is left to do about it; its message is leased.
pub(crate) struct TakenOver {
    pub(crate) tenant: TenantName,
    pub(crate) rest: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// Carries what is due until it has to stop.
pub(crate) async fn run(parts: Arc<Parts>, mut taken_over: UnboundedReceiver<TakenOver>, mut stop: Stop) {
    let mut under_way = UnderWay::default();
    let mut look_after = parts.clock.now();
    let mut given_back = parts.sentry.given_back();
    // Soon, once earlier runs are read: a node that is restarted again and again must not fill its disk with segments. Not at once: what is moved is in
    // nobody's reach for that moment, and a start is when an operator acts.
    let mut maintain = parts.clock.now() + SETTLE;
    let mut is_first = true;
    loop {
        let now = parts.clock.now();
        note_losses(&parts, now).await;
        under_way.look(now);
        let can_record = parts.spool.can_record();
        if can_record {
            take_what_is_due(&parts, &mut under_way, now);
        }
        if now >= look_after {
            look_after = now + look_after_all(&parts, now).await;
            take_what_is_over(&parts, &mut under_way, now);
            end_what_is_damaged(&parts, &mut under_way, now);
        }
        if now >= maintain && parts.spool.is_whole() {
            tend_spool(&parts, now).await;
            // The second follows soon: by then the ledger has read what earlier runs left. So does the next one while nothing is taken in
            // for want of space: what has left makes room.
            let is_soon = std::mem::take(&mut is_first) || parts.spool.may_accept().is_err();
            maintain = now + if is_soon { LOOK_AFTER } else { MAINTAIN };
        }
        let is_full = under_way.is_full() || !can_record;
        let may = |lane: &Lane| under_way.has_room(&parts, &lane.tenant) && may_go(&parts, lane, now);
        let next_due = if is_full { None } else { parts.spool.next_due_in(may) };
        let next_probe = parts.tenants.holds().next_probe().filter(|probe| *probe > now);
        let wake =
            [next_due, next_probe, under_way.next_slow()].into_iter().flatten().fold(look_after, Ord::min);
        tokio::select! {
            () = parts.clock.sleep_until(wake) => {}
            Ok(()) = given_back.changed() => look_after = parts.clock.now(),
            () = parts.spool.changed() => {}
            () = under_way.one_ends() => {}
            () = parts.transport.calls() => {}
            Some(TakenOver { tenant, rest }) = taken_over.recv() => under_way.spawn(tenant, rest, parts.clock.now()),
            () = stop.requested() => break,
        }
    }
    if tokio::time::timeout(STOP_WAIT, under_way.all_end()).await.is_err() {
        tracing::info!("deliveries that did not end are handed back to the spool");
        under_way.shutdown().await;
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

/// Closes connections that nobody needed for a while, beside the queue: a receiver may be slow to say goodbye.
pub(crate) async fn close_idle(parts: Arc<Parts>, mut stop: Stop) {
    loop {
        let again = parts.clock.now() + LOOK_AFTER;
        tokio::select! {
            () = parts.clock.sleep_until(again) => {}
            () = stop.requested() => return,
        }
        tokio::select! {
            () = parts.transport.close_idle() => {}
            () = stop.requested() => return,
        }
    }
}

fn take_what_is_due(parts: &Arc<Parts>, under_way: &mut UnderWay, now: Timestamp) {
    while !under_way.is_full() {
        // No more than half of a tenant's places: a crowd for some sites leaves the rest to its other mail.
        let may_come = |tenant: &TenantName, called: usize| {
            under_way.has_room(parts, tenant) && called < places_of(parts, tenant).div_ceil(2)
        };
        if let Some((lease, called)) = crowd::call_up(parts, may_come, now) {
            under_way.begin_called(parts, lease, called, now);
            continue;
        }
        let may = |lane: &Lane| under_way.has_room(parts, &lane.tenant) && may_go(parts, lane, now);
        let Some(lease) = parts.spool.take_due_in(now, may) else { return };
        if lease.redirect().is_none() && !ours::is_ours(lease.accepted()) {
            parts.tenants.holds().probed(&lease.accepted().tenant, now);
        }
        under_way.begin(parts, lease, now);
    }
}

/// Law 3 holds for a tenant that is held, too: whose time is over is tried once more, though nothing else may go, and then its sender
/// is told. Probes would come to each only after hours.
fn take_what_is_over(parts: &Arc<Parts>, under_way: &mut UnderWay, now: Timestamp) {
    let held: BTreeSet<TenantName> = parts.tenants.holds().held().into_iter().map(|(name, _)| name).collect();
    if held.is_empty() {
        return;
    }
    let is_over = |seen: &Seen<'_>| {
        let waits = seen.standing == Standing::Waiting && seen.due() <= now;
        waits && seen.expires() <= now && held.contains(seen.tenant())
    };
    let mut over = Vec::new();
    parts.spool.scan(|seen| over.extend(is_over(seen).then(|| (seen.id, seen.tenant().clone()))));
    for (id, tenant) in over {
        if under_way.is_full() {
            return;
        }
        if under_way.has_room(parts, &tenant)
            && let Ok(lease) = parts.spool.take(id, is_over)
        {
            under_way.begin(parts, lease, now);
        }
    }
}

/// Mail of a tenant that is held stays, but for a probe, for what an operator sends elsewhere, and for what we say about it: that goes
/// past the tenant's connector and proves nothing about it.
fn may_go(parts: &Parts, lane: &Lane, now: Timestamp) -> bool {
    lane.redirected || lane.ours || parts.tenants.holds().exit(&lane.tenant, now) != Passage::Closed
}

/// Gives how long it may be left alone.
async fn look_after_all(parts: &Arc<Parts>, now: Timestamp) -> Duration {
    let is_full = parts.spool.parked_bytes() >= parts.queue.park_bytes_max.0;
    let was_full = parts.parked_is_full.swap(is_full, Ordering::Relaxed);
    if is_full && !was_full {
        parts.metrics.alarms.add_one();
        tracing::warn!(
            "more is parked than queue.park_bytes_max allows: connectors get 451 until a person looks"
        );
    }
    match wake::wake(parts, now).await {
        Left::More => LOOK_AGAIN,
        Left::Nothing => LOOK_AFTER,
    }
}

/// Deliveries that failed inside are put on record; until then nobody has their messages.
async fn note_losses(parts: &Parts, now: Timestamp) {
    while let Some(lease) = parts.spool.take_lost() {
        let snapshot = crate::snapshot_of(parts, &lease);
        parts.verdict.note_loss(lease, snapshot.as_deref(), now).await;
    }
}

/// No try mends a damaged message: once its time is over its sender is told.
fn end_what_is_damaged(parts: &Arc<Parts>, under_way: &mut UnderWay, now: Timestamp) {
    let is_over = |seen: &Seen<'_>| seen.expires() <= now && is_damaged(seen);
    let mut over = Vec::new();
    parts.spool.scan_parked(|seen| {
        over.extend(is_over(seen).then_some(seen.id));
        if over.len() < AT_ONCE_MAX { Going::On } else { Going::Enough }
    });
    for id in over {
        let Ok(lease) = parts.spool.take(id, is_over) else { continue };
        let Some(snapshot) = crate::snapshot_of(parts, &lease) else {
            lease.put_back();
            continue;
        };
        let (parts, tenant) = (Arc::clone(parts), lease.accepted().tenant.clone());
        let end = async move { parts.verdict.end_damaged(lease, &snapshot, parts.clock.now()).await };
        under_way.spawn(tenant, Box::pin(end), now);
    }
}

fn is_damaged(seen: &Seen<'_>) -> bool {
    matches!(seen.progress().parked, Some(ParkReason::Damaged { .. }))
}

async fn tend_spool(parts: &Arc<Parts>, now: Timestamp) {
    if let Err(error) = parts.spool.maintain(now).await {
        parts.metrics.alarms.add_one();
        tracing::warn!(%error, "the spool could not be tidied; nothing is lost, space is not given back");
    }
    // In this order: what is in hand now may be named by a message a moment later.
    let idle = parts.tenants.idle();
    if let Some(in_use) = parts.spool.snapshots_in_use() {
        parts.tenants.prune(&idle, &in_use);
    }
}
