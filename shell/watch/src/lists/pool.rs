//! What all lists say of our addresses together: a list that names the whole pool at once needs another that agrees.
//!
//! A list of tier A of another operator that names one of our addresses agrees, and so does a reply of a receiver that names the list. Two lists that are in
//! doubt at the same time agree with each other: both have right test points, and two parked zones would not.

use crate::config::ZoneConfig;
use dnsbl::Tier;
use model::{Duration, Timestamp};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// How long a reply speaks for a list.
const REPLY_HOLDS: Duration = Duration::from_secs(3600);

#[derive(Debug, Default)]
struct Says {
    operator: &'static str,
    /// A list of tier B agrees with nobody: some name whole providers for years.
    may_agree: bool,
    /// Of the pool, with right test points.
    listed: Vec<IpAddr>,
    replied: Option<Timestamp>,
    wake: Arc<Notify>,
}

/// All lists, side by side.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<BTreeMap<&'static str, Says>>);

impl Pool {
    pub(crate) fn new(zones: &[ZoneConfig]) -> Self {
        let says = zones.iter().map(|ZoneConfig { zone, tier, .. }| {
            let says = Says { operator: zone.operator, may_agree: *tier == Tier::A, ..Says::default() };
            (zone.name, says)
        });
        Self(Mutex::new(says.collect()))
    }

    /// What wakes a zone's rounds before their time.
    pub(super) fn wake(&self, zone: &str) -> Arc<Notify> {
        self.lock().get(zone).map(|says| Arc::clone(&says.wake)).unwrap_or_default()
    }

    /// A list names these of our addresses now; others that wait for agreement are woken.
    pub(super) fn says(&self, zone: &'static str, listed: Vec<IpAddr>) {
        let mut lists = self.lock();
        let Some(says) = lists.get_mut(zone) else { return };
        let is_news = !listed.is_empty() && says.listed.is_empty();
        says.listed = listed;
        if is_news {
            lists.values().for_each(|says| says.wake.notify_one());
        }
    }

    /// What a list named last.
    pub(super) fn listed(&self, zone: &str) -> Vec<IpAddr> {
        self.lock().get(zone).map(|says| says.listed.clone()).unwrap_or_default()
    }

    /// A receiver's reply named this list for an address of ours.
    pub(crate) fn replied(&self, zone: &str, now: Timestamp) {
        if let Some(says) = self.lock().get_mut(zone) {
            says.replied = Some(now);
            says.wake.notify_one();
        }
    }

    /// When a receiver's reply last named a list.
    pub(super) fn named(&self, zone: &str) -> Option<Timestamp> {
        self.lock().get(zone)?.replied
    }

    /// Whether somebody else says so too.
    pub(super) fn agrees(&self, zone: &str, now: Timestamp) -> bool {
        let lists = self.lock();
        let Some(own) = lists.get(zone) else { return false };
        own.replied.is_some_and(|at| now.since(at) < REPLY_HOLDS)
            || lists
                .values()
                .any(|other| other.may_agree && other.operator != own.operator && !other.listed.is_empty())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Says>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
