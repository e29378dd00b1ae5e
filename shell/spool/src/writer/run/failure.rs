//! What the thread does when the disk fails.
//!
//! The failed segment is left as it is. A new one is tried at once and then every second; it first takes what is owed: events that were
//! answered or have happened, and for each refused commit a record that it was dropped.

use super::{Append, Class, PROVE_AGAIN_AFTER, Placed, Status, Writer, lock};
use crate::config::SpoolError;
use crate::event::{Event, Stored};
use crate::state::event_record;
use model::Timestamp;
use std::io;
use std::sync::atomic::Ordering;
use std::time::Instant;

impl Writer {
    /// The active segment is read only from now on; what it should have held is refused or owed.
    pub(super) fn fail(&mut self, error: &io::Error) {
        let Some(active) = self.active.take() else { return };
        tracing::error!(segment = active.number, %error, "the spool's disk failed: nothing is accepted until a new segment is proven");
        self.failed.insert(active.number);
        self.with_state(|state| {
            state.segments.close(active.number);
            // Records of refused messages lie there: it goes before the records that say so.
            state.segments.mark_dead(active.number);
        });
        self.set_status(Status::Stopped(error.to_string()));
        self.sync_due = None;
        self.owed.extend(self.unsynced.drain(..));
        for Placed { append, .. } in std::mem::take(&mut self.answering) {
            self.owe_that_it_is_dropped(&append.class);
            let stopped = self.stopped();
            self.refuse(append, stopped);
        }
        self.prove_at = Some(Instant::now());
    }

    /// Its records may be whole on disk, and it is not acknowledged.
    fn owe_that_it_is_dropped(&mut self, class: &Class) {
        let (Class::Commit { id, .. } | Class::TakeIn { id }) = class else { return };
        let at = Timestamp::from_micros(self.latest.load(Ordering::Relaxed));
        if let Ok(record) = event_record(&Stored { id: *id, at, event: Event::Dropped }) {
            self.owed.push_back((*id, record));
        }
    }

    pub(super) fn refuse(&mut self, append: Append, error: SpoolError) {
        if let Class::Event(id) = append.class {
            self.owed.push_back((id, append.bytes));
            self.prove_at.get_or_insert_with(|| Instant::now() + PROVE_AGAIN_AFTER);
        }
        let _nobody_waits = append.answer.send(Err(error));
    }

    /// Makes a new segment if there is none, and writes what is owed.
    pub(super) fn prove_new_segment(&mut self) {
        self.prove_at = None;
        let begun = if self.active.is_none() { self.begin_segment() } else { Ok(()) };
        let paid = begun.map_err(|error| error.to_string());
        let paid = paid.and_then(|()| self.pay_what_is_owed().map_err(|error| error.to_string()));
        if let Err(error) = paid {
            tracing::error!(error, "the spool's disk still fails");
            self.prove_at = Some(Instant::now() + PROVE_AGAIN_AFTER);
        }
    }

    pub(super) fn pay_what_is_owed(&mut self) -> Result<(), SpoolError> {
        while let Some((id, record)) = self.owed.front() {
            let id = *id;
            let Some(active) = &mut self.active else { return Err(self.stopped()) };
            if !active.has_room(record.len(), 0) {
                if active.is_empty() {
                    tracing::error!(%id, bytes = record.len(), "what happened to a message is longer than a segment and is not kept");
                    self.owed.pop_front();
                } else {
                    self.rotate()?;
                }
                continue;
            }
            let put = active.put(record);
            let number = active.number;
            if let Err(error) = put {
                self.fail(&error);
                return Err(self.stopped());
            }
            self.with_state(|state| state.note_event(id, number));
            self.unsynced.extend(self.owed.pop_front());
        }
        self.sync();
        if self.active.is_none() {
            return Err(self.stopped());
        }
        self.prove_at = None;
        self.resume();
        Ok(())
    }

    /// What waited for a sound segment goes on: acceptance, and deliveries.
    fn resume(&self) {
        let mut status = lock(&self.status);
        if matches!(*status, Status::Stopped(_) | Status::Full) {
            *status = Status::Accepting;
        }
        drop(status);
        if let Some(shared) = self.shared.upgrade() {
            shared.due_changed.notify_one();
        }
    }
}
