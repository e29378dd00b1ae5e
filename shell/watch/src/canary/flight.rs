//! Canaries that are under way, by their id. What is waited for has a bound: the oldest is forgotten, as lost.

use super::CanaryConfig;
use model::{CanaryName, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Canaries that are waited for at once.
const FLIGHT_MAX: usize = 10_000;

/// One that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) name: CanaryName,
    pub(super) at: Timestamp,
    pub(super) body: Vec<u8>,
    is_late: bool,
}

/// What it missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passed {
    Late,
    Lost,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Flight(Mutex<BTreeMap<String, Sent>>);

impl Flight {
    pub(super) fn begins(&self, id: String, name: CanaryName, at: Timestamp, body: Vec<u8>) {
        let mut sent = self.lock();
        if sent.len() >= FLIGHT_MAX {
            let oldest = sent.iter().min_by_key(|(_, sent)| sent.at).map(|(id, _)| id.clone());
            oldest.map(|id| sent.remove(&id));
        }
        sent.insert(id, Sent { name, at, body, is_late: false });
    }

    /// It is not waited for any more; gives it if it was.
    pub(super) fn ends(&self, id: &str) -> Option<Sent> {
        self.lock().remove(id)
    }

    /// When the next one of this kind misses something.
    pub(super) fn next_due(&self, config: &CanaryConfig) -> Option<Timestamp> {
        let due = |sent: &Sent| sent.at + if sent.is_late { config.lost } else { config.late };
        self.lock().values().filter(|sent| sent.name == config.name).map(due).min()
    }

    /// Those of this kind that have missed something since they were asked for last, with the time of their sending.
    pub(super) fn passed(&self, config: &CanaryConfig, now: Timestamp) -> Vec<(Passed, Timestamp)> {
        let mut passed = Vec::new();
        self.lock().retain(|_, sent| {
            if sent.name != config.name {
                return true;
            }
            if now >= sent.at + config.lost {
                passed.push((Passed::Lost, sent.at));
                return false;
            }
            if now >= sent.at + config.late && !sent.is_late {
                sent.is_late = true;
                passed.push((Passed::Late, sent.at));
            }
            true
        });
        passed
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Sent>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
