//! What this crate tells: values that own what they hold, for whoever drains the channel.

use dnsbl::{Case, Extent, Listing, Subject, Tier};
use model::{CanaryName, Duration, SourceName, TenantName, Timestamp};
use serde::Serialize;

/// Something that was seen.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// After every poll that counts: what one list says of one of our addresses or domains by now.
    Standing {
        subject: Subject,
        /// Whose address or EHLO name it is; none for other domains, and for one that stands above several names.
        source: Option<SourceName>,
        /// Whose link or image host it is; none for what is ours.
        tenant: Option<TenantName>,
        zone: &'static str,
        /// As the operator wrote it.
        tier: Tier,
        /// Of the listing, if there is one.
        extent: Option<Extent>,
        standing: Standing,
        /// When the newest poll was answered.
        at: Timestamp,
    },
    /// A list is believed, or no longer.
    Zone {
        zone: &'static str,
        trust: ZoneTrust,
    },
    Case {
        case: Case,
        change: CaseChange,
    },
    Canary {
        name: CanaryName,
        /// The source from which the sink saw it come; none while it was not seen, or if its address is none of ours.
        source: Option<SourceName>,
        outcome: CanaryOutcome,
        /// From the first byte to us until now.
        took: Duration,
        at: Timestamp,
    },
}

/// As `dnsbl::Standing`, with the listing in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    Unknown,
    Clean {
        since: Timestamp,
        polls: usize,
    },
    /// One witness: weak evidence.
    Suspected {
        listing: Listing,
        since: Timestamp,
    },
    /// Two witnesses: strong evidence, in a zone of tier A.
    Listed {
        listing: Listing,
        since: Timestamp,
    },
}

impl Standing {
    /// What a list says, if it says something bad.
    #[must_use]
    pub fn listing(&self) -> Option<&Listing> {
        match self {
            Self::Unknown | Self::Clean { .. } => None,
            Self::Suspected { listing, .. } | Self::Listed { listing, .. } => Some(listing),
        }
    }

    /// The fixed word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Clean { .. } => "clean",
            Self::Suspected { .. } => "suspected",
            Self::Listed { .. } => "listed",
        }
    }
}

impl From<dnsbl::Standing<'_>> for Standing {
    fn from(standing: dnsbl::Standing<'_>) -> Self {
        match standing {
            dnsbl::Standing::Unknown => Self::Unknown,
            dnsbl::Standing::Clean { since, polls } => Self::Clean { since, polls },
            dnsbl::Standing::Suspected { listing, since } => {
                Self::Suspected { listing: listing.clone(), since }
            }
            dnsbl::Standing::Listed { listing, since } => Self::Listed { listing: listing.clone(), since },
        }
    }
}

/// Whether a list is believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "trust", rename_all = "snake_case")]
pub enum ZoneTrust {
    Untested,
    Trusted,
    /// Its test points are right, and it listed the whole pool in one poll: until another list or a reply says so too, the list is the
    /// likelier fault.
    Doubted {
        since: Timestamp,
    },
    Lost {
        why: String,
        since: Timestamp,
    },
}

impl ZoneTrust {
    /// The fixed word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Untested => "untested",
            Self::Trusted => "trusted",
            Self::Doubted { .. } => "doubted",
            Self::Lost { .. } => "lost",
        }
    }
}

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseChange {
    Opened,
    /// It was gone and is listed again.
    Again,
    /// The list's codes or reason are others now.
    Reason,
    /// Somebody asked the list for removal.
    Asked,
    Gone,
}

/// What became of a canary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum CanaryOutcome {
    /// At the sink. `changed`: its body is not the one that was sent, so it was stamped.
    Seen { changed: bool },
    /// Not at the sink in its time; it may still come.
    Late,
    /// Not at the sink, and no longer waited for.
    Lost,
    /// Our own listener did not take it: its words.
    Refused { reply: String },
}
