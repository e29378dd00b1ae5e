//! "Was my mail affected?": one tenant's administrator, by a signed link, sees what an incident did to each message of that tenant.
//!
//! What is known of messages comes from somebody else, asked by [`Ask`]; here are the links, the page, the tables for other programs, and the door. A
//! page tells of one tenant and one incident only: the two that its link names. It keeps nothing, sets no cookie and needs no script.

mod door;
mod form;
mod link;
mod reader;
mod sending;
mod table;

pub use door::{Ask, Door};
pub use link::{Claim, LinkError, LinkKey};
pub use reader::{MessageReader, Reader};
pub use table::csv;

use incident::Text;
use model::{Address, Domain, MessageId, Timestamp};
use serde::Serialize;
use std::ops::Range;

/// Refusals of one recipient that are told; more are counted.
pub const REFUSALS_MAX: usize = 3;

/// What is looked for among the messages of the claim's tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// All that were affected, with sums.
    Affected,
    /// The header `Message-ID`, without angle brackets.
    MessageId(String),
    /// Around this time, or within the whole time of the incident.
    Sender { address: Address, at: Option<Timestamp> },
    /// Of senders or recipients.
    Domain(Domain),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Untold {
    #[error("nothing is known any more of this incident or this tenant")]
    Gone,
    #[error("the records cannot be read now: {0}")]
    Unreadable(String),
}

/// What is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    pub about: About,
    /// Of everything; absent where something particular was looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sums: Option<Sums>,
    /// One for each recipient, oldest first.
    pub lines: Vec<Line>,
    pub doubts: Doubts,
}

/// The incident, as this tenant sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct About {
    pub incident: String,
    /// How people call the tenant.
    pub tenant: String,
    pub title: Text,
    pub began: Timestamp,
    /// Absent while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// Whose mail is looked at: received then, or still here then.
    pub times: Times,
    /// The cause is the tenant's own connector, which only the tenant can mend.
    pub is_their_setup: bool,
}

/// From when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Times {
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Times {
    #[must_use]
    pub fn range(self) -> Range<Timestamp> {
        self.from..self.until
    }
}

/// Messages of the tenant. One that was refused, moved and late counts once in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Sums {
    /// Received while it lasted.
    pub received: u64,
    /// Met by it at all.
    pub affected: u64,
    /// Delivered over another source than the one that was refused.
    pub rerouted: u64,
    /// Affected and delivered later than a minute after they came.
    pub late: u64,
    /// Affected and not at their end.
    pub waiting: u64,
    /// Affected and given up with a report to the sender.
    pub reported: u64,
}

/// What keeps the answer from being the whole truth.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Doubts {
    /// There is more than is shown.
    pub is_cut: bool,
    /// Records of the time are missing.
    pub has_gaps: bool,
    /// The newest records are not there yet.
    pub is_behind: bool,
    /// Records reach back to here only, and the incident further.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_since: Option<Timestamp>,
}

impl Doubts {
    #[must_use]
    pub fn is_whole(&self) -> bool {
        *self == Self::default()
    }
}

/// What became of a message for one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    pub id: MessageId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    pub received: Timestamp,
    /// `<>` for a message without a sender.
    pub sender: String,
    pub recipient: String,
    #[serde(flatten)]
    pub fate: Fate,
    /// The first ones.
    pub refusals: Vec<Refusal>,
    pub refused: u64,
    /// Delivered over another source than one that was refused before.
    pub rerouted: bool,
    /// Times that it was put off.
    pub put_off: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parked_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Timestamp>,
    /// The signature that belonged there could not be made.
    pub unsigned: bool,
    /// It may have come twice: the end of a try was never seen.
    pub maybe_twice: bool,
    /// The incident met it: a fault of ours, or of the tenant's connector where that is the incident.
    pub affected: bool,
}

/// How it ended, or where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum Fate {
    /// The next hop took it.
    Delivered { at: Timestamp, seconds: u64, host: String, source: String, reply: String },
    /// Given up, and the sender was told.
    Reported { at: Timestamp, reply: String },
    /// Given up where no report is allowed.
    Discarded { at: Timestamp, reply: String },
    /// An operator ended it.
    Ended { at: Timestamp },
    /// It is tried again by itself.
    Waiting,
    /// Kept until the cause is gone.
    Parked { reply: String },
}

/// One refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    pub at: Timestamp,
    pub host: String,
    pub source: String,
    pub reply: String,
}

impl Fate {
    /// The word in tables.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Delivered { .. } => "delivered",
            Self::Reported { .. } => "reported",
            Self::Discarded { .. } => "discarded",
            Self::Ended { .. } => "ended",
            Self::Waiting => "waiting",
            Self::Parked { .. } => "parked",
        }
    }

    /// When it ended.
    #[must_use]
    pub const fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Delivered { at, .. }
            | Self::Reported { at, .. }
            | Self::Discarded { at, .. }
            | Self::Ended { at } => Some(*at),
            Self::Waiting | Self::Parked { .. } => None,
        }
    }

    /// What the other side said last.
    #[must_use]
    pub fn reply(&self) -> &str {
        match self {
            Self::Delivered { reply, .. }
            | Self::Reported { reply, .. }
            | Self::Discarded { reply, .. }
            | Self::Parked { reply } => reply,
            Self::Ended { .. } | Self::Waiting => "",
        }
    }
}

#[cfg(test)]
mod tests;
