//! The segment that is written: made, proven, filled and synced.
//!
//! It counts as proven when its header was synced, its directory entry was synced, and it was read back. Small records wait
//! in a buffer for one write. After any error it must not be used again.

use crate::disk::{Disk, SegmentFile};
use crate::format::{HEADER_COPIES, RECORDS_START, SegmentHeader, events_in, segment_name};
use std::io;
use std::sync::Arc;

/// Bytes of records that may wait for one write.
const BUFFER_MAX: usize = 1 << 20;
/// Records of this many bytes are not copied to wait with others: a write of their own costs less.
const ALONE_MIN: usize = 128 << 10;

pub(super) struct Active {
    pub(super) number: u64,
    pub(super) file: Arc<dyn SegmentFile>,
    size: u64,
    /// Where the next record goes.
    end: u64,
    buffer: Vec<u8>,
    /// Events so far.
    events: u64,
}

impl Active {
    /// A new segment in a file that was just created, proven.
    pub(super) fn begin(
        disk: &dyn Disk,
        file: Arc<dyn SegmentFile>,
        header: SegmentHeader,
        size: u64,
    ) -> io::Result<Self> {
        let number = header.number;
        let header = header.to_bytes();
        for copy in HEADER_COPIES {
            file.write_at(copy, &header)?;
        }
        file.sync()?;
        disk.sync_dir()?;
        let mut read = vec![0; header.len()];
        disk.open(&segment_name(number))?.read_at(HEADER_COPIES[0], &mut read)?;
        if read != header {
            return Err(io::Error::other("a new segment reads back other bytes than were written"));
        }
        Ok(Self { number, file, size, end: RECORDS_START, buffer: Vec::new(), events: 0 })
    }

    /// Whether `length` bytes fit and leave `kept` bytes free.
    pub(super) fn has_room(&self, length: usize, kept: u64) -> bool {
        self.end + length as u64 + kept <= self.size
    }

    pub(super) fn is_empty(&self) -> bool {
        self.end == RECORDS_START
    }

    pub(super) fn end(&self) -> u64 {
        self.end
    }

    pub(super) fn events(&self) -> u64 {
        self.events
    }

    /// Takes records in; gives their offset. There must be room.
    pub(super) fn put(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let is_alone = bytes.len() >= ALONE_MIN;
        if is_alone || self.buffer.len() + bytes.len() > BUFFER_MAX {
            self.write()?;
        }
        let offset = self.end;
        self.events += events_in(bytes);
        if is_alone {
            self.file.write_at(offset, bytes)?;
        } else {
            self.buffer.extend_from_slice(bytes);
        }
        self.end += bytes.len() as u64;
        Ok(offset)
    }

    /// Writes what waits.
    pub(super) fn write(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let start = self.end - self.buffer.len() as u64;
        self.file.write_at(start, &self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}
