//! The format read by hand, from the words of `docs/formats/spool-v1.md` and not with the spool's own code.
//!
//! Tests use it to find the byte that they want to damage, and to write records that no spool would write.

/// Where records begin.
pub(crate) const RECORDS_START: usize = 8192;
/// Length of the head of a record.
pub(crate) const HEAD: usize = 20;

/// A record as it lies in a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// Of its head.
    pub(crate) at: usize,
    /// 1 chunk, 2 event.
    pub(crate) kind: u8,
    pub(crate) payload: Vec<u8>,
}

impl Record {
    /// The first byte behind it, padding included.
    pub(crate) fn end(&self) -> usize {
        self.at + (HEAD + self.payload.len()).next_multiple_of(8)
    }

    /// Whether it is an event of this name.
    pub(crate) fn is_event(&self, name: &str) -> bool {
        self.kind == 2 && String::from_utf8_lossy(&self.payload).contains(&format!("\"event\":\"{name}\""))
    }
}

/// The records of a segment that is whole.
pub(crate) fn records(segment: &[u8]) -> Vec<Record> {
    let mut found = Vec::new();
    let mut at = RECORDS_START;
    while segment.get(at..at + 4) == Some(b"SgR1") {
        let length = u32::from_le_bytes(segment[at + 8..at + 12].try_into().unwrap()) as usize;
        let payload = segment[at + HEAD..at + HEAD + length].to_vec();
        let record = Record { at, kind: segment[at + 4], payload };
        at = record.end();
        found.push(record);
    }
    found
}

/// One record's bytes.
pub(crate) fn record(kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = b"SgR1".to_vec();
    bytes.extend([kind, 0, 0, 0]);
    bytes.extend((payload.len() as u32).to_le_bytes());
    bytes.extend(crc32c(payload).to_le_bytes());
    bytes.extend(crc32c(&bytes).to_le_bytes());
    bytes.extend(payload);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

/// A segment's header.
pub(crate) fn header(version: u32, number: u64, fingerprint: [u8; 16]) -> Vec<u8> {
    let mut bytes = b"SGNSPOOL".to_vec();
    bytes.extend(version.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(number.to_le_bytes());
    bytes.extend(1_790_000_000_000_000_i64.to_le_bytes());
    bytes.extend(fingerprint);
    bytes.extend(crc32c(&bytes).to_le_bytes());
    bytes
}

/// CRC-32C (Castagnoli), one bit after the other.
pub(crate) fn crc32c(bytes: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 };
        }
    }
    !crc
}
