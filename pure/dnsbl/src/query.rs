//! The name that is asked: the address turned round, or the domain, in front of the zone (RFC 5782 §2.1, §2.4, §3).

use crate::zone::{Lists, Zone};
use core::fmt;
use model::Domain;
use std::net::IpAddr;

/// Longest name that DNS carries (RFC 1035 §2.3.4), without the final dot.
const NAME_LEN_MAX: usize = 253;

/// What is looked up in a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    Address(IpAddr),
    Domain(Domain),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => fmt::Display::fmt(address, f),
            Self::Domain(domain) => fmt::Display::fmt(domain, f),
        }
    }
}

/// Why something is not asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Spamhaus answers 127.0.1.255 to an address in a domain list; others list it.
    #[error("{zone} does not list such things as {subject}")]
    Kind { zone: &'static str, subject: Subject },
    #[error("{subject} below {zone} is longer than a name of DNS may be")]
    Length { zone: &'static str, subject: Subject },
}

/// The name to ask for; A gives the codes and TXT the list's reason.
///
/// # Errors
/// If the list has no such subjects, or the name would be too long.
pub fn query_name(zone: &Zone, key: Option<&str>, subject: &Subject) -> Result<String, QueryError> {
    let front = match (subject, zone.lists) {
        (Subject::Address(IpAddr::V4(address)), Lists::Ip4 | Lists::Ip4AndIp6) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}")
        }
        (Subject::Address(IpAddr::V6(address)), Lists::Ip6 | Lists::Ip4AndIp6) => nibbles(address.octets()),
        (Subject::Domain(domain), Lists::Domains) => domain.to_string(),
        (Subject::Address(_) | Subject::Domain(_), _) => {
            return Err(QueryError::Kind { zone: zone.name, subject: subject.clone() });
        }
    };
    let name = format!("{front}.{}", zone.asked_as(key));
    if name.len() > NAME_LEN_MAX {
        return Err(QueryError::Length { zone: zone.name, subject: subject.clone() });
    }
    Ok(name)
}

fn nibbles(octets: [u8; 16]) -> String {
    let digits: Vec<String> = octets
        .iter()
        .rev()
        .flat_map(|octet| [octet & 0xf, octet >> 4])
        .map(|digit| format!("{digit:x}"))
        .collect();
    digits.join(".")
}

#[cfg(test)]
mod tests;
