//! What the journal keeps: evidence in its own words, and changes.

use crate::Refusal;
use guard::conduct::Moved;
use guard::{Change, EvidenceId, Polled};
use model::{MessageId, SourceName, TenantName, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One line of the journal; see docs/formats/guard-v1.md.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    Evidence(Evidence),
    Change(Change),
    /// The standing of a tenant or a sender, whole.
    Conduct(Moved),
}

/// One piece of evidence about a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub id: EvidenceId,
    pub at: Timestamp,
    pub source: SourceName,
    #[serde(flatten)]
    pub kind: Kind,
}

/// What it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// A receiver's refusal.
    Reply {
        host: String,
        provider: Option<String>,
        is_verified: bool,
        reply: String,
        list: Option<String>,
        names: Option<IpAddr>,
        message: MessageId,
        tenant: TenantName,
    },
    /// A list's answer.
    Poll { list: String, says: String, text: Option<String> },
    /// An operator's order.
    Order { act: String, by: String, note: String },
    /// A sender stood out over a source that was listed: in which figures, and by how many weighed recipients.
    Blame { tenant: TenantName, sender: String, figures: Vec<String>, score: String },
}

impl Kind {
    pub(crate) fn reply(refusal: Refusal, list: Option<String>) -> Self {
        Self::Reply {
            host: refusal.host,
            provider: refusal.receiver.provider,
            is_verified: refusal.is_verified,
            reply: refusal.reply,
            list,
            names: refusal.names,
            message: refusal.message,
            tenant: refusal.tenant,
        }
    }

    pub(crate) fn poll(list: String, says: Polled, text: Option<String>) -> Self {
        let says = match says {
            Polled::Listed => "listed",
            Polled::Suspected => "suspected",
            Polled::Clean { .. } => "clean",
            Polled::Unknown => "unknown",
        };
        Self::Poll { list, says: says.to_owned(), text }
    }
}
