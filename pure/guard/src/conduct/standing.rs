//! Where somebody stands on the ladder, since when and until when, and what an operator said about it.

use super::blame::Suspicion;
use super::bounds::Bounds;
use super::sign::{Finding, Step};
use model::Timestamp;
use serde::{Deserialize, Serialize};

/// Tags that together are worth slowing down.
const TAGS_SLOW: usize = 3;

/// What an operator orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermitKind {
    /// Goes, whatever the figures say.
    Allow,
    /// Stays.
    Hold,
}

/// An operator's word, with its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permit {
    pub kind: PermitKind,
    pub by: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    pub since: Timestamp,
    pub until: Timestamp,
}

/// One subject on the ladder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    pub step: Step,
    pub since: Timestamp,
    pub until: Timestamp,
    /// The reasons for this step when it was taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Finding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permit: Option<Permit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspicion: Option<Suspicion>,
}

impl Standing {
    /// The step that holds now: an operator's word goes first.
    #[must_use]
    pub fn step(&self, now: Timestamp) -> Step {
        match self.permit(now).map(|permit| permit.kind) {
            Some(PermitKind::Allow) => Step::Free,
            Some(PermitKind::Hold) => Step::Held,
            None if now >= self.until => Step::Free,
            None => self.step,
        }
    }

    #[must_use]
    pub fn permit(&self, now: Timestamp) -> Option<&Permit> {
        self.permit.as_ref().filter(|permit| now < permit.until)
    }

    /// Whether an operator allows it now.
    #[must_use]
    pub fn is_allowed(&self, now: Timestamp) -> bool {
        self.permit(now).is_some_and(|permit| permit.kind == PermitKind::Allow)
    }

    #[must_use]
    pub fn suspicion(&self, now: Timestamp) -> Option<&Suspicion> {
        self.suspicion.as_ref().filter(|one| now < one.until && !self.is_allowed(now))
    }

    pub(super) fn is_clean(&self, now: Timestamp) -> bool {
        self.step(now) == Step::Free && self.suspicion(now).is_none()
    }

    pub(super) fn is_offender(&self, now: Timestamp) -> bool {
        self.step(now) == Step::Held || self.suspicion(now).is_some()
    }

    /// Whether anything would be forgotten with it.
    pub(super) fn is_blank(&self, now: Timestamp) -> bool {
        self.is_clean(now) && self.permit(now).is_none()
    }

    /// Goes up if the findings ask for it, or stays longer; gives the step before if it changed. Down it goes by time alone.
    pub(super) fn weigh(&mut self, found: Vec<Finding>, bounds: &Bounds, now: Timestamp) -> Option<Step> {
        let highest = found.iter().map(|finding| finding.level).max()?;
        let is_many = highest == Step::Tagged && found.len() >= TAGS_SLOW;
        let wanted = if is_many { Step::Slowed } else { highest };
        let before = if now >= self.until { Step::Free } else { self.step };
        if wanted < before {
            return None;
        }
        self.until = now + bounds.lasts(wanted);
        if wanted == before {
            return None;
        }
        (self.step, self.since, self.because) = (wanted, now, found);
        Some(before)
    }

    /// Ends what is over; gives the step before if one ended.
    pub(super) fn expire(&mut self, now: Timestamp) -> Option<Step> {
        let mut ended = None;
        if self.permit.as_ref().is_some_and(|permit| now >= permit.until) {
            ended = self.permit.take().map(|permit| match permit.kind {
                PermitKind::Allow => Step::Free,
                PermitKind::Hold => Step::Held,
            });
        }
        if self.step > Step::Free && now >= self.until {
            ended = Some(ended.unwrap_or(self.step));
            (self.step, self.since) = (Step::Free, now);
            self.because.clear();
        }
        if self.suspicion.as_ref().is_some_and(|one| now >= one.until) {
            self.suspicion = None;
            ended = Some(ended.unwrap_or(self.step));
        }
        ended
    }
}
