//! The bytes on disk, version 1: segment header and records. Nothing else knows a byte of them.
//!
//! ```text
//! segment  header at 0, the same header at 4096, records from 8192 on, zeros to the end
//! header   "SGNSPOOL" | version u32 | boot u32 | number u64 | created i64 (µs) | key fingerprint 16 | crc32c of all before u32
//! record   "SgR1" | type u8 | flags u8 | reserved u16 | payload length u32 | crc32c of payload u32 | crc32c of the 16 bytes before u32
//!          payload, then zeros to the next multiple of 8
//! type 1   chunk of a body: message id 16 | place u32 | bytes (flag 1: nonce 12, then AES-256-GCM with tag)
//! type 2   event as JSON
//! type 3   start of a run: time i64 (µs) | u8: 1 if the run before ended with its machine
//! type 4   end: the run that wrote the segment stopped in order; no payload
//! ```
//! Integers are little endian. A record never crosses a segment's end.

use model::{MessageId, Timestamp};

pub(crate) const VERSION: u32 = 1;
/// Of a key of bodies.
pub(crate) const FINGERPRINT_LEN: usize = 16;
pub(crate) const HEADER_COPIES: [u64; 2] = [0, 4096];
pub(crate) const RECORDS_START: u64 = 8192;
pub(crate) const RECORD_HEAD_LEN: usize = 20;
/// A chunk of a body; with head, nonce and tag it fits into a record.
pub(crate) const CHUNK_MAX: usize = 1 << 20;
/// No record's payload is longer: an event with a thousand recipients is far below.
pub(crate) const PAYLOAD_MAX: usize = 8 << 20;
const MAGIC: &[u8; 8] = b"SGNSPOOL";
pub(crate) const RECORD_MAGIC: &[u8; 4] = b"SgR1";
const SEGMENT_HEADER_LEN: usize = 8 + 4 + 4 + 8 + 8 + FINGERPRINT_LEN + 4;
const CHUNK_HEAD_LEN: usize = 20;
const FLAG_ENCRYPTED: u8 = 1;

/// The header of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    pub(crate) number: u64,
    pub(crate) created: Timestamp,
    /// Which run of the operating system wrote it: another one means that un-synced bytes may be lost. 0: unknown.
    pub(crate) boot: u32,
    pub(crate) fingerprint: [u8; FINGERPRINT_LEN],
}

impl SegmentHeader {
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(SEGMENT_HEADER_LEN);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&self.boot.to_le_bytes());
        out.extend_from_slice(&self.number.to_le_bytes());
        out.extend_from_slice(&self.created.as_micros().to_le_bytes());
        out.extend_from_slice(&self.fingerprint);
        out.extend_from_slice(&crc32c::crc32c(&out).to_le_bytes());
        out
    }

    /// The header at the start of `bytes`; `Err` names a version that is not ours.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Self>, u32> {
        let Some(bytes) = bytes.get(..SEGMENT_HEADER_LEN) else { return Ok(None) };
        let (content, crc) = bytes.split_at(SEGMENT_HEADER_LEN - 4);
        if !content.starts_with(MAGIC) || crc32c::crc32c(content).to_le_bytes() != crc {
            return Ok(None);
        }
        let version = u32_at(content, 8);
        if version != VERSION {
            return Err(version);
        }
        let mut fingerprint = [0; FINGERPRINT_LEN];
        fingerprint.copy_from_slice(&content[32..]);
        let created = Timestamp::from_micros(u64_at(content, 24).cast_signed());
        Ok(Some(Self { number: u64_at(content, 16), created, boot: u32_at(content, 12), fingerprint }))
    }
}

/// The name of a segment's file.
pub(crate) fn segment_name(number: u64) -> String {
    format!("{number:016x}.segment")
}

/// The number in a segment's name.
pub(crate) fn segment_number(name: &str) -> Option<u64> {
    u64::from_str_radix(name.strip_suffix(".segment").filter(|digits| digits.len() == 16)?, 16).ok()
}

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordType {
    Chunk { encrypted: bool },
    Event,
    Start,
    End,
}

/// The head of a record, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RecordHead {
    pub(crate) kind: RecordType,
    pub(crate) length: usize,
    crc: u32,
}

