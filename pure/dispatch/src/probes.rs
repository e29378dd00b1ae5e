//! Mail that is parked for a refusal which is not believed, or which nobody knows: one message finds out whether it still holds.
//!
//! ```text
//!   Closed --- its time has come ---> Probing --- accepted ---> Open: the rest in growing steps
//!     ^                                  |                        |
//!     +---- refused alike, or no answer -+------------------------+
//! ```
//! Messages of one tenant that one host refused alike share a fate. The first probe goes after a quarter of an hour, each further one after twice
//! the time, up to four hours, each time with another message. A probe that is refused alike is parked again and never reported before its time is
//! over. All of it is in memory: after a restart a probe goes at once. What was refused for our address is not touched: whether an address
//! is clean again the guard finds out.

use bounce::normalised;
use model::{Duration, MessageId, Owner, ParkReason, TenantName, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Until the first probe.
const FIRST_WAIT: Duration = Duration::from_secs(15 * 60);
/// Between two probes at most.
const WAIT_MAX: Duration = Duration::from_secs(4 * 3600);
/// Messages of the first step behind an accepted probe; each step is twice the one before.
const FIRST_STEP: usize = 10;
const STEP_MAX: usize = 1_000;
/// Between two steps: the answers to the one before should be known.
const STEP_EVERY: Duration = Duration::from_secs(10);
/// How often it is looked for refusals that are new here.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// What parked messages have in common that are refused or accepted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fate {
    pub tenant: TenantName,
    /// By name: the addresses of a host share what they think of us.
    pub host: String,
    /// Without ids, addresses and times.
    pub refusal: String,
}

/// The parked messages of one fate.
#[derive(Debug, Clone, Default)]
pub struct Parked {
    pub messages: BTreeSet<MessageId>,
    /// Since when the first of them is parked.
    pub since: Option<Timestamp>,
}

/// What to wake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Probe(MessageId),
    /// As many of this fate.
    Some(Fate, usize),
}

/// How far the finding out is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Until the next probe.
    Closed { next: Timestamp, wait: Duration },
    /// The message is out; without an answer another one goes at `next`.
    Probing { id: MessageId, next: Timestamp, wait: Duration },
    /// A probe was accepted: so many more at `next`.
    Open { next: Timestamp, step: usize },
}

#[derive(Debug)]
struct Group {
    gate: Gate,
    /// Probes since it was open last.
    probes: BTreeSet<MessageId>,
    latest: Option<MessageId>,
}

#[derive(Debug, Default)]
struct Inner {
    groups: BTreeMap<Fate, Group>,
    /// When it is to be looked for new ones.
    look_at: Option<Timestamp>,
}

/// Every refusal that keeps mail here, and how far its probes are.
#[derive(Debug, Default)]
pub struct Probes(Mutex<Inner>);

impl Fate {
    /// The fate of mail that is parked for this reason; nothing where no probe would tell, or is not ours to send.
    #[must_use]
    pub fn of(tenant: &TenantName, reason: &ParkReason) -> Option<Self> {
        match reason {
            ParkReason::Refused { host, reply, owner, .. } if is_probed(*owner) => {
                Some(Self::new(tenant, host, reply))
            }
            ParkReason::Refused { .. }
            | ParkReason::TenantSetup { .. }
            | ParkReason::Loop { .. }
            | ParkReason::Policy { .. }
            | ParkReason::Conduct { .. }
            | ParkReason::Damaged { .. }
            | ParkReason::Operator { .. } => None,
        }
    }

    #[must_use]
    pub fn new(tenant: &TenantName, host: &str, reply: &str) -> Self {
        Self { tenant: tenant.clone(), host: name_of(host).to_owned(), refusal: normalised(reply) }
    }
}

