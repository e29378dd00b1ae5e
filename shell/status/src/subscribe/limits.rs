//! How often strangers may make this installation write to an address that is not proven to be theirs.
//!
//! Three bounds hold together: for each network that asks, for everybody, and (with the subscriber, so that a restart does not forget it) for each
//! address that is written to. Whoever is over one is refused or passed over; nothing is put off.

use model::{Duration, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};

const SHORT: Duration = Duration::from_secs(600);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
/// Of one network.
const PEER_SHORT_MAX: usize = 5;
const PEER_DAY_MAX: usize = 20;
/// Of everybody in an hour.
const ALL_HOUR_MAX: usize = 300;
/// Networks that are remembered.
const PEERS_MAX: usize = 10_000;
/// To one address.
const ADDRESS_DAY_MAX: usize = 3;

#[derive(Debug, Default)]
pub(crate) struct Limits {
    peers: BTreeMap<IpAddr, VecDeque<Timestamp>>,
    all: VecDeque<Timestamp>,
}

impl Limits {
    /// Counts a wish of `peer`, unless it is one too many.
    pub(crate) fn admits(&mut self, peer: IpAddr, now: Timestamp) -> bool {
        let peer = network(peer);
        forget(&mut self.all, now, HOUR);
        if self.peers.len() >= PEERS_MAX && !self.peers.contains_key(&peer) {
            self.peers.retain(|_, asked| asked.back().is_some_and(|last| now.since(*last) <= DAY));
            if self.peers.len() >= PEERS_MAX {
                return false;
            }
        }
        let asked = self.peers.entry(peer).or_default();
        forget(asked, now, DAY);
        let short = asked.iter().filter(|at| now.since(**at) <= SHORT).count();
        if short >= PEER_SHORT_MAX || asked.len() >= PEER_DAY_MAX || self.all.len() >= ALL_HOUR_MAX {
            return false;
        }
        asked.push_back(now);
        self.all.push_back(now);
        true
    }
}

/// Whether an address that was written to at `asked` may be written to again; with the times that still count.
pub(crate) fn may_write(asked: &[Timestamp], now: Timestamp) -> (bool, Vec<Timestamp>) {
    let counted: Vec<Timestamp> = asked.iter().copied().filter(|at| now.since(*at) <= DAY).collect();
    let was_lately = counted.iter().any(|at| now.since(*at) <= SHORT);
    (!was_lately && counted.len() < ADDRESS_DAY_MAX, counted)
}

fn forget(times: &mut VecDeque<Timestamp>, now: Timestamp, after: Duration) {
    while times.front().is_some_and(|at| now.since(*at) > after) {
        times.pop_front();
    }
}

/// A customer has a /64 of IPv6 at the least, and all of its addresses.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests;
