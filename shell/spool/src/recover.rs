//! Reading at start: from the segments that an earlier run left to the index, and what was odd on the way.
//!
//! Records are applied in the order in which they were written. What follows a damaged record is found again by the next sound head. A
//! message whose acceptance is whole and whose body is not stays in the queue, parked, so that it is accounted for; only behind a power
//! cut, in the segment written last, it was never acknowledged and is left out. Old segments are only read.

mod scan;

pub(crate) use scan::{Found, Scan};

use crate::config::SpoolError;
use crate::crypt::Crypt;
use crate::disk::Disk;
use crate::event::{Accepted, Event, Progress, Stored};
use crate::format::{HEADER_COPIES, RunStart, SegmentHeader, segment_name, segment_number};
use crate::state::{Body, ChunkPlace, Segment, State};
use model::{MessageId, ParkReason, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::sync::Arc;

/// What opening a spool found.
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
    /// Recipients who may get a message twice.
    pub maybe_duplicates: usize,
    /// Whether the last run ended with its machine, so that its last un-synced bytes may be lost.
    pub power_cut: bool,
}

/// Reads every segment. Gives the index, the account, and the number of the next segment.
pub(crate) fn read_all(disk: &dyn Disk, crypt: &Crypt) -> Result<(State, Recovered, u64), SpoolError> {
    let failed = |error: io::Error| SpoolError::unusable(disk.place(), &error);
    let mut numbers: Vec<u64> =
        disk.list().map_err(failed)?.iter().filter_map(|name| segment_number(name)).collect();
    numbers.sort_unstable();
    let mut segments = Vec::new();
    for number in &numbers {
        let header = read_header(disk, *number, crypt)?;
        segments.push(Seen::look(disk, *number, header).map_err(failed)?);
    }
    let power_cut = ended_by_power_cut(disk, &segments).map_err(failed)?;
    if let Some(tail) = segments.iter_mut().rev().find(|segment| segment.has_records) {
        tail.unproven = power_cut;
    }
    let mut recovery = Recovery::new(power_cut);
    // What a run had not synced when its machine ended lies in its last segment; the next run's start says so.
    let mut cut_before = false;
    for segment in segments.iter_mut().rev().filter(|segment| segment.has_records) {
        segment.unproven |= std::mem::replace(&mut cut_before, segment.starts_behind_a_cut);
    }
    for segment in &segments {
        recovery.segment(disk, segment).map_err(failed)?;
    }
    let (state, recovered) = recovery.finish();
    Ok((state, recovered, numbers.last().map_or(1, |last| last + 1)))
}

/// A segment at first sight.
struct Seen {
    number: u64,
    created: Timestamp,
    /// Of a sound header.
    boot: Option<u32>,
    has_records: bool,
    starts_behind_a_cut: bool,
    /// Bytes that no sync has proven may lie here.
    unproven: bool,
}

impl Seen {
    fn look(disk: &dyn Disk, number: u64, header: Option<SegmentHeader>) -> io::Result<Self> {
        let first = Scan::new(disk.open(&segment_name(number))?, false)?.next()?;
        let starts_behind_a_cut = matches!(first, Some(Found::Start(RunStart { power_cut: true, .. })));
        // Without a sound header it counts as old: whatever lives in it is copied out soon.
        let created = header.map_or(Timestamp::default(), |header| header.created);
        let boot = header.map(|header| header.boot);
        Ok(Self { number, created, boot, has_records: first.is_some(), starts_behind_a_cut, unproven: false })
    }
}

fn read_header(disk: &dyn Disk, number: u64, crypt: &Crypt) -> Result<Option<SegmentHeader>, SpoolError> {
    let name = segment_name(number);
    let failed = |error: io::Error| SpoolError::unusable(format!("{}/{name}", disk.place()), &error);
    let file = disk.open(&name).map_err(failed)?;
    for copy in HEADER_COPIES {
        let mut bytes = [0; 64];
        let read = file.read_at(copy, &mut bytes).map_err(failed)?;
        let header = SegmentHeader::parse(&bytes[..read]).map_err(|version| {
            let detail = format!("segment {name} has version {version}, which this release does not read");
            SpoolError::unusable(disk.place(), &detail)
        })?;
        if let Some(header) = header.filter(|header| header.number == number) {
            crypt.check(header.fingerprint, &name)?;
            return Ok(Some(header));
        }
    }
    Ok(None)
}

