//! One message of the index, as others look at it.

use super::{Entry, Lane, Phase, QueueEntry};
use crate::seen::Seen;
use model::{MessageId, Standing};

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
            outcomes: progress.outcomes,
            maybe_duplicate: progress.maybe_duplicate,
            parked: progress.parked,
            why: progress.why,
            about: accepted.about,
            last_try: progress.last_try,
            redirect: progress.redirect,
            acts: progress.acts.into_iter().map(|done| done.act).collect(),
        }
    }
}
