//! The books of the spool: what was taken in must have ended or be held (law 2), counted from the log on one side and the index on the other.
//!
//! The log is what the ledger reads anyway; the index is looked at once a minute, when the ledger has read everything. A message that the log knows without
//! an end and the index does not know at two looks is missing. After a gap in the log, or with more messages than can be kept apart, the books begin
//! anew: nothing is said meanwhile, which is unknown and not good.

use incident::What;
use model::{MessageId, Outcome, Timestamp};
use spool::{Event, LogRecord, Spool};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Messages that are kept apart.
const OPEN_MAX: usize = 1_000_000;

/// The books; clones are the same ones.
#[derive(Clone, Default)]
pub(crate) struct Books(Arc<Mutex<Option<Pages>>>);

/// One set of books.
struct Pages {
    since: Timestamp,
    held_before: u64,
    accepted: u64,
    ended: u64,
    /// Messages without an end, with how many recipients have none.
    open: BTreeMap<MessageId, usize>,
    /// Those of them that the index did not know at the last look.
    suspects: BTreeSet<MessageId>,
}

impl Books {
    /// Enters what the log says.
    pub(super) fn note(&self, records: &[LogRecord], has_gap: bool) {
        let mut books = self.lock();
        if has_gap {
            *books = None;
        }
        let Some(pages) = books.as_mut() else { return };
        records.iter().for_each(|record| pages.enter(record.id, &record.event));
        if pages.open.len() > OPEN_MAX {
            *books = None;
        }
    }

    /// Compares with what the spool holds; gives nothing while the books have just begun. It blocks.
    pub(super) fn balance(&self, spool: &Spool, now: Timestamp) -> Option<What> {
        let mut books = self.lock();
        let Some(pages) = books.as_mut() else {
            *books = spool.is_whole().then(|| Pages::begin(spool, now)).flatten();
            return None;
        };
        let mut held = HashSet::with_capacity(pages.open.len());
        spool.scan(|seen| {
            held.insert(seen.id);
        });
        Some(pages.balance(&held))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Pages>> {
        // Every entry is made whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    /// From what is held now.
    fn begin(spool: &Spool, now: Timestamp) -> Option<Self> {
        let mut open = BTreeMap::new();
        spool.scan(|seen| {
            if open.len() <= OPEN_MAX {
                open.insert(seen.id, pending(&seen.progress().outcomes));
            }
        });
        let held_before = open.len() as u64;
        let pages = Self { since: now, held_before, accepted: 0, ended: 0, open, suspects: BTreeSet::new() };
        (pages.open.len() <= OPEN_MAX).then_some(pages)
    }

    fn enter(&mut self, id: MessageId, event: &Event) {
        match event {
            // Without a body it is in transit, and its sender keeps it.
            Event::Accepted { chunks: 0, .. } => {}
            Event::Accepted { message, .. } => self.came(id, message.envelope.recipients.len()),
            Event::Moved { state, .. } => self.came(id, pending(&state.outcomes)),
            Event::Outcomes { outcomes } => {
                let Some(left) = self.open.get_mut(&id) else { return };
                *left = left.saturating_sub(outcomes.len());
                if *left == 0 {
                    self.open.remove(&id);
                    self.ended += 1;
                }
            }
            // It was never acknowledged.
            Event::Dropped => {
                if self.open.remove(&id).is_some() {
                    self.ended += 1;
                }
            }
            Event::Stamped { .. }
            | Event::Attempt { .. }
            | Event::Tried { .. }
            | Event::Rescheduled { .. }
            | Event::Parked { .. }
            | Event::Released { .. }
            | Event::Told { .. }
            | Event::Acted { .. }
            | Event::Act { .. } => {}
        }
    }

    fn came(&mut self, id: MessageId, recipients: usize) {
        if recipients > 0 && !self.open.contains_key(&id) {
            self.open.insert(id, recipients);
            self.accepted += 1;
        }
    }

    fn balance(&mut self, held: &HashSet<MessageId>) -> What {
        let unknown: BTreeSet<MessageId> =
            self.open.keys().filter(|id| !held.contains(*id)).copied().collect();
        let missing = unknown.intersection(&self.suspects).count();
        for id in unknown.intersection(&self.suspects).take(10) {
            tracing::error!(%id, "the log knows this message without an end, and the queue does not hold it");
        }
        self.suspects = unknown;
        What::Balanced {
            since: self.since,
            held_before: self.held_before,
            accepted: self.accepted,
            ended: self.ended,
            held: (self.open.len() - missing) as u64,
        }
    }
}

fn pending(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| **outcome == Outcome::Pending).count()
}

#[cfg(test)]
mod tests;
