//! How far a message has come, and what is kept of it by itself.

use crate::event::{Accepted, Kept, Progress};
use model::{Final, Outcome, ParkReason, Timestamp};
use std::collections::BTreeSet;

impl Progress {
    /// Recipients with their ends.
    pub(super) fn end(&mut self, outcomes: &[(usize, Final)]) {
        for (recipient, outcome) in outcomes {
            self.in_flight.remove(recipient);
            self.kept.retain(|kept| kept.recipient != *recipient);
            if let Some(known) = self.outcomes.get_mut(*recipient) {
                *known = Outcome::Final(outcome.clone());
            }
        }
    }

    /// Whether something of it is kept without attempts.
    #[must_use]
    pub fn is_parked(&self) -> bool {
        self.parked.is_some() || !self.kept.is_empty()
    }

    /// Why a recipient is not tried.
    #[must_use]
    pub fn park_reason(&self, recipient: usize) -> Option<&ParkReason> {
        let own = self.kept.iter().find(|kept| kept.recipient == recipient);
        own.map(|kept| &kept.why).or(self.parked.as_ref())
    }

    /// Takes note of recipients that are parked by themselves.
    pub(super) fn keep(&mut self, kept: &[Kept], at: Timestamp) {
        for one in kept {
            self.kept.retain(|known| known.recipient != one.recipient);
            self.kept.push(one.clone());
            self.parked_since.get_or_insert(at);
        }
    }

    /// Nothing has happened yet.
    #[must_use]
    pub fn new(message: &Accepted) -> Self {
        Self {
            outcomes: vec![Outcome::Pending; message.envelope.recipients.len()],
            in_flight: BTreeSet::new(),
            maybe_duplicate: BTreeSet::new(),
            tries: 0,
            losses: 0,
            due: message.due,
            parked: None,
            kept: Vec::new(),
            why: None,
            tried: None,
            parked_since: None,
            sender_told: None,
            tenant_told: None,
            last_try: None,
            redirect: None,
            acts: Vec::new(),
            proved: None,
        }
    }
}
