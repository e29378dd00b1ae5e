//! Ends and waits that no answer of a next hop brings: an operator gives up, the delivery fails inside, a damaged message's time is over.
//!
//! The sender is told wherever anybody may be told, as with any refusal. A delivery that fails inside is tried again and parks after a few
//! times, so that neither the message nor its sender waits for ever.

use super::report::Line;
use super::{EXPIRED, Verdict, why_untold};
use bounce::Cause;
use model::{EnhancedCode, Final, ParkReason, Timestamp};
use spool::{Lease, SpoolError};
use tenant::Snapshot;

/// RFC 3463 §3.1: nothing more precise can be said; a person gave it up.
const GIVEN_UP: EnhancedCode = EnhancedCode::new(5, 0, 0);
/// Deliveries of one message that may fail inside before it parks.
const LOSSES_MAX: u32 = 3;

/// Recipients that were given up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ended {
    /// Named in a report.
    pub(crate) told: usize,
    pub(crate) discarded: usize,
}

impl Verdict {
    /// Gives recipients up by an operator's act: their sender is told `text` where anybody may be told.
    pub(crate) async fn give_up(
        &self,
        lease: &Lease,
        snapshot: &Snapshot,
        recipients: &[usize],
        text: &str,
        now: Timestamp,
    ) -> Result<Ended, SpoolError> {
        self.end_without_answer(lease, snapshot, recipients, (GIVEN_UP, text), now).await
    }

    /// A damaged message whose time is over: no way brings it through, so its sender is told (law 3).
    pub(crate) async fn end_damaged(&self, lease: Lease, snapshot: &Snapshot, now: Timestamp) {
        let recipients: Vec<usize> = lease.pending().into_iter().map(|(number, _)| number).collect();
        let text = "the relay could not send the message on before its time was over";
        match self.end_without_answer(&lease, snapshot, &recipients, (EXPIRED, text), now).await {
            Ok(ended) => {
                self.metrics.ndr_ours.add(ended.told as u64);
                tracing::error!(id = %lease.id(), told = ended.told, discarded = ended.discarded, "a damaged message is given up");
            }
            Err(error) => {
                tracing::error!(id = %lease.id(), %error, "a report could not be made safe; the message stays");
                lease.put_back();
            }
        }
    }

    /// The task that delivered it failed inside: whoever was in flight may have it. One that fails so again and again parks.
    pub(crate) async fn note_loss(&self, lease: Lease, snapshot: Option<&Snapshot>, now: Timestamp) {
        let losses = lease.losses() + 1;
        self.metrics.maybe_duplicates.add(lease.in_flight() as u64);
        if losses >= LOSSES_MAX || now >= lease.accepted().expires {
            let detail = format!("its delivery failed inside, {losses} times so far");
            return self.hold(lease, ParkReason::Damaged { detail }, now).await;
        }
        self.metrics.alarms.add_one();
        self.metrics.deferred.add_one();
        let due = self.next(snapshot, lease.tries(), true, now);
        tracing::error!(id = %lease.id(), losses, due = %due, "its delivery failed inside; it is tried again");
        self.note(lease.note_loss(due, "its delivery failed inside".to_owned(), now).await);
    }

    async fn end_without_answer(
        &self,
        lease: &Lease,
        snapshot: &Snapshot,
        recipients: &[usize],
        (status, text): (EnhancedCode, &str),
        now: Timestamp,
    ) -> Result<Ended, SpoolError> {
        let (mut outcomes, mut lines) = (Vec::new(), Vec::new());
        for recipient in recipients.iter().copied() {
            let reply = text.to_owned();
            match why_untold(&lease.accepted().envelope, recipient) {
                Some(because) => {
                    self.metrics.discarded.add_one();
                    outcomes.push((recipient, Final::Discarded { because, reply }));
                }
                None => {
                    let (cause, host) = (Cause::Unclear, None);
                    lines.push(Line { recipient, status, cause, host, diagnostic: reply, tried: None });
                }
            }
        }
        let ended = Ended { told: lines.len(), discarded: outcomes.len() };
        self.end_with(lease, snapshot, (outcomes, lines, None), now).await?;
        Ok(ended)
    }
}
