//! What is put into the ledger: events with the keys by which they are found, gaps, and the place up to which the log was read.

use model::{MessageId, Timestamp};

/// One event of one message, or of a session that brought none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: MessageId,
    pub at: Timestamp,
    /// With id and time it tells the event from every other: what comes twice is kept once.
    pub mark: u32,
    /// A word such as `accepted`.
    pub kind: String,
    /// The event as a JSON object.
    pub detail: String,
    pub keys: Vec<Key>,
    /// Kept only if nothing is known of the message: a copy made by the spool's housekeeping.
    pub only_if_unknown: bool,
}

/// Something by which a message is found; texts are kept in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub kind: KeyKind,
    pub text: String,
}

impl Key {
    /// A key, in the form in which it is kept.
    #[must_use]
    pub fn new(kind: KeyKind, text: &str) -> Self {
        Self { kind, text: text.to_lowercase() }
    }
}

/// What a key names. The numbers are on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    Tenant = 1,
    Sender = 2,
    Recipient = 3,
    /// The header `Message-ID`, without angle brackets.
    MessageId = 4,
    /// A remote host: name and address.
    Site = 5,
    /// What happened to it, or the code of a reply.
    Class = 6,
}

impl KeyKind {
    pub(super) fn number(self) -> i64 {
        self as i64
    }

    /// Whether its texts are found by any part of them.
    pub(super) fn has_parts(self) -> bool {
        match self {
            Self::Sender | Self::Recipient => true,
            Self::Tenant | Self::MessageId | Self::Site | Self::Class => false,
        }
    }
}

/// Up to where the spool's log was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadTo {
    pub segment: u64,
    pub created: Timestamp,
    pub offset: u64,
    pub events: u64,
}

/// A part of the history that is missing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Gap {
    pub noticed: Timestamp,
    pub what: String,
}

/// What is written in one transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    pub entries: Vec<Entry>,
    pub gaps: Vec<Gap>,
    pub read_to: Option<ReadTo>,
}
