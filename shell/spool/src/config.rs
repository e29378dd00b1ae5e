//! What the spool is told, and what it may answer instead of doing.

use model::{ByteCount, Duration, MessageId};

/// Settings of a spool. Sizes and times are bounds; the defaults suit a disk of some gigabytes.
#[derive(Debug, Clone)]
pub struct SpoolConfig {
    /// Preallocated size of a segment.
    pub segment_size: ByteCount,
    /// Free space below which nothing is accepted; delivery goes on.
    pub reserve: ByteCount,
    /// Bodies are encrypted with AES-256-GCM if there is a key.
    pub key: Option<[u8; 32]>,
    /// Age at which a segment is ended and cleaned; delivered bytes are gone after at most twice this time, if they
    /// do not wait for the log's reader.
    pub segment_age_max: Duration,
    /// Bytes of segments that are kept for the log's reader alone; the oldest go unread above it. `None`: nobody reads.
    pub unread_bytes_max: Option<ByteCount>,
}

impl Default for SpoolConfig {
    fn default() -> Self {
        Self {
            segment_size: ByteCount(64 << 20),
            reserve: ByteCount(256 << 20),
            key: None,
            segment_age_max: Duration::from_secs(25 * 60),
            unread_bytes_max: None,
        }
    }
}

/// What can go wrong. Cloneable, because one failed sync fails every commit that waited for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpoolError {
    #[error("the spool's disk is nearly full: nothing is accepted until space is free")]
    NoSpace,
    #[error("the spool's disk failed ({0}): nothing is accepted until a new segment is proven")]
    Stopped(String),
    #[error("the spool is shut down")]
    Closed,
    #[error("message {0} is not in the queue")]
    Gone(MessageId),
    #[error("message {0} is not known yet: the queue of earlier runs is still being read; try again")]
    Unread(MessageId),
    #[error("message {0} is being delivered right now; try again")]
    Busy(MessageId),
    #[error("the body of message {id} cannot be read: {detail}")]
    Damaged { id: MessageId, detail: String },
    #[error("cannot use the spool in {place}: {detail}")]
    Unusable { place: String, detail: String },
    #[error("segment {segment} is encrypted and {detail}")]
    Key { segment: String, detail: String },
}

impl SpoolError {
    pub(crate) fn unusable(place: impl Into<String>, detail: &impl ToString) -> Self {
        Self::Unusable { place: place.into(), detail: detail.to_string() }
    }
}
