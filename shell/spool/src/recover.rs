//! Reading at start: from the segments that an earlier run left to the index, and what was odd on the way.
//!
//! Records are applied in the order in which they were written. What follows a damaged record is found again by the next sound head. A
//! message whose acceptance is whole and whose body is not stays in the queue, parked, so that it is accounted for; only behind a power
//! cut, in the segment written last, it was never acknowledged and is left out. Old segments are only read.
//!
//! ```text
//! Look: the segments at first sight -> a new segment is begun, mail is taken in -> Unread: everything is read -> Earlier: joins the queue
//! ```

mod chunks;
mod look;
mod scan;
mod unread;

pub(crate) use look::{Look, Seen};
pub(crate) use scan::{Found, Scan};
pub use unread::{Earlier, Unread};

use crate::disk::Disk;
use crate::event::{Accepted, Event, Progress, Stored};
use crate::format::{RunStart, segment_name};
use crate::state::{Body, ChunkPlace, Segment, State};
use chunks::Chunks;
use model::{MessageId, ParkReason, Timestamp};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::sync::Arc;

/// What earlier runs left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Messages in the queue.
    pub messages: usize,
    /// Messages of the queue whose body cannot be read whole; they are parked.
    pub damaged: Vec<MessageId>,
    /// Places at which bytes were no sound record.
    pub damaged_records: usize,
    /// Messages that were being accepted when the power went, and were never acknowledged.
    pub torn: usize,
    /// Recipients who may get a message twice, by the end of the last run.
    pub maybe_duplicates: usize,
    /// Whether the last run ended with its machine, so that its last un-synced bytes may be lost.
    pub power_cut: bool,
}

/// The index while it grows.
pub(crate) struct Recovery {
    state: State,
    recovered: Recovered,
    /// Where the latest sound copy of each chunk lies, until its message is over.
    chunks: HashMap<MessageId, Chunks>,
    /// Whether the segment at hand may hold bytes that no sync has proven.
    unproven: bool,
    /// Recipients with an attempt without an end, of messages in transit, which are in no queue.
    in_transit: HashMap<MessageId, usize>,
    /// The latest time of the run that is read.
    latest: Timestamp,
}

impl Recovery {
    fn new(power_cut: bool) -> Self {
        let recovered = Recovered { power_cut, ..Recovered::default() };
        Self {
            state: State::default(),
            recovered,
            chunks: HashMap::new(),
            unproven: false,
            in_transit: HashMap::new(),
            latest: Timestamp::from_micros(i64::MIN),
        }
    }

    /// Reads all segments without beginning a run.
    pub(crate) fn read_only(disk: &dyn Disk, look: &Look) -> io::Result<Recovered> {
        let mut recovery = Self::new(look.power_cut);
        look.segments.iter().try_for_each(|segment| recovery.segment(disk, segment))?;
        Ok(recovery.finish().1)
    }

    fn segment(&mut self, disk: &dyn Disk, seen: &Seen) -> io::Result<()> {
        let file = disk.open(&segment_name(seen.number))?;
        let segment = Segment::new(Arc::clone(&file), seen.created, file.size()?, false);
        self.state.segments.insert(seen.number, segment);
        self.unproven = seen.unproven;
        let mut scan = Scan::new(file, seen.unproven)?;
        let mut events = 0;
        while let Some(found) = scan.next()? {
            match found {
                Found::Chunk { head, offset } => {
                    let place = ChunkPlace { segment: seen.number, offset };
                    match self.chunks.entry(head.id) {
                        Entry::Occupied(mut known) => known.get_mut().insert(head.place, place),
                        Entry::Vacant(new) => drop(new.insert(Chunks::One(head.place, place))),
                    }
                }
                Found::Event(stored) => {
                    events += 1;
                    self.event(*stored, seen.number);
                }
                Found::Start(start) => {
                    self.in_transit.clear();
                    self.begin_run(start, seen.number);
                }
                Found::Damage => self.recovered.damaged_records += 1,
                Found::End => {}
            }
        }
        self.state.segments.set_used(seen.number, scan.end());
        self.state.segments.set_synced(seen.number, scan.end(), events);
        Ok(())
    }

    /// A run starts in `segment`, perhaps by a clock that was set back since the one before. Gives the recipients who may get a message twice.
    fn begin_run(&mut self, start: RunStart, segment: u64) -> usize {
        self.state.set_back(self.latest.since(start.at), segment);
        self.latest = start.at;
        self.state.begin_run(start, segment)
    }

