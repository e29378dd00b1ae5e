//! Cut-through: the next hop decides before the sender is answered, and the message is never at rest here.
//!
//! ```text
//!   body in memory -> stamp -> steer -> transport -> every recipient taken: 250, with the next hop's words
//!                                         | slow, partial, refused, unknown
//!                                         v
//!                     the queue takes it, with all that has happened, and goes on: 250     (or 451, as the tenant chose)
//! ```
//! `451` is said only while certainly nobody has the message; else its sender would send it to some a second time, so then it is taken in whatever the
//! tenant chose. What is left open is what every relay leaves open: between the next hop's answer and ours the process may
//! be killed or the sender's connection break, and the sender sends again (RFC 1047). A message larger than memory should
//! hold goes the ordinary way, and so does one for which there is no space to take it in: what is handed on to some is never left with its
//! sender for want of it.

mod pauses;

pub(crate) use pauses::Pauses;

use crate::arrived::Arrived;
use crate::commit::{self, Refused};
use crate::conduct::Bounds;
use crate::custody::Custody;
use crate::stamp::{self, Stamped};
use crate::verdict::Missed;
use crate::{Parts, arrived, carry_prepared, queue};
use model::{ParkReason, Recipient, Reply};
use spool::{Lease, Transit};
use std::pin::Pin;
use std::sync::Arc;
use tenant::Snapshot;
use tenant::settings::{EgressMode, Handover, Otherwise};

/// How the way through ended.
enum End {
    /// These were not reached.
    Missed(Vec<Missed>),
    /// It must not be sent.
    Hold(ParkReason),
}

type Way = Pin<Box<dyn Future<Output = End> + Send>>;

/// What is done when the way has ended or took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    /// Everybody has it.
    HandedOn,
    TakeIn,
    /// `451`: its sender keeps it.
    Leave,
}

/// What is known at that moment.
#[derive(Debug, Clone, Copy)]
struct Known {
    recipients: usize,
    /// With a final outcome.
    ended: usize,
    /// With an attempt whose end is unknown.
    in_flight: usize,
    /// Policy or a loop forbids to send it.
    is_held: bool,
}

fn course(known: Known, otherwise: Otherwise) -> Course {
    if known.ended == known.recipients {
        return Course::HandedOn;
    }
    let nobody_has_it = known.ended == 0 && known.in_flight == 0 && !known.is_held;
    match otherwise {
        Otherwise::TryLater if nobody_has_it => Course::Leave,
        Otherwise::TryLater | Otherwise::Spool => Course::TakeIn,
    }
}

/// Whether the tenant wants it so, and its next hop was not too slow a moment ago. One that chose `451` wants nothing stored here.
pub(crate) fn is_wanted(parts: &Parts, snapshot: &Snapshot) -> bool {
    let egress = &snapshot.settings.egress;
    let wants = egress.mode == EgressMode::Return && egress.handover == Handover::CutThrough;
    let rests = egress.cut_through.otherwise == Otherwise::Spool
        && parts.pauses.holds(&snapshot.settings.name, parts.clock.now());
    wants && !rests
}

/// Whether the tenant lets mail be stored that does not go through.
pub(crate) fn may_store(snapshot: &Snapshot) -> bool {
    match snapshot.settings.egress.cut_through.otherwise {
        Otherwise::Spool => true,
        Otherwise::TryLater => false,
    }
}

