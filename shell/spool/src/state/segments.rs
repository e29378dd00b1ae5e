//! Which segments there are, what keeps each alive, and which may be deleted.
//!
//! A segment is deleted only when nothing in it lives and every older segment that holds records of finished messages is gone: the record
//! that ends a message lies behind the one that began it, so a crash between two deletions never brings a finished message back.

use super::Reader;
use crate::disk::SegmentFile;
use crate::format::RECORDS_START;
use model::{MessageId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) struct Segment {
    pub(crate) file: Arc<dyn SegmentFile>,
    pub(crate) created: Timestamp,
    pub(crate) size: u64,
    pub(crate) used: u64,
    /// Messages of the queue with a chunk here.
    bodies: BTreeSet<MessageId>,
    /// Messages of the queue with an event here.
    events: BTreeSet<MessageId>,
    /// Chunks written here whose message is not yet committed.
    pins: usize,
    /// Whether records lie here of messages that are over, moved away or never came to be.
    dead: bool,
    /// Whether it is still written.
    active: bool,
    /// Up to here every byte is on disk; what is behind may be taken back.
    synced: u64,
    /// Events up to there.
    synced_events: u64,
}

impl Segment {
    pub(crate) fn new(file: Arc<dyn SegmentFile>, created: Timestamp, size: u64, active: bool) -> Self {
        let (bodies, events) = (BTreeSet::new(), BTreeSet::new());
        let (used, synced) = (RECORDS_START, RECORDS_START);
        let (pins, dead, synced_events) = (0, false, 0);
        Self { file, created, size, used, bodies, events, pins, dead, active, synced, synced_events }
    }

    fn lives(&self) -> bool {
        self.active || self.pins > 0 || !self.bodies.is_empty() || !self.events.is_empty()
    }

    /// Whether what lives here should be copied out: there are dead bytes beside it for long enough, or the file is nearly empty, as
    /// that of a run that soon ended.
    fn is_worth_cleaning(&self, before: Timestamp) -> bool {
        let is_nearly_empty = self.used - RECORDS_START < self.size / 4;
        let holds_old_bytes = self.dead && self.created <= before;
        !self.active && self.pins == 0 && (holds_old_bytes || is_nearly_empty)
    }
}

/// A segment that is to be cleaned.
pub(crate) struct Reaped {
    pub(crate) number: u64,
    /// What lives in it.
    pub(crate) messages: BTreeSet<MessageId>,
}

/// A segment as far as it may be read.
pub(crate) struct Readable {
    pub(crate) number: u64,
    pub(crate) created: Timestamp,
    pub(crate) file: Arc<dyn SegmentFile>,
    /// Behind the last record that is on disk for good.
    pub(crate) end: u64,
    /// Whether nothing will follow.
    pub(crate) is_complete: bool,
}

#[derive(Default)]
pub(crate) struct Segments(BTreeMap<u64, Segment>);

impl Segments {
    pub(crate) fn insert(&mut self, number: u64, segment: Segment) {
        self.0.insert(number, segment);
    }

    /// Takes in those of earlier runs.
    pub(crate) fn join(&mut self, mut earlier: Self) {
        self.0.append(&mut earlier.0);
    }

    pub(crate) fn file(&self, number: u64) -> Option<Arc<dyn SegmentFile>> {
        self.0.get(&number).map(|segment| Arc::clone(&segment.file))
    }

    pub(crate) fn add_body(&mut self, number: u64, id: MessageId) {
        if let Some(segment) = self.0.get_mut(&number) {
            segment.bodies.insert(id);
        }
    }

    pub(crate) fn add_event(&mut self, number: u64, id: MessageId) {
        if let Some(segment) = self.0.get_mut(&number) {
            segment.events.insert(id);
        }
    }

