//! One block list: its zone, what it lists, what its answers mean, how often it may be asked, how one gets off it.

use core::fmt;
use model::Duration;
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

/// What a list may cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Its listing may take a source out.
    A,
    /// Its listing is shown and told, no more.
    B,
}

/// What a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lists {
    Ip4,
    Ip4AndIp6,
    Ip6,
    Domains,
}

/// How much one listing covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// One address (or a /64 of IPv6), or one domain.
    Single,
    /// A network: its owner is meant, and another address of it does not help.
    Range,
    /// The code does not tell.
    Unknown,
}

/// What one answer of a list means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Listed(Extent),
    /// Listed, but for how the address is set up (dynamic, no reverse name): to be mended here, not by removal.
    SetUp(Extent),
    /// On the list, and that is good or says nothing.
    NotBad,
    /// The list does not answer us: why.
    Refused(&'static str),
}

/// One entry of a zone's table: answers from `first` to `last` in their last octet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    pub first: Ipv4Addr,
    pub last: Ipv4Addr,
    pub meaning: Meaning,
    /// The list's own word for it.
    pub name: &'static str,
}

/// How the codes of a zone are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Each address is a code of its own.
    Codes,
    /// The last octet is a set of bits; a code's `first` is one of them.
    Bits,
}

/// A block list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone {
    /// As it is asked without a key.
    pub name: &'static str,
    pub operator: &'static str,
    pub tier: Tier,
    pub lists: Lists,
    pub codes: &'static [Code],
    pub(crate) reading: Reading,
    /// Shortest wait between two polls of one subject without a key.
    pub poll: Duration,
    /// The same with a key.
    pub poll_with_key: Duration,
    /// The zone for those who have a key, `KEY` standing for it.
    pub(crate) keyed: Option<&'static str>,
    /// Where removal is asked for, `SUBJECT` standing for the address or domain.
    pub(crate) removal: &'static str,
    /// How long removal takes, in the list's words.
    pub removal_takes: &'static str,
    /// Whether RFC 5782's test points hold there.
    pub(crate) has_test_points: bool,
}

impl Zone {
    /// The name under which it is asked.
    #[must_use]
    pub fn asked_as(&self, key: Option<&str>) -> String {
        match (self.keyed, key) {
            (Some(form), Some(key)) => form.replace("KEY", key),
            (Some(_) | None, _) => self.name.to_owned(),
        }
    }

    /// Shortest wait between two polls.
    #[must_use]
    pub fn poll_every(&self, has_key: bool) -> Duration {
        if has_key && self.keyed.is_some() { self.poll_with_key } else { self.poll }
    }

    /// The page on which removal is asked for, filled in.
    #[must_use]
    pub fn removal_link(&self, subject: &dyn fmt::Display) -> String {
        self.removal.replace("SUBJECT", &subject.to_string())
    }
}
