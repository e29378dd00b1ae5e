//! What one list has said of one subject over time, and what that amounts to.
//!
//! ```text
//!               one witness              a second one agrees
//! clean/unknown ------------> suspected ---------------------> listed
//!       ^                         |                              |
//!       +---------- a clean poll -+------------------------------+
//! ```
//! The second witness is another name server, or the same one at least 30 seconds later. A finding of a list that was not trusted at that moment
//! is kept and counts for nothing; an unknown one neither ends a listing nor a row of clean polls.

use crate::answer::{Finding, Listing};
use model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Two polls of one name server are two witnesses from here on.
const WITNESS_APART: Duration = Duration::from_secs(30);
/// Two name servers agree if both say it within this time.
const WITNESS_WITHIN: Duration = Duration::from_secs(15 * 60);
/// Polls that are kept: half a day at one a minute.
const POLLS_MAX: usize = 720;

/// One poll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    pub at: Timestamp,
    /// The name server that said it.
    pub witness: String,
    pub finding: Finding,
    /// Whether the list was trusted then.
    pub counts: bool,
}

/// What the polls amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Nothing that counts was heard yet.
    Unknown,
    /// So many polls in a row, the first of them at `since`.
    Clean { since: Timestamp, polls: usize },
    /// Weak evidence: one witness.
    Suspected { listing: &'a Listing, since: Timestamp },
    /// Strong evidence: two witnesses.
    Listed { listing: &'a Listing, since: Timestamp },
}

/// The polls of one subject in one zone, newest last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    polls: VecDeque<Poll>,
}

impl History {
    /// Takes one more poll; the oldest goes when there are too many.
    pub fn add(&mut self, poll: Poll) {
        if self.polls.len() == POLLS_MAX {
            self.polls.pop_front();
        }
        self.polls.push_back(poll);
    }

    /// Oldest first.
    pub fn polls(&self) -> impl Iterator<Item = &Poll> {
        self.polls.iter()
    }

    #[must_use]
    pub fn standing(&self) -> Standing<'_> {
        let counted = || self.polls.iter().rev().filter(|poll| poll.counts);
        let known = || counted().filter(|poll| !matches!(poll.finding, Finding::Unknown(_)));
        let Some(last) = known().next() else { return Standing::Unknown };
        let run = known().take_while(|poll| same_kind(&poll.finding, &last.finding));
        match &last.finding {
            Finding::Unknown(_) => Standing::Unknown,
            Finding::Clean => {
                let (since, polls) = run.fold((last.at, 0), |(_, count), poll| (poll.at, count + 1));
                Standing::Clean { since, polls }
            }
            Finding::Listed(listing) => {
                let run: Vec<&Poll> = run.collect();
                let since = run.last().map_or(last.at, |first| first.at);
                if run.iter().any(|one| run.iter().any(|other| are_two_witnesses(one, other))) {
                    Standing::Listed { listing, since }
                } else {
                    Standing::Suspected { listing, since }
                }
            }
        }
    }

    /// Whether so many polls in a row were clean, over at least so long.
    #[must_use]
    pub fn is_clean_for(&self, least: usize, over: Duration) -> bool {
        let last = self.polls.iter().rev().find(|poll| poll.counts && poll.finding == Finding::Clean);
        match (self.standing(), last) {
            (Standing::Clean { since, polls }, Some(last)) => polls >= least && last.at.since(since) >= over,
            (
                Standing::Unknown
                | Standing::Suspected { .. }
                | Standing::Listed { .. }
                | Standing::Clean { .. },
                _,
            ) => false,
        }
    }
}

fn same_kind(one: &Finding, other: &Finding) -> bool {
    core::mem::discriminant(one) == core::mem::discriminant(other)
}

fn are_two_witnesses(one: &Poll, other: &Poll) -> bool {
    let apart = other.at.since(one.at);
    if one.witness == other.witness {
        apart >= WITNESS_APART
    } else {
        other.at >= one.at && apart <= WITNESS_WITHIN
    }
}

#[cfg(test)]
mod tests;
