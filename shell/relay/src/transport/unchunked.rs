//! Hosts that offer CHUNKING and do not know BDAT, as firewalls make them: they are written to by DATA.
//!
//! It is kept in memory; after a start the first message to such a host costs one connection more.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Hosts that are remembered. With so many, most are of the past.
const HOSTS_MAX: usize = 1_024;

#[derive(Default)]
pub(super) struct Unchunked(Mutex<BTreeSet<SocketAddr>>);

impl Unchunked {
    fn hosts(&self) -> MutexGuard<'_, BTreeSet<SocketAddr>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the host is new here.
    pub(super) fn note(&self, host: SocketAddr) -> bool {
        let mut hosts = self.hosts();
        if hosts.len() >= HOSTS_MAX && !hosts.contains(&host) {
            hosts.clear();
        }
        hosts.insert(host)
    }

    pub(super) fn has(&self, host: SocketAddr) -> bool {
        self.hosts().contains(&host)
    }
}
