//! Whether a list is believed: it must list its test point and not list what it must not (RFC 5782 §5).
//!
//! ```text
//!            both right                      wrong or silent
//! untested ------------> trusted <----------------------------> lost
//! ```
//! A parked zone lists everything (SpamCop's, 2021-01-30), an emptied one nothing (SORBS, 2024-06-05), one that refuses us something else.
//! Findings of a list that is not trusted count for nothing, in neither direction.

use crate::answer::{Answer, Finding, read};
use crate::query::Subject;
use crate::zone::{Lists, Zone};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What must be listed, and what must not.
///
/// Nothing where the list gives these addresses a meaning of its own.
#[must_use]
pub fn test_points(zone: &Zone) -> Option<(Subject, Subject)> {
    let address = |address: IpAddr| Subject::Address(address);
    let v4 = |last| address(Ipv4Addr::new(127, 0, 0, last).into());
    let v6 = |last| address(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0x7f00, last).into());
    let domain = |name: &str| name.parse().ok().map(Subject::Domain);
    if !zone.has_test_points {
        return None;
    }
    match zone.lists {
        Lists::Ip4 | Lists::Ip4AndIp6 => Some((v4(2), v4(1))),
        Lists::Ip6 => Some((v6(2), v6(1))),
        Lists::Domains => domain("test").zip(domain("invalid")),
    }
}

/// What is held of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrustState {
    Untested,
    Trusted,
    Lost { why: String, since: Timestamp },
}

/// A list's trust over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    state: TrustState,
}

impl Default for Trust {
    fn default() -> Self {
        Self { state: TrustState::Untested }
    }
}

impl Trust {
    #[must_use]
    pub fn state(&self) -> &TrustState {
        &self.state
    }

    /// Whether its findings count.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.state == TrustState::Trusted
    }

    /// Takes the answers at both test points; `true` if the state changed.
    pub fn tested(&mut self, zone: &Zone, positive: &Answer, negative: &Answer, now: Timestamp) -> bool {
        let next = match judge(zone, positive, negative) {
            Ok(()) => TrustState::Trusted,
            Err(why) => match &self.state {
                TrustState::Lost { since, .. } => TrustState::Lost { why, since: *since },
                TrustState::Untested | TrustState::Trusted => TrustState::Lost { why, since: now },
            },
        };
        let changed = core::mem::discriminant(&next) != core::mem::discriminant(&self.state);
        self.state = next;
        changed
    }
}

fn judge(zone: &Zone, positive: &Answer, negative: &Answer) -> Result<(), String> {
    match read(zone, negative) {
        Finding::Clean => {}
        Finding::Listed(_) => {
            return Err(format!("{} lists what nobody may list: it lists the world", zone.name));
        }
        Finding::Unknown(why) => return Err(format!("{} does not answer: {}", zone.name, why.why())),
    }
    match read(zone, positive) {
        Finding::Listed(_) => Ok(()),
        Finding::Clean => {
            Err(format!("{} does not list its test point: it is empty or not there", zone.name))
        }
        Finding::Unknown(why) => Err(format!("{} does not answer: {}", zone.name, why.why())),
    }
}

#[cfg(test)]
mod tests;
