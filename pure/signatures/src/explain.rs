//! What stamping tells about itself: the object that `stamp --explain` prints and the trace keeps.
//!
//! Walking original and output along `splices` accounts for every byte. Offsets in `splices` count in the original's bytes;
//! an offset in `placement` counts in the part's text after transfer decoding and conversion to UTF-8, as `place` counts.
//! Nothing of the message's content is in here, the person's address apart.

use crate::PassReason;
use model::{Address, SnapshotNumber};
use serde::{Deserialize, Serialize};

/// How a group of recipients gets the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Stamped,
    Passed,
    Hold,
}

impl Outcome {
    /// The word of the explanation and the trace.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stamped => "stamped",
            Self::Passed => "passed",
            Self::Hold => "hold",
        }
    }
}

/// A signature that is smaller than it was made to be, because the next hop takes no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Smaller {
    /// Its pictures are named by the address at which the tenant publishes them.
    HostedImages,
    /// Its words alone.
    TextOnly,
}

impl Smaller {
    /// The word of the explanation and the trace.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HostedImages => "hosted_images",
            Self::TextOnly => "text_only",
        }
    }
}

/// The whole account for one group of recipients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explain {
    pub outcome: Outcome,
    /// Why it was passed or held; none if it was stamped.
    pub reason: Option<PassReason>,
    /// The chosen signatures in order, joined by `+`; none if none was chosen.
    pub signature: Option<String>,
    /// What the next hop's limit made of it; none: it is whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smaller: Option<Smaller>,
    /// The rules that chose them, joined by `+`.
    pub rule: Option<String>,
    /// The directory entry by which the sender was found.
    pub person: Option<Address>,
    pub snapshot: SnapshotNumber,
    /// One sentence per decision, in the order in which they were made.
    pub trail: Vec<String>,
    pub placement: Vec<Placed>,
    pub splices: Vec<Spliced>,
}

/// Where a signature went in one text part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// IMAP section number (RFC 9051 §6.4.5).
    pub part: String,
    pub media_type: String,
    pub offset: usize,
    pub marker: String,
    pub post: String,
}

/// One changed place of the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spliced {
    pub offset: usize,
    pub removed: usize,
    pub inserted: usize,
}
