//! A message while it is delivered: one lease at a time, and everything that happens recorded through it.
//!
//! A lease ends by the last outcome, `reschedule` or `park`. One that is dropped in between (its task failed) leaves the message out of
//! circulation until `Spool::take_lost` gives it to one who records the loss.

use crate::config::SpoolError;
use crate::event::{Accepted, Event, Kept, Proved, StampedGroup, Stored};
use crate::state::{Shared, event_records};
use crate::tried::Tried;
use crate::writer::{Class, Durability};
use bytes::Bytes;
use model::{Final, LastTry, MessageId, Outcome, ParkReason, Recipient, Redirect, SourceName, Timestamp};
use std::sync::{Arc, Mutex, PoisonError};

/// The right to deliver a message.
pub struct Lease {
    shared: Arc<Shared>,
    id: MessageId,
    accepted: Arc<Accepted>,
    /// Its number: after its end another one may hold the message.
    number: u64,
    size: u64,
    chunks: usize,
    /// What this try met, told with its end.
    last_try: Option<Box<LastTry>>,
    /// Recipients that are parked by themselves from its end on.
    kept: Vec<Kept>,
    /// What only the trace needs, to be written with the next record: a record of its own costs a thread's wake-up.
    notes: Mutex<Vec<Stored>>,
}

/// The bytes of a leased message, read where waiting is allowed: what is computed from them then needs no second thread.
pub struct Original {
    shared: Arc<Shared>,
    id: MessageId,
}

impl Original {
    /// The whole; waits for the disk.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&self) -> Result<Bytes, SpoolError> {
        self.shared.body_now(self.id)
    }

    /// The first chunk, at most 1 MiB; waits for the disk.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read_first_chunk(&self) -> Result<Bytes, SpoolError> {
        self.shared.chunk_now(self.id, 0)
    }
}

impl Lease {
    pub(crate) fn new(shared: Arc<Shared>, id: MessageId, number: u64) -> Self {
        let (accepted, size, chunks) = {
            let state = shared.state();
            let entry =
                state.entry(id).expect("only the lease of a message removes it, and this one is just taken");
            (entry.accepted().into_owned(), entry.size(), entry.body().chunks.len())
        };
        Self {
            shared,
            id,
            accepted,
            number,
            size,
            chunks,
            last_try: None,
            kept: Vec::new(),
            notes: Mutex::default(),
        }
    }

    /// The message's id.
    #[must_use]
    pub fn id(&self) -> MessageId {
        self.id
    }

    /// What was known at acceptance.
    #[must_use]
    pub fn accepted(&self) -> &Arc<Accepted> {
        &self.accepted
    }

    /// Bytes of the original.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The recipients without final outcome, with their numbers in the envelope.
    #[must_use]
    pub fn pending(&self) -> Vec<(usize, Recipient)> {
        let state = self.shared.state();
        let Some(entry) = state.entry(self.id) else { return Vec::new() };
        let progress = entry.progress();
        let recipients = self.accepted.envelope.recipients.iter().enumerate();
        recipients
            .filter(|(number, _)| progress.outcomes.get(*number) == Some(&Outcome::Pending))
            .map(|(number, recipient)| (number, recipient.clone()))
            .collect()
    }

    /// Those of them that are to be tried: not parked by themselves.
    #[must_use]
    pub fn to_try(&self) -> Vec<(usize, Recipient)> {
        let kept = self.kept();
        let is_kept = |number: usize| kept.iter().any(|one| one.recipient == number);
        self.pending().into_iter().filter(|(number, _)| !is_kept(*number)).collect()
    }

    /// Recipients that were parked by themselves before this try.
    #[must_use]
    pub fn kept(&self) -> Vec<Kept> {
        self.shared.state().entry(self.id).map(|entry| entry.progress().kept.clone()).unwrap_or_default()
    }

    /// Tries so far that ended in a later one.
    #[must_use]
    pub fn tries(&self) -> u32 {
        self.shared.state().entry(self.id).map_or(0, |entry| entry.progress().tries)
    }