impl Probes {
    /// Whether it is time to look at what is parked.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        let inner = self.lock();
        let has_step = |group: &Group| match group.gate {
            Gate::Closed { next, .. } | Gate::Probing { next, .. } | Gate::Open { next, .. } => next <= now,
        };
        inner.look_at.is_none_or(|at| at <= now) || inner.groups.values().any(has_step)
    }

    /// What to wake now, where these are all that are parked.
    #[must_use]
    pub fn plan(&self, parked: &BTreeMap<Fate, Parked>, now: Timestamp) -> Vec<Step> {
        let mut inner = self.lock();
        inner.look_at = Some(now + LOOK_EVERY);
        inner.groups.retain(|fate, group| parked.contains_key(fate) || group.is_probing(now));
        let mut steps = Vec::new();
        for (fate, parked) in parked {
            let group = inner.groups.entry(fate.clone()).or_insert_with(|| Group::new(parked.since, now));
            steps.extend(group.step(fate, parked, now));
        }
        steps
    }

    /// The host took a message: what waits behind it as its probe may go. Gives the fates that are open now.
    pub fn accepted(&self, id: MessageId, host: &str, now: Timestamp) -> Vec<Fate> {
        let mut inner = self.lock();
        let mut opened = Vec::new();
        for (fate, group) in &mut inner.groups {
            let is_its = matches!(group.gate, Gate::Probing { id: probe, .. } if probe == id);
            if is_its && fate.host == name_of(host) {
                group.gate = Gate::Open { next: now, step: FIRST_STEP };
                group.probes.clear();
                opened.push(fate.clone());
            }
        }
        opened
    }

    /// Whether a message is a probe of this fate, so that the same refusal proves nothing against it alone.
    #[must_use]
    pub fn is_probe(&self, id: MessageId, fate: &Fate) -> bool {
        self.lock().groups.get(fate).is_some_and(|group| group.probes.contains(&id))
    }

    /// Every fate that is known, with its gate.
    #[must_use]
    pub fn gates(&self) -> Vec<(Fate, Gate)> {
        self.lock().groups.iter().map(|(fate, group)| (fate.clone(), group.gate)).collect()
    }

    /// A message was parked for this.
    pub fn parked(&self, id: MessageId, fate: &Fate, now: Timestamp) {
        let mut inner = self.lock();
        let Some(group) = inner.groups.get_mut(fate) else { return };
        match group.gate {
            Gate::Open { .. } => group.gate = Gate::Closed { next: now + FIRST_WAIT, wait: FIRST_WAIT },
            Gate::Probing { id: probe, next, wait } if probe == id => {
                group.gate = Gate::Closed { next, wait };
            }
            Gate::Probing { .. } | Gate::Closed { .. } => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic while it was held left nothing worse than a probe too few.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Group {
    fn new(since: Option<Timestamp>, now: Timestamp) -> Self {
        let next = since.unwrap_or(now) + FIRST_WAIT;
        Self { gate: Gate::Closed { next, wait: FIRST_WAIT }, probes: BTreeSet::new(), latest: None }
    }

    /// Whether a message is out of which nothing is known yet.
    fn is_probing(&self, now: Timestamp) -> bool {
        matches!(self.gate, Gate::Probing { next, .. } if next > now)
    }

    fn step(&mut self, fate: &Fate, parked: &Parked, now: Timestamp) -> Option<Step> {
        match self.gate {
            Gate::Closed { next, wait } | Gate::Probing { next, wait, .. } if next <= now => {
                let behind = parked.messages.iter().find(|id| self.latest.is_none_or(|latest| **id > latest));
                let id = *behind.or(parked.messages.first())?;
                let wait = (wait * 2).min(WAIT_MAX);
                self.gate = Gate::Probing { id, next: now + wait, wait };
                self.probes.insert(id);
                self.latest = Some(id);
                Some(Step::Probe(id))
            }
            Gate::Open { next, step } if next <= now => {
                self.gate = Gate::Open { next: now + STEP_EVERY, step: (step * 2).min(STEP_MAX) };
                Some(Step::Some(fate.clone(), step))
            }
            Gate::Closed { .. } | Gate::Probing { .. } | Gate::Open { .. } => None,
        }
    }
}

/// A listed address is the guard's; for everything else a message is the only way to find out.
fn is_probed(owner: Option<Owner>) -> bool {
    match owner {
        Some(Owner::OurAddress) => false,
        // Of a record that an earlier version wrote nobody knows.
        None
        | Some(
            Owner::OurDomain
            | Owner::OurSetup
            | Owner::TenantSetup
            | Owner::SenderDomain
            | Owner::Content
            | Owner::Recipient
            | Owner::Receiver,
        ) => true,
    }
}

/// `host [address]` without its address.
fn name_of(host: &str) -> &str {
    host.split_whitespace().next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
