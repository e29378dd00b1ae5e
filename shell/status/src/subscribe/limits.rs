//! How often strangers may make this installation write to an address that is not proven to be theirs.
//!
//! Bounds hold together: for each network that asks (of IPv6 for the /64 of a line and for the /48 of a customer), for everybody, and for each mailbox that
//! is written to. `name+tag` addresses are one mailbox: each may be a subscription of its own, letters to all of them are counted together. What a mailbox
//! was asked stands with its subscribers, so that a restart does not forget it. Whoever is over a bound is refused or passed over; nothing is put off.

use model::{Duration, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};

const SHORT: Duration = Duration::from_secs(600);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
/// Of one network.
const PEER_SHORT_MAX: usize = 5;
const PEER_DAY_MAX: usize = 20;
/// Of one IPv6 customer, who may have thousands of networks, and an office many people.
const CUSTOMER_SHORT_MAX: usize = 15;
const CUSTOMER_DAY_MAX: usize = 60;
/// Of everybody in an hour.
const ALL_HOUR_MAX: usize = 300;
/// Networks and customers that are remembered.
const PEERS_MAX: usize = 10_000;
/// To one mailbox.
const MAILBOX_DAY_MAX: usize = 3;

/// Who asks, by the first bits of the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Peer {
    /// An address of IPv4, or a /64.
    Network(IpAddr),
    /// A /48.
    Customer(Ipv6Addr),
}

impl Peer {
    fn all(address: IpAddr) -> impl Iterator<Item = Self> {
        let first =
            |address: Ipv6Addr, bits: u32| Ipv6Addr::from_bits(address.to_bits() & (!0 << (128 - bits)));
        let (network, customer) = match address.to_canonical() {
            v4 @ IpAddr::V4(_) => (v4, None),
            IpAddr::V6(address) => (first(address, 64).into(), Some(Self::Customer(first(address, 48)))),
        };
        std::iter::once(Self::Network(network)).chain(customer)
    }

    const fn may_ask(self, short: usize, day: usize) -> bool {
        match self {
            Self::Network(_) => short < PEER_SHORT_MAX && day < PEER_DAY_MAX,
            Self::Customer(_) => short < CUSTOMER_SHORT_MAX && day < CUSTOMER_DAY_MAX,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Limits {
    peers: BTreeMap<Peer, VecDeque<Timestamp>>,
    all: VecDeque<Timestamp>,
}

impl Limits {
    /// Counts a wish of `peer`, unless it is one too many.
    pub(crate) fn admits(&mut self, peer: IpAddr, now: Timestamp) -> bool {
        forget(&mut self.all, now, HOUR);
        if self.all.len() >= ALL_HOUR_MAX || !Peer::all(peer).all(|peer| self.may_ask(peer, now)) {
            return false;
        }
        for peer in Peer::all(peer) {
            self.peers.entry(peer).or_default().push_back(now);
        }
        self.all.push_back(now);
        true
    }

    fn may_ask(&mut self, peer: Peer, now: Timestamp) -> bool {
        let Some(asked) = self.peers.get_mut(&peer) else { return self.has_room(now) };
        forget(asked, now, DAY);
        let short = asked.iter().filter(|at| now.since(**at) <= SHORT).count();
        peer.may_ask(short, asked.len())
    }

    /// Whether one more can be remembered, with a customer around it.
    fn has_room(&mut self, now: Timestamp) -> bool {
        if self.peers.len() + 2 > PEERS_MAX {
            self.peers.retain(|_, asked| asked.back().is_some_and(|last| now.since(*last) <= DAY));
        }
        self.peers.len() + 2 <= PEERS_MAX
    }
}

/// Whether a mailbox that was written to at `asked`, in any order, may be written to again.
pub(crate) fn may_write(asked: &[Timestamp], now: Timestamp) -> bool {
    let counted = still_counted(asked, now);
    let was_lately = counted.iter().any(|at| now.since(*at) <= SHORT);
    !was_lately && counted.len() < MAILBOX_DAY_MAX
}

/// The times that still count.
pub(crate) fn still_counted(asked: &[Timestamp], now: Timestamp) -> Vec<Timestamp> {
    asked.iter().copied().filter(|at| now.since(*at) <= DAY).collect()
}

/// The mailbox behind an address, for comparison: without what follows a `+` (RFC 5233 §1) and in lower case.
pub(crate) fn mailbox(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let name = local.split('+').next().filter(|name| !name.is_empty()).unwrap_or(local);
    format!("{name}@{domain}").to_lowercase()
}

fn forget(times: &mut VecDeque<Timestamp>, now: Timestamp, after: Duration) {
    while times.front().is_some_and(|at| now.since(*at) > after) {
        times.pop_front();
    }
}

#[cfg(test)]
mod tests;
