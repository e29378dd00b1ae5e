//! What is due is taken, and what is parked wakes: with its connector, behind a probe, with its source, at expiry. It follows `shell/relay/src/queue`.

use crate::carry::receiver;
use crate::mail::Mail;
use crate::scene::HOSTS;
use crate::spool::{Entry, Record, Standing};
use crate::world::World;
use dispatch::{Fate, Opening, Parked, Passage, Step, is_for_setup, is_refusal, kept_from, opening};
use model::{MessageId, ParkReason, TenantName, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Messages under way at once.
const CARRIED_MAX: usize = 200;
/// Messages that find out at one look whether a source may be used again.
const PROBES_AT_ONCE: usize = 4;

impl World {
    pub(crate) fn take_what_is_due(&mut self) {
        let now = self.clock();
        let is_due = |entry: &Entry| entry.standing == Standing::Waiting && entry.due <= now;
        let due: Vec<MessageId> = self
            .disk
            .spool
            .entries
            .iter()
            .filter(|(_, entry)| is_due(entry))
            .map(|(id, _)| *id)
            .take(CARRIED_MAX)
            .collect();
        for id in due {
            let Some(mail) = self.disk.spool.entries.get(&id).map(|entry| entry.mail.clone()) else {
                continue;
            };
            if !self.may_go(&mail, now) {
                continue;
            }
            if mail.about.is_none() {
                self.memory.holds.probed(&self.scene.tenants[mail.tenant].name, now);
            }
            self.carry(id);
        }
    }

    /// Mail of a tenant that is held stays but for probes, for what we say about it, and for what is over.
    fn may_go(&self, mail: &Mail, now: Timestamp) -> bool {
        let tenant = &self.scene.tenants[mail.tenant].name;
        mail.about.is_some() || mail.expires <= now || self.memory.holds.exit(tenant, now) != Passage::Closed
    }

    /// Wakes whatever has a reason to wake.
    pub(crate) fn wake(&mut self) {
        self.probe_refusals();
        self.wake_tenants();
        self.reopen();
        let now = self.clock();
        let is_over = |entry: &Entry| entry.mail.expires <= now && entry.parked.values().any(is_refusal);
        self.release(is_over, "time is over", usize::MAX);
    }

    /// Makes due what is parked and `wanted`; what somebody holds stays.
    fn release(&mut self, wanted: impl Fn(&Entry) -> bool, by: &'static str, at_most: usize) {
        let now = self.clock();
        let may = |entry: &Entry| {
            matches!(entry.standing, Standing::Parked | Standing::Waiting) && !entry.parked.is_empty()
        };
        let woken = self
            .disk
            .spool
            .entries
            .iter()
            .filter(|(_, entry)| may(entry) && wanted(entry))
            .map(|(id, _)| *id);
        let woken: Vec<MessageId> = woken.take(at_most).collect();
        for id in woken {
            self.tally.took("message", "parked", by, "waiting");
            self.disk.spool.note(id, Record::Woken { due: now }, now);
        }
    }

    /// One message finds out whether a refusal that nobody believes or knows still holds; the rest follows in steps.
    fn probe_refusals(&mut self) {
        let now = self.clock();
        if !self.memory.probes.is_due(now) {
            return;
        }
        let mut parked: BTreeMap<Fate, Parked> = BTreeMap::new();
        for (id, entry) in &self.disk.spool.entries {
            if !matches!(entry.standing, Standing::Parked | Standing::Waiting) {
                continue;
            }
            for fate in fates(&self.scene.tenants[entry.mail.tenant].name, entry) {
                let group = parked.entry(fate).or_default();
                group.messages.insert(*id);
                group.since = group.since.into_iter().chain(entry.parked_since).min();
            }
        }
        let before = self.gates();
        let steps = self.memory.probes.plan(&parked, now);
        self.count_gates(&before, "due");
        for step in steps {
            match step {
                Step::Probe(id) => self.release(|entry| entry.mail.id == id, "probe of a refusal", 1),
                Step::Some(fate, count) => {
                    let tenants: Vec<TenantName> =
                        self.scene.tenants.iter().map(|one| one.name.clone()).collect();
                    let is_its =
                        |entry: &Entry| fates(&tenants[entry.mail.tenant], entry).any(|its| its == fate);
                    self.release(is_its, "probe was accepted", count);
                }
            }
        }
    }

    /// All of a tenant's wakes once its connector is mended; one message serves as the probe before.
    fn wake_tenants(&mut self) {
        let now = self.clock();
        for number in 0..self.scene.tenants.len() {
            let tenant = self.scene.tenants[number].name.clone();
            let is_its =
                |entry: &Entry| entry.mail.tenant == number && entry.parked.values().any(is_for_setup);
            let is_parked = self.disk.spool.entries.values().any(is_its);
            match self.memory.holds.exit(&tenant, now) {
                Passage::Free if is_parked && self.memory.holds.wakes(&tenant, now) => {
                    self.release(is_its, "connector", usize::MAX);
                    self.memory.holds.woken(&tenant, now);
                }
                Passage::Probe if is_parked && !self.has_due(number, now) => {
                    self.release(is_its, "connector", 1)
                }
                Passage::Free | Passage::Closed | Passage::Probe => {}
            }
            let may_probe = |entry: &Entry| {
                let goes = matches!(entry.standing, Standing::Waiting | Standing::Delivering);
                goes && entry.mail.tenant == number && entry.mail.about.is_none()
            };
            let is_held = self.memory.holds.held().iter().any(|(name, _)| *name == tenant);
            if is_held && !is_parked && !self.disk.spool.entries.values().any(may_probe) {
                self.memory.holds.release(&tenant);
                self.tally.took("hold", "held", "nothing to try", "free");
            }
        }
    }

    fn has_due(&self, tenant: usize, now: Timestamp) -> bool {
        let is_due = |entry: &Entry| {
            entry.mail.tenant == tenant
                && entry.mail.about.is_none()
                && entry.standing == Standing::Waiting
                && entry.due <= now
        };
        self.disk.spool.entries.values().any(is_due)
    }

    /// What our addresses kept here goes as soon as one of them may be used again; a few messages find out.
    fn reopen(&mut self) {
        let now = self.clock();
        let waiting: BTreeSet<Waits> = self.disk.spool.entries.values().flat_map(waits).collect();
        let (mut open, mut probes) = (BTreeSet::new(), Vec::new());
        for waits in waiting {
            let (host, was_asked) = waits;
            let to = receiver(host);
            let uses: Vec<_> =
                self.scene.sources.iter().map(|one| self.memory.guard.allows(&one.name, to, now)).collect();
            match opening(&uses, was_asked) {
                Some(Opening::Free) => drop(open.insert(waits)),
                Some(Opening::Probe) => probes.push(waits),
                None => {}
            }
        }
        let start = self.ticks as usize % probes.len().max(1);
        let turns: Vec<Waits> =
            probes.iter().cycle().skip(start).take(PROBES_AT_ONCE.min(probes.len())).copied().collect();
        for turn in turns {
            self.release(|entry| waits(entry).any(|its| its == turn), "probe of a source", 1);
        }
        if !open.is_empty() {
            self.release(|entry| waits(entry).any(|its| open.contains(&its)), "a source is back", usize::MAX);
        }
    }
}

fn fates<'e>(tenant: &'e TenantName, entry: &'e Entry) -> impl Iterator<Item = Fate> + 'e {
    entry.parked.values().filter_map(|reason| Fate::of(tenant, reason))
}

/// A host towards which a source has to be given back, and whether it has refused the mail already.
type Waits = (usize, bool);

fn waits(entry: &Entry) -> impl Iterator<Item = Waits> {
    entry.parked.values().filter_map(waits_of).collect::<Vec<_>>().into_iter()
}

fn waits_of(reason: &ParkReason) -> Option<Waits> {
    let kept = kept_from(reason)?;
    let name = kept.host.split_whitespace().next()?;
    let host = HOSTS.iter().position(|host| host.name == name)?;
    Some((host, kept.was_asked))
}
