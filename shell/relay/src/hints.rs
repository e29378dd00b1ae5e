//! What a tenant's people should know of their mail: the last few things, each once with its count.
//!
//! A list has a bound and the oldest entry goes first; nothing here is on disk, so a restart empties it. Forgeries have a list and alarms
//! of their own, so they hide no waiting mail. It also says when something is worth an alarm: the first time, and then once in ten
//! minutes for one kind, concern and tenant, because a flood of forgeries must not become a flood of alarms.

use model::{Duration, TenantName, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Entries of one tenant.
const HINTS_MAX: usize = 50;
const ALARM_AGAIN: Duration = Duration::from_secs(600);

/// Whose mail it is about: how many forgeries come is a stranger's choice, so they are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Concern {
    /// The tenant's own mail waits or meets a limit.
    Waiting,
    /// Somebody without proof was refused.
    Forged,
}

/// One thing to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The kind, a fixed word such as `secret` or `domain`.
    pub word: &'static str,
    /// What happened and what to do, one sentence.
    pub text: String,
    pub first: Timestamp,
    pub last: Timestamp,
    pub count: u64,
}

/// Every tenant's list; `None` is the list of what concerns no tenant.
#[derive(Debug, Default)]
pub struct Hints(Mutex<BTreeMap<(Option<TenantName>, Concern), Told>>);

#[derive(Debug, Default)]
struct Told {
    hints: VecDeque<Hint>,
    alarmed: BTreeMap<&'static str, Timestamp>,
}

impl Hints {
    /// Adds to the list. Gives whether it is time for an alarm.
    pub(crate) fn tell(
        &self,
        (tenant, concern): (Option<&TenantName>, Concern),
        word: &'static str,
        text: &str,
        now: Timestamp,
    ) -> bool {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = lists.entry((tenant.cloned(), concern)).or_default();
        let known = told.hints.iter_mut().find(|hint| hint.word == word && hint.text == text);
        if let Some(hint) = known {
            hint.count += 1;
            hint.last = now;
        } else {
            if told.hints.len() == HINTS_MAX {
                told.hints.pop_front();
            }
            let text = text.to_owned();
            told.hints.push_back(Hint { word, text, first: now, last: now, count: 1 });
        }
        let is_due = told.alarmed.get(word).is_none_or(|last| now.since(*last) >= ALARM_AGAIN);
        if is_due {
            told.alarmed.insert(word, now);
        }
        is_due
    }

    /// The list of one tenant, or of what concerns none, oldest first.
    #[must_use]
    pub fn of(&self, tenant: Option<&TenantName>) -> Vec<Hint> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let both = [Concern::Waiting, Concern::Forged].map(|concern| lists.get(&(tenant.cloned(), concern)));
        let mut hints: Vec<Hint> = both.into_iter().flatten().flat_map(|told| told.hints.clone()).collect();
        hints.sort_by_key(|hint| hint.first);
        hints
    }
}

#[cfg(test)]
mod tests;
