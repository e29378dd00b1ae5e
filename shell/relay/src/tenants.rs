//! The published snapshots: which tenant owns a domain now, and the older snapshots that queued mail still names.
//!
//! Readers take a value that no publication changes under them; a publication replaces the whole map at once. A domain belongs to one
//! tenant: a snapshot that claims another one's is refused and changes nothing.

use crate::house;
use arc_swap::{ArcSwap, ArcSwapOption};
use dispatch::Holds;
use model::{Domain, SnapshotNumber, TenantName};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use tenant::Snapshot;

/// Two tenants claim one domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the domain {domain} belongs to the tenant {owner}; take it out of one of the two folders")]
pub struct DomainTaken {
    pub domain: Domain,
    pub owner: TenantName,
}

/// What is published at one moment.
#[derive(Debug, Clone, Default)]
struct Published {
    current: BTreeMap<TenantName, Arc<Snapshot>>,
    owners: HashMap<Domain, TenantName>,
    older: BTreeMap<(TenantName, SnapshotNumber), Arc<Snapshot>>,
}

/// All tenants of this node.
#[derive(Debug, Default)]
pub struct Tenants {
    published: ArcSwap<Published>,
    /// Held by the one who publishes, so that no publication is lost.
    publishing: Mutex<()>,
    holds: Arc<Holds>,
    /// In whose name we write ourselves; published nowhere.
    house: ArcSwapOption<Snapshot>,
}

impl Tenants {
    /// Nobody yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Who is held because the tenant's own system does not know us.
    #[must_use]
    pub fn holds(&self) -> &Arc<Holds> {
        &self.holds
    }

    /// Whether `snapshot` could be published now.
    ///
    /// # Errors
    /// If one of its domains belongs to another tenant.
    pub fn check(&self, snapshot: &Snapshot) -> Result<(), DomainTaken> {
        self.published.load().check(snapshot)
    }

    /// Makes `snapshot` its tenant's current one; the one before stays for mail that names it.
    ///
    /// # Errors
    /// If one of its domains belongs to another tenant.
    pub fn publish(&self, snapshot: Arc<Snapshot>) -> Result<(), DomainTaken> {
        self.change(|published| {
            published.check(&snapshot)?;
            let name = snapshot.settings.name.clone();
            published.owners.retain(|_, owner| *owner != name);
            let domains = snapshot.settings.domains.iter().cloned();
            published.owners.extend(domains.map(|domain| (domain, name.clone())));
            if let Some(before) = published.current.insert(name.clone(), snapshot) {
                published.older.insert((name, before.number), before);
            }
            Ok(())
        })
    }

    /// Adds an older snapshot that queued mail names.
    pub fn keep(&self, snapshot: Arc<Snapshot>) {
        self.change(|published| {
            let name = snapshot.settings.name.clone();
            published.older.insert((name, snapshot.number), Arc::clone(&snapshot));
        });
    }

    /// Older snapshots that no session, no message in transit and no delivery has in hand. Nobody takes up one of them but for mail that
    /// names it already: what is idle, and then found unused, stays so.
    #[must_use]
    pub fn idle(&self) -> BTreeSet<(TenantName, SnapshotNumber)> {
        let published = self.published.load();
        let older = published.older.iter();
        older.filter(|(_, snapshot)| Arc::strong_count(snapshot) == 1).map(|(key, _)| key.clone()).collect()
    }

    /// Forgets older snapshots that were `idle` and are, asked for behind that, not in use.
    pub fn prune(
        &self,
        idle: &BTreeSet<(TenantName, SnapshotNumber)>,
        in_use: &BTreeSet<(TenantName, SnapshotNumber)>,
    ) {
        self.change(|published| {
            published.older.retain(|key, _| !idle.contains(key) || in_use.contains(key));
        });
    }

    /// In whose name we write ourselves.
    pub(crate) fn set_house(&self, snapshot: Arc<Snapshot>) {
        self.house.store(Some(snapshot));
    }

    pub(crate) fn house(&self) -> Option<Arc<Snapshot>> {
        self.house.load_full()
    }

    /// The tenant's current snapshot.
    #[must_use]
    pub fn current(&self, name: &TenantName) -> Option<Arc<Snapshot>> {
        let published = self.published.load().current.get(name).cloned();
        published.or_else(|| self.house().filter(|house| house.settings.name == *name))
    }

    /// The snapshot with this number, current or older.
    #[must_use]
    pub fn numbered(&self, name: &TenantName, number: SnapshotNumber) -> Option<Arc<Snapshot>> {
        let published = self.published.load();
        let current = published.current.get(name).filter(|snapshot| snapshot.number == number);
        let found = current.or_else(|| published.older.get(&(name.clone(), number))).cloned();
        found.or_else(|| self.house().filter(|_| house::is_it(name, number)))
    }

    /// The tenant that owns `domain`.
    #[must_use]
    pub fn owner(&self, domain: &Domain) -> Option<Arc<Snapshot>> {
        let published = self.published.load();
        published.current.get(published.owners.get(domain)?).cloned()
    }

    /// Every tenant's current snapshot, by name.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Snapshot>> {
        self.published.load().current.values().cloned().collect()
    }

    fn change<T>(&self, change: impl FnOnce(&mut Published) -> T) -> T {
        let _one_at_a_time = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Published::clone(&self.published.load());
        let changed = change(&mut next);
        self.published.store(Arc::new(next));
        changed
    }
}

impl Published {
    fn check(&self, snapshot: &Snapshot) -> Result<(), DomainTaken> {
        for domain in &snapshot.settings.domains {
            if let Some(owner) = self.owners.get(domain).filter(|owner| **owner != snapshot.settings.name) {
                return Err(DomainTaken { domain: domain.clone(), owner: owner.clone() });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