    fn event(&mut self, stored: Stored, segment: u64) {
        let id = stored.id;
        self.latest = self.latest.max(stored.at);
        self.note_transit(id, &stored.event);
        match &stored.event {
            // In transit: its sender keeps it until the next hop has it.
            Event::Accepted { chunks: 0, .. } => {}
            Event::Accepted { message, chunks, length } => {
                let torn = self.recovered.torn;
                let progress = Progress::new(message);
                self.take_in(id, message, (*chunks, *length), progress, segment);
                if self.recovered.torn > torn {
                    self.state.torn.insert(id);
                }
            }
            Event::Moved { message, chunks, length, state } => {
                self.take_in(id, message, (*chunks, *length), Progress::clone(state), segment);
            }
            Event::Stamped { .. }
            | Event::Attempt { .. }
            | Event::Tried { .. }
            | Event::Outcomes { .. }
            | Event::Rescheduled { .. }
            | Event::Parked { .. }
            | Event::Released { .. }
            | Event::Told { .. }
            | Event::Acted { .. }
            | Event::Act { .. }
            | Event::Dropped => self.state.apply(id, &stored.event, stored.at, Some(segment)),
        }
        if self.state.entry(id).is_none() {
            self.let_go(id);
        }
    }

    /// Counts what was under way past the queue: an attempt that the run did not see the end of.
    fn note_transit(&mut self, id: MessageId, event: &Event) {
        match event {
            Event::Accepted { chunks: 0, .. } => drop(self.in_transit.insert(id, 0)),
            Event::Attempt { recipients, .. } => {
                self.in_transit.entry(id).and_modify(|count| *count += recipients.len());
            }
            Event::Outcomes { outcomes } => {
                self.in_transit.entry(id).and_modify(|count| *count = count.saturating_sub(outcomes.len()));
            }
            Event::Moved { .. } | Event::Dropped => drop(self.in_transit.remove(&id)),
            Event::Accepted { .. }
            | Event::Stamped { .. }
            | Event::Rescheduled { .. }
            | Event::Parked { .. }
            | Event::Released { .. }
            | Event::Told { .. }
            | Event::Tried { .. }
            | Event::Acted { .. }
            | Event::Act { .. } => {}
        }
    }

    fn take_in(
        &mut self,
        id: MessageId,
        message: &Accepted,
        (chunks, length): (u32, u64),
        mut progress: Progress,
        segment: u64,
    ) {
        let known = self.chunks.get(&id);
        // A place at which nothing sound lies: reading it fails with a name.
        let lost = ChunkPlace { segment, offset: 0 };
        let places = (0..chunks).map(|place| known.and_then(|known| known.get(place)));
        let places: Vec<Option<ChunkPlace>> = places.collect();
        let whole = places.iter().all(Option::is_some);
        let was_there = self.state.entry(id).is_some();
        if !whole && was_there {
            // A copy that is not whole replaces nothing: the older one is still there.
            return;
        }
        if !whole && self.unproven {
            self.recovered.torn += 1;
            return;
        }
        if !whole {
            let detail = "its body cannot be read whole from the spool".to_owned();
            progress.parked = Some(ParkReason::Damaged { detail });
            self.recovered.damaged.push(id);
        }
        let chunks = places.into_iter().map(|place| place.unwrap_or(lost)).collect();
        self.state.accept(id, Arc::new(message.clone()), Body { chunks, length }, progress, segment);
    }

    /// The message is over or never was: its chunks are bytes that nobody needs.
    fn let_go(&mut self, id: MessageId) {
        if let Some(chunks) = self.chunks.remove(&id) {
            chunks.segments().for_each(|segment| self.state.segments.mark_dead(segment));
        }
    }

    /// What was read, as it is where the run `start` begins in `segment`.
    fn finish_before(mut self, start: RunStart, segment: u64) -> (State, Recovered) {
        let in_flight = self.begin_run(start, segment);
        let (state, recovered) = self.finish();
        let maybe_duplicates = recovered.maybe_duplicates + in_flight;
        (state, Recovered { maybe_duplicates, ..recovered })
    }

    fn finish(mut self) -> (State, Recovered) {
        for (id, chunks) in std::mem::take(&mut self.chunks) {
            let needed = self.state.entry(id).map(|entry| entry.body().segments()).unwrap_or_default();
            let left = chunks.segments().filter(|segment| !needed.contains(segment));
            left.for_each(|segment| self.state.segments.mark_dead(segment));
        }
        self.recovered.damaged.retain(|id| self.state.entry(*id).is_some());
        self.recovered.messages = self.state.len();
        self.recovered.maybe_duplicates = self.in_transit.values().sum();
        (self.state, self.recovered)
    }
}
