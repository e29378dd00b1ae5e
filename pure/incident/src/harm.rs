//! What an incident did to mail, added up from its facts.
//!
//! Every figure remembers the facts from which it comes, so that a sentence with the figure can cite them. Counts are of messages; a message that
//! was refused, moved and delivered counts once in each.

use crate::{Delays, EvidenceId, Refs};
use model::{SourceName, TenantName, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A figure with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figure {
    pub count: u64,
    /// Absent while the count is zero because nothing was counted.
    pub evidence: Option<Refs>,
}

impl Figure {
    pub(crate) fn add(&mut self, count: u64, id: &EvidenceId) {
        self.count = self.count.saturating_add(count);
        self.cite(id);
    }

    pub(crate) fn raise(&mut self, count: u64, id: &EvidenceId) {
        if count > self.count || self.evidence.is_none() {
            self.count = self.count.max(count);
            self.cite(id);
        }
    }

    fn cite(&mut self, id: &EvidenceId) {
        match &mut self.evidence {
            Some(refs) => refs.add(id.clone()),
            None => self.evidence = Some(Refs::one(id.clone())),
        }
    }
}

/// What one provider did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AtProvider {
    pub refused: u64,
    pub delivered: u64,
    pub moved: u64,
    pub reported: u64,
}

/// The figures of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Harm {
    /// Refusals of messages that were a fault of ours.
    pub refused: Figure,
    /// Taken by a provider while it lasted.
    pub delivered: Figure,
    /// Delivered over another source than the one that was refused: what the guard saved.
    pub moved: Figure,
    /// Delivered later than a minute after they came.
    pub delayed: Figure,
    /// Failure reports that senders got for a fault of ours.
    pub reported: Figure,
    /// Most messages that were parked at one time.
    pub parked_max: Figure,
    /// Parked at the last look.
    pub parked_now: u64,
    /// Age of the oldest waiting message, at its highest, in seconds.
    pub oldest_max_seconds: Figure,
    /// Looks and canaries that failed.
    pub looks_failed: Figure,
    pub delays: Delays,
    /// Inside only.
    pub tenants: BTreeSet<TenantName>,
    pub providers: BTreeMap<String, AtProvider>,
    pub sources: BTreeSet<SourceName>,
    pub lists: BTreeSet<String>,
    pub first: Option<Failure>,
    pub last: Option<Failure>,
    /// The first proof after the last failure that it works.
    pub good_after: Option<Failure>,
}

/// One moment with its evidence: a failure, or the first success after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub at: Timestamp,
    pub evidence: EvidenceId,
}

impl Harm {
    /// Whether anybody can have noticed: mail waited, came late or was reported as failed.
    #[must_use]
    pub fn is_noticed(&self) -> bool {
        self.reported.count > 0 || self.parked_max.count > 0 || self.delayed.count > 0
    }
}