    /// Tries of it that failed inside.
    #[must_use]
    pub fn losses(&self) -> u32 {
        self.shared.state().entry(self.id).map_or(0, |entry| entry.progress().losses)
    }

    /// Recipients with an attempt whose end is unknown.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.shared.state().in_flight(self.id).len()
    }

    /// Where it goes by an operator's act, in place of the tenant's route.
    #[must_use]
    pub fn redirect(&self) -> Option<Redirect> {
        self.shared.state().entry(self.id).and_then(|entry| entry.progress().redirect.clone())
    }

    /// The lease, with what this try met: its end tells it.
    #[must_use]
    pub fn with_tried(mut self, tried: LastTry) -> Self {
        self.last_try = Some(Box::new(tried));
        self
    }

    /// The lease, with recipients that are parked by themselves when it ends.
    #[must_use]
    pub fn with_kept(mut self, kept: Vec<Kept>) -> Self {
        self.kept = kept;
        self
    }

    /// Ends the lease without a try: the message stands where it stood.
    pub fn put_back(self) {
        // Before the next lease can write anything: the trace keeps its order.
        self.leave_notes();
        self.shared.state().put_back(self.id, self.number);
    }

    /// Whether a recipient may have the message already.
    #[must_use]
    pub fn maybe_duplicate(&self, recipient: usize) -> bool {
        self.shared
            .state()
            .entry(self.id)
            .is_some_and(|entry| entry.progress().maybe_duplicate.contains(&recipient))
    }

    /// The whole original.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn read_body(&self) -> Result<Bytes, SpoolError> {
        self.shared.read_body(self.id).await
    }

    /// The original for a thread that may wait for the disk.
    #[must_use]
    pub fn original(&self) -> Original {
        Original { shared: Arc::clone(&self.shared), id: self.id }
    }

    /// How many chunks [`Self::read_chunk`] can give.
    #[must_use]
    pub fn chunks(&self) -> usize {
        self.chunks
    }

    /// One chunk of the original, at most 1 MiB; for bodies that should not be in memory at once.
    ///
    /// # Errors
    /// If it cannot be read or there is no such chunk.
    pub async fn read_chunk(&self, number: usize) -> Result<Bytes, SpoolError> {
        self.shared.read_chunk(self.id, number).await
    }

    /// What it proved as it came, if an earlier try found that out.
    #[must_use]
    pub fn proved(&self) -> Option<Proved> {
        self.shared.state().entry(self.id).and_then(|entry| entry.progress().proved.clone())
    }

    /// Notes what stamping decided, and what was found out for later tries; written in front of the next record, or with the lease's end.
    pub fn note_stamped(&self, groups: Vec<StampedGroup>, proved: Option<Proved>, now: Timestamp) {
        let is_news = proved.is_some();
        let event = Event::Stamped { groups, proved: proved.map(Box::new) };
        if is_news {
            // Known from here on, however the lease ends: the record follows.
            self.shared.state().apply(self.id, &event, now, None);
        }
        self.note(event, now);
    }

    /// Notes that the final dot is about to be sent for these recipients. From here to their outcome the end is unknown.
    ///
    /// # Errors
    /// If the record cannot be written: the final dot must not be sent.
    pub async fn record_attempt(
        &self,
        recipients: &[usize],
        source: &SourceName,
        host: &str,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        let event =
            Event::Attempt { recipients: recipients.to_vec(), source: source.clone(), host: host.to_owned() };
        self.record(event, now, Durability::Soon).await
    }

    /// Notes how a try with a next hop went, for the trace: at once where it failed for someone, else in front of the outcome, which
    /// follows.
    ///
    /// # Errors
    /// If the record cannot be written; the delivery may go on.
    pub async fn record_tried(&self, tried: Tried, now: Timestamp) -> Result<(), SpoolError> {
        let reached_all = tried.results.iter().all(|one| one.taken);
        let event = Event::Tried { tried: Box::new(tried) };
        if reached_all {
            self.note(event, now);
            return Ok(());
        }
        self.record(event, now, Durability::Whenever).await
    }

    /// Notes final outcomes; with the last one the message leaves the queue. Synced within 100 ms.
    ///
    /// # Errors
    /// If the record cannot be written. The outcome holds for this run, and the record is written to the next segment.
    pub async fn record_outcomes(
        &self,
        outcomes: Vec<(usize, Final)>,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        self.record(Event::Outcomes { outcomes }, now, Durability::Soon).await
    }

    /// Ends the lease until `due`. `undelivered` are the recipients that certainly do not have the message.
    ///
    /// # Errors
    /// If the record cannot be written; the message waits nevertheless.
    pub async fn reschedule(
        mut self,
        due: Timestamp,
        undelivered: Vec<usize>,
        why: String,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        let event = self.rescheduled(due, &undelivered, why, false);
        self.record(event, now, Durability::Soon).await
    }

    /// As `reschedule`, without spending a try: only a limit of the next hop keeps the message.
    ///
    /// # Errors
    /// If the record cannot be written; the message waits nevertheless.
    pub async fn wait_for_limit(
        mut self,
        due: Timestamp,
        undelivered: Vec<usize>,
        why: String,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        let event = self.rescheduled(due, &undelivered, why, true);
        self.record(event, now, Durability::Later).await
    }

    /// Ends the lease until `due`: the delivery failed inside, and whoever was in flight may have the message.
    ///
    /// # Errors
    /// If the record cannot be written; the message waits nevertheless.
    pub async fn note_loss(self, due: Timestamp, why: String, now: Timestamp) -> Result<(), SpoolError> {
        let unknown = self.unknown(&[]);
        let (kept, last_try) = (Vec::new(), None);
        let event = Event::Rescheduled { due, unknown, why, limit: false, lost: true, kept, last_try };
        self.record(event, now, Durability::Soon).await
    }

    fn rescheduled(&mut self, due: Timestamp, undelivered: &[usize], why: String, limit: bool) -> Event {
        let (unknown, last_try) = (self.unknown(undelivered), self.last_try.take());
        let kept = std::mem::take(&mut self.kept);
        Event::Rescheduled { due, unknown, why, limit, lost: false, kept, last_try }
    }

    /// Recipients in flight but for those that certainly do not have the message.
    fn unknown(&self, undelivered: &[usize]) -> Vec<usize> {
        let in_flight = self.shared.state().in_flight(self.id);
        in_flight.into_iter().filter(|recipient| !undelivered.contains(recipient)).collect()
    }

    /// Ends the lease: kept without attempts until it is released. `undelivered` are the recipients that certainly do not have the message.
    ///
    /// # Errors
    /// If the record cannot be written; the message is parked nevertheless.
    pub async fn park(
        mut self,
        reason: ParkReason,
        undelivered: Vec<usize>,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        let unknown = self.unknown(&undelivered);
        let (kept, last_try) = (std::mem::take(&mut self.kept), self.last_try.take());
        self.record(Event::Parked { reason, unknown, kept, last_try }, now, Durability::Soon).await
    }

    async fn record(&self, event: Event, now: Timestamp, durability: Durability) -> Result<(), SpoolError> {
        let mut row = self.take_notes();
        row.push(Stored { id: self.id, at: now, event });
        self.shared.record_row(self.id, &row, durability).await
    }

    fn note(&self, event: Event, at: Timestamp) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(Stored { id: self.id, at, event });
    }

    fn take_notes(&self) -> Vec<Stored> {
        std::mem::take(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A delivery that ended without a record leaves its notes for the trace.
    fn leave_notes(&self) {
        let notes = self.take_notes();
        if notes.is_empty() {
            return;
        }
        let asked = event_records(&notes)
            .and_then(|records| self.shared.writer.ask(records, Class::Event(self.id), Durability::Whenever));
        if let Err(error) = asked {
            tracing::debug!(id = %self.id, %error, "what happened in a delivery that broke off is not recorded");
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.leave_notes();
        self.shared.state().lose_lease(self.id, self.number);
        self.shared.due_changed.notify_one();
    }
}
