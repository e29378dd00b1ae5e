//! One try with a next hop, as the log keeps it: with whom, how long each part took, what was answered, and of one that failed the
//! last lines of the conversation.
//!
//! Commands and replies only: a body never passes through these types.

use model::{SourceName, Stage};
use serde::{Deserialize, Serialize};

/// How one try went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    pub source: SourceName,
    /// `host [address]`.
    pub host: String,
    /// Protocol and cipher, if the connection was encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
    /// Whether the connection had carried mail before: its opening took no time of this try.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reused: bool,
    pub phases: Phases,
    pub results: Vec<TriedResult>,
    /// The last lines, if someone was not reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<SaidLine>,
}

/// What was answered for some recipients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriedResult {
    /// Numbers in the envelope's list.
    pub recipients: Vec<usize>,
    /// Where it ended for them.
    pub stage: Stage,
    /// Whether the next hop took the message.
    pub taken: bool,
    /// The whole reply as one line, or what went wrong.
    pub reply: String,
    /// Set where it was no reply; records of earlier versions do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanswered: Option<Unanswered>,
}

/// Why there was no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unanswered {
    /// The next hop could not be reached, kept silent, hung up or spoke out of turn.
    Peer,
    /// Nothing was asked: by a fault or a decision of ours, or for an extension that it lacks.
    Ours,
}

/// Milliseconds of each part; a part that was not reached has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Phases {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<u32>,
    /// Banner and EHLO, the second one behind TLS included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greeting: Option<u32>,
    /// The handshake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<u32>,
    /// MAIL, RCPT and the answer to DATA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<u32>,
    /// Handing over the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<u32>,
    /// From the final dot to its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<u32>,
}

/// One line of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidLine {
    /// Milliseconds since the try began; negative for the opening of a connection that was used again.
    pub ms: i64,
    pub by: Speaker,
    pub text: String,
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    Us,
    Them,
}
