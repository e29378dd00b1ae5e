//! How large a message the tenants' own systems take, as they say in their EHLO (RFC 1870 §4).
//!
//! It is kept in memory for stamping: a signature that a next hop would refuse for its size is made smaller before. After a start nothing is known, and
//! the first message that is refused for its size goes on without its signature. What recipients' exchangers say is not kept: a
//! message may go to many.

use crate::steer::{Hop, Path};
use model::ByteCount;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tenant::settings::{Egress, EgressMode};

/// Hosts of one system that are remembered; those of a farm say the same.
const HOSTS_MAX: usize = 32;

/// By the system as the folder names it, and by host.
type Heard = BTreeMap<String, BTreeMap<String, ByteCount>>;

#[derive(Default)]
pub(super) struct Sizes(Mutex<Heard>);

impl Sizes {
    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what a host said last; a host that says nothing any more takes every size.
    pub(super) fn hear(&self, path: &Path, hop: &Hop, said: Option<ByteCount>) {
        if !path.is_home {
            return;
        }
        let mut heard = self.heard();
        let hosts = heard.entry(path.egress.smart_host.to_string()).or_default();
        // With so many, most are of the past.
        if hosts.len() >= HOSTS_MAX && !hosts.contains_key(&hop.name) {
            hosts.clear();
        }
        match said {
            Some(size) => drop(hosts.insert(hop.name.clone(), size)),
            None => drop(hosts.remove(&hop.name)),
        }
    }

    /// The smallest that a host of the tenant's own system said.
    pub(super) fn of(&self, egress: &Egress) -> Option<ByteCount> {
        match egress.mode {
            EgressMode::Return => self.heard().get(&egress.smart_host.to_string())?.values().min().copied(),
            EgressMode::Deliver => None,
        }
    }
}