/// Hands the message over and says what its sender is told.
pub(crate) async fn hand_over(
    parts: &Arc<Parts>,
    transit: Transit,
    snapshot: Arc<Snapshot>,
) -> Result<Reply, Reply> {
    let transit = Arc::new(transit);
    let chosen = snapshot.settings.egress.cut_through;
    let mut way: Way = Box::pin(go(Arc::clone(parts), Arc::clone(&transit), Arc::clone(&snapshot)));
    let mut stop = parts.stop.clone();
    let end = tokio::select! {
        end = &mut way => Some(end),
        () = parts.clock.sleep_until(parts.clock.now() + chosen.wait) => None,
        () = stop.requested() => None,
    };
    if end.is_none() {
        parts.pauses.begin(&snapshot.settings.name, parts.clock.now());
    }
    // Nothing moves from here on: the way is not polled before the queue has the message.
    let known = Known {
        recipients: transit.accepted().envelope.recipients.len(),
        ended: transit.ended(),
        in_flight: transit.in_flight().len(),
        is_held: matches!(end, Some(End::Hold(_))),
    };
    match course(known, chosen.otherwise) {
        Course::HandedOn => {
            parts.metrics.cut_through.add_one();
            parts.put_offs.end(transit.accepted());
            Ok(commit::handed_on(&transit))
        }
        Course::Leave => {
            drop(way);
            if let Some(End::Missed(missed)) = &end {
                parts.verdict.leave(transit.accepted(), &snapshot, missed, parts.clock.now());
            }
            parts.metrics.cut_through_left.add_one();
            parts.verdict.note(transit.leave(parts.clock.now()).await);
            Err(commit::left())
        }
        Course::TakeIn => match commit::take_in(&transit, parts.clock.now()).await {
            Ok((lease, reply)) => {
                parts.metrics.cut_through_taken_in.add_one();
                let end = match end {
                    Some(end) => Box::pin(std::future::ready(end)),
                    None => way,
                };
                go_on(parts, lease, snapshot, end);
                Ok(reply)
            }
            Err(Refused(reply)) => {
                drop(way);
                parts.verdict.note(transit.leave(parts.clock.now()).await);
                Err(reply)
            }
        },
    }
}

/// Stamps and sends, as `carry` does for a message of the queue.
async fn go(parts: Arc<Parts>, transit: Arc<Transit>, snapshot: Arc<Snapshot>) -> End {
    let recipients = transit.accepted().envelope.recipients.iter().cloned();
    let pending: Vec<(usize, Recipient)> = recipients.enumerate().collect();
    let custody = Custody::Transit(&transit);
    let size_max = parts.transport.size_max(&snapshot.settings.egress);
    let arrived = arrived::judge(&parts, custody, &snapshot).await;
    let known = (Arc::clone(&parts.key), arrived.clone());
    let stamped = stamp::stamp_in_memory(&transit, Arc::clone(&snapshot), known, size_max).await;
    let groups = match stamped {
        Ok(Stamped::Ready(groups, told)) => {
            transit.note_stamped(told, arrived.as_ref().and_then(Arrived::news), parts.clock.now());
            groups
        }
        Ok(Stamped::Hold(reason, told)) => {
            parts.metrics.held.add_one();
            transit.note_stamped(told, arrived.as_ref().and_then(Arrived::news), parts.clock.now());
            return End::Hold(reason);
        }
        Err(error) => return End::Hold(ParkReason::Damaged { detail: error.to_string() }),
    };
    let bounds = (pending.as_slice(), &Bounds::default());
    End::Missed(carry_prepared(&parts, custody, &snapshot, (groups, arrived.as_ref()), bounds).await)
}

/// The queue's tasks take over what is left.
fn go_on(parts: &Arc<Parts>, lease: Lease, snapshot: Arc<Snapshot>, way: Way) {
    let tenant = lease.accepted().tenant.clone();
    let behind = Arc::clone(parts);
    let rest = async move {
        match way.await {
            End::Missed(missed) => {
                let (began, now) = (lease.accepted().received, behind.clock.now());
                behind.verdict.settle(lease, &snapshot, (missed, began), now).await;
            }
            End::Hold(reason) => behind.verdict.hold(lease, reason, behind.clock.now()).await,
        }
    };
    if parts.taken_over.send(queue::TakenOver { tenant, rest: Box::pin(rest) }).is_err() {
        tracing::info!("the queue has stopped: what cut-through took in waits for the next start");
    }
}

#[cfg(test)]
mod tests;
