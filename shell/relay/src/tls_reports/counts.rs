//! What connections met, counted in memory: a look under a lock for each connection, and no more for domains that want no reports.
//!
//! Domains are kept for one day in UTC, at most so many; beyond that new ones are not counted, which the log tells once. What was counted leaves by
//! `take` and is not here any more.

use model::Timestamp;
use net::Clock;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tlspolicy::report::{AppliedPolicy, Day, Fault, Peer, Published, Results};
use tlspolicy::sts::Policy;
use tlspolicy::{HostPolicy, NotAllowed};

/// Domains of one day.
const DOMAINS_MAX: usize = 50_000;

/// What is known of a domain, by which its sessions are counted.
#[derive(Debug, Clone)]
pub(crate) struct Watched {
    /// In A-labels.
    pub(crate) domain: String,
    pub(crate) sts: Option<Arc<Policy>>,
    /// Why a policy that is announced cannot be had.
    pub(crate) sts_failed: Option<Fault>,
}

impl Watched {
    fn published(&self) -> Published<'_> {
        Published { domain: &self.domain, sts: self.sts.as_deref(), sts_failed: self.sts_failed.as_ref() }
    }
}

/// Counts of the day.
#[derive(Debug)]
pub(crate) struct Counts {
    clock: Clock,
    today: Mutex<Today>,
}

#[derive(Debug)]
struct Today {
    day: Day,
    domains: BTreeMap<String, Slot>,
    /// Of the days before, still to be taken.
    before: Vec<Counted>,
    is_full: bool,
}

/// Since the last time that it was taken.
#[derive(Debug)]
enum Slot {
    /// It is not known whether the domain wants reports.
    Unasked(Results),
    Wanted(Results),
    Unwanted,
}

/// What was counted of a domain on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) day: Day,
    pub(crate) domain: String,
    pub(crate) results: Results,
}

impl Counts {
    pub(crate) fn new(clock: Clock) -> Self {
        let day = Day::of(clock.now());
        let today = Today { day, domains: BTreeMap::new(), before: Vec::new(), is_full: false };
        Self { clock, today: Mutex::new(today) }
    }

    /// A connection, to a host of which this was demanded, from and to these addresses.
    pub(crate) fn session(
        &self,
        watched: &Watched,
        (host, policy): (&str, &HostPolicy),
        (from, to): (IpAddr, IpAddr),
        met: Result<(), Fault>,
    ) {
        if self.is_unwanted(&watched.domain) {
            return;
        }
        let Some((applied, fault)) = watched.published().applied(host, policy) else { return };
        let peer = Peer { from: Some(from), host: Some(host.to_owned()), address: Some(to) };
        self.count(&watched.domain, &applied, fault.map_or(met, Err), peer);
    }

    /// A host was not written to.
    pub(crate) fn refused(&self, watched: &Watched, host: &str, why: &NotAllowed) {
        if self.is_unwanted(&watched.domain) {
            return;
        }
        let (applied, fault) = watched.published().refused(host, why);
        let peer = Peer { host: Some(host.to_owned()), ..Peer::default() };
        self.count(&watched.domain, &applied, Err(fault), peer);
    }

    fn is_unwanted(&self, domain: &str) -> bool {
        matches!(self.today().domains.get(domain), Some(Slot::Unwanted))
    }

    fn count(&self, domain: &str, policy: &AppliedPolicy, met: Result<(), Fault>, peer: Peer) {
        let mut today = self.today();
        if !today.domains.contains_key(domain) {
            if today.domains.len() >= DOMAINS_MAX {
                if !std::mem::replace(&mut today.is_full, true) {
                    tracing::warn!(
                        DOMAINS_MAX,
                        "so many domains had mail today; TLS with further ones is not counted for reports"
                    );
                }
                return;
            }
            today.domains.insert(domain.to_owned(), Slot::Unasked(Results::default()));
        }
        match today.domains.get_mut(domain) {
            Some(Slot::Unasked(results) | Slot::Wanted(results)) => results.count(policy, met, peer),
            Some(Slot::Unwanted) | None => {}
        }
    }

    /// The day on which is counted now.
    pub(crate) fn day(&self) -> Day {
        self.today().day
    }

    /// So many of the domains of which it is not known whether they want reports.
    pub(crate) fn unasked(&self, most: usize) -> Vec<String> {
        let today = self.today();
        let unasked = today.domains.iter().filter(|(_, slot)| matches!(slot, Slot::Unasked(_)));
        unasked.map(|(domain, _)| domain.clone()).take(most).collect()
    }

    /// Whether a domain wants reports; what was counted of one that does not is forgotten.
    pub(crate) fn note(&self, domain: &str, wants: bool) {
        let mut today = self.today();
        let Some(slot) = today.domains.get_mut(domain) else { return };
        *slot = match std::mem::replace(slot, Slot::Unwanted) {
            Slot::Unasked(results) | Slot::Wanted(results) if wants => Slot::Wanted(results),
            Slot::Unasked(_) | Slot::Wanted(_) | Slot::Unwanted => Slot::Unwanted,
        };
    }

    /// Takes what was counted: of days that are over all of it, of today what is wanted, and with `unasked` what may be.
    pub(crate) fn take(&self, unasked: bool) -> Vec<Counted> {
        let mut today = self.today();
        let mut taken = std::mem::take(&mut today.before);
        let day = today.day;
        for (domain, slot) in &mut today.domains {
            let results = match slot {
                Slot::Wanted(results) => std::mem::take(results),
                Slot::Unasked(results) if unasked => std::mem::take(results),
                Slot::Unasked(_) | Slot::Unwanted => continue,
            };
            taken.extend(counted(day, domain, results));
        }
        taken
    }

    /// What was counted today and not taken, of one domain or all, and whether it is wanted.
    pub(crate) fn unwritten(&self, domain: Option<&str>) -> Vec<(String, Option<bool>, Results)> {
        let today = self.today();
        let is_meant = |name: &str| domain.is_none_or(|domain| domain == name);
        let shown = today.domains.iter().filter(|(name, _)| is_meant(name));
        let shown = shown.filter_map(|(name, slot)| match slot {
            Slot::Unasked(results) => Some((name.clone(), None, results.clone())),
            Slot::Wanted(results) => Some((name.clone(), Some(true), results.clone())),
            Slot::Unwanted => domain.map(|_| (name.clone(), Some(false), Results::default())),
        });
        shown.collect()
    }

    /// What is counted today; a day that is over makes way.
    fn today(&self) -> MutexGuard<'_, Today> {
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        today.turn(self.clock.now());
        today
    }
}

impl Today {
    fn turn(&mut self, now: Timestamp) {
        let day = Day::of(now);
        if day == self.day {
            return;
        }
        let over = std::mem::replace(&mut self.day, day);
        for (domain, slot) in std::mem::take(&mut self.domains) {
            match slot {
                Slot::Unasked(results) | Slot::Wanted(results) => {
                    self.before.extend(counted(over, &domain, results));
                }
                Slot::Unwanted => {}
            }
        }
        self.is_full = false;
    }
}

fn counted(day: Day, domain: &str, results: Results) -> Option<Counted> {
    (!results.is_empty()).then(|| Counted { day, domain: domain.to_owned(), results })
}

#[cfg(test)]
mod tests;
