//! A listing as a case that somebody works on: what is listed where and why, who asked for removal and when, whether it came back.
//!
//! ```text
//! open --asked--> asked --gone--> closed --listed again--> open
//!   +-------------gone-------------^
//! ```
//! Removal is never asked for by itself: forms want a person, and repeated requests lock them.

use crate::answer::Listing;
use model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// A request that nobody answered is due again after a day.
const DUE_AFTER: Duration = Duration::from_secs(24 * 3600);

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CaseState {
    Open,
    /// Somebody asked the list for removal.
    Asked {
        by: String,
        at: Timestamp,
        due: Timestamp,
    },
    /// No longer listed.
    Closed {
        at: Timestamp,
    },
}

/// One subject in one list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The address or domain.
    pub subject: String,
    pub listing: Listing,
    /// The list's page for removal, filled in.
    pub removal_link: String,
    pub opened: Timestamp,
    #[serde(flatten)]
    pub state: CaseState,
    /// How often it came back after it was gone.
    pub listed_again: u32,
}

impl Case {
    #[must_use]
    pub fn open(subject: String, listing: Listing, removal_link: String, now: Timestamp) -> Self {
        Self { subject, listing, removal_link, opened: now, state: CaseState::Open, listed_again: 0 }
    }

    /// Somebody asked for removal; a closed case stays closed.
    pub fn asked(&mut self, by: &str, now: Timestamp) {
        match self.state {
            CaseState::Open | CaseState::Asked { .. } => {
                self.state = CaseState::Asked { by: by.to_owned(), at: now, due: now + DUE_AFTER };
            }
            CaseState::Closed { .. } => {}
        }
    }

    /// The list does not name it any more.
    pub fn gone(&mut self, now: Timestamp) {
        match self.state {
            CaseState::Open | CaseState::Asked { .. } => self.state = CaseState::Closed { at: now },
            CaseState::Closed { .. } => {}
        }
    }

    /// The list names it (again): the reason is the newest, who asked stays known.
    pub fn listed(&mut self, listing: Listing) {
        self.listing = listing;
        match self.state {
            CaseState::Closed { .. } => {
                self.state = CaseState::Open;
                self.listed_again += 1;
            }
            CaseState::Open | CaseState::Asked { .. } => {}
        }
    }

    /// Whether somebody has to look at it now.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        match &self.state {
            CaseState::Open => true,
            CaseState::Asked { due, .. } => now >= *due,
            CaseState::Closed { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests;
