//! One message of the index, as others look at it.

use super::{Entry, Lane, Phase};
use crate::event::{HeaderFacts, Kept};
use crate::seen::Seen;
use model::{
    ActId, Envelope, LastTry, MessageId, Outcome, ParkReason, Redirect, SnapshotNumber, Standing, TenantName,
    Timestamp,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// A message of the queue, for people.
#[derive(Debug, Clone, Serialize)]
pub struct QueueEntry {
    pub id: MessageId,
    pub phase: Phase,
    pub standing: Standing,
    pub tenant: TenantName,
    pub snapshot: SnapshotNumber,
    pub received: Timestamp,
    pub due: Timestamp,
    pub expires: Timestamp,
    pub size: u64,
    /// Tries that ended in a later one.
    pub tries: u32,
    pub envelope: Envelope,
    #[serde(skip_serializing_if = "HeaderFacts::is_empty")]
    pub header: HeaderFacts,
    /// In the order of the envelope's recipients.
    pub outcomes: Vec<Outcome>,
    pub maybe_duplicate: BTreeSet<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parked: Option<ParkReason>,
    /// Recipients that are parked by themselves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
    /// What the last attempt met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<MessageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_try: Option<LastTry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<Redirect>,
    /// Acts that can be undone, the latest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<ActId>,
}

impl Entry {
    pub(super) fn lane(&self) -> Lane {
        self.progress.lane(&self.accepted)
    }

    pub(crate) fn seen(&self, id: MessageId) -> Seen<'_> {
        Seen {
            id,
            standing: self.standing(),
            accepted: &self.accepted,
            progress: &self.progress,
            size: self.body.length,
        }
    }

    pub(super) fn standing(&self) -> Standing {
        match (self.phase, &self.progress.parked) {
            (Phase::Waiting, _) => Standing::Waiting,
            (Phase::Delivering, _) => Standing::Delivering,
            (Phase::Parked, Some(reason)) if reason.is_hold() => Standing::Held,
            (Phase::Parked, _) => Standing::Parked,
        }
    }

    pub(super) fn show(&self, id: MessageId) -> QueueEntry {
        let (accepted, progress) = (&self.accepted, self.progress.clone());
        QueueEntry {
            id,
            phase: self.phase,
            standing: self.standing(),
            tenant: accepted.tenant.clone(),
            snapshot: accepted.snapshot,
            received: accepted.received,
            due: progress.due,
            expires: accepted.expires,
            size: self.body.length,
            tries: progress.tries,
            envelope: accepted.envelope.clone(),
            header: accepted.header.clone(),
            outcomes: progress.outcomes,
            maybe_duplicate: progress.maybe_duplicate,
            parked: progress.parked,
            kept: progress.kept,
            why: progress.why,
            about: accepted.about,
            last_try: progress.last_try,
            redirect: progress.redirect,
            acts: progress.acts.into_iter().map(|done| done.act).collect(),
        }
    }
}
