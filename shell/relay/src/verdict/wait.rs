//! What becomes of recipients who were not reached and are not given up: each waits by the schedule or is parked, whatever the others do.
//!
//! Who is parked spends no attempts and wakes with the reason; the message goes on for the others, and when only parked ones are left, the
//! message is parked.

use super::{Missed, Verdict, setup};
use bounce::{Failure, Judgement};
use dispatch::Fate;
use model::{Category, LastTry, Met, Owner, ParkReason, Timestamp};
use spool::{Kept, Lease, SpoolError};
use tenant::Snapshot;

type Left = (Judgement, Missed);

impl Verdict {
    /// Ends the lease of a message of which `left`, and those who were parked before, are still without an end.
    pub(super) async fn leave_waiting(
        &self,
        lease: Lease,
        snapshot: &Snapshot,
        left: Vec<Left>,
        now: Timestamp,
    ) {
        let parked_before = lease.kept();
        // Where an operator redirected a message stands somebody else's host: it says nothing of the tenant's connector.
        if lease.redirect().is_none() {
            let missed = left.iter().map(|(_, one)| one);
            setup::refused(self, lease.accepted(), snapshot, missed, now);
        }
        let undelivered = certain(&left);
        let (to_park, to_wait): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|(judgement, _)| parks(*judgement));
        let kept: Vec<Kept> = to_park.iter().map(|one| self.keep(&lease, snapshot, one, now)).collect();
        if let Some(first) = kept.first() {
            self.count_parked(&lease.accepted().tenant, &first.why, now);
        }
        let told = if !to_wait.is_empty() {
            self.wait(lease.with_kept(kept), Some(snapshot), &to_wait, undelivered, now).await
        } else if let Some(first) = kept.first().or(parked_before.first()) {
            let why = first.why.clone();
            let others = kept.into_iter().filter(|one| one.why != why).collect();
            let lease = lease.with_kept(others);
            let lease = match to_park.first() {
                Some(first) => {
                    let tried = self.tried(&lease, snapshot, first);
                    lease.with_tried(tried)
                }
                None => lease,
            };
            lease.park(why, undelivered, now).await
        } else {
            // Every recipient has an end: so has the lease.
            Ok(())
        };
        self.note(told);
    }

    /// Parks one recipient.
    fn keep(&self, lease: &Lease, snapshot: &Snapshot, (judgement, missed): &Left, now: Timestamp) -> Kept {
        let host = missed.host.clone().unwrap_or_default();
        let category = self.judging.classified(lease.accepted(), snapshot, missed).map(|told| told.category);
        let (owner, source, stage) = (owner_of(*judgement), missed.source.clone(), missed.stage);
        let reply = missed.failure.to_string();
        tracing::warn!(
            id = %lease.id(), tenant = %lease.accepted().tenant, recipient = missed.recipient, host, reply, ?category, ?owner,
            "parked: the refusal may be ours or the tenant's set-up; `signpost queue show ID` tells more"
        );
        let is_setup = *judgement == Judgement::HoldTenant && lease.redirect().is_none();
        let why = match is_setup {
            true => ParkReason::TenantSetup { stage, host, reply },
            false => ParkReason::Refused { stage, host, reply, category, owner, source },
        };
        if let Some(fate) = Fate::of(&lease.accepted().tenant, &why) {
            self.probes.parked(lease.id(), &fate, now);
        }
        Kept { recipient: missed.recipient, why }
    }

    fn tried(&self, lease: &Lease, snapshot: &Snapshot, (judgement, missed): &Left) -> LastTry {
        let classified = self.judging.classified(lease.accepted(), snapshot, missed);
        tried(*judgement, classified.map(|told| told.category), missed)
    }

    /// Ends the lease until the recipients in `left` are tried again; nobody in it: until everybody is.
    pub(super) async fn wait(
        &self,
        lease: Lease,
        snapshot: Option<&Snapshot>,
        left: &[Left],
        undelivered: Vec<usize>,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        let unknown = left.iter().any(|(judgement, _)| *judgement == Judgement::RetrySameSource);
        let limited = left.iter().map(|(_, missed)| missed.limited).collect::<Option<Vec<_>>>();
        let limited = limited.and_then(|times| times.into_iter().max());
        let due = limited.unwrap_or_else(|| self.next(snapshot, lease.tries(), unknown, now));
        let doubtful = left.iter().filter(|(_, missed)| is_unknown(missed)).count();
        self.metrics.maybe_duplicates.add(doubtful as u64);
        let why = left.first().map_or_else(|| "waiting for the spool".to_owned(), |(_, first)| shown(first));
        self.metrics.deferred.add(left.len() as u64);
        tracing::info!(id = %lease.id(), due = %due, why, "deferred");
        let lease = match (left.first(), snapshot) {
            (Some(first), Some(snapshot)) => {
                let tried = self.tried(&lease, snapshot, first);
                lease.with_tried(tried)
            }
            (Some((judgement, first)), None) => lease.with_tried(tried(*judgement, None, first)),
            (None, _) => lease,
        };
        match limited {
            Some(_) => lease.wait_for_limit(due, undelivered, why, now).await,
            None => lease.reschedule(due, undelivered, why, now).await,
        }
    }
}

/// Those who certainly do not have the message.
pub(super) fn certain(left: &[Left]) -> Vec<usize> {
    left.iter().filter(|(_, missed)| !is_unknown(missed)).map(|(_, missed)| missed.recipient).collect()
}

fn is_unknown(missed: &Missed) -> bool {
    matches!(missed.failure, Failure::Unknown(_))
}

pub(super) fn parks(judgement: Judgement) -> bool {
    match judgement {
        Judgement::Park(_) | Judgement::HoldTenant => true,
        Judgement::Retry | Judgement::RetrySameSource | Judgement::Report(_) => false,
    }
}

/// Whose fault keeps the message here.
fn owner_of(judgement: Judgement) -> Option<Owner> {
    match judgement {
        Judgement::Park(owner) => Some(owner),
        Judgement::HoldTenant => Some(Owner::TenantSetup),
        Judgement::Retry | Judgement::RetrySameSource | Judgement::Report(_) => None,
    }
}

/// What a recipient's try met, for the record.
fn tried(judgement: Judgement, category: Option<Category>, missed: &Missed) -> LastTry {
    let owner = owner_of(judgement);
    let judgement = match judgement {
        Judgement::Retry => "retry",
        Judgement::RetrySameSource => "retry_same_source",
        Judgement::Report(_) => "report",
        Judgement::Park(_) => "park",
        Judgement::HoldTenant => "hold_tenant",
    };
    let kind = match missed.failure {
        Failure::Reply(_) => "reply",
        Failure::Resolve(_) => "resolve",
        Failure::Nowhere(..) => "nowhere",
        Failure::Connect(_) => "connect",
        Failure::Tls(_) => "tls",
        Failure::Lost(_) => "lost",
        Failure::Unknown(_) => "unknown",
        Failure::Local(_) => "local",
        Failure::Lacks(_) => "lacks",
        Failure::Unsecured(_) => "unsecured",
        Failure::Unconvertible(_) => "unconvertible",
        Failure::Withheld(_) => "withheld",
    };
    let (kind, judgement) = (kind.to_owned(), judgement.to_owned());
    let met = Met { stage: missed.stage, kind, text: missed.failure.to_string(), judgement, category, owner };
    LastTry { host: missed.host.clone(), source: missed.source.clone(), met: Some(met) }
}

fn shown(missed: &Missed) -> String {
    match &missed.host {
        Some(host) => format!("{host}: {}", missed.failure),
        None => missed.failure.to_string(),
    }
}
