//! Which ways have messages on a list, and how many that were called up from one each tenant has under way.
//!
//! Ways take turns, some at each look, so that many that are full never keep one that has room waiting for long.

use crate::limits::Way;
use model::TenantName;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Ways that are looked at for one call.
const LOOKS_MAX: usize = 32;
/// Ways with lists; mail for further ones comes by time.
const WAYS_MAX: usize = 4_096;

#[derive(Debug, Default)]
pub(crate) struct Calls {
    with_lists: BTreeSet<Way>,
    /// The way that was looked at last.
    last: Option<Way>,
    under_way: BTreeMap<TenantName, usize>,
}

impl Calls {
    pub(crate) fn is_empty(&self) -> bool {
        self.with_lists.is_empty()
    }

    pub(crate) fn ways(&self) -> impl Iterator<Item = &Way> {
        self.with_lists.iter()
    }

    /// Whether the way may have a list from now on.
    pub(crate) fn may_have_list(&mut self, way: &Way) -> bool {
        if self.with_lists.contains(way) {
            return true;
        }
        self.with_lists.len() < WAYS_MAX && self.with_lists.insert(way.clone())
    }

    pub(crate) fn has_no_list(&mut self, way: &Way) {
        self.with_lists.remove(way);
    }

    /// The ways whose turn it is to be looked at.
    pub(crate) fn next_ways(&mut self) -> Vec<Way> {
        let from = self.last.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let behind = self.with_lists.range((from, Bound::Unbounded));
        let ways: Vec<Way> =
            behind.chain(&self.with_lists).take(LOOKS_MAX.min(self.with_lists.len())).cloned().collect();
        self.last = ways.last().cloned();
        ways
    }

    /// Messages of the tenant that were called up and are under way.
    pub(crate) fn of(&self, tenant: &TenantName) -> usize {
        self.under_way.get(tenant).copied().unwrap_or(0)
    }

    pub(crate) fn begin(&mut self, way: &Way, tenant: &TenantName) {
        // The ones behind it have not been looked at.
        self.last = Some(way.clone());
        *self.under_way.entry(tenant.clone()).or_default() += 1;
    }

    pub(crate) fn end(&mut self, tenant: &TenantName) {
        let Some(count) = self.under_way.get_mut(tenant) else { return };
        *count -= 1;
        if *count == 0 {
            self.under_way.remove(tenant);
        }
    }
}
