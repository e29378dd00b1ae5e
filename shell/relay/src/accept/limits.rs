//! How many sessions there may be: of peers in some tenant's networks, and, apart from them, of strangers.
//!
//! A place is taken before the session begins and given back when it is dropped, whatever ended the session. Strangers have few places of
//! their own, so however many they are, they take none of a connector's. A stranger with IPv6 owns at least a /64 and counts as one; a
//! known peer counts by its address, because a provider's hosts may share a /64.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Whether a peer is in the networks of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Standing {
    Known,
    Stranger,
}

/// Bounds of one standing.
struct Bounds {
    all: usize,
    each: usize,
}

impl Standing {
    fn bounds(self) -> Bounds {
        match self {
            Self::Known => Bounds { all: 1_000, each: 200 },
            Self::Stranger => Bounds { all: 100, each: 10 },
        }
    }

    fn key(self, address: IpAddr) -> IpAddr {
        match self {
            Self::Known => address.to_canonical(),
            Self::Stranger => neighbourhood(address),
        }
    }
}

/// What one person can be taken to own: an IPv4 address, or an IPv6 network of 64 bits.
pub(crate) fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[derive(Default)]
pub(super) struct Limits {
    open: Mutex<HashMap<(Standing, IpAddr), usize>>,
}

/// One session's place.
pub(super) struct Place {
    limits: Arc<Limits>,
    key: (Standing, IpAddr),
}

impl Limits {
    /// A place for a session from `address`, if there is one.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr, standing: Standing) -> Option<Place> {
        let key = (standing, standing.key(address));
        let bounds = standing.bounds();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let alike = open.iter().filter(|((other, _), _)| *other == standing);
        let all: usize = alike.map(|(_, count)| count).sum();
        let from_here = open.get(&key).copied().unwrap_or(0);
        if all >= bounds.all || from_here >= bounds.each {
            return None;
        }
        open.insert(key, from_here + 1);
        Some(Place { limits: Arc::clone(self), key })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.limits.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests;
