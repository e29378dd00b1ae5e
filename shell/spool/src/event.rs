//! What can happen to a message, as the log keeps it and the trace shows it.
//!
//! Events are stored as JSON with field names that never change their meaning; an unknown field is skipped, an unknown event is a
//! damaged record. Addresses are in them because the queue needs them.

mod read;

use crate::act::Act;
use crate::tried::Tried;
use model::{
    ActId, Envelope, Final, LastTry, ListenerName, MessageId, Outcome, ParkReason, Redirect, SnapshotNumber,
    SourceName, TenantName, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Everything known about a message at the moment of its acceptance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    pub tenant: TenantName,
    /// With which it is stamped, now and on every retry.
    pub snapshot: SnapshotNumber,
    pub envelope: Envelope,
    pub received: Timestamp,
    pub due: Timestamp,
    pub expires: Timestamp,
    pub trace: TraceInfo,
    /// What the trace is searched by; delivery needs none of it.
    #[serde(default, skip_serializing_if = "HeaderFacts::is_empty")]
    pub header: HeaderFacts,
    /// Set on a report or a notice: the message that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<MessageId>,
    /// Set on a report or a notice: the source that was refused, not to be used where there is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avoid: Option<SourceName>,
}

/// What the message's own header says of it. Never an identity.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HeaderFacts {
    /// `Message-ID`, without its angle brackets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Only where the operator wants subjects kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Its sender wants it delivered whatever recipients publish of TLS (`TLS-Required: No`, RFC 8689 §3).
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub waives_tls: bool,
}

impl HeaderFacts {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// From where a message came; what its `Received` field says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TraceInfo {
    pub peer: IpAddr,
    pub helo: String,
    /// Protocol and cipher, if the session was encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
    pub listener: ListenerName,
    /// The host name under which the listener received it.
    pub by: String,
    pub esmtp: bool,
}

/// What a message proved as it came, with no question left open: later tries tell the same, whatever the DNS says by then.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Proved {
    /// The entries of `Authentication-Results`, without the name of who says so.
    pub results: Vec<String>,
    /// `cv=` of its chain of seals: `none`, `pass` or `fail`.
    pub chain: String,
    /// Why the chain failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What stamping decided for one group of recipients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StampedGroup {
    pub recipients: Vec<usize>,
    /// `stamped`, `passed` or `hold`.
    pub outcome: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// What the message proved as it came, where that was looked at: the entries of `Authentication-Results`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived: Option<String>,
    /// What the next hop's limit made of the signature, if it is not whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smaller: Option<String>,
}

/// Who was told that a message waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    Sender,
    Tenant,
}

/// One thing that happened. Recipients are numbers of the envelope's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Acknowledged; `chunks` and `length` describe the body in front of this record.
    Accepted {
        message: Box<Accepted>,
        chunks: u32,
        length: u64,
    },
    Stamped {
        groups: Vec<StampedGroup>,
        /// Set at the first try that found it out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proved: Option<Box<Proved>>,
    },
    /// Written before the final dot: from here to the outcome the end is unknown.
    Attempt {
        recipients: Vec<usize>,
        source: SourceName,
        host: String,
    },
    /// How one try with a next hop went, whether or not it came to the final dot. Changes nothing: the outcome, the wait or the park
    /// follows as a record of its own.
    Tried {
        tried: Box<Tried>,
    },
    Outcomes {
        outcomes: Vec<(usize, Final)>,
    },
    /// Tried and to be tried again; `unknown` are recipients who may have it already.
    Rescheduled {
        due: Timestamp,
        unknown: Vec<usize>,
        why: String,
        /// Only a limit of the next hop keeps it: no try is spent.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        limit: bool,
        /// The delivery failed inside: nobody knows how far it came.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        lost: bool,
        /// Recipients that are not tried again with the others.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        kept: Vec<Kept>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_try: Option<Box<LastTry>>,
    },
    Parked {
        reason: ParkReason,
        unknown: Vec<usize>,
        /// Recipients that are parked for another reason than the message.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        kept: Vec<Kept>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_try: Option<Box<LastTry>>,
    },
    Released {
        by: String,
        due: Timestamp,
    },
    /// Somebody was told that it waits, by the message `report`.
    Told {
        whom: Told,
        report: MessageId,
    },
    /// Copied to a younger segment: replaces every earlier record of the message but the chunks that were not copied.
    Moved {
        message: Box<Accepted>,
        chunks: u32,
        length: u64,
        state: Box<Progress>,
    },
    /// An operator's act changed it.
    Acted {
        act: ActId,
        #[serde(flatten)]
        change: Change,
    },
    /// The act itself, at its beginning and again at its end; the record's id is the act's.
    Act {
        act: Box<Act>,
    },
    /// Never acknowledged, although its records may be whole: the sync behind them failed.
    Dropped,
}

impl Event {
    /// Whether a message may be due earlier for it than was known before.
    pub(crate) fn may_make_due(&self) -> bool {
        match self {
            Self::Stamped { .. }
            | Self::Attempt { .. }
            | Self::Tried { .. }
            | Self::Outcomes { .. }
            | Self::Told { .. }
            | Self::Act { .. }
            | Self::Dropped => false,
            Self::Accepted { .. }
            | Self::Rescheduled { .. }
            | Self::Parked { .. }
            | Self::Released { .. }
            | Self::Moved { .. }
            | Self::Acted { .. } => true,
        }
    }
}

/// What an act does to one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    Held {
        by: String,
        note: String,
    },
    /// Out of park or hold, or before its time.
    Released {
        due: Timestamp,
    },
    /// Before its time.
    Retried {
        due: Timestamp,
    },
    Redirected {
        to: Redirect,
    },
    /// What the act `of` changed is again as it was.
    Undone {
        of: ActId,
        restored: Before,
    },
}

/// What a message was before an act, as far as the act changed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "aspect", rename_all = "snake_case")]
pub enum Before {
    Standing {
        due: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parked: Option<ParkReason>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        kept: Vec<Kept>,
    },
    Route {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        redirect: Option<Redirect>,
    },
}

/// An act on a message that can be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undoable {
    pub act: ActId,
    pub before: Before,
}

/// A recipient that is parked by itself: while others of the message wait for their time, or for a reason of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub recipient: usize,
    pub why: ParkReason,
}

/// How far a message has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub outcomes: Vec<Outcome>,
    /// Recipients with an attempt whose end is unknown.
    pub in_flight: BTreeSet<usize>,
    /// Recipients sent to again after such an attempt.
    pub maybe_duplicate: BTreeSet<usize>,
    /// Tries that ended in a later one.
    pub tries: u32,
    /// Those of them that failed inside.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub losses: u32,
    pub due: Timestamp,
    /// Why the whole message is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parked: Option<ParkReason>,
    /// Recipients that are parked by themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// When the last try ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<Timestamp>,
    /// When it was parked for the first time; stays when it is released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parked_since: Option<Timestamp>,
    /// When the sender was told that it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_told: Option<Timestamp>,
    /// When the tenant was told, by a notice that names this message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_told: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_try: Option<LastTry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect: Option<Redirect>,
    /// Acts that can be undone, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<Undoable>,
    /// What it proved as it came, once that was asked and answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proved: Option<Proved>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference to it")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// An event with its message and time, as stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) id: MessageId,
    pub(crate) at: Timestamp,
    #[serde(flatten)]
    pub(crate) event: Event,
}
