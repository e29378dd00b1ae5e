//! From an answer of DNS to what it says of us.

use crate::zone::{Code, Extent, Meaning, Reading, Zone};
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

/// Longest reason text that is kept.
const TEXT_LEN_MAX: usize = 512;

/// What DNS said to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A records, and the TXT beside them if it was asked for.
    Found { addresses: Vec<Ipv4Addr>, text: Option<String> },
    /// NXDOMAIN.
    NoName,
    /// The name is there, and has no address.
    NoData,
    /// REFUSED.
    Refused,
    /// SERVFAIL, a time-out, a name server that is gone: in words.
    Failed(String),
}

/// A listing, with what the list says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    pub zone: String,
    /// The list's words for the codes, e.g. `SBL`.
    pub names: Vec<String>,
    pub addresses: Vec<Ipv4Addr>,
    pub extent: Extent,
    /// To be mended in our own set-up (reverse name, dynamic range), not by removal.
    pub is_set_up: bool,
    /// The TXT record: the reason, often with a link.
    pub text: Option<String>,
}

/// Why a list gave no answer to us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// In the list's own code or by REFUSED: what is wrong with our asking.
    Told(String),
    /// No answer, or one that is none: nobody knows.
    Unknown(String),
}

impl Refusal {
    /// In words.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Told(why) | Self::Unknown(why) => why,
        }
    }
}

/// What one poll found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finding {
    Clean,
    Listed(Listing),
    /// Neither clean nor listed.
    Unknown(Refusal),
}

/// Reads an answer by the zone's table.
#[must_use]
pub fn read(zone: &Zone, answer: &Answer) -> Finding {
    match answer {
        Answer::NoName | Answer::NoData => Finding::Clean,
        Answer::Refused => Finding::Unknown(Refusal::Told(format!(
            "{} refuses our questions; it wants a registered resolver or a key",
            zone.name
        ))),
        Answer::Failed(why) => Finding::Unknown(Refusal::Unknown(why.clone())),
        Answer::Found { addresses, text } => found(zone, addresses, text.as_deref()),
    }
}

fn found(zone: &Zone, addresses: &[Ipv4Addr], text: Option<&str>) -> Finding {
    let mut met = Vec::new();
    for address in addresses {
        let codes = codes_of(zone, *address);
        if codes.is_empty() {
            // RFC 5782 §2.1: a value is within 127.0.0.0/8. Others come from parked domains and redirecting resolvers.
            let why = format!("{} answers {address}, which is in no table of its codes", zone.name);
            return Finding::Unknown(Refusal::Unknown(why));
        }
        met.extend(codes.into_iter().map(|code| (*address, code)));
    }
    if let Some(why) = met.iter().find_map(|(_, code)| match code.meaning {
        Meaning::Refused(why) => Some(why),
        Meaning::Listed(_) | Meaning::SetUp(_) | Meaning::NotBad => None,
    }) {
        return Finding::Unknown(Refusal::Told(format!("{}: {why}", zone.name)));
    }
    let bad = |code: &Code| match code.meaning {
        Meaning::Listed(extent) => Some((extent, false)),
        Meaning::SetUp(extent) => Some((extent, true)),
        Meaning::NotBad | Meaning::Refused(_) => None,
    };
    let listed: Vec<_> =
        met.iter().filter_map(|(address, code)| Some((*address, code, bad(code)?))).collect();
    if listed.is_empty() {
        return Finding::Clean;
    }
    Finding::Listed(Listing {
        zone: zone.name.to_owned(),
        names: listed.iter().map(|(_, code, _)| code.name.to_owned()).collect(),
        addresses: listed.iter().map(|(address, ..)| *address).collect(),
        // One listing of the single address is enough for removal to be worth asking; a range only if all are.
        extent: listed.iter().map(|(.., (extent, _))| *extent).min().unwrap_or(Extent::Unknown),
        is_set_up: listed.iter().all(|(.., (_, is_set_up))| *is_set_up),
        text: text.map(|text| text.chars().filter(|c| !c.is_control()).take(TEXT_LEN_MAX).collect()),
    })
}

fn codes_of(zone: &Zone, address: Ipv4Addr) -> Vec<Code> {
    match zone.reading {
        Reading::Codes => {
            zone.codes.iter().filter(|code| (code.first..=code.last).contains(&address)).copied().collect()
        }
        Reading::Bits => {
            let [a, b, c, bits] = address.octets();
            let is_set = |code: &&Code| {
                let [d, e, f, bit] = code.first.octets();
                (a, b, c) == (d, e, f) && bits & bit != 0
            };
            zone.codes.iter().filter(is_set).copied().collect()
        }
    }
}

#[cfg(test)]
mod tests;
