//! The envelope: from whom, to whom and under which conditions a message travels (RFC 5321 §2.3.1).
//!
//! It is what MAIL and RCPT said, with their parameters, and nothing from the header. It is stored with the message and
//! never changes; what became of each recipient is recorded beside it.

use crate::{Address, ByteCount};
use core::fmt;
use serde::{Deserialize, Serialize};

/// Where reports go: a mailbox, or nowhere (`<>`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReversePath {
    /// `MAIL FROM:<>`: a report or another message that must never cause one.
    Null,
    Mailbox(Address),
}

impl ReversePath {
    /// The mailbox, if there is one.
    #[must_use]
    pub fn mailbox(&self) -> Option<&Address> {
        match self {
            Self::Null => None,
            Self::Mailbox(address) => Some(address),
        }
    }
}

/// The text between the angle brackets.
impl fmt::Display for ReversePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.mailbox().map_or(Ok(()), |address| fmt::Display::fmt(address, f))
    }
}

/// What the message's body may contain (RFC 6152, RFC 3030).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyType {
    #[default]
    SevenBit,
    EightBitMime,
    BinaryMime,
}

/// What of the message a report returns (RFC 3461 §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DsnReturn {
    Full,
    Headers,
}

/// On what the sender wants a report about one recipient (RFC 3461 §4.1). The default is failure and delay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notify {
    pub success: bool,
    pub failure: bool,
    pub delay: bool,
}

impl Notify {
    /// `NOTIFY=NEVER`.
    pub const NEVER: Self = Self { success: false, failure: false, delay: false };

    /// The value of the parameter.
    #[must_use]
    pub fn parameter(self) -> String {
        let words = [(self.success, "SUCCESS"), (self.failure, "FAILURE"), (self.delay, "DELAY")];
        let chosen: Vec<_> = words.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
        if chosen.is_empty() { "NEVER".to_owned() } else { chosen.join(",") }
    }
}

/// One RCPT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    pub address: Address,
    /// `None`: the parameter was not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify: Option<Notify>,
    /// The value of ORCPT as it came, `rfc822;xtext` (RFC 3461 §4.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orcpt: Option<String>,
}

impl Recipient {
    /// A recipient without parameters.
    #[must_use]
    pub fn new(address: Address) -> Self {
        Self { address, notify: None, orcpt: None }
    }
}

/// One transaction's MAIL and RCPTs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    pub mail_from: ReversePath,
    pub recipients: Vec<Recipient>,
    #[serde(default)]
    pub body: BodyType,
    #[serde(default)]
    pub smtputf8: bool,
    /// Its sender wants it nowhere without TLS that is proven (RFC 8689).
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub require_tls: bool,
    /// What the client announced with SIZE= (RFC 1870), if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<ByteCount>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ret: Option<DsnReturn>,
    /// The value of ENVID as it came, in xtext (RFC 3461 §4.4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envid: Option<String>,
}

impl Envelope {
    /// An envelope without parameters.
    #[must_use]
    pub fn new(mail_from: ReversePath, recipients: impl IntoIterator<Item = Address>) -> Self {
        Self {
            mail_from,
            recipients: recipients.into_iter().map(Recipient::new).collect(),
            body: BodyType::default(),
            smtputf8: false,
            require_tls: false,
            size: None,
            ret: None,
            envid: None,
        }
    }

    /// Whether it may go only where TLS is proven. A report that is asked to be kept so is rather sent in the clear than lost (RFC 8689 §5).
    #[must_use]
    pub fn must_keep_tls(&self) -> bool {
        self.require_tls && self.mail_from != ReversePath::Null
    }
}
