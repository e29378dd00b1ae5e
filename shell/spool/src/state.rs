//! The index in memory: every message of the queue, who is due when, and what each segment still holds alive.
//!
//! Events change it in `apply` and nowhere else, live and at recovery, so what runs is what a restart would find. A lock is held for
//! lines, never across a wait.
//!
//! ```text
//! Waiting --take_due--> Delivering --reschedule--> Waiting
//!    ^  \                  |  \----park----------> Parked --release--> Waiting
//!    |   \---hold--------> |                         ^
//!    |                     \--last outcome--> gone   |
//!    |
//!    Delivering, lost: a lease that was dropped, until `take_lost` gives it to one who records it
//! ```

mod acts;
mod due;
mod entry;
mod parked;
mod reader;
mod segments;
mod shared;
mod start;

pub use due::Lane;
pub use entry::QueueEntry;
pub(crate) use reader::Reader;
pub(crate) use segments::{Readable, Reaped, Segment, Segments};
pub(crate) use shared::{Pin, Shared, TakenOut, event_record, event_records, write_event};

use crate::config::SpoolError;
use crate::event::{Accepted, Event, Kept, Progress, Told};
use crate::seen::Seen;
use acts::Acts;
use due::Due;
use model::{LastTry, MessageId, Outcome, ParkReason, SnapshotNumber, TenantName, Timestamp};
use parked::Parked;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

/// Where a message of the queue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Waiting,
    Delivering,
    Parked,
}

/// One piece of a body on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChunkPlace {
    pub(crate) segment: u64,
    pub(crate) offset: u64,
}

/// A body on disk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Body {
    pub(crate) chunks: Vec<ChunkPlace>,
    pub(crate) length: u64,
}

impl Body {
    pub(crate) fn segments(&self) -> BTreeSet<u64> {
        self.chunks.iter().map(|chunk| chunk.segment).collect()
    }
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) accepted: Arc<Accepted>,
    pub(crate) body: Body,
    pub(crate) progress: Progress,
    phase: Phase,
    /// The number of its latest lease: an older one has no more say.
    lease: u64,
    /// Segments that hold records of it other than chunks.
    event_segments: BTreeSet<u64>,
}

#[derive(Default)]
pub(crate) struct State {
    entries: BTreeMap<MessageId, Entry>,
    due: Due,
    /// Leases given so far.
    leases: u64,
    /// Messages whose lease ended without a word, until one is told.
    lost: BTreeSet<MessageId>,
    parked: Parked,
    /// Whether what earlier runs left is part of it.
    pub(crate) is_whole: bool,
    pub(crate) segments: Segments,
    pub(crate) reader: Reader,
    /// Never acknowledged, although their acceptance is on disk: a power cut tore their bodies.
    pub(crate) torn: BTreeSet<MessageId>,
    acts: Acts,
    /// The number that this run's first segment was to have, and its number.
    first_segment: Option<(u64, u64)>,
}

impl State {
    /// Takes in a message with its body, new or moved; an older copy is replaced.
    pub(crate) fn accept(
        &mut self,
        id: MessageId,
        message: Arc<Accepted>,
        body: Body,
        progress: Progress,
        segment: u64,
    ) {
        self.forget(id);
        body.segments().into_iter().for_each(|part| self.segments.add_body(part, id));
        self.segments.add_event(segment, id);
        let phase = if progress.parked.is_some() { Phase::Parked } else { Phase::Waiting };
        if phase == Phase::Waiting {
            self.due.insert(&progress.lane(&message), progress.due, id);
        }
        let event_segments = BTreeSet::from([segment]);
        self.entries.insert(id, Entry { accepted: message, body, progress, phase, lease: 0, event_segments });
        self.note_parked(id);
    }

    /// Takes in the younger copy of a message that is out of circulation; it stays so until it is given back.
    pub(crate) fn accept_moved(
        &mut self,
        id: MessageId,
        message: Arc<Accepted>,
        body: Body,
        progress: Progress,
        segment: u64,
    ) {
        self.accept(id, message, body, progress, segment);
        if let Some(entry) = self.entries.get_mut(&id) {
            self.due.remove(&entry.lane(), entry.progress.due, id);
            entry.phase = Phase::Delivering;
        }
    }

