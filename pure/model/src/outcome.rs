//! What became of a recipient, and why a message waits.
//!
//! A message leaves the spool only when every recipient has a final outcome (law 2). There are exactly four ways to be
//! final, and each names its proof: the reply that accepted it, the report that told the sender, the reason why nobody may be
//! told, or the person who decided.

use crate::{Category, MessageId, Owner, SourceName};
use serde::{Deserialize, Serialize};

/// The end of one recipient's story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Final {
    /// The next hop took it.
    Delivered {
        /// Host name and address of the next hop.
        host: String,
        source: SourceName,
        /// The reply to the end of data, as one line.
        reply: String,
    },
    /// Given up, and the sender was told.
    Bounced {
        /// The report; committed before this outcome is.
        report: MessageId,
        reply: String,
    },
    /// Given up, and nobody may be told.
    Discarded { because: Discard, reply: String },
    /// An operator's act.
    Operator { act: String, by: String },
}

/// Why no report is sent (law 3 knows these two only).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Discard {
    /// The reverse path is `<>`.
    NullSender,
    /// The sender asked for `NOTIFY=NEVER`, or for failure not to be told.
    NotifyNever,
}

/// What the spool knows about one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Not yet final.
    #[default]
    Pending,
    Final(Final),
}

/// Why a message is kept without attempts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum ParkReason {
    /// A refusal that no retry mends: what was said, where.
    Refused {
        stage: Stage,
        host: String,
        reply: String,
        /// What kind of refusal it was; records of earlier versions do not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        category: Option<Category>,
        /// Whose fault it was judged to be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<Owner>,
        /// The source that was refused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<SourceName>,
    },
    /// The tenant's connector did not match: the tenant's set-up. Wakes by itself.
    TenantSetup { stage: Stage, host: String, reply: String },
    /// Our own processed header, valid, met again, or over 50 `Received` fields.
    Loop { detail: String },
    /// The tenant's policy says `hold` where a signature could not be given.
    Policy { detail: String },
    /// The conduct of its sender, or of its tenant, is out of line. Wakes when that hold ends or an operator allows it.
    Conduct {
        /// `None`: the whole tenant is held.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sender: Option<String>,
        detail: String,
    },
    /// The spool cannot give its bytes back.
    Damaged { detail: String },
    /// An operator's act.
    Operator { by: String, note: String },
}

/// What the last try met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastTry {
    /// The host that was asked as `name [address]`, if it came to that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceName>,
    /// `None`: a transaction was begun, and its end is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met: Option<Met>,
}

/// What stood in the way, and what was made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    pub stage: Stage,
    /// The kind of failure: `reply`, `resolve`, `connect`, `tls`, `lost`, `unknown`, `local`, `lacks` or `withheld`.
    pub kind: String,
    /// As one line.
    pub text: String,
    /// What kind of refusal it was, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Whose fault it was judged to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// What was decided: `retry`, `retry_same_source`, `report`, `park` or `hold_tenant`.
    pub judgement: String,
}

impl ParkReason {
    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::TenantSetup { .. } => "tenant_setup",
            Self::Loop { .. } => "loop",
            Self::Policy { .. } => "policy",
            Self::Conduct { .. } => "conduct",
            Self::Damaged { .. } => "damaged",
            Self::Operator { .. } => "operator",
        }
    }

    /// Whether it was kept by somebody's will, and not because nothing helps.
    #[must_use]
    pub fn is_hold(&self) -> bool {
        match self {
            Self::Loop { .. } | Self::Policy { .. } | Self::Operator { .. } => true,
            Self::Refused { .. } | Self::TenantSetup { .. } | Self::Conduct { .. } | Self::Damaged { .. } => {
                false
            }
        }
    }
}

impl LastTry {
    /// The name of the host, without its address.
    #[must_use]
    pub fn site(&self) -> Option<&str> {
        self.host.as_deref().and_then(|host| host.split_ascii_whitespace().next())
    }
}

/// Where in the conversation with the next hop something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Resolve,
    Connect,
    Banner,
    Ehlo,
    Tls,
    Mail,
    Rcpt,
    Data,
    /// The final dot, or the last chunk of BDAT, and what came after.
    EndOfData,
}
