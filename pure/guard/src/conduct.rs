//! How tenants and their senders behave, measured by their own history: who left it is slowed, then held, and named when a source is listed.
//!
//! ```text
//!   came (volume, new recipients) --+
//!   met (what receivers said) ------+--> findings, in figures --ladder--> free, tagged, slowed, held
//!   sent (over which source) -------+--> who fed a listing: suspicions
//! ```
//! A sender is compared with what it itself sends at this hour of the week, so a newsletter is no offence where it is a habit. Floors keep small
//! senders and the first days of a tenant out of it. A tenant is held only when several of its senders are out of line. Memory is bounded
//! whatever sender names come: who was quiet longest and has the least history goes first, and whoever is forgotten is unknown, not guilty.

mod blame;
mod bounds;
mod bucket;
mod habit;
mod life;
mod profile;
mod seen;
mod sign;
mod standing;
mod tenant;

pub use blame::{Blame, Suspicion};
pub use bounds::Bounds;
pub use life::Life;
pub use profile::Sign;
pub use sign::{Aspect, Finding, Step};
pub use standing::{Permit, PermitKind, Standing};
pub use tenant::TenantLife;

use model::{SourceName, TenantName, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Senders that are remembered in all.
const SENDERS_MAX: usize = 32_768;
/// Tenants that are remembered; a node that serves more forgets the quietest.
const TENANTS_MAX: usize = 2048;

/// Whose conduct: a sender of a tenant, or the tenant itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    pub tenant: TenantName,
    /// The address of MAIL FROM in small letters; `None`: the tenant as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
}

/// A subject went up or down the ladder, or a permit or suspicion was given; whole, so that its record is enough to restore it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    #[serde(flatten)]
    pub subject: Subject,
    pub at: Timestamp,
    pub from: Step,
    pub standing: Standing,
}

/// What a message of a sender may do now.
#[derive(Debug, Clone, PartialEq)]
pub enum May {
    Go,
    /// It waits for its turn, and no try is spent.
    Wait(Timestamp),
    /// It is kept until the hold ends or an operator allows it.
    Hold(Box<Held>),
}

/// Who is held, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    pub subject: Subject,
    pub standing: Standing,
}

/// All tenants of a node.
#[derive(Debug, Clone, Default)]
pub struct Conducts {
    bounds: Bounds,
    tenants: BTreeMap<TenantName, TenantLife>,
    senders: usize,
    /// Sources over which a held or suspect sender sent.
    tainted: BTreeSet<SourceName>,
}

