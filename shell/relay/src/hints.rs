//! What a tenant's people should know of their mail: the last few things, each once with its count.
//!
//! A list has a bound and the oldest entry goes first; nothing here is on disk, so a restart empties it. It also says when something is worth
//! an alarm: the first time, and then once in ten minutes for one kind and tenant, because a flood of forgeries must not become a flood of
//! alarms.

use model::{Duration, TenantName, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Entries of one tenant.
const HINTS_MAX: usize = 50;
const ALARM_AGAIN: Duration = Duration::from_secs(600);

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
pub struct Hints(Mutex<BTreeMap<Option<TenantName>, Told>>);

#[derive(Debug, Default)]
struct Told {
    hints: VecDeque<Hint>,
    alarmed: BTreeMap<&'static str, Timestamp>,
}

impl Hints {
    /// Adds to the list. Gives whether it is time for an alarm.
    pub(crate) fn tell(
        &self,
        tenant: Option<&TenantName>,
        word: &'static str,
        text: &str,
        now: Timestamp,
    ) -> bool {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = lists.entry(tenant.cloned()).or_default();
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
        lists.get(&tenant.cloned()).map(|told| told.hints.iter().cloned().collect()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
