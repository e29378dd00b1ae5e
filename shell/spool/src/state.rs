//! The index in memory: every message of the queue, who is due when, and what each segment still holds alive.
//!
//! Events change it in `apply` and nowhere else, live and at recovery, so what runs is what a restart would find. A lock is held for
//! lines, never across a wait. A message on which nobody works is packed (`packed.rs`).
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
mod alike;
mod due;
mod entry;
mod leases;
mod packed;
mod parked;
mod progress;
mod reader;
mod segments;
mod shared;
mod start;

pub use due::Lane;
pub use entry::QueueEntry;
pub(crate) use entry::{Entry, Whole};
pub(crate) use reader::Reader;
pub(crate) use segments::{Readable, Reaped, Segment, Segments};
pub(crate) use shared::{Pin, Shared, TakenOut, event_record, event_records, write_event};

use crate::config::SpoolError;
use crate::event::{Accepted, Event, Progress, Proved, Told};
use crate::release::Going;
use crate::seen::Seen;
use acts::Acts;
use due::Due;
use model::{LastTry, MessageId, Outcome, SnapshotNumber, TenantName, Timestamp};
use packed::Shelf;
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

#[derive(Default)]
pub(crate) struct State {
    entries: BTreeMap<MessageId, Entry>,
    shelf: Shelf,
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
        let phase = if progress.parked.is_some() { Phase::Parked } else { Phase::Waiting };
        self.insert(id, phase, (message, body, progress), segment);
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
        self.insert(id, Phase::Delivering, (message, body, progress), segment);
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
        self.lease(id);
        self.leases
    }

    fn insert(
        &mut self,
        id: MessageId,
        phase: Phase,
        (accepted, body, progress): (Arc<Accepted>, Body, Progress),
        segment: u64,
    ) {
        self.forget(id);
        body.segments().into_iter().for_each(|part| self.segments.add_body(part, id));
        self.segments.add_event(segment, id);
        let event_segments = BTreeSet::from([segment]);
        let whole = Whole { accepted, body, progress, phase, lease: 0, event_segments };
        if phase == Phase::Waiting {
            self.due.insert(&whole.lane(), whole.progress.due, id);
        }
        if whole.progress.is_parked() {
            self.parked.insert(id, whole.body.length);
        }
        let mut entry = Entry::Whole(Box::new(whole));
        entry.pack(&mut self.shelf);
        self.entries.insert(id, entry);
    }

    /// Takes in what happened to a message of the queue; of another one it is history only.
    pub(crate) fn apply(&mut self, id: MessageId, event: &Event, at: Timestamp, segment: Option<u64>) {
        if let Event::Act { act } = event {
            return self.put_act(act, segment);
        }
        segment.into_iter().for_each(|segment| self.note_record(id, segment));
        let Some(progress) = self.whole(id).map(|whole| &mut whole.progress) else { return };
        match event {
            // An act itself is of no message, and was taken in above.
            Event::Accepted { .. }
            | Event::Moved { .. }
            | Event::Stamped { proved: None, .. }
            | Event::Tried { .. }
            | Event::Act { .. } => {}
            Event::Stamped { proved: Some(proved), .. } => {
                progress.proved = Some(Proved::clone(proved));
            }
            Event::Attempt { recipients, source, host } => {
                progress.in_flight.extend(recipients);
                progress.last_try =
                    Some(LastTry { host: Some(host.clone()), source: Some(source.clone()), met: None });
            }
            Event::Outcomes { outcomes } => {
                progress.end(outcomes);
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
                self.leave_schedule(id);
                if let Some(whole) = self.whole(id) {
                    whole.progress.act(*act, change);
                }
                self.stand(id);
            }
            Event::Dropped => self.forget(id),
        }
        self.note_parked(id);
        self.pack(id);
    }

    /// A record of the message lies in `segment`.
    pub(crate) fn note_event(&mut self, id: MessageId, segment: u64) {
        self.note_record(id, segment);
        self.pack(id);
    }

    fn note_record(&mut self, id: MessageId, segment: u64) {
        match self.whole(id) {
            Some(whole) => {
                whole.event_segments.insert(segment);
                self.segments.add_event(segment, id);
            }
            None => self.note_act_in(id, segment),
        }
    }

    /// The message leaves the index: delivered, or replaced by a younger copy.
    pub(crate) fn forget(&mut self, id: MessageId) {
        let Some(entry) = self.entries.remove(&id) else { return };
        self.due.remove(&entry.lane(), entry.due(), id);
        self.parked.remove(id);
        let (body, event_segments) = entry.places();
        self.segments.remove(id, &body.segments(), &event_segments);
        match entry {
            Entry::Whole(_) => {}
            Entry::Packed(packed) => self.shelf.release(*packed),
        }
    }

    /// The message to be worked on; it stays as large until `pack`.
    fn whole(&mut self, id: MessageId) -> Option<&mut Whole> {
        self.entries.get_mut(&id).map(|entry| entry.unpack(&mut self.shelf))
    }

    /// Makes it small, unless somebody has it.
    fn pack(&mut self, id: MessageId) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.pack(&mut self.shelf);
        }
    }

    /// Nobody is to get it by its time.
    fn leave_schedule(&mut self, id: MessageId) {
        if let Some(entry) = self.entries.get(&id) {
            self.due.remove(&entry.lane(), entry.due(), id);
        }
    }

    /// Waiting from now on, until `due`.
    fn wait_until(&mut self, id: MessageId, due: Timestamp) {
        self.leave_schedule(id);
        let Some(whole) = self.whole(id) else { return };
        whole.progress.due = due;
        whole.phase = Phase::Waiting;
        let lane = whole.lane();
        self.due.insert(&lane, due, id);
    }

    /// Out of the hands of whoever had it: parked if there is a reason for that, else waiting for its time.
    fn stand(&mut self, id: MessageId) {
        self.leave_schedule(id);
        let Some(whole) = self.whole(id) else { return };
        whole.phase = if whole.progress.parked.is_some() { Phase::Parked } else { Phase::Waiting };
        if whole.phase == Phase::Waiting {
            let (lane, due) = (whole.lane(), whole.progress.due);
            self.due.insert(&lane, due, id);
        }
    }

    pub(crate) fn next_due(&self, may: impl Fn(&Lane) -> bool) -> Option<Timestamp> {
        self.due.next(may)
    }

    /// Why nothing is known of a message.
    pub(crate) fn unknown(&self, id: MessageId) -> SpoolError {
        if self.is_whole { SpoolError::Gone(id) } else { SpoolError::Unread(id) }
    }

    /// Takes a message that is not being delivered out of circulation, to be moved or changed; gives where it stood.
    pub(crate) fn take_out(&mut self, id: MessageId) -> Option<Phase> {
        self.phase(id).filter(|phase| *phase != Phase::Delivering)?;
        self.leave_schedule(id);
        let whole = self.whole(id)?;
        whole.lease = 0;
        Some(std::mem::replace(&mut whole.phase, Phase::Delivering))
    }

    /// Gives it back as it was.
    pub(crate) fn give_back(&mut self, id: MessageId, phase: Phase) {
        let Some(whole) = self.whole(id) else { return };
        whole.phase = phase;
        if phase == Phase::Waiting {
            let (lane, due) = (whole.lane(), whole.progress.due);
            self.due.insert(&lane, due, id);
        }
        self.pack(id);
    }

    pub(crate) fn entry(&self, id: MessageId) -> Option<&Entry> {
        self.entries.get(&id)
    }

    /// Recipients with an attempt whose end is unknown.
    pub(crate) fn in_flight(&self, id: MessageId) -> BTreeSet<usize> {
        self.entries.get(&id).map(|entry| entry.progress().in_flight.clone()).unwrap_or_default()
    }

    pub(crate) fn phase(&self, id: MessageId) -> Option<Phase> {
        self.entries.get(&id).map(Entry::phase)
    }

    /// When the oldest message of the queue was received.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.entries.values().next().map(Entry::received)
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Shows up to `at_most` messages behind `after` to `visit`, by id; gives the last one shown, if there may be more.
    pub(crate) fn visit(
        &self,
        after: Option<MessageId>,
        at_most: usize,
        visit: &mut impl FnMut(&Seen<'_>) -> Going,
    ) -> Option<MessageId> {
        let behind = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let mut last = None;
        for (number, (id, entry)) in self.entries.range(behind).enumerate() {
            if number == at_most {
                return last;
            }
            if visit(&Seen::new(*id, entry)) == Going::Enough {
                return None;
            }
            last = Some(*id);
        }
        None
    }

    pub(crate) fn snapshots_in_use(&self) -> BTreeSet<(TenantName, SnapshotNumber)> {
        // A million messages name a few.
        let in_use: BTreeSet<_> = self.entries.values().map(Entry::snapshot).collect();
        in_use.into_iter().map(|(tenant, snapshot)| (tenant.clone(), snapshot)).collect()
    }

    pub(crate) fn list(&self, limit: usize, wanted: impl Fn(&QueueEntry) -> bool) -> Vec<QueueEntry> {
        self.entries.iter().map(|(id, entry)| entry.show(*id)).filter(wanted).take(limit).collect()
    }

    pub(crate) fn show(&self, id: MessageId) -> Option<QueueEntry> {
        self.entries.get(&id).map(|entry| entry.show(id))
    }
}
