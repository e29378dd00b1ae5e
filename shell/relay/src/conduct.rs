//! What the conduct of a sender means for one message: it goes, it waits for the sender's turn, or it is kept with the reason.
//!
//! Asked before anything is stamped or sent, so nothing is spent on mail that stays. Waiting costs no try. Nothing is given up for conduct: what is
//! kept wakes when the hold ends or an operator allows the sender, and at expiry a slowed sender's mail goes at once, while a held one's ends in
//! a report to its sender (law 3). Reports, which have no sender, and what an operator redirected are never asked about.

use crate::steer::Route;
use crate::verdict::Missed;
use crate::{Parts, missed};
use bounce::Failure;
use model::{Duration, Envelope, ParkReason, SourceName, Stage, Timestamp};
use sentry::{Conduct, May, hold_reason};
use spool::{Accepted, Lease, Seen};
use std::collections::BTreeSet;
use tenant::Snapshot;

/// How long a suspect sender's mail waits before it is looked at again whether its own sources are back.
const LOOK_AGAIN: Duration = Duration::from_secs(300);

/// What a message may do where its way is chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Its sender is suspect: only these.
    pub(crate) only: Option<Vec<SourceName>>,
    /// No refusal moves it to another source.
    pub(crate) stays: bool,
}

/// What becomes of a message of the queue now.
pub(crate) enum Course {
    Goes(Lease, Bounds),
    /// Its lease has ended.
    Ended,
}

/// Ends the lease if the message waits or is kept.
pub(crate) async fn ask(parts: &Parts, lease: Lease, snapshot: &Snapshot) -> Course {
    let accepted = lease.accepted();
    let now = parts.clock.now();
    if lease.redirect().is_some() || accepted.about.is_some() {
        return Course::Goes(lease, Bounds::default());
    }
    let pending = lease.to_try();
    let Conduct { may, only, is_clean } =
        parts.sentry.conduct(&accepted.tenant, accepted.envelope.mail_from.mailbox(), pending.len());
    let is_expired = now >= accepted.expires;
    match may {
        May::Wait(until) if !is_expired => {
            let why = "its sender is slowed: it sends far more than it usually does".to_owned();
            tracing::info!(id = %lease.id(), due = %until, "put off: its sender is slowed");
            parts.verdict.note(lease.wait_for_limit(until, Vec::new(), why, now).await);
            Course::Ended
        }
        May::Hold(held) if is_expired => {
            let why = Failure::Connect(hold_reason(&held, now));
            let left = missed(&pending, Stage::Resolve, (None, None), &why);
            parts.verdict.settle(lease, snapshot, (left, now), now).await;
            Course::Ended
        }
        May::Hold(held) => {
            let reason =
                ParkReason::Conduct { sender: held.subject.sender.clone(), detail: hold_reason(&held, now) };
            parts.metrics.held.add_one();
            tracing::info!(id = %lease.id(), tenant = %accepted.tenant, "kept: its sender or its tenant is held");
            parts.verdict.note(lease.park(reason, Vec::new(), now).await);
            Course::Ended
        }
        May::Go | May::Wait(_) => {
            let stays = only.is_some() || (!is_clean && parts.sentry.is_spreading());
            Course::Goes(lease, Bounds { only, stays })
        }
    }
}

/// For a message that is in nobody's queue: whether it may go through at once. Whatever is said against its sender, the queue sees to it.
pub(crate) fn goes_through(parts: &Parts, snapshot: &Snapshot, envelope: &Envelope) -> bool {
    parts.sentry.is_clean(&snapshot.settings.name, envelope.mail_from.mailbox())
}

/// A message was taken in: it counts, whatever becomes of it.
pub(crate) fn came(parts: &Parts, snapshot: &Snapshot, envelope: &Envelope) {
    let recipients = envelope.recipients.iter().map(|recipient| &recipient.address);
    parts.sentry.came(&snapshot.settings.name, envelope.mail_from.mailbox(), recipients);
}

/// Recipients were taken over a source.
pub(crate) fn sent(sentry: &sentry::Sentry, accepted: &Accepted, source: &SourceName, recipients: usize) {
    sentry.sent(&accepted.tenant, accepted.envelope.mail_from.mailbox(), source, recipients);
}

/// Whether what is kept for conduct may go on: the hold is over, or the time of the message is.
pub(crate) fn may_wake(parts: &Parts, seen: &Seen<'_>, now: Timestamp) -> bool {
    let is_kept_for_it = seen.park_reasons().any(|reason| matches!(reason, ParkReason::Conduct { .. }));
    let accepted = seen.accepted();
    is_kept_for_it
        && (now >= accepted.expires
            || !parts.sentry.is_held(&accepted.tenant, accepted.envelope.mail_from.mailbox()))
}

/// The only sources of a suspect sender, for mail that is neither our own nor redirected.
pub(crate) fn only(parts: &Parts, seen: &Seen<'_>) -> Option<Vec<SourceName>> {
    let accepted = seen.accepted();
    let is_asked_about = accepted.about.is_none() && seen.progress().redirect.is_none();
    let sender = accepted.envelope.mail_from.mailbox().filter(|_| is_asked_about);
    parts.sentry.only(&accepted.tenant, sender)
}

/// A suspect sender none of whose own sources is eligible any more looks again later, without spending tries. What the guard keeps back is parked instead,
/// and wakes when it gives back one of them (`guard::waits`).
pub(crate) fn left_behind(mut missed: Vec<Missed>, bounds: &Bounds, now: Timestamp) -> Vec<Missed> {
    if bounds.only.is_some() {
        missed.iter_mut().for_each(|one| one.limited = Some(now + LOOK_AGAIN));
    }
    missed
}

/// Sources over which the message does not go: for a suspect sender all that it never used; for others those over which somebody suspect or
/// held sent, as long as one is left that the tenant may use.
pub(crate) fn without(
    parts: &Parts,
    snapshot: &Snapshot,
    route: &Route,
    bounds: &Bounds,
) -> BTreeSet<SourceName> {
    let names = parts.sentry.sources().iter().map(|source| &source.name);
    if let Some(only) = &bounds.only {
        return names.filter(|source| !only.contains(source)).cloned().collect();
    }
    let tainted: BTreeSet<SourceName> = parts.sentry.tainted().into_iter().collect();
    if tainted.is_empty() || !parts.steer.has_any(snapshot, route, &tainted) {
        return BTreeSet::new();
    }
    tainted
}
