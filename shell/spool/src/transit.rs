//! A message in transit: its body in memory, its records in the log, in nobody's queue.
//!
//! While the next hop has not decided, the client on the other side keeps the message. What happens is recorded for the trace, without a body and
//! without a sync of its own. `take_in` makes it a message of the queue like any other, with all that has happened to it, and
//! gives the lease under which its delivery goes on. A process that is killed in between forgets it; the attempt that is left without
//! an end is counted at the next start.

use crate::config::SpoolError;
use crate::event::{Accepted, Event, Progress, Proved, StampedGroup, Stored};
use crate::format::{ChunkHead, RecordType, write_record};
use crate::lease::Lease;
use crate::promise::Promise;
use crate::state::{Body, ChunkPlace, Shared, event_records, write_event};
use crate::tried::Tried;
use crate::writer::{Class, Durability, Written};
use bytes::Bytes;
use model::{Final, MessageId, Outcome, SourceName, Timestamp};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How far its records are.
enum Place {
    /// Nothing is in the log; this will be written before anything else is.
    Memory { notes: Vec<Stored> },
    /// The log knows it, without its body.
    Noted,
    /// The queue has it.
    Queue,
}

struct Inner {
    place: Place,
    progress: Progress,
}

/// A message in memory.
pub struct Transit {
    shared: Arc<Shared>,
    id: MessageId,
    accepted: Arc<Accepted>,
    body: Bytes,
    inner: Mutex<Inner>,
    /// The space in which the queue can take it in.
    promise: Option<Promise>,
}

impl Transit {
    pub(crate) fn new(
        shared: Arc<Shared>,
        id: MessageId,
        accepted: Accepted,
        body: Bytes,
        promise: Option<Promise>,
    ) -> Self {
        let inner = Inner { place: Place::Memory { notes: Vec::new() }, progress: Progress::new(&accepted) };
        Self { shared, id, accepted: Arc::new(accepted), body, inner: Mutex::new(inner), promise }
    }

    /// The message's id.
    #[must_use]
    pub fn id(&self) -> MessageId {
        self.id
    }

    /// What is known of it.
    #[must_use]
    pub fn accepted(&self) -> &Arc<Accepted> {
        &self.accepted
    }

    /// The whole original.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Recipients with an attempt whose end is unknown.
    #[must_use]
    pub fn in_flight(&self) -> BTreeSet<usize> {
        self.inner().progress.in_flight.clone()
    }

    /// How many recipients have their end.
    #[must_use]
    pub fn ended(&self) -> usize {
        self.inner().progress.outcomes.iter().filter(|outcome| **outcome != Outcome::Pending).count()
    }