impl RecordHead {
    /// The head at the start of `bytes`, if it is one.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..RECORD_HEAD_LEN)?;
        let good = bytes.starts_with(RECORD_MAGIC) && crc32c::crc32c(&bytes[..16]) == u32_at(bytes, 16);
        let kind = match bytes[4] {
            1 => RecordType::Chunk { encrypted: bytes[5] & FLAG_ENCRYPTED != 0 },
            2 => RecordType::Event,
            3 => RecordType::Start,
            4 => RecordType::End,
            _ => return None,
        };
        let length = u32_at(bytes, 8) as usize;
        (good && length <= PAYLOAD_MAX).then_some(Self { kind, length, crc: u32_at(bytes, 12) })
    }

    /// Whether `payload` is what was written.
    pub(crate) fn fits(&self, payload: &[u8]) -> bool {
        payload.len() == self.length && crc32c::crc32c(payload) == self.crc
    }

    /// The checksum of the payload.
    pub(crate) fn crc(&self) -> u32 {
        self.crc
    }

    /// The bytes on disk, padding included.
    pub(crate) fn stored_len(&self) -> u64 {
        stored_len(self.length)
    }
}

pub(crate) fn stored_len(payload: usize) -> u64 {
    (RECORD_HEAD_LEN + payload).next_multiple_of(8) as u64
}

/// Appends one record to `out`.
pub(crate) fn write_record(kind: RecordType, payload: &[&[u8]], out: &mut Vec<u8>) {
    let start = begin_record(out);
    payload.iter().for_each(|part| out.extend_from_slice(part));
    end_record(kind, start, out);
}

/// Leaves room for a record's head; gives where it begins. What is appended from here on is its payload.
pub(crate) fn begin_record(out: &mut Vec<u8>) -> usize {
    let start = out.len();
    out.resize(start + RECORD_HEAD_LEN, 0);
    start
}

/// Ends the record that began at `start`.
pub(crate) fn end_record(kind: RecordType, start: usize, out: &mut Vec<u8>) {
    let payload = &out[start + RECORD_HEAD_LEN..];
    let length = u32::try_from(payload.len()).expect("a payload is at most PAYLOAD_MAX");
    let crc = crc32c::crc32c(payload);
    let (kind, flags) = match kind {
        RecordType::Chunk { encrypted } => (1, if encrypted { FLAG_ENCRYPTED } else { 0 }),
        RecordType::Event => (2, 0),
        RecordType::Start => (3, 0),
        RecordType::End => (4, 0),
    };
    let head = &mut out[start..start + RECORD_HEAD_LEN];
    head[..4].copy_from_slice(RECORD_MAGIC);
    head[4..8].copy_from_slice(&[kind, flags, 0, 0]);
    head[8..12].copy_from_slice(&length.to_le_bytes());
    head[12..16].copy_from_slice(&crc.to_le_bytes());
    let of_head = crc32c::crc32c(&head[..16]);
    head[16..].copy_from_slice(&of_head.to_le_bytes());
    out.resize((out.len() - start).next_multiple_of(8) + start, 0);
}

/// How many of these whole records are events.
pub(crate) fn events_in(mut records: &[u8]) -> u64 {
    let mut events = 0;
    while let Some(head) = RecordHead::parse(records) {
        events += u64::from(head.kind == RecordType::Event);
        let behind = usize::try_from(head.stored_len()).unwrap_or(usize::MAX);
        records = records.get(behind..).unwrap_or_default();
    }
    events
}

/// Which piece of which body a chunk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChunkHead {
    pub(crate) id: MessageId,
    pub(crate) place: u32,
}

impl ChunkHead {
    pub(crate) const LEN: usize = CHUNK_HEAD_LEN;

    pub(crate) fn to_bytes(self) -> [u8; CHUNK_HEAD_LEN] {
        let mut out = [0; CHUNK_HEAD_LEN];
        out[..16].copy_from_slice(&self.id.to_bytes());
        out[16..].copy_from_slice(&self.place.to_le_bytes());
        out
    }

    pub(crate) fn parse(payload: &[u8]) -> Option<Self> {
        let bytes = payload.get(..CHUNK_HEAD_LEN)?;
        let mut id = [0; 16];
        id.copy_from_slice(&bytes[..16]);
        Some(Self { id: MessageId::from_bytes(id), place: u32_at(bytes, 16) })
    }
}

/// The start of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunStart {
    pub(crate) at: Timestamp,
    /// Whether the run before ended with its machine: what it had not synced may be lost.
    pub(crate) power_cut: bool,
}

impl RunStart {
    pub(crate) fn to_record(self) -> Vec<u8> {
        let mut record = Vec::new();
        let payload: [&[u8]; 2] = [&self.at.as_micros().to_le_bytes(), &[u8::from(self.power_cut)]];
        write_record(RecordType::Start, &payload, &mut record);
        record
    }

    pub(crate) fn parse(payload: &[u8]) -> Option<Self> {
        let (time, flag) = payload.split_at_checked(8)?;
        let at = Timestamp::from_micros(u64_at(time, 0).cast_signed());
        Some(Self { at, power_cut: *flag.first()? == 1 })
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut four = [0; 4];
    four.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(four)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(eight)
}

#[cfg(test)]
mod tests;