impl Conducts {
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, ..Self::default() }
    }

    /// A message came in from `sender` for `recipients`. Costs well under two microseconds for a message to a few.
    pub fn came<'a>(
        &mut self,
        tenant: &TenantName,
        sender: &str,
        recipients: impl IntoIterator<Item = &'a str>,
        now: Timestamp,
    ) -> Vec<Moved> {
        self.make_room(tenant, sender, now);
        let Some(life) = self.tenants.get_mut(tenant) else { return Vec::new() };
        let before = life.senders.len();
        life.came(sender, recipients, &self.bounds, now);
        self.senders += life.senders.len() - before;
        self.weigh(tenant, sender, now)
    }

    /// A transaction of `sender` took `recipients` over a source.
    pub fn sent(
        &mut self,
        tenant: &TenantName,
        sender: &str,
        source: &SourceName,
        recipients: u32,
        now: Timestamp,
    ) {
        if let Some(life) = self.sender_mut(tenant, sender) {
            life.shares.sent(source, recipients, now);
        }
    }

    /// A receiver, or a person, said something about mail of `sender`.
    pub fn met(&mut self, tenant: &TenantName, sender: &str, sign: Sign, now: Timestamp) -> Vec<Moved> {
        let Some(whole) = self.tenants.get_mut(tenant) else { return Vec::new() };
        whole.whole.profile.met(sign, now);
        if let Some(life) = whole.senders.get_mut(sender) {
            life.profile.met(sign, now);
        }
        // Praise moves nobody up.
        if sign == Sign::Accepted { Vec::new() } else { self.weigh(tenant, sender, now) }
    }

    /// What a message of `sender` with so many recipients may do now; takes its place in the turn of a slowed sender.
    pub fn may(&mut self, tenant: &TenantName, sender: &str, recipients: u32, now: Timestamp) -> May {
        let Some(whole) = self.tenants.get_mut(tenant) else { return May::Go };
        let (of_tenant, of_sender) = whole.steps(sender, now);
        if of_tenant == Step::Held {
            return held(tenant, None, &whole.whole.standing);
        }
        match whole.senders.get_mut(sender) {
            Some(life) if of_sender == Step::Held => held(tenant, Some(sender), &life.standing),
            Some(life) if of_sender == Step::Slowed => life.take_turn(recipients, self.bounds.sender, now),
            Some(_) | None if of_tenant == Step::Slowed => {
                whole.whole.take_turn(recipients, self.bounds.tenant, now)
            }
            Some(_) | None => May::Go,
        }
    }

    /// The sources that a suspect sender may use: those that it used before. `None`: it is under no suspicion.
    #[must_use]
    pub fn only(&self, tenant: &TenantName, sender: &str, now: Timestamp) -> Option<&[SourceName]> {
        let suspicion = self.sender(tenant, sender)?.standing.suspicion(now)?;
        Some(&suspicion.sources)
    }

    /// Whether mail of a sender is kept now.
    #[must_use]
    pub fn is_held(&self, tenant: &TenantName, sender: &str, now: Timestamp) -> bool {
        let steps = self.tenants.get(tenant).map(|whole| whole.steps(sender, now));
        steps.is_some_and(|(of_tenant, of_sender)| of_tenant.max(of_sender) == Step::Held)
    }

    /// Whether nothing at all speaks against a sender: only such ones move when a listing spreads.
    #[must_use]
    pub fn is_clean(&self, tenant: &TenantName, sender: &str, now: Timestamp) -> bool {
        let Some(whole) = self.tenants.get(tenant) else { return true };
        // One bad sender tags its tenant, and the others have nothing to do with that.
        let is_free = whole.whole.standing.step(now) < Step::Slowed;
        is_free && whole.senders.get(sender).is_none_or(|life| life.standing.is_clean(now))
    }

    /// Sources over which a held or suspect sender sent: others leave by sources that are not among them, if they can.
    #[must_use]
    pub fn tainted(&self) -> &BTreeSet<SourceName> {
        &self.tainted
    }

    /// A source was taken out everywhere: who stands out is suspect from now on. Nobody stands out: nobody is blamed.
    pub fn listed(&mut self, source: &SourceName, now: Timestamp) -> (Vec<Blame>, Vec<Moved>) {
        let blamed = blame::rank(&self.tenants, source, &self.bounds, now);
        let mut moved = Vec::new();
        for blame in &blamed {
            let Some(life) = self.sender_mut(&blame.tenant, &blame.sender) else { continue };
            let sources = life.shares.used(now);
            let until = now + blame::SUSPECT_FOR;
            let from = life.standing.step;
            let (source, because) = (source.clone(), blame.findings.clone());
            life.standing.suspicion = Some(Suspicion { source, since: now, until, sources, because });
            let subject = Subject { tenant: blame.tenant.clone(), sender: Some(blame.sender.clone()) };
            moved.push(Moved { subject, at: now, from, standing: life.standing.clone() });
        }
        self.taint(now);
        (blamed, moved)
    }

    /// An operator's word about a subject; a subject that is not known yet gets a place.
    pub fn permit(&mut self, subject: &Subject, permit: Option<Permit>, now: Timestamp) -> Moved {
        self.make_room(&subject.tenant, subject.sender.as_deref().unwrap_or_default(), now);
        let life = self.life_or_new(subject, now);
        let from = life.permit(permit, now);
        let moved = Moved { subject: subject.clone(), at: now, from, standing: life.standing.clone() };
        self.taint(now);
        moved
    }

    /// What `permit` would leave, for the record that comes before it.
    #[must_use]
    pub fn would_permit(&self, subject: &Subject, permit: Option<Permit>, now: Timestamp) -> Moved {
        let whole = self.tenants.get(&subject.tenant);
        let life = match &subject.sender {
            Some(sender) => whole.and_then(|whole| whole.senders.get(sender)),
            None => whole.map(|whole| &whole.whole),
        };
        let mut life = life.cloned().unwrap_or_else(|| Life::new(now));
        let from = life.permit(permit, now);
        Moved { subject: subject.clone(), at: now, from, standing: life.standing }
    }

    /// Takes a standing back from its record, at a start.
    pub fn restore(&mut self, moved: Moved) {
        let Moved { subject, standing, at, .. } = moved;
        self.make_room(&subject.tenant, subject.sender.as_deref().unwrap_or_default(), at);
        self.life_or_new(&subject, at).standing = standing;
        self.taint(at);
    }

    /// What time brings: holds and slow times that are over.
    pub fn due(&mut self, now: Timestamp) -> Vec<Moved> {
        let mut moved = Vec::new();
        for (tenant, whole) in &mut self.tenants {
            let of = |sender: Option<&String>| Subject { tenant: tenant.clone(), sender: sender.cloned() };
            let whole_of_it = core::iter::once((None, &mut whole.whole));
            let senders = whole.senders.iter_mut().map(|(name, life)| (Some(name), life));
            for (sender, life) in whole_of_it.chain(senders) {
                if let Some(from) = life.standing.expire(now) {
                    moved.push(Moved { subject: of(sender), at: now, from, standing: life.standing.clone() });
                }
            }
        }
        if !moved.is_empty() {
            self.taint(now);
        }
        moved
    }

    /// Every tenant, for showing and for keeping.
    #[must_use]
    pub fn tenants(&self) -> &BTreeMap<TenantName, TenantLife> {
        &self.tenants
    }

    /// Takes a tenant's history back from where it was kept.
    pub fn put_back(&mut self, tenant: TenantName, life: TenantLife) {
        if self.tenants.len() < TENANTS_MAX && self.senders + life.senders.len() <= SENDERS_MAX {
            self.senders += life.senders.len();
            if let Some(old) = self.tenants.insert(tenant, life) {
                self.senders -= old.senders.len();
            }
        }
    }

    #[must_use]
    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Looks at sender and tenant after something new.
    fn weigh(&mut self, tenant: &TenantName, sender: &str, now: Timestamp) -> Vec<Moved> {
        let Some(whole) = self.tenants.get_mut(tenant) else { return Vec::new() };
        let moved = whole.weigh(tenant, sender, &self.bounds, now);
        if !moved.is_empty() {
            self.taint(now);
        }
        moved
    }

    fn sender(&self, tenant: &TenantName, sender: &str) -> Option<&Life> {
        self.tenants.get(tenant)?.senders.get(sender)
    }

    fn sender_mut(&mut self, tenant: &TenantName, sender: &str) -> Option<&mut Life> {
        self.tenants.get_mut(tenant)?.senders.get_mut(sender)
    }

    fn life_or_new(&mut self, subject: &Subject, now: Timestamp) -> &mut Life {
        let whole = self.tenants.entry(subject.tenant.clone()).or_insert_with(|| TenantLife::new(now));
        match &subject.sender {
            None => &mut whole.whole,
            Some(sender) => {
                if !whole.senders.contains_key(sender) {
                    self.senders += 1;
                }
                whole.senders.entry(sender.clone()).or_insert_with(|| Life::new(now))
            }
        }
    }

    /// Keeps the bounds before a tenant or a sender is added: a quarter goes at once, so that a flood of names costs little each.
    fn make_room(&mut self, tenant: &TenantName, sender: &str, now: Timestamp) {
        if !self.tenants.contains_key(tenant) {
            if self.tenants.len() >= TENANTS_MAX {
                self.forget_a_tenant();
            }
            self.tenants.insert(tenant.clone(), TenantLife::new(now));
        }
        let full =
            self.tenants.get_mut(tenant).filter(|life| life.is_full() && !life.senders.contains_key(sender));
        if let Some(life) = full {
            self.senders -= life.shed(now);
        }
        if self.senders >= SENDERS_MAX
            && let Some(largest) = self.tenants.values_mut().max_by_key(|life| life.senders.len())
        {
            self.senders -= largest.shed(now);
        }
    }

    fn forget_a_tenant(&mut self) {
        let quietest =
            self.tenants.iter().min_by_key(|(_, life)| life.whole.last).map(|(name, _)| name.clone());
        if let Some(life) = quietest.and_then(|name| self.tenants.remove(&name)) {
            self.senders -= life.senders.len();
        }
    }

    fn taint(&mut self, now: Timestamp) {
        let all = self.tenants.values().flat_map(|whole| whole.senders.values());
        let offenders = all.filter(|life| life.standing.is_offender(now));
        self.tainted = offenders.flat_map(|life| life.shares.used(now)).collect();
    }
}

fn held(tenant: &TenantName, sender: Option<&str>, standing: &Standing) -> May {
    let subject = Subject { tenant: tenant.clone(), sender: sender.map(str::to_owned) };
    May::Hold(Box::new(Held { subject, standing: standing.clone() }))
}

#[cfg(test)]
mod tests;
