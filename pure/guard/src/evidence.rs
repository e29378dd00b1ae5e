//! What a refusal says against one of our addresses, how strong it is, and how far it reaches.
//!
//! *Strong* is a complete refusal that names one of our addresses, from a provider that proved its name; or from two organisations that have
//! nothing to do with each other within ten minutes; or of one host and a block list alike. Anything less is *weak* and holds only for that source at
//! that site, so that one hostile host takes out nothing but itself. Memory is bounded: what is forgotten can only make evidence weaker.

use crate::place::{Place, Receiver};
use core::fmt;
use core::net::IpAddr;
use model::{Duration, SourceName, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Refusals that are remembered.
const WITNESSES_MAX: usize = 1024;

/// Names one piece of evidence: law 12. Written `ev-` and sixteen hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvidenceId(pub u64);

impl fmt::Display for EvidenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ev-{:016x}", self.0)
    }
}

impl core::str::FromStr for EvidenceId {
    type Err = NoEvidenceId;

    fn from_str(text: &str) -> Result<Self, NoEvidenceId> {
        let digits = text.strip_prefix("ev-").filter(|digits| digits.len() == 16);
        let number = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        number.map(Self).ok_or_else(|| NoEvidenceId(text.to_owned()))
    }
}

/// Why a text names no evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoEvidenceId(String);

impl fmt::Display for NoEvidenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` names no evidence: `ev-` and sixteen hexadecimal digits do", self.0)
    }
}

impl core::error::Error for NoEvidenceId {}

impl Serialize for EvidenceId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EvidenceId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A refusal for who we are, complete: with its reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub evidence: EvidenceId,
    pub source: SourceName,
    pub receiver: Receiver,
    /// Whether the host proved its name in TLS.
    pub is_verified: bool,
    /// Where the host is: hosts of one network are no two witnesses.
    pub address: Option<IpAddr>,
    /// The list that the reply names, as polls call it.
    pub list: Option<String>,
    /// Whether that list is one which many receivers ask.
    pub is_public: bool,
    /// Whether the reply names one of our addresses.
    pub names_ours: bool,
}

/// How much a piece of evidence is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    Weak,
    Strong,
}

/// A refusal weighed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Evidence {
    pub(crate) strength: Strength,
    pub(crate) place: Place,
    /// The narrowest place that its host speaks for by itself.
    pub(crate) own_place: Place,
}

/// The refusals of a while, that later ones may confirm.
#[derive(Debug, Clone, Default)]
pub(crate) struct Witnesses(VecDeque<Witness>);

#[derive(Debug, Clone)]
struct Witness {
    at: Timestamp,
    source: SourceName,
    list: Option<String>,
    organisation: String,
    address: Option<IpAddr>,
    /// Where it speaks for by itself.
    place: Place,
}

impl Witnesses {
    /// Weighs a refusal and remembers it. `list_agrees`: polls of that list name the source too.
    pub(crate) fn weigh(
        &mut self,
        said: &Said,
        list_agrees: bool,
        within: Duration,
        now: Timestamp,
    ) -> Evidence {
        let known = said.receiver.provider.as_ref().filter(|_| said.is_verified);
        let own_place = match known {
            Some(name) => Place::Provider(name.clone()),
            None => Place::Site(said.receiver.site.clone()),
        };
        let weak = Place::Site(said.receiver.site.clone());
        if !said.names_ours {
            return Evidence { strength: Strength::Weak, place: weak, own_place };
        }
        let is_strong = known.is_some() || list_agrees || self.confirm(said, within, now);
        self.remember(said, own_place.clone(), within, now);
        match (is_strong, said.is_public) {
            (false, _) => Evidence { strength: Strength::Weak, place: weak, own_place },
            (true, true) => Evidence { strength: Strength::Strong, place: Place::Everywhere, own_place },
            (true, false) => Evidence { strength: Strength::Strong, place: own_place.clone(), own_place },
        }
    }

    /// Where replies of the last while named this list for this source.
    pub(crate) fn places(
        &self,
        source: &SourceName,
        list: &str,
        within: Duration,
        now: Timestamp,
    ) -> Vec<Place> {
        let is_it = |one: &&Witness| one.source == *source && one.list.as_deref() == Some(list);
        let fresh = self.0.iter().filter(is_it).filter(|one| now.since(one.at) <= within);
        fresh.map(|one| one.place.clone()).collect()
    }

    fn confirm(&self, said: &Said, within: Duration, now: Timestamp) -> bool {
        let organisation = organisation(said);
        self.0.iter().any(|one| {
            one.source == said.source
                && one.list == said.list
                && now.since(one.at) <= within
                && one.organisation != organisation
                && are_apart(one.address, said.address)
        })
    }

    /// The newest word of each host is enough: one that repeats itself does not push others out.
    fn remember(&mut self, said: &Said, place: Place, within: Duration, now: Timestamp) {
        let organisation = organisation(said);
        self.0.retain(|one| {
            let is_same = one.source == said.source && one.list == said.list;
            now.since(one.at) <= within && !(is_same && one.organisation == organisation)
        });
        if self.0.len() == WITNESSES_MAX {
            self.0.pop_front();
        }
        let (source, list) = (said.source.clone(), said.list.clone());
        self.0.push_back(Witness { at: now, source, list, organisation, address: said.address, place });
    }
}

/// Who speaks: a provider that proved it, else the last two labels of the host's name. Two organisations under one
/// public suffix count as one, which makes evidence weaker and never stronger.
fn organisation(said: &Said) -> String {
    match (&said.receiver.provider, said.is_verified) {
        (Some(name), true) => name.clone(),
        (Some(_) | None, _) => {
            let labels: Vec<&str> = said.receiver.site.rsplitn(3, '.').take(2).collect();
            labels.into_iter().rev().collect::<Vec<_>>().join(".")
        }
    }
}

/// Whether two addresses lie in different networks (/24, /48). An unknown one is nobody's witness.
fn are_apart(one: Option<IpAddr>, other: Option<IpAddr>) -> bool {
    match (one, other) {
        (Some(IpAddr::V4(one)), Some(IpAddr::V4(other))) => one.octets()[..3] != other.octets()[..3],
        (Some(IpAddr::V6(one)), Some(IpAddr::V6(other))) => one.segments()[..3] != other.segments()[..3],
        (Some(_), Some(_)) => true,
        (None, _) | (_, None) => false,
    }
}

#[cfg(test)]
mod tests;
