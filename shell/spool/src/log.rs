//! The log read from outside: every event in the order of the disk, from a place that means the same after a restart.
//!
//! Only what a sync has proven is given, so a reader never knows more than the disk does. It waits for nobody and nobody waits for it: what was
//! deleted before it was read shows as a gap. An event that a failed disk made the spool write twice is given twice, with the same mark.

use crate::config::SpoolError;
use crate::event::Event;
use crate::format::{RECORDS_START, segment_name};
use crate::recover::{Found, Scan};
use crate::state::{Readable, Shared};
use model::{MessageId, Timestamp};

/// Bytes of the log that are looked at in one call: bodies lie between the records.
const BYTES_AT_ONCE: u64 = 256 << 20;

/// A place in the log, between two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogPlace {
    pub segment: u64,
    /// When the segment was made: another time under the same number is another spool.
    pub created: Timestamp,
    pub offset: u64,
    /// Events of the segment in front of it.
    pub events: u64,
}

/// One event of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    pub segment: u64,
    /// Where the record begins.
    pub offset: u64,
    /// The same for the same bytes: with id and time it tells an event from every other.
    pub mark: u32,
    pub id: MessageId,
    pub at: Timestamp,
    pub event: Event,
    /// The record as it is written: id, time, then the event's name and fields, as one JSON object.
    pub text: Box<str>,
}

/// What cannot be read any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogGap {
    /// No segment with these numbers is there.
    Gone { from: u64, to: u64 },
    /// Bytes that are no sound record.
    Damaged { segment: u64, offset: u64 },
    /// The log that is there is not the one that was read: it is read from its begin.
    OtherSpool { segment: u64 },
}

/// What one call gave.
#[derive(Debug, Default)]
pub struct LogBatch {
    pub records: Vec<LogRecord>,
    pub gaps: Vec<LogGap>,
    /// Where to go on; `None` while there is no segment.
    pub next: Option<LogPlace>,
}

pub(crate) fn read(shared: &Shared, place: Option<LogPlace>, limit: usize) -> Result<LogBatch, SpoolError> {
    // Segments of earlier runs that are not known yet would be taken for gaps.
    if !shared.state().is_whole {
        return Ok(LogBatch { next: place, ..LogBatch::default() });
    }
    let mut batch = LogBatch::default();
    let mut looked_at = 0;
    let mut wanted = begin(shared, place, &mut batch.gaps);
    while let Some((readable, from)) = wanted {
        let mut at = LogPlace { segment: readable.number, created: readable.created, ..from };
        let name = segment_name(readable.number);
        let failed = |error| SpoolError::unusable(format!("{}/{name}", shared.disk.place()), &error);
        let before = batch.records.len();
        let is_done = segment(&readable, &mut at, limit, &mut batch).map_err(failed)?;
        leave_out_torn(shared, &mut batch.records, before);
        looked_at += at.offset - from.offset;
        batch.next = Some(at);
        if !is_done || !readable.is_complete || looked_at >= BYTES_AT_ONCE {
            break;
        }
        wanted = next(shared, readable.number + 1, &mut batch.gaps);
    }
    if batch.next.is_none() {
        batch.next = place;
    }
    Ok(batch)
}

/// A message that was torn by a power cut never was.
fn leave_out_torn(shared: &Shared, records: &mut Vec<LogRecord>, from: usize) {
    let state = shared.state();
    if !state.torn.is_empty() {
        let read = records.split_off(from);
        records.extend(read.into_iter().filter(|record| !state.torn.contains(&record.id)));
    }
}

/// Where reading begins in the segments that are there now.
fn begin(shared: &Shared, place: Option<LogPlace>, gaps: &mut Vec<LogGap>) -> Option<(Readable, LogPlace)> {
    let Some(place) = place else { return oldest(shared) };
    let (here, newest) = {
        let state = shared.state();
        (state.segments.readable(place.segment), state.segments.newest())
    };
    let is_other = match &here {
        Some(here) => here.number == place.segment && here.created != place.created,
        None => newest.is_some(),
    };
    if is_other {
        gaps.push(LogGap::OtherSpool { segment: place.segment });
        return oldest(shared);
    }
    match here {
        Some(here) if here.number == place.segment => Some((here, place)),
        Some(_) | None => next(shared, place.segment, gaps),
    }
}

fn oldest(shared: &Shared) -> Option<(Readable, LogPlace)> {
    shared.state().segments.readable(0).map(from_its_start)
}

/// The segment `number`, or the first one behind it, and a gap for those between.
fn next(shared: &Shared, number: u64, gaps: &mut Vec<LogGap>) -> Option<(Readable, LogPlace)> {
    let readable = shared.state().segments.readable(number)?;
    if readable.number > number {
        gaps.push(LogGap::Gone { from: number, to: readable.number - 1 });
    }
    Some(from_its_start(readable))
}

fn from_its_start(readable: Readable) -> (Readable, LogPlace) {
    let place =
        LogPlace { segment: readable.number, created: readable.created, offset: RECORDS_START, events: 0 };
    (readable, place)
}

/// Reads one segment from `at` on; gives whether its end was reached.
fn segment(
    readable: &Readable,
    at: &mut LogPlace,
    limit: usize,
    batch: &mut LogBatch,
) -> std::io::Result<bool> {
    let from = at.offset;
    let mut scan = Scan::between(std::sync::Arc::clone(&readable.file), from, readable.end)?;
    while batch.records.len() < limit && scan.at() - from < BYTES_AT_ONCE {
        let offset = scan.at();
        let Some(found) = scan.next()? else { return Ok(true) };
        at.offset = scan.at();
        match found {
            Found::Event(stored) => {
                at.events += 1;
                let (segment, mark) = (readable.number, scan.crc());
                let (id, time, event) = (stored.id, stored.at, stored.event);
                let text = scan.event_text()?.into();
                batch.records.push(LogRecord { segment, offset, mark, id, at: time, event, text });
            }
            Found::Damage => batch.gaps.push(LogGap::Damaged { segment: readable.number, offset }),
            Found::Chunk { .. } | Found::Start(_) | Found::End => {}
        }
    }
    Ok(false)
}

pub(crate) fn unread(shared: &Shared, place: Option<LogPlace>) -> u64 {
    let state = shared.state();
    let (from, read) = place.map_or((0, 0), |place| (place.segment, place.events));
    state.segments.events_from(from).saturating_sub(read)
}