    /// Takes in a message that is being delivered already; gives the number of its lease.
    pub(crate) fn accept_leased(
        &mut self,
        id: MessageId,
        message: Arc<Accepted>,
        body: Body,
        progress: Progress,
        segment: u64,
    ) -> u64 {
        self.accept_moved(id, message, body, progress, segment);
        self.leases += 1;
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.lease = self.leases;
        }
        self.leases
    }

    /// Takes in what happened to a message of the queue; of another one it is history only.
    pub(crate) fn apply(&mut self, id: MessageId, event: &Event, at: Timestamp, segment: Option<u64>) {
        if let Event::Act { act } = event {
            return self.put_act(act, segment);
        }
        segment.into_iter().for_each(|segment| self.note_event(id, segment));
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let progress = &mut entry.progress;
        match event {
            // An act itself is of no message, and was taken in above.
            Event::Accepted { .. }
            | Event::Moved { .. }
            | Event::Stamped { .. }
            | Event::Tried { .. }
            | Event::Act { .. } => {}
            Event::Attempt { recipients, source, host } => {
                progress.in_flight.extend(recipients);
                progress.last_try =
                    Some(LastTry { host: Some(host.clone()), source: Some(source.clone()), met: None });
            }
            Event::Outcomes { outcomes } => {
                for (recipient, outcome) in outcomes {
                    progress.in_flight.remove(recipient);
                    progress.kept.retain(|kept| kept.recipient != *recipient);
                    if let Some(known) = progress.outcomes.get_mut(*recipient) {
                        *known = Outcome::Final(outcome.clone());
                    }
                }
                if progress.outcomes.iter().all(|outcome| *outcome != Outcome::Pending) {
                    self.forget(id);
                }
            }
            Event::Rescheduled { due, unknown, why, limit, lost, kept, last_try } => {
                progress.in_flight.clear();
                progress.maybe_duplicate.extend(unknown);
                progress.tries += u32::from(!limit);
                progress.losses += u32::from(*lost);
                progress.why = Some(why.clone());
                if !limit {
                    progress.tried = Some(at);
                }
                progress.note_try(last_try.as_deref());
                progress.keep(kept, at);
                let due = *due;
                self.wait_until(id, due);
            }
            Event::Parked { reason, unknown, kept, last_try } => {
                progress.in_flight.clear();
                progress.maybe_duplicate.extend(unknown);
                progress.note_try(last_try.as_deref());
                progress.keep(kept, at);
                progress.parked = Some(reason.clone());
                progress.parked_since.get_or_insert(at);
                self.stand(id);
            }
            Event::Released { due, .. } => {
                progress.parked = None;
                progress.kept.clear();
                let due = *due;
                self.wait_until(id, due);
            }
            Event::Told { whom: Told::Sender, .. } => progress.sender_told = Some(at),
            Event::Told { whom: Told::Tenant, .. } => progress.tenant_told = Some(at),
            Event::Acted { act, change } => {
                self.due.remove(&progress.lane(&entry.accepted), progress.due, id);
                progress.act(*act, change);
                self.stand(id);
            }
            Event::Dropped => self.forget(id),
        }
        self.note_parked(id);
    }

    /// A record of the message lies in `segment`.
    pub(crate) fn note_event(&mut self, id: MessageId, segment: u64) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.event_segments.insert(segment);
            self.segments.add_event(segment, id);
        } else {
            self.note_act_in(id, segment);
        }
    }

    /// The message leaves the index: delivered, or replaced by a younger copy.
    pub(crate) fn forget(&mut self, id: MessageId) {
        let Some(entry) = self.entries.remove(&id) else { return };
        self.parked.remove(id);
        self.due.remove(&entry.lane(), entry.progress.due, id);
        self.segments.remove(id, &entry.body.segments(), &entry.event_segments);
    }

    /// Waiting from now on, until `due`.
    fn wait_until(&mut self, id: MessageId, due: Timestamp) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        self.due.remove(&entry.lane(), entry.progress.due, id);
        entry.progress.due = due;
        entry.phase = Phase::Waiting;
        self.due.insert(&entry.lane(), due, id);
    }

    /// Out of the hands of whoever had it: parked if there is a reason for that, else waiting for its time.
    fn stand(&mut self, id: MessageId) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        self.due.remove(&entry.lane(), entry.progress.due, id);
        entry.phase = if entry.progress.parked.is_some() { Phase::Parked } else { Phase::Waiting };
        if entry.phase == Phase::Waiting {
            self.due.insert(&entry.lane(), entry.progress.due, id);
        }
    }

    /// The next message that is due, with the number of its lease.
    pub(crate) fn take_due(
        &mut self,
        now: Timestamp,
        may: impl Fn(&Lane) -> bool,
    ) -> Option<(MessageId, u64)> {
        let id = self.due.take(now, may)?;
        self.leases += 1;
        let entry = self.entries.get_mut(&id)?;
        entry.phase = Phase::Delivering;
        entry.lease = self.leases;
        Some((id, self.leases))
    }

    pub(crate) fn next_due(&self, may: impl Fn(&Lane) -> bool) -> Option<Timestamp> {
        self.due.next(may)
    }

    /// The lease ended without a word: its task failed, and may fail again.
    /// One that ended with a word is passed over: the message may be in another's hands by now.
    pub(crate) fn lose_lease(&mut self, id: MessageId, lease: u64) {
        let is_its = |entry: &Entry| entry.lease == lease && entry.phase == Phase::Delivering;
        let Some(entry) = self.entries.get(&id).filter(|entry| is_its(entry)) else { return };
        match entry.progress.parked {
            // An operator's act had it, and failed.
            Some(_) => self.stand(id),
            // Out of circulation until the loss has its record.
            None => drop(self.lost.insert(id)),
        }
    }

    /// A message whose lease was lost, with the number of a new one.
    pub(crate) fn take_lost(&mut self) -> Option<(MessageId, u64)> {
        while let Some(id) = self.lost.pop_first() {
            if let Some(entry) = self.entries.get_mut(&id) {
                self.leases += 1;
                entry.lease = self.leases;
                return Some((id, self.leases));
            }
        }
        None
    }

    /// Such a lease ends without a try.
    pub(crate) fn put_back(&mut self, id: MessageId, lease: u64) {
        let is_its = |entry: &&Entry| entry.lease == lease && entry.phase == Phase::Delivering;
        if self.entries.get(&id).filter(is_its).is_some() {
            self.stand(id);
        }
    }

    /// Why nothing is known of a message.
    pub(crate) fn unknown(&self, id: MessageId) -> SpoolError {
        if self.is_whole { SpoolError::Gone(id) } else { SpoolError::Unread(id) }
    }

    /// Takes a message that is not being delivered out of circulation, to be moved or changed; gives where it stood.
    pub(crate) fn take_out(&mut self, id: MessageId) -> Option<Phase> {
        let entry = self.entries.get_mut(&id).filter(|entry| entry.phase != Phase::Delivering)?;
        self.due.remove(&entry.lane(), entry.progress.due, id);
        entry.lease = 0;
        Some(std::mem::replace(&mut entry.phase, Phase::Delivering))
    }

    /// Gives it back as it was.
    pub(crate) fn give_back(&mut self, id: MessageId, phase: Phase) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        entry.phase = phase;
        if phase == Phase::Waiting {
            self.due.insert(&entry.lane(), entry.progress.due, id);
        }
    }

    pub(crate) fn entry(&self, id: MessageId) -> Option<&Entry> {
        self.entries.get(&id)
    }

    /// Recipients with an attempt whose end is unknown.
    pub(crate) fn in_flight(&self, id: MessageId) -> BTreeSet<usize> {
        self.entries.get(&id).map(|entry| entry.progress.in_flight.clone()).unwrap_or_default()
    }

    pub(crate) fn phase(&self, id: MessageId) -> Option<Phase> {
        self.entries.get(&id).map(|entry| entry.phase)
    }

    /// When the oldest message of the queue was received.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.entries.values().next().map(|entry| entry.accepted.received)
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Shows up to `at_most` messages behind `after` to `visit`, by id; gives the last one shown, if there may be more.
    pub(crate) fn visit(
        &self,
        after: Option<MessageId>,
        at_most: usize,
        visit: &mut impl FnMut(&Seen<'_>),
    ) -> Option<MessageId> {
        let behind = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let mut last = None;
        for (number, (id, entry)) in self.entries.range(behind).enumerate() {
            if number == at_most {
                return last;
            }
            visit(&entry.seen(*id));
            last = Some(*id);
        }
        None
    }

    pub(crate) fn snapshots_in_use(&self) -> BTreeSet<(TenantName, SnapshotNumber)> {
        self.entries.values().map(|entry| (entry.accepted.tenant.clone(), entry.accepted.snapshot)).collect()
    }

    pub(crate) fn list(&self, limit: usize, wanted: impl Fn(&QueueEntry) -> bool) -> Vec<QueueEntry> {
        self.entries.iter().map(|(id, entry)| entry.show(*id)).filter(wanted).take(limit).collect()
    }

    pub(crate) fn show(&self, id: MessageId) -> Option<QueueEntry> {
        self.entries.get(&id).map(|entry| entry.show(id))
    }
}

impl Progress {
    /// With whom it is served.
    fn lane(&self, message: &Accepted) -> Lane {
        Lane {
            tenant: message.tenant.clone(),
            redirected: self.redirect.is_some(),
            ours: message.about.is_some(),
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
    fn keep(&mut self, kept: &[Kept], at: Timestamp) {
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
        }
    }
}