/// Whether the last run ended with its machine. A segment with a sound header shows that a run was there, records or not.
fn ended_by_power_cut(disk: &dyn Disk, segments: &[Seen]) -> io::Result<bool> {
    let newest = segments.iter().rev().find_map(|segment| Some((segment.number, segment.boot?)));
    let Some((number, boot)) = newest else { return Ok(false) };
    let same_boot = boot != 0 && boot == disk.boot();
    Ok(!same_boot && !ends_in_order(disk, number)?)
}

/// Whether a segment's last record says that its run stopped in order.
fn ends_in_order(disk: &dyn Disk, number: u64) -> io::Result<bool> {
    let mut scan = Scan::new(disk.open(&segment_name(number))?, false)?;
    let mut last_is_end = false;
    while let Some(found) = scan.next()? {
        last_is_end = matches!(found, Found::End);
    }
    Ok(last_is_end)
}

/// The index while it grows.
struct Recovery {
    state: State,
    recovered: Recovered,
    /// Where the latest sound copy of each chunk lies, until its message is over.
    chunks: HashMap<MessageId, BTreeMap<u32, ChunkPlace>>,
    /// Whether the segment at hand may hold bytes that no sync has proven.
    unproven: bool,
}

impl Recovery {
    fn new(power_cut: bool) -> Self {
        let recovered = Recovered { power_cut, ..Recovered::default() };
        Self { state: State::default(), recovered, chunks: HashMap::new(), unproven: false }
    }

    fn segment(&mut self, disk: &dyn Disk, seen: &Seen) -> io::Result<()> {
        let file = disk.open(&segment_name(seen.number))?;
        let segment = Segment::new(Arc::clone(&file), seen.created, file.size()?, false);
        self.state.segments.insert(seen.number, segment);
        self.unproven = seen.unproven;
        let mut scan = Scan::new(file, seen.unproven)?;
        while let Some(found) = scan.next()? {
            match found {
                Found::Chunk { head, offset } => {
                    let place = ChunkPlace { segment: seen.number, offset };
                    self.chunks.entry(head.id).or_default().insert(head.place, place);
                }
                Found::Event(stored) => self.event(*stored, seen.number),
                Found::Start(start) => drop(self.state.begin_run(start, seen.number)),
                Found::Damage => self.recovered.damaged_records += 1,
                Found::End => {}
            }
        }
        self.state.segments.set_used(seen.number, scan.end());
        Ok(())
    }

    fn event(&mut self, stored: Stored, segment: u64) {
        let id = stored.id;
        match &stored.event {
            Event::Accepted { message, chunks, length } => {
                let progress = Progress::new(message);
                self.take_in(id, message, (*chunks, *length), progress, segment);
            }
            Event::Moved { message, chunks, length, state } => {
                self.take_in(id, message, (*chunks, *length), Progress::clone(state), segment);
            }
            Event::Stamped { .. }
            | Event::Attempt { .. }
            | Event::Outcomes { .. }
            | Event::Rescheduled { .. }
            | Event::Parked { .. }
            | Event::Released { .. }
            | Event::Dropped => self.state.apply(id, &stored.event, Some(segment)),
        }
        if self.state.entry(id).is_none() {
            self.let_go(id);
        }
        self.state.trace.push(stored);
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
        let places = (0..chunks).map(|place| known.and_then(|known| known.get(&place)).copied());
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
        for place in self.chunks.remove(&id).into_iter().flat_map(BTreeMap::into_values) {
            self.state.segments.mark_dead(place.segment);
        }
    }

    fn finish(mut self) -> (State, Recovered) {
        for (id, places) in std::mem::take(&mut self.chunks) {
            let needed = self.state.entry(id).map(|entry| entry.body.segments()).unwrap_or_default();
            let lie_in: BTreeSet<u64> = places.into_values().map(|place| place.segment).collect();
            lie_in.difference(&needed).for_each(|segment| self.state.segments.mark_dead(*segment));
        }
        self.recovered.damaged.retain(|id| self.state.entry(*id).is_some());
        self.recovered.messages = self.state.len();
        (self.state, self.recovered)
    }
}