    /// What a next hop said as it took the message.
    #[must_use]
    pub fn reply(&self) -> Option<String> {
        let inner = self.inner();
        let replies = inner.progress.outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Final(Final::Delivered { reply, .. }) => Some(reply.clone()),
            Outcome::Final(Final::Bounced { .. } | Final::Discarded { .. } | Final::Operator { .. })
            | Outcome::Pending => None,
        });
        replies.into_iter().next()
    }

    /// Notes what stamping decided, and what the message proved as it came; written with the first attempt.
    pub fn note_stamped(&self, groups: Vec<StampedGroup>, proved: Option<Proved>, now: Timestamp) {
        let mut inner = self.inner();
        inner.progress.proved.clone_from(&proved);
        let event = Event::Stamped { groups, proved: proved.map(Box::new) };
        if let Place::Memory { notes } = &mut inner.place {
            notes.push(Stored { id: self.id, at: now, event });
        }
    }

    /// As `Lease::record_attempt`; the first one is written behind the record that the message is here.
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
        let mut first = {
            let mut inner = self.inner();
            inner.progress.in_flight.extend(recipients);
            match std::mem::replace(&mut inner.place, Place::Noted) {
                Place::Memory { notes } => Some(notes),
                known @ (Place::Noted | Place::Queue) => {
                    inner.place = known;
                    None
                }
            }
        };
        let Some(notes) = &mut first else { return self.record(event, now).await };
        let message = Box::new(self.accepted.as_ref().clone());
        let here = Event::Accepted { message, chunks: 0, length: self.body.len() as u64 };
        let here = Stored { id: self.id, at: self.accepted.received, event: here };
        let attempt = Stored { id: self.id, at: now, event };
        self.write_notes([here].into_iter().chain(notes.drain(..)).chain([attempt]).collect()).await
    }

    /// Notes how a try went, for the trace; one that came before the first attempt is written with it.
    ///
    /// # Errors
    /// If the record cannot be written; the delivery may go on.
    pub async fn record_tried(&self, tried: Tried, now: Timestamp) -> Result<(), SpoolError> {
        let event = Event::Tried { tried: Box::new(tried) };
        if let Place::Memory { notes } = &mut self.inner().place {
            notes.push(Stored { id: self.id, at: now, event });
            return Ok(());
        }
        self.record(event, now).await
    }

    /// Notes final outcomes.
    ///
    /// # Errors
    /// If the record cannot be written; the outcome holds nevertheless.
    pub async fn record_outcomes(
        &self,
        outcomes: Vec<(usize, Final)>,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        {
            let mut inner = self.inner();
            for (recipient, outcome) in &outcomes {
                inner.progress.in_flight.remove(recipient);
                if let Some(known) = inner.progress.outcomes.get_mut(*recipient) {
                    *known = Outcome::Final(outcome.clone());
                }
            }
        }
        self.record(Event::Outcomes { outcomes }, now).await
    }

    /// The attempt for these recipients certainly did not deliver.
    pub fn land(&self, recipients: &[usize]) {
        let mut inner = self.inner();
        inner.progress.in_flight.retain(|recipient| !recipients.contains(recipient));
    }

    /// The client keeps the message: the log is told if it knows of it.
    ///
    /// # Errors
    /// If the record cannot be written.
    pub async fn leave(&self, now: Timestamp) -> Result<(), SpoolError> {
        let is_known = matches!(self.inner().place, Place::Noted);
        if is_known { self.record(Event::Dropped, now).await } else { Ok(()) }
    }

    /// Makes the message durable with all that has happened to it. Only after this returned may it be acknowledged, unless every
    /// recipient was reached. The lease is the caller's: records of this value go to the queue from here on.
    ///
    /// # Errors
    /// If the disk failed or is full: the message is not taken in.
    pub async fn take_in(&self, now: Timestamp) -> Result<Lease, SpoolError> {
        self.shared.writer.note_time(now);
        let head = ChunkHead { id: self.id, place: 0 };
        let (sealed, encrypted) = self.shared.crypt.seal(head, &self.body);
        let mut records = Vec::with_capacity(sealed.len() + 4096);
        write_record(RecordType::Chunk { encrypted }, &[&head.to_bytes(), &sealed], &mut records);
        let (stored, progress) = self.entrance(now);
        for one in &stored {
            write_event(one, &mut records)?;
        }
        let class = match &self.promise {
            Some(_) => Class::TakeIn { id: self.id },
            None => Class::Commit { id: self.id, chunks_in: BTreeSet::new() },
        };
        let written = self.shared.writer.append(records, class, Durability::Now).await?;
        let chunk = ChunkPlace { segment: written.segment, offset: written.offset };
        let body = Body { chunks: vec![chunk], length: self.body.len() as u64 };
        let number = {
            let mut state = self.shared.state();
            state.accept_leased(self.id, Arc::clone(&self.accepted), body, progress, written.segment)
        };
        written.settle();
        self.inner().place = Place::Queue;
        self.shared.metrics.spool_commits.add_one();
        self.shared.note_queue();
        Ok(Lease::new(Arc::clone(&self.shared), self.id, number))
    }

    /// The records by which it enters the queue: an acceptance, or, where the log knows it already, its state as after a move.
    fn entrance(&self, now: Timestamp) -> (Vec<Stored>, Progress) {
        let inner = self.inner();
        let message = Box::new(self.accepted.as_ref().clone());
        let (chunks, length) = (1, self.body.len() as u64);
        let stored = match &inner.place {
            Place::Memory { notes } => {
                let event = Event::Accepted { message, chunks, length };
                let accepted = Stored { id: self.id, at: self.accepted.received, event };
                [accepted].into_iter().chain(notes.iter().cloned()).collect()
            }
            Place::Noted | Place::Queue => {
                let state = Box::new(inner.progress.clone());
                vec![Stored { id: self.id, at: now, event: Event::Moved { message, chunks, length, state } }]
            }
        };
        (stored, inner.progress.clone())
    }

    async fn write_notes(&self, stored: Vec<Stored>) -> Result<(), SpoolError> {
        let records = event_records(&stored)?;
        let written = self.shared.writer.append(records, Class::Event(self.id), Durability::Later).await?;
        Written::settle(written);
        Ok(())
    }

    async fn record(&self, event: Event, now: Timestamp) -> Result<(), SpoolError> {
        let durability = match self.inner().place {
            Place::Queue => Durability::Soon,
            Place::Memory { .. } | Place::Noted => Durability::Later,
        };
        self.shared.record(self.id, event, now, durability).await
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
