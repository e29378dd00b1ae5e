//! How far the log's reader has come, and which segments wait for it.
//!
//! A segment that nothing needs any more is kept until it is read, up to a bound of bytes: who reads too slowly finds a gap, and the disk is not
//! filled for it.

use model::ByteCount;

/// The one reader of the log; without a bound there is none, and nothing waits.
#[derive(Default)]
pub(crate) struct Reader {
    bytes_max: Option<u64>,
    /// The segment that it reads; every one from here on is unread.
    at: u64,
}

impl Reader {
    pub(crate) fn new(bytes_max: Option<ByteCount>) -> Self {
        Self { bytes_max: bytes_max.map(|max| max.0), at: 0 }
    }

    /// Everything in front of `segment` is read, and will not be asked for again.
    pub(crate) fn has_read_to(&mut self, segment: u64) {
        self.at = self.at.max(segment);
    }

    /// Whether it has yet to read the segment.
    pub(crate) fn needs(&self, segment: u64) -> bool {
        self.bytes_max.is_some() && segment >= self.at
    }

    /// Whether `bytes` of segments may wait for it.
    pub(crate) fn may_keep(&self, bytes: u64) -> bool {
        self.bytes_max.is_some_and(|max| bytes <= max)
    }
}
