//! What is parked and wakes by itself: for its tenant's set-up once that is mended, for our address once the guard gives a source back, behind a
//! probe that is accepted, and at expiry for the last try.
//!
//! One call wakes a bounded number, in batches of the spool, so that a hundred thousand parked messages never hold up those that are due; it says
//! whether it should be called again soon. What a person, a policy or a loop holds is not touched.

use crate::Parts;
use crate::conduct;
use crate::guard;
use dispatch::{Fate, Opening, Parked, Passage, Step, is_for_setup, is_refusal};
use model::{Standing, TenantName, Timestamp};
use spool::{Going, Seen};
use std::collections::{BTreeMap, BTreeSet};

/// Messages that are woken at one call.
const WOKEN_AT_ONCE: usize = 2_000;

/// Messages that find out at one look whether a source may be used again.
const PROBES_AT_ONCE: usize = 4;

/// Whether there may be more to wake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Nothing,
    More,
}

/// What one call may still do.
struct Waking<'p> {
    parts: &'p Parts,
    now: Timestamp,
    left: usize,
}

/// Wakes whatever has a reason to wake.
pub(super) async fn wake(parts: &Parts, now: Timestamp) -> Left {
    let mut waking = Waking { parts, now, left: WOKEN_AT_ONCE };
    waking.probe().await;
    let parked = parked_for_setup(parts);
    for tenant in &parked {
        waking.wake_tenant(tenant).await;
    }
    end_idle_holds(parts, &parked);
    waking.reopen().await;
    waking.release(|seen| conduct::may_wake(parts, seen, now), "the sender's conduct", WOKEN_AT_ONCE).await;
    // Law 3: at expiry every way is tried once more, and then the sender is told.
    let is_over = |seen: &Seen<'_>| seen.expires() <= now && seen.park_reasons().any(is_refusal);
    waking.release(is_over, "expiry", WOKEN_AT_ONCE).await;
    if waking.left == 0 { Left::More } else { Left::Nothing }
}

impl Waking<'_> {
    /// Gives whether all that was meant is awake.
    async fn release(&mut self, wanted: impl Fn(&Seen<'_>) -> bool, why: &str, at_most: usize) -> bool {
        let at_most = at_most.min(self.left);
        match self.parts.spool.release_where(wanted, why, self.now, at_most).await {
            Ok(released) => {
                self.left -= released;
                released < at_most
            }
            Err(error) => {
                tracing::error!(%error, why, "parked messages were not released now; the next look tries again");
                false
            }
        }
    }

    /// What is parked for a refusal that nobody believes or knows: one message finds out, and the rest follows in steps.
    async fn probe(&mut self) {
        let (parts, now) = (self.parts, self.now);
        let probes = &parts.verdict.probes;
        if !probes.is_due(now) {
            return;
        }
        let mut parked: BTreeMap<Fate, Parked> = BTreeMap::new();
        parts.spool.scan_parked(|seen| {
            if may_wake(seen) {
                for fate in fates(seen) {
                    let group = parked.entry(fate).or_default();
                    group.messages.insert(seen.id);
                    group.since = group.since.into_iter().chain(seen.progress().parked_since).min();
                }
            }
            Going::On
        });
        for step in probes.plan(&parked, now) {
            match step {
                Step::Probe(id) => self.release(|seen| seen.id == id, "a probe of its refusal", 1).await,
                Step::Some(fate, step) => {
                    let is_its = |seen: &Seen<'_>| fates(seen).any(|its| its == fate);
                    self.release(is_its, "an accepted probe", step).await
                }
            };
        }
    }

    /// What our addresses kept here goes as soon as one of them may be used again; to find that out, a few messages go before.
    async fn reopen(&mut self) {
        let parts = self.parts;
        let (mut open, mut probes) = (BTreeSet::new(), Vec::new());
        for waiting in guard::waiting(parts) {
            match guard::opening(parts, &waiting) {
                Some(Opening::Free) => drop(open.insert(waiting)),
                Some(Opening::Probe) => probes.push(waiting),
                None => {}
            }
        }
        // Another few at each look: one whose mail is refused for a reason of its own must not stand in the way for ever.
        let start = usize::try_from(self.now.as_micros() / 1_000_000).unwrap_or(0) % probes.len().max(1);
        for probe in probes.iter().cycle().skip(start).take(PROBES_AT_ONCE.min(probes.len())) {
            self.release(|seen| guard::waits(parts, seen).any(|its| its == *probe), "a probe of a source", 1)
                .await;
        }
        if !open.is_empty() {
            let is_free = |seen: &Seen<'_>| guard::waits(parts, seen).any(|its| open.contains(&its));
            self.release(is_free, "a source that may be used again", WOKEN_AT_ONCE).await;
        }
    }

    /// All of it wakes once the set-up is mended, one message serves as the probe before.
    async fn wake_tenant(&mut self, tenant: &TenantName) {
        let (parts, now) = (self.parts, self.now);
        let holds = parts.tenants.holds();
        let is_its = |seen: &Seen<'_>| seen.tenant() == tenant && seen.park_reasons().any(is_for_setup);
        let why = "the tenant's connector";
        match holds.exit(tenant, now) {
            Passage::Free if holds.wakes(tenant, now) => {
                if self.release(is_its, why, WOKEN_AT_ONCE).await {
                    holds.woken(tenant, now);
                }
            }
            Passage::Probe => {
                let its =
                    parts.spool.next_due_in(|lane| lane.tenant == *tenant && !lane.redirected && !lane.ours);
                if its.is_none_or(|due| due > now) {
                    self.release(is_its, why, 1).await;
                }
            }
            Passage::Free | Passage::Closed => {}
        }
    }
}

fn fates<'s>(seen: &'s Seen<'_>) -> impl Iterator<Item = Fate> + 's {
    seen.park_reasons().filter_map(|reason| Fate::of(seen.tenant(), reason))
}

/// What somebody holds stays, whatever a probe finds, and what is under way has its chance already.
fn may_wake(seen: &Seen<'_>) -> bool {
    match seen.standing {
        Standing::Parked | Standing::Waiting => true,
        Standing::Held | Standing::Delivering => false,
    }
}

fn parked_for_setup(parts: &Parts) -> BTreeSet<TenantName> {
    let mut parked = BTreeSet::new();
    parts.spool.scan_parked(|seen| {
        if seen.park_reasons().any(is_for_setup) && !parked.contains(seen.tenant()) {
            parked.insert(seen.tenant().clone());
        }
        Going::On
    });
    parked
}

/// A hold of which no message is left that could be its probe ends: the next one that comes in is. What is held or parked for something else
/// never goes out by itself, so it keeps no hold alive.
fn end_idle_holds(parts: &Parts, parked: &BTreeSet<TenantName>) {
    let holds = parts.tenants.holds();
    for (tenant, _) in holds.held() {
        let may_probe = |seen: &Seen<'_>| {
            let goes = match seen.standing {
                Standing::Waiting | Standing::Delivering => true,
                Standing::Parked | Standing::Held => false,
            };
            goes && *seen.tenant() == tenant && !seen.is_ours()
        };
        if !parked.contains(&tenant) && parts.spool.find(may_probe).is_none() {
            holds.release(&tenant);
            parts.metrics.tenants_held.set(holds.count());
        }
    }
}
