//! The breaker of law 4: when many unrelated senders are refused alike, the fault is hardly theirs, and reports stop.
//!
//! For each path it remembers who met which refusal within five minutes. The same normalised refusal for three unrelated senders, or over half
//! of at least twenty recipients of three tenants refused, and what would have been reported parks instead. Refusals of class `mailbox_*` are each
//! recipient's own and never trip the first bound; they count for the second, because a directory that is gone refuses everybody.
//! Memory is bounded: over a bound of answers the oldest is forgotten, over one of paths those that were quiet longest, many at once, so that a crowd
//! of new receivers costs little each. That can only make the breaker forget a reason to park.

use model::{Category, Duration, TenantName, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How long a refusal counts.
const WINDOW: Duration = Duration::from_secs(300);
/// So many unrelated senders with one refusal are no accident.
const SENDERS_MAX: usize = 3;
/// Below this many recipients no share is taken.
const RECIPIENTS_MIN: usize = 20;
/// A share says something only over so many tenants.
const TENANTS_MIN: usize = 3;
/// Paths that are remembered.
const PATHS_MAX: usize = 1024;
/// Paths that go at once when there are too many.
const FORGOTTEN_AT_ONCE: usize = PATHS_MAX / 4;
/// Answers that are remembered of one path.
const ANSWERS_MAX: usize = 512;

/// One answer to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<'a> {
    pub tenant: &'a TenantName,
    /// The sender's address; only in an installation of one tenant do different ones count as unrelated.
    pub sender: &'a str,
    /// The refusal; `None` for a recipient who was accepted.
    pub refusal: Option<Refusal<'a>>,
}

/// A permanent refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal<'a> {
    /// As `normalised` gives it.
    pub text: &'a str,
    pub category: Category,
}

/// Whether a refusal may be told to the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Nothing speaks against it.
    Alone,
    /// So many unrelated senders met the same: park.
    Alike { senders: usize },
    /// So many of so many recipients on this path were refused: park.
    Share { refused: usize, of: usize },
}

/// What happened on all paths lately.
#[derive(Debug)]
pub struct Breaker<P> {
    paths: BTreeMap<P, VecDeque<Met>>,
    /// Whether only one tenant is served, so that senders stand for tenants.
    has_one_tenant: bool,
}

/// One remembered answer.
#[derive(Debug)]
struct Met {
    at: Timestamp,
    tenant: TenantName,
    sender: String,
    refusal: Option<(String, Category)>,
}

impl<P> Default for Breaker<P> {
    fn default() -> Self {
        Self { paths: BTreeMap::new(), has_one_tenant: false }
    }
}

impl<P: Ord + Clone> Breaker<P> {
    /// How many tenants there are: in an installation of one, its senders are each for themselves.
    pub fn serve(&mut self, tenants: usize) {
        self.has_one_tenant = tenants == 1;
    }

    /// Remembers one answer and says whether it, if it is a refusal, may be believed.
    pub fn meet(&mut self, path: &P, answer: &Answer<'_>, now: Timestamp) -> Trust {
        self.make_room(path, now);
        let met = self.paths.entry(path.clone()).or_default();
        forget_old(met, now);
        if met.len() >= ANSWERS_MAX {
            met.pop_front();
        }
        met.push_back(Met {
            at: now,
            tenant: answer.tenant.clone(),
            sender: answer.sender.to_owned(),
            refusal: answer.refusal.map(|refusal| (refusal.text.to_owned(), refusal.category)),
        });
        match answer.refusal {
            Some(refusal) => self.trust(path, refusal),
            None => Trust::Alone,
        }
    }

    fn trust(&self, path: &P, refusal: Refusal<'_>) -> Trust {
        let Some(met) = self.paths.get(path) else { return Trust::Alone };
        if !is_about_a_mailbox(refusal.category) {
            let same =
                met.iter().filter(|met| met.refusal.as_ref().is_some_and(|(text, _)| text == refusal.text));
            let senders = same.map(|met| self.who(met)).collect::<BTreeSet<_>>().len();
            if senders >= SENDERS_MAX {
                return Trust::Alike { senders };
            }
        }
        let refused = met.iter().filter(|met| met.refusal.is_some()).count();
        let tenants = met.iter().map(|met| self.who(met)).collect::<BTreeSet<_>>().len();
        if met.len() >= RECIPIENTS_MIN && tenants >= TENANTS_MIN && refused * 2 > met.len() {
            return Trust::Share { refused, of: met.len() };
        }
        Trust::Alone
    }

    fn who<'a>(&self, met: &'a Met) -> &'a str {
        if self.has_one_tenant { &met.sender } else { met.tenant.as_str() }
    }

    /// A new path takes a place of those that were quiet longest.
    fn make_room(&mut self, path: &P, now: Timestamp) {
        if self.paths.len() < PATHS_MAX || self.paths.contains_key(path) {
            return;
        }
        self.paths.retain(|_, met| met.back().is_some_and(|last| !is_old(last, now)));
        let too_many = (self.paths.len() + FORGOTTEN_AT_ONCE).saturating_sub(PATHS_MAX);
        let last_met = |(path, met): (&P, &VecDeque<Met>)| (met.back().map(|last| last.at), path.clone());
        let mut by_age: Vec<_> = self.paths.iter().map(last_met).collect();
        by_age.sort_unstable();
        for (_, path) in by_age.iter().take(too_many) {
            self.paths.remove(path);
        }
    }
}

fn forget_old(met: &mut VecDeque<Met>, now: Timestamp) {
    while met.front().is_some_and(|first| is_old(first, now)) {
        met.pop_front();
    }
}

fn is_old(met: &Met, now: Timestamp) -> bool {
    met.at + WINDOW < now
}

fn is_about_a_mailbox(category: Category) -> bool {
    matches!(category, Category::MailboxUnknown | Category::MailboxFull | Category::MailboxDisabled)
}

#[cfg(test)]
mod tests;