    pub(crate) fn remove(&mut self, id: MessageId, bodies: &BTreeSet<u64>, events: &BTreeSet<u64>) {
        for number in bodies {
            if let Some(segment) = self.0.get_mut(number) {
                segment.dead |= segment.bodies.remove(&id);
            }
        }
        for number in events {
            if let Some(segment) = self.0.get_mut(number) {
                segment.dead |= segment.events.remove(&id);
            }
        }
    }

    pub(crate) fn set_used(&mut self, number: u64, used: u64) {
        if let Some(segment) = self.0.get_mut(&number) {
            segment.used = used;
        }
    }

    /// Nothing more is written to it.
    pub(crate) fn close(&mut self, number: u64) {
        if let Some(segment) = self.0.get_mut(&number) {
            segment.active = false;
        }
    }

    pub(crate) fn pin(&mut self, number: u64) {
        if let Some(segment) = self.0.get_mut(&number) {
            segment.pins += 1;
        }
    }

    /// The chunk belongs to a message now, or to nobody.
    pub(crate) fn unpin(&mut self, number: u64, unused: bool) {
        if let Some(segment) = self.0.get_mut(&number) {
            segment.pins = segment.pins.saturating_sub(1);
            segment.dead |= unused;
        }
    }

    pub(crate) fn mark_dead(&mut self, number: u64) {
        if let Some(segment) = self.0.get_mut(&number) {
            segment.dead = true;
        }
    }

    /// The age of the segment that is written, if it holds anything.
    pub(crate) fn active_age(&self, now: Timestamp) -> Option<model::Duration> {
        let active = self.0.values().find(|segment| segment.active && segment.used > RECORDS_START)?;
        Some(now.since(active.created))
    }

    /// The oldest segment that may be deleted now. One that nothing else needs waits for the log's reader, as long as it may.
    pub(crate) fn next_to_delete(&self, reader: &Reader) -> Option<u64> {
        for (number, segment) in &self.0 {
            if !segment.lives() {
                let waits = reader.needs(*number) && reader.may_keep(self.unread_bytes(reader));
                return (!waits).then_some(*number);
            }
            if segment.dead || segment.pins > 0 || segment.active {
                return None;
            }
        }
        None
    }

    pub(crate) fn delete(&mut self, number: u64) {
        self.0.remove(&number);
    }

    /// The oldest segment behind `after` out of which what lives should be copied; dead bytes of before `before` are old.
    pub(crate) fn next_to_clean(&self, before: Timestamp, after: Option<u64>) -> Option<Reaped> {
        let behind = after.map_or(0, |after| after + 1);
        let mut segments = self.0.range(behind..);
        let (number, segment) = segments.find(|(_, segment)| segment.is_worth_cleaning(before))?;
        Some(Reaped { number: *number, messages: segment.bodies.union(&segment.events).copied().collect() })
    }

    /// Bytes of segments that only the log's reader needs.
    fn unread_bytes(&self, reader: &Reader) -> u64 {
        let waiting = self.0.iter().filter(|(number, segment)| reader.needs(**number) && !segment.lives());
        waiting.map(|(_, segment)| segment.size).sum()
    }

    /// Everything up to `end`, with so many events, is on disk.
    pub(crate) fn set_synced(&mut self, number: u64, end: u64, events: u64) {
        if let Some(segment) = self.0.get_mut(&number) {
            segment.synced = end;
            segment.synced_events = events;
        }
    }

    /// The first segment at or behind `number`, as its reader sees it.
    pub(crate) fn readable(&self, number: u64) -> Option<Readable> {
        let (number, segment) = self.0.range(number..).next()?;
        Some(Readable {
            number: *number,
            created: segment.created,
            file: Arc::clone(&segment.file),
            end: segment.synced,
            is_complete: !segment.active,
        })
    }

    /// Synced events from `number` on.
    pub(crate) fn events_from(&self, number: u64) -> u64 {
        self.0.range(number..).map(|(_, segment)| segment.synced_events).sum()
    }

    pub(crate) fn newest(&self) -> Option<u64> {
        self.0.keys().next_back().copied()
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.0.values().map(|segment| segment.size).sum()
    }
}
