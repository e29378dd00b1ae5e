//! What is known of one source at one place.

use crate::evidence::EvidenceId;
use crate::order::{Order, OrderKind};
use crate::state::{State, Word};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, VecDeque};

/// Evidence that is named with a state: the newest.
const BECAUSE_MAX: usize = 8;

/// A source at a place: its state, why, and what has to end first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Row {
    #[serde(flatten)]
    pub state: State,
    /// When it came into this state.
    pub since: Timestamp,
    /// The lists that have to be clean before it is probed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub lists: BTreeSet<String>,
    /// The evidence for it, newest last.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub because: VecDeque<EvidenceId>,
    /// How often it came here within the time of memory: waits double with it.
    #[serde(default)]
    pub repeats: u32,
    /// The last time that something was taken away here.
    #[serde(default)]
    pub struck: Timestamp,
    /// Strong evidence speaks for a quarantine that is not carried out because no other source is left.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_last: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// Counts the changes, so that a proposal that was overtaken is known as one.
    #[serde(default)]
    pub version: u64,
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Row {
    pub(crate) fn name(&mut self, evidence: EvidenceId) {
        if self.because.len() == BECAUSE_MAX {
            self.because.pop_front();
        }
        self.because.push_back(evidence);
    }

    /// The order that runs now.
    #[must_use]
    pub fn order(&self, now: Timestamp) -> Option<&Order> {
        self.order.as_ref().filter(|order| order.runs(now))
    }

    /// Whether it carries nothing: by evidence, or by order.
    #[must_use]
    pub fn is_out(&self, now: Timestamp) -> bool {
        match self.order(now).map(|order| order.kind) {
            Some(OrderKind::Out) => true,
            Some(OrderKind::In) => false,
            None => self.state.word() == Word::Quarantined,
        }
    }

    /// Whether nothing would be forgotten with it.
    pub(crate) fn is_blank(&self, now: Timestamp, remember: model::Duration) -> bool {
        let is_at_rest = self.state == State::Clean && self.order.is_none() && !self.is_last;
        is_at_rest && now.since(self.struck) >= remember
    }
}
