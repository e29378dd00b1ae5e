//! One segment's records in order, and the way back to them behind damage.
//!
//! Chunks are skipped by their heads unless every byte is to be checked. Zeros to the end are the end; other bytes that
//! are no record are damage, told once for each place, and the next sound head is searched for.

use crate::disk::SegmentFile;
use crate::event::Stored;
use crate::format::{
    ChunkHead, RECORD_HEAD_LEN, RECORD_MAGIC, RECORDS_START, RecordHead, RecordType, RunStart,
};
use std::io;
use std::ops::Range;
use std::sync::Arc;

/// Bytes that are read at once, at most.
const WINDOW: usize = 256 << 10;
/// Bytes that are read behind a leap over a body: there is a head, and perhaps another body.
const WINDOW_MIN: usize = 4 << 10;
/// What the unwritten rest of a segment holds; compared at once, since it may be most of a segment.
static ZEROS: [u8; WINDOW] = [0; WINDOW];
/// Records begin at multiples of this.
const ALIGNMENT: usize = 8;

pub(crate) enum Found {
    Chunk {
        head: ChunkHead,
        offset: u64,
    },
    Event(Box<Stored>),
    Start(RunStart),
    End,
    /// Bytes that are no sound record.
    Damage,
}

/// What one window holds.
enum Searched {
    Head(u64),
    Nothing { is_dirty: bool, step: u64 },
}

pub(crate) struct Scan {
    file: Arc<dyn SegmentFile>,
    size: u64,
    /// Where the next record is expected.
    at: u64,
    /// Behind the last sound record.
    end: u64,
    /// Where the damage that was found last begins.
    damage_at: u64,
    /// Checksum of the record that was read last.
    crc: u32,
    check_chunks: bool,
    /// Where the payload of the event that was read last lies.
    payload: Range<u64>,
    window: Vec<u8>,
    window_at: u64,
}

impl Scan {
    pub(crate) fn new(file: Arc<dyn SegmentFile>, check_chunks: bool) -> io::Result<Self> {
        let size = file.size()?;
        Ok(Self {
            file,
            size,
            at: RECORDS_START,
            end: RECORDS_START,
            damage_at: 0,
            crc: 0,
            check_chunks,
            payload: 0..0,
            window: Vec::new(),
            window_at: 0,
        })
    }

    /// Only what lies between two places, which are behind records.
    pub(crate) fn between(file: Arc<dyn SegmentFile>, from: u64, to: u64) -> io::Result<Self> {
        let (from, size) = (from.max(RECORDS_START), to);
        Ok(Self { size, at: from, end: from, ..Self::new(file, false)? })
    }

    /// Where the next record is expected.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// Checksum of the record that was read last.
    pub(crate) fn crc(&self) -> u32 {
        self.crc
    }

    /// Behind the last sound record.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Where the damage that was found last begins.
    pub(crate) fn damage_at(&self) -> u64 {
        self.damage_at
    }

    /// The event that was read last, as it is written.
    pub(crate) fn event_text(&mut self) -> io::Result<&str> {
        let length = usize::try_from(self.payload.end - self.payload.start).unwrap_or(usize::MAX);
        str::from_utf8(self.bytes(self.payload.start, length)?).map_err(io::Error::other)
    }

