//! One message's life: accept, admit, commit, stamp, steer, transport, verdict.
//!
//! ```text
//!   accept -> admit -> commit      door.rs: a session's questions, answered in this order
//!                        | 250
//!                      spool       queue.rs: what is due is taken, so many at a time for each tenant
//!                        v
//!   arrived -> stamp -> steer -> transport -> verdict      carry, below
//! ```
//! Each station is a folder, names only what the station before it gives, and knows nothing of the ones behind. What is composed is
//! composed here; `cut_through` goes the same way with a message that is in nobody's queue yet. `reroute` is the only place that goes
//! back: a source that cannot be used or is refused leads to `steer` again, without it. However a delivery ends, its lease ends by a record or gives
//! the message back.

mod accept;
mod admit;
mod arrived;
mod commit;
mod conduct;
mod crowd;
mod custody;
mod cut_through;
mod door;
mod facts;
mod form;
mod guard;
mod hints;
mod house;
mod links;
mod operate;
mod ours;
mod processed;
mod proofs;
mod put_offs;
mod queue;
mod refused;
mod reroute;
mod service;
mod signed;
mod stamp;
mod steer;
mod stop;
mod tenants;
mod tls_reports;
mod transport;
mod verdict;
mod wire;

pub use dispatch::{Excluded, Held, Holds, Sites};
pub use hints::{Hint, Hints};
pub use house::{OwnConfig, TlsReportsConfig};
pub use links::Links;
pub use operate::{Explanation, GivenUp, Operator, SiteShown};
pub use refused::{Refusals, RefusedAt, RefusedSession};
pub use service::{ListenerConfig, QueueConfig, Relay, RelayConfig, StartError};
pub use steer::{DaneConfig, MtaStsConfig, PolicyConfig, RouteExplained, SourceExplained};
pub use tenants::{DomainTaken, Tenants};
pub use tls_reports::{PlaceShown, TlsReportShown, TlsReportsError};
pub use verdict::{Patience, Replies};

use admit::Admission;
use arrived::Arrived;
use bounce::Failure;
use custody::Custody;
use cut_through::Pauses;
use form::Form;
use model::{Metrics, ParkReason, Recipient, SourceName, Stage, Timestamp};
use net::Clock;
use processed::ProcessedKey;
use put_offs::PutOffs;
use queue::TakenOver;
use reroute::carry_over;
use spool::{Lease, Spool};
use stamp::{Prepared, Stamped};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use steer::{Route, Steer};
use stop::Stop;
use tenant::Snapshot;
use tls_reports::TlsReports;
use tokio::sync::mpsc::UnboundedSender;
use transport::Transport;
use verdict::{Missed, Verdict};

/// What the stations of one node share.
pub(crate) struct Parts {
    tenants: Arc<Tenants>,
    spool: Spool,
    clock: Clock,
    metrics: Arc<Metrics>,
    queue: QueueConfig,
    admission: Admission,
    key: Arc<ProcessedKey>,
    steer: Steer,
    sentry: sentry::Sentry,
    transport: Transport,
    /// What recipients' domains are told of TLS; nothing, if they are not.
    tls_reports: Option<Arc<TlsReports>>,
    verdict: Verdict,
    refusals: Refusals,
    keep_subject: bool,
    /// Whether more is parked than the operator allows.
    parked_is_full: AtomicBool,
    /// Tenants for whom cut-through rests.
    pauses: Pauses,
    /// Messages that senders keep for the sake of a source's warmth.
    put_offs: PutOffs,
    stop: Stop,
    /// To the queue: what cut-through took in and is under way.
    taken_over: UnboundedSender<TakenOver>,
}

/// Takes one message as far as it comes today; `is_called`: there was room on its way a moment ago.
pub(crate) async fn carry(parts: Arc<Parts>, lease: Lease, is_called: bool) {
    let parts = parts.as_ref();
    let pending = lease.to_try();
    let (accepted, began) = (Arc::clone(lease.accepted()), parts.clock.now());
    let Some(snapshot) = snapshot_of(parts, &lease) else {
        let missed = missed(
            &pending,
            Stage::Resolve,
            (None, None),
            &Failure::Connect("the tenant is not published".to_owned()),
        );
        tracing::error!(id = %lease.id(), tenant = %accepted.tenant, "no snapshot of this tenant is published");
        return parts.verdict.wait_for_tenant(lease, missed, parts.clock.now()).await;
    };
    if pending.is_empty() {
        // All who are left are parked by themselves: so is the message, from here on.
        return parts.verdict.settle(lease, &snapshot, (Vec::new(), began), parts.clock.now()).await;
    }
    let conduct::Course::Goes(lease, bounds) = conduct::ask(parts, lease, &snapshot).await else { return };
    let behind = || crowd::is_behind(parts, &lease, &snapshot, (&pending, &bounds));
    if let Some(left) = (!is_called).then(behind).flatten() {
        return settle(parts, lease, &snapshot, (left, began)).await;
    }
    let numbers: Vec<usize> = pending.iter().map(|(number, _)| *number).collect();
    let key = Arc::clone(&parts.key);
    let arrived = arrived::judge(parts, Custody::Lease(&lease), &snapshot).await;
    let known = (parts.clock.now(), parts.transport.size_max(&snapshot.settings.egress));
    let house = ours::is_ours(&accepted).then(|| parts.tenants.house()).flatten();
    let by = (Arc::clone(&snapshot), house);
    let stamped = stamp::stamp(&lease, &numbers, by, (key, arrived.clone()), known).await;
    let now = parts.clock.now();
    let (groups, told) = match stamped {
        Ok(Stamped::Ready(groups, told)) => (groups, told),
        Ok(Stamped::Hold(reason, told)) => {
            parts.metrics.held.add_one();
            lease.note_stamped(told, arrived.as_ref().and_then(Arrived::news), now);
            return parts.verdict.hold(lease, reason, now).await;
        }
        Err(error) => {
            let reason = ParkReason::Damaged { detail: error.to_string() };
            return parts.verdict.hold(lease, reason, now).await;
        }
    };
    lease.note_stamped(told, arrived.as_ref().and_then(Arrived::news), now);
    let left = carry_prepared(
        parts,
        Custody::Lease(&lease),
        &snapshot,
        (groups, arrived.as_ref()),
        (&pending, &bounds),
    )
    .await;
    settle(parts, lease, &snapshot, (left, began)).await;
}

