//! The closed list of reasons for which a message keeps its bytes.
//!
//! Each is one word that the trace, the metrics and `stamp --explain` share. A reason is never made up at run time: what has
//! none here is stamped. Which message earns which word is decided in `leave` and `stamp`, here stands only what it means.

use core::fmt;
use serde::{Deserialize, Serialize};

/// Why a message goes on as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassReason {
    /// A changed byte would break the sender's signature over the content.
    Signed,
    /// The content cannot be read, and must not be changed.
    Encrypted,
    /// An invitation or answer to one: clients treat a touched one as ordinary mail.
    Calendar,
    /// Microsoft's own container (`winmail.dat`).
    Tnef,
    /// A delivery or disposition report.
    Report,
    /// `MAIL FROM:<>`: made by a machine about another message.
    NullSender,
    /// An answer that nobody wrote (RFC 3834).
    AutoReply,
    /// Sent through a list or in bulk.
    List,
    /// Over `stamping.size_max`, or over `egress.size_max` with the smallest signature.
    TooLarge,
    /// Two careful readers could see two different messages, or a text cannot be decoded.
    AmbiguousMime,
    /// No rule chose a signature for this recipient.
    NoRule,
    /// The directory does not know the sender.
    UnknownPerson,
    /// A template could not be rendered for this person.
    TemplateFailed,
}

impl PassReason {
    /// All of them, in the order of the list in the contract.
    pub const ALL: [Self; 13] = [
        Self::Signed,
        Self::Encrypted,
        Self::Calendar,
        Self::Tnef,
        Self::Report,
        Self::NullSender,
        Self::AutoReply,
        Self::List,
        Self::TooLarge,
        Self::AmbiguousMime,
        Self::NoRule,
        Self::UnknownPerson,
        Self::TemplateFailed,
    ];

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Encrypted => "encrypted",
            Self::Calendar => "calendar",
            Self::Tnef => "tnef",
            Self::Report => "report",
            Self::NullSender => "null_sender",
            Self::AutoReply => "auto_reply",
            Self::List => "list",
            Self::TooLarge => "too_large",
            Self::AmbiguousMime => "ambiguous_mime",
            Self::NoRule => "no_rule",
            Self::UnknownPerson => "unknown_person",
            Self::TemplateFailed => "template_failed",
        }
    }
}

impl fmt::Display for PassReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
