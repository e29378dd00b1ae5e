//! Tenants whose own system does not know us as theirs: their connector did not match, so every message would be refused.
//!
//! ```text
//!   free --- refused, and nothing was accepted lately, or three in a row ---> held --- one accepted ---> free
//!                                                                             |  ^
//!                                                                             +--+ one message out and one in at intervals
//! ```
//! While a tenant is held its mail parks and its connector is asked to keep what is new; nobody's mail is bounced for it. It is
//! kept in memory: after a restart parked mail is tried, and the first refusal says it again. A hold with nothing left to try ends by
//! itself: the next message is the probe.

use model::{Duration, TenantName, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Mail that was accepted so lately speaks against a connector that does not match: one sender's domain may be missing there.
const LATELY: Duration = Duration::from_secs(300);
/// Refusals in a row that outweigh it.
const ROW_MAX: u32 = 3;
/// How often mail that is parked for the connector is tried while its tenant is not held.
const WAKE_EVERY: Duration = Duration::from_secs(900);
/// A person is told again of a hold that comes back after so long.
const TELL_AGAIN: Duration = Duration::from_secs(3600);
/// Waits between probes; the last one repeats.
const PROBE_WAITS: [Duration; 4] =
    [Duration::from_secs(5), Duration::from_secs(15), Duration::from_secs(60), Duration::from_secs(300)];

/// One tenant that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub since: Timestamp,
    /// The refusal that said it.
    pub why: String,
    probes: usize,
    /// When one message may go out.
    probe_at: Timestamp,
    /// When one message may come in.
    entry_at: Timestamp,
}

#[derive(Debug, Default)]
struct Standing {
    accepted: Option<Timestamp>,
    /// Refusals since then.
    row: u32,
    held: Option<Held>,
    /// When parked mail may be tried again.
    wake_at: Timestamp,
    /// When a person was told.
    told: Option<Timestamp>,
}

/// What a refusal brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// The tenant is held already, or there is too little against it.
    No,
    /// A hold that a person was told of lately: it ended for want of anything to try.
    Again,
    /// A person has to be told.
    Tell,
}

/// What may go now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    Free,
    /// One message, to find out.
    Probe,
    Closed,
}

/// Every tenant's standing with its own system.
#[derive(Debug, Default)]
pub struct Holds(Mutex<BTreeMap<TenantName, Standing>>);

impl Holds {
    /// A message of the tenant was refused because its connector did not match; whether that begins a hold.
    pub fn refused(&self, tenant: &TenantName, why: &str, now: Timestamp) -> Begun {
        let mut standings = self.lock();
        let standing = standings.entry(tenant.clone()).or_default();
        standing.row += 1;
        let lately = standing.accepted.is_some_and(|accepted| now.since(accepted) < LATELY);
        if standing.held.is_some() || (lately && standing.row < ROW_MAX) {
            return Begun::No;
        }
        standing.wake_at = now + WAKE_EVERY;
        let soon = now + PROBE_WAITS[0];
        let held = Held { since: now, why: why.to_owned(), probes: 0, probe_at: soon, entry_at: soon };
        standing.held = Some(held);
        let lately = standing.told.is_some_and(|told| now.since(told) < TELL_AGAIN);
        standing.told = if lately { standing.told } else { Some(now) };
        if lately { Begun::Again } else { Begun::Tell }
    }

    /// A message of the tenant was accepted as the tenant's; the hold that it ends.
    pub fn accepted(&self, tenant: &TenantName, now: Timestamp) -> Option<Held> {
        let mut standings = self.lock();
        let standing = standings.entry(tenant.clone()).or_default();
        standing.accepted = Some(now);
        standing.row = 0;
        standing.told = None;
        let ended = standing.held.take();
        if ended.is_some() {
            standing.wake_at = now;
        }
        ended
    }

    /// Whether a message of the tenant may go out.
    #[must_use]
    pub fn exit(&self, tenant: &TenantName, now: Timestamp) -> Passage {
        let standings = self.lock();
        match standings.get(tenant).and_then(|standing| standing.held.as_ref()) {
            None => Passage::Free,
            Some(held) if held.probe_at <= now => Passage::Probe,
            Some(_) => Passage::Closed,
        }
    }

    /// One went out, to find out.
    pub fn probed(&self, tenant: &TenantName, now: Timestamp) {
        let mut standings = self.lock();
        if let Some(held) = standings.get_mut(tenant).and_then(|standing| standing.held.as_mut()) {
            held.probes += 1;
            let wait = PROBE_WAITS.get(held.probes).or(PROBE_WAITS.last());
            held.probe_at = now + wait.copied().unwrap_or_default();
        }
    }

    /// Whether a message of the tenant may come in. It takes nothing: what only begins may be a forger's.
    #[must_use]
    pub fn entry(&self, tenant: &TenantName, now: Timestamp) -> Passage {
        let standings = self.lock();
        match standings.get(tenant).and_then(|standing| standing.held.as_ref()) {
            None => Passage::Free,
            Some(held) if held.entry_at <= now => Passage::Probe,
            Some(_) => Passage::Closed,
        }
    }

    /// The message that was let in could not be taken after all: the next one may come.
    pub fn not_entered(&self, tenant: &TenantName, now: Timestamp) {
        let mut standings = self.lock();
        if let Some(held) = standings.get_mut(tenant).and_then(|standing| standing.held.as_mut()) {
            held.entry_at = now;
        }
    }

    /// Whether a message of the tenant may come in; the one that may is counted.
    pub fn enter(&self, tenant: &TenantName, now: Timestamp) -> Passage {
        let mut standings = self.lock();
        match standings.get_mut(tenant).and_then(|standing| standing.held.as_mut()) {
            None => Passage::Free,
            Some(held) if held.entry_at <= now => {
                held.entry_at = now + PROBE_WAITS[PROBE_WAITS.len() - 1];
                Passage::Probe
            }
            Some(_) => Passage::Closed,
        }
    }

    /// Whether all parked mail of the tenant is to be tried now; so until it is `woken`.
    #[must_use]
    pub fn wakes(&self, tenant: &TenantName, now: Timestamp) -> bool {
        let standings = self.lock();
        standings.get(tenant).is_none_or(|standing| standing.held.is_none() && standing.wake_at <= now)
    }

    /// All of it was released.
    pub fn woken(&self, tenant: &TenantName, now: Timestamp) {
        self.lock().entry(tenant.clone()).or_default().wake_at = now + WAKE_EVERY;
    }

    /// Nothing is left to probe with.
    pub fn release(&self, tenant: &TenantName) {
        if let Some(standing) = self.lock().get_mut(tenant) {
            standing.held = None;
        }
    }

    /// When the next probe is due.
    #[must_use]
    pub fn next_probe(&self) -> Option<Timestamp> {
        self.lock().values().filter_map(|standing| standing.held.as_ref()).map(|held| held.probe_at).min()
    }

    /// How many are held.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.lock().values().filter(|standing| standing.held.is_some()).count() as u64
    }

    /// When the tenant's own system last took a message as the tenant's, in this run.
    #[must_use]
    pub fn last_accepted(&self, tenant: &TenantName) -> Option<Timestamp> {
        self.lock().get(tenant).and_then(|standing| standing.accepted)
    }

    /// Everyone who is held.
    #[must_use]
    pub fn held(&self) -> Vec<(TenantName, Held)> {
        let standings = self.lock();
        standings.iter().filter_map(|(name, one)| Some((name.clone(), one.held.clone()?))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TenantName, Standing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
