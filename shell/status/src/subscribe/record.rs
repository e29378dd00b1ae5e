//! What the journal of subscribers holds.
//!
//! A subscriber is written whole at each change. Addresses stand here and nowhere else; whoever leaves is forgotten at the next start, when the journal is
//! written anew.

use crate::view::PublicId;
use incident::{Language, State, Text};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;
use vendor::AlertRule;

/// Which subscriber: sixteen hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SubscriberId(String);

impl SubscriberId {
    pub(crate) fn new() -> Self {
        Self(crate::encode::hex(&net::random::<8>()))
    }

    pub(crate) fn known(text: &str) -> Self {
        Self(text.to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SubscriberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a webhook understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HookKind {
    /// The document that Statuspage sends, signed.
    Statuspage,
    /// One `text` in Slack's own mark-up; Mattermost, Rocket.Chat and Discord (`/slack`) take it too.
    Slack,
}

/// How somebody is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Mail {
        address: String,
        language: Language,
    },
    Hook {
        url: String,
        kind: HookKind,
        /// The key of signatures, in hexadecimal digits.
        secret: String,
        /// Who is written to when it is quarantined. Default: nobody.
        contact: Option<String>,
    },
}

/// About what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    All,
    Parts(BTreeSet<PublicId>),
    /// Nothing of ours: what other vendors say, as far as this rule takes it.
    Vendors(Box<AlertRule>),
}

impl Wanted {
    /// What names no part is about everything.
    pub(crate) fn includes<'p>(&self, mut parts: impl Iterator<Item = &'p PublicId> + Clone) -> bool {
        match self {
            Self::All => true,
            Self::Parts(wanted) => parts.clone().next().is_none() || parts.any(|part| wanted.contains(part)),
            Self::Vendors(_) => false,
        }
    }

    pub(crate) fn takes(&self, vendor: &str, incident: &vendor::Incident) -> bool {
        match self {
            Self::All | Self::Parts(_) => false,
            Self::Vendors(rule) => rule.takes(vendor, incident),
        }
    }

    /// Whether it is about other vendors.
    pub(crate) const fn is_of_vendors(&self) -> bool {
        match self {
            Self::All | Self::Parts(_) => false,
            Self::Vendors(_) => true,
        }
    }
}

/// Where a subscription stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Somebody asked; whoever reads the address's mail has not said yes yet.
    Pending,
    Active {
        since: Timestamp,
    },
    /// It failed for too long and is left alone.
    Quarantined {
        since: Timestamp,
        why: String,
    },
}

/// Somebody who is told, or may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscriber {
    pub id: SubscriberId,
    pub way: Way,
    pub wanted: Wanted,
    pub standing: Standing,
    pub created_at: Timestamp,
    /// When letters were sent because somebody filled in the form, those of the last day.
    pub asked: Vec<Timestamp>,
    /// Since when nothing reached it.
    pub failing_since: Option<Timestamp>,
}

/// Which letter, in the order of their making.
pub(crate) type JobId = u64;

/// What a letter says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Letter {
    /// Asks whether the address's reader wants this.
    Confirm,
    /// To somebody who subscribed before and filled in the form again.
    Known,
    /// The news with this id.
    News(String),
    /// To the contact of a webhook that was quarantined.
    HookDead,
}

/// A letter on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: JobId,
    pub(crate) to: SubscriberId,
    pub(crate) letter: Letter,
    pub(crate) made_at: Timestamp,
    pub(crate) tries: u32,
    pub(crate) next_at: Timestamp,
}

/// A part of the service as news name it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) id: PublicId,
    pub(crate) name: Text,
}

/// One thing that subscribers are told, as it was public at that moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct News {
    /// The public id of the update, or of the change of a component.
    pub(crate) id: String,
    /// What belongs together: the incident, the maintenance, the component.
    pub(crate) thread: String,
    pub(crate) is_first: bool,
    pub(crate) title: Text,
    pub(crate) phase: Text,
    pub(crate) impact: Option<Text>,
    pub(crate) body: Text,
    pub(crate) parts: Vec<Part>,
    pub(crate) at: Timestamp,
    /// When another vendor posted it, by its own clock; `at` is when we saw it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) posted_at: Option<Timestamp>,
    /// Below the language's folder.
    pub(crate) path: String,
    /// Where it stands if that is not our page; empty: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<String>,
    /// Only machines that read Statuspage's form are told.
    pub(crate) for_machines: bool,
    /// The members of Statuspage's document besides `meta`.
    pub(crate) document: Value,
}

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Record {
    Subscriber(Box<Subscriber>),
    Gone(SubscriberId),
    /// Something public was seen; whoever wants it gets a letter.
    Seen {
        id: String,
        /// The component's state that was told by it.
        state: Option<(PublicId, State)>,
        news: Option<Box<News>>,
        jobs: Vec<Job>,
    },
    Queued(Job),
    Tried {
        job: JobId,
        next_at: Timestamp,
        why: String,
    },
    Done {
        job: JobId,
    },
}

/// The key of a webhook's signatures.
pub(crate) fn secret() -> String {
    crate::encode::hex(&net::random::<32>())
}