    pub(crate) fn next(&mut self) -> io::Result<Option<Found>> {
        let at = self.at;
        self.damage_at = at;
        if at >= self.size {
            return Ok(None);
        }
        let Some(head) = RecordHead::parse(self.bytes(at, RECORD_HEAD_LEN)?) else {
            return self.search();
        };
        if at + head.stored_len() > self.size {
            return self.search();
        }
        self.at = at + head.stored_len();
        self.end = self.at;
        self.crc = head.crc();
        let payload_at = at + RECORD_HEAD_LEN as u64;
        match head.kind {
            RecordType::End => Ok(Some(Found::End)),
            RecordType::Start => {
                let payload = self.bytes(payload_at, head.length)?;
                let start = RunStart::parse(payload).filter(|_| head.fits(payload));
                Ok(Some(start.map_or(Found::Damage, Found::Start)))
            }
            RecordType::Chunk { .. } => {
                let read = if self.check_chunks { head.length } else { ChunkHead::LEN };
                let payload = self.bytes(payload_at, read)?;
                let sound = read == ChunkHead::LEN || head.fits(payload);
                let chunk = ChunkHead::parse(payload).filter(|_| sound);
                Ok(Some(chunk.map_or(Found::Damage, |chunk| Found::Chunk { head: chunk, offset: at })))
            }
            RecordType::Event => {
                let payload = self.bytes(payload_at, head.length)?;
                let stored = if head.fits(payload) { Stored::read(payload) } else { None };
                self.payload = payload_at..payload_at + head.length as u64;
                Ok(Some(stored.map_or(Found::Damage, |stored| Found::Event(Box::new(stored)))))
            }
        }
    }

    /// No record at the place where one is expected: the end, or damage in front of the next one.
    fn search(&mut self) -> io::Result<Option<Found>> {
        let mut dirty = self.bytes(self.at, ALIGNMENT)?.iter().any(|byte| *byte != 0);
        self.at += ALIGNMENT as u64;
        while self.at + RECORD_HEAD_LEN as u64 <= self.size {
            let Some(data) = self.file.next_data(self.at)? else { break };
            // Records begin at multiples of the alignment, wherever the blocks of the file do.
            self.at = self.at.max(data / ALIGNMENT as u64 * ALIGNMENT as u64);
            match self.search_window()? {
                Searched::Head(at) => {
                    self.at = at;
                    return Ok(Some(Found::Damage));
                }
                Searched::Nothing { is_dirty, step } => {
                    dirty |= is_dirty;
                    self.at += step;
                }
            }
        }
        self.at = self.size;
        Ok(dirty.then_some(Found::Damage))
    }

    /// Looks for a head among the bytes of one window.
    fn search_window(&mut self) -> io::Result<Searched> {
        let at = self.at;
        let bytes = self.bytes(at, WINDOW)?;
        let length = bytes.len();
        // A head may lie across the edge of the window.
        let step = (length.saturating_sub(RECORD_HEAD_LEN) / ALIGNMENT * ALIGNMENT).max(ALIGNMENT) as u64;
        if bytes == &ZEROS[..length.min(WINDOW)] {
            return Ok(Searched::Nothing { is_dirty: false, step });
        }
        let mut is_dirty = false;
        for start in (0..length).step_by(ALIGNMENT) {
            let rest = &bytes[start..];
            if rest.starts_with(RECORD_MAGIC) && RecordHead::parse(rest).is_some() {
                return Ok(Searched::Head(at + start as u64));
            }
            is_dirty |= rest.iter().take(ALIGNMENT).any(|byte| *byte != 0);
        }
        Ok(Searched::Nothing { is_dirty, step })
    }

    /// Up to `length` bytes at `at`; fewer at the end of the file.
    fn bytes(&mut self, at: u64, length: usize) -> io::Result<&[u8]> {
        let within = at >= self.window_at && at + length as u64 <= self.window_at + self.window.len() as u64;
        if !within {
            let goes_on = at <= self.window_at + self.window.len() as u64;
            let size = if goes_on { (2 * self.window.len()).min(WINDOW) } else { WINDOW_MIN };
            self.window.resize(size.max(length).max(WINDOW_MIN), 0);
            let read = self.file.read_at(at, &mut self.window)?;
            self.window.truncate(read);
            self.window_at = at;
        }
        let start = usize::try_from(at - self.window_at).unwrap_or(usize::MAX);
        let end = (start + length).min(self.window.len());
        Ok(&self.window[start.min(end)..end])
    }
}
