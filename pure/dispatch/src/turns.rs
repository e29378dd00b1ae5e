//! Those who stand for the same thing, tenants in turn: of each tenant in the order in which they came, of all tenants one after another by name.
//!
//! However many one tenant has standing, the next one of another waits for one of them at most.

use model::TenantName;
use std::collections::{BTreeMap, VecDeque};

#[derive(Debug)]
pub(crate) struct Turns<T> {
    standing: BTreeMap<TenantName, VecDeque<T>>,
    /// The tenant that went last.
    last: Option<TenantName>,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self { standing: BTreeMap::new(), last: None }
    }
}

impl<T: Copy + PartialEq> Turns<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.standing.is_empty()
    }

    pub(crate) fn count(&self) -> usize {
        self.standing.values().map(VecDeque::len).sum()
    }

    pub(crate) fn count_of(&self, tenant: &TenantName) -> usize {
        self.standing.get(tenant).map_or(0, VecDeque::len)
    }

    pub(crate) fn has(&self, tenant: &TenantName, one: T) -> bool {
        self.standing.get(tenant).is_some_and(|own| own.contains(&one))
    }

    /// Behind the tenant's own.
    pub(crate) fn stand(&mut self, tenant: &TenantName, one: T) {
        match self.standing.get_mut(tenant) {
            Some(own) => own.push_back(one),
            None => drop(self.standing.insert(tenant.clone(), VecDeque::from([one]))),
        }
    }

    pub(crate) fn leave(&mut self, tenant: &TenantName, one: T) {
        let Some(own) = self.standing.get_mut(tenant) else { return };
        if own.front() == Some(&one) {
            own.pop_front();
        } else {
            own.retain(|standing| *standing != one);
        }
        if own.is_empty() {
            self.standing.remove(tenant);
        }
    }

    /// Whose turn it is among the tenants that `may` go: the next one by name behind the one that went last.
    pub(crate) fn first(&self, may: impl Fn(&TenantName) -> bool) -> Option<(&TenantName, T)> {
        let is_behind = |name: &TenantName| self.last.as_ref().is_none_or(|last| name > last);
        let mut behind = self.standing.iter().filter(|(name, _)| is_behind(name));
        let found =
            behind.find(|(name, _)| may(name)).or_else(|| self.standing.iter().find(|(name, _)| may(name)));
        found.and_then(|(name, own)| own.front().map(|one| (name, *one)))
    }

    /// It goes now.
    pub(crate) fn goes(&mut self, tenant: &TenantName, one: T) {
        self.leave(tenant, one);
        self.last = Some(tenant.clone());
    }
}