/// The end of a try that began then.
async fn settle(parts: &Parts, lease: Lease, snapshot: &Snapshot, (left, began): (Vec<Missed>, Timestamp)) {
    let place = crowd::place(&lease, &left);
    let (id, accepted) = (lease.id(), Arc::clone(lease.accepted()));
    parts.verdict.settle(lease, snapshot, (left, began), parts.clock.now()).await;
    // Behind the end of the lease: from here on it can be called.
    if let Some(place) = place {
        crowd::take_place(parts, (id, &accepted), &place);
    }
}

/// The snapshot with which the message was accepted; the current one if that is gone, which no publication lets happen.
pub(crate) fn snapshot_of(parts: &Parts, lease: &Lease) -> Option<Arc<Snapshot>> {
    let accepted = lease.accepted();
    let numbered = parts.tenants.numbered(&accepted.tenant, accepted.snapshot);
    numbered.or_else(|| parts.tenants.current(&accepted.tenant))
}

/// Sends every group its bytes; gives those who were not reached.
pub(crate) async fn carry_prepared(
    parts: &Parts,
    custody: Custody<'_>,
    snapshot: &Arc<Snapshot>,
    (groups, arrived): (Vec<Prepared>, Option<&Arrived>),
    (pending, bounds): (&[(usize, Recipient)], &conduct::Bounds),
) -> Vec<Missed> {
    let mut left = Vec::new();
    for group in groups {
        left.extend(carry_group(parts, custody, snapshot, (group, arrived), (pending, bounds)).await);
    }
    left
}

/// Sends one group's bytes over all its routes; gives those who were not reached.
async fn carry_group(
    parts: &Parts,
    custody: Custody<'_>,
    snapshot: &Arc<Snapshot>,
    (group, arrived): (Prepared, Option<&Arrived>),
    (pending, bounds): (&[(usize, Recipient)], &conduct::Bounds),
) -> Vec<Missed> {
    let figure = if group.original.is_some() { &parts.metrics.stamped } else { &parts.metrics.passed };
    figure.add_one();
    let members: Vec<(usize, Recipient)> =
        pending.iter().filter(|(number, _)| group.recipients.contains(number)).cloned().collect();
    let signing = (&group.dkim, arrived.filter(|_| group.original.is_some()));
    let form = Form::of(parts, custody, &snapshot.settings.name, signing, group.content.clone()).await;
    if let Custody::Lease(lease) = custody
        && lease.redirect().is_none()
        && ours::is_ours(lease.accepted())
    {
        return ours::carry(parts, lease, snapshot, &form, &members).await;
    }
    let mut left = Vec::new();
    let sender = facts::of_sender(&custody.accepted().envelope, &custody.accepted().header);
    for route in Steer::routes(snapshot, &members, (custody.redirect(), sender)) {
        let members: Vec<_> =
            members.iter().filter(|(number, _)| route.recipients.contains(number)).cloned().collect();
        let way = (&route, bounds);
        let missed = carry_over(parts, custody, snapshot, way, &form, &members).await;
        left.extend(try_the_original(parts, custody, snapshot, way, &group, (&members, missed)).await);
    }
    left
}

/// Law 5: who was refused for something that we added gets the original, once.
async fn try_the_original(
    parts: &Parts,
    custody: Custody<'_>,
    snapshot: &Arc<Snapshot>,
    way: (&Route, &conduct::Bounds),
    group: &Prepared,
    (members, missed): (&[(usize, Recipient)], Vec<Missed>),
) -> Vec<Missed> {
    let Some(original) = group.original.clone() else { return missed };
    let is_for_us = |one: &Missed| bounce::may_be_for_the_form(&one.failure, one.stage);
    let (again, mut left): (Vec<_>, Vec<_>) = missed.into_iter().partition(is_for_us);
    if again.is_empty() {
        return left;
    }
    tracing::warn!(id = %custody.id(), "the stamped form is refused; the original is tried once");
    let numbers: BTreeSet<usize> = again.iter().map(|one| one.recipient).collect();
    let members: Vec<_> = members.iter().filter(|(number, _)| numbers.contains(number)).cloned().collect();
    let original = Form::of(parts, custody, &snapshot.settings.name, (&group.dkim, None), original).await;
    left.extend(carry_over(parts, custody, snapshot, way, &original, &members).await);
    left
}

fn missed(
    members: &[(usize, Recipient)],
    stage: Stage,
    (host, source): (Option<&str>, Option<&SourceName>),
    failure: &Failure,
) -> Vec<Missed> {
    let of = |(recipient, _): &(usize, Recipient)| Missed {
        recipient: *recipient,
        stage,
        host: host.map(str::to_owned),
        source: source.cloned(),
        failure: failure.clone(),
        limited: None,
        away: None,
    };
    members.iter().map(of).collect()
}
