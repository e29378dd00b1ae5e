//! The text of one SPF record as its terms (RFC 7208 §4.6.1, §12).
//!
//! A modifier that nobody knows is left out, as §6 wants; a mechanism that nobody knows makes the record useless, as §4.6 wants.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use ipnet::IpNet;

/// A record, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub terms: Vec<Term>,
    pub redirect: Option<String>,
}

/// One mechanism with its qualifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As it is written.
    pub text: String,
    pub(crate) qualifier: Qualifier,
    pub mechanism: Mechanism,
}

/// What a match means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Qualifier {
    Pass,
    /// `-`, `~` and `?`: none of them lets us send.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mechanism {
    All,
    Include(String),
    A {
        name: Option<String>,
        lengths: Lengths,
    },
    Mx {
        name: Option<String>,
        lengths: Lengths,
    },
    /// `ip4` and `ip6`.
    Network(IpNet),
    /// By macros in all practice.
    Exists,
    /// Not to be used (§5.5).
    Ptr,
}

impl Mechanism {
    /// Whether it counts among the ten look-ups.
    pub(crate) const fn looks_up(&self) -> bool {
        match self {
            Self::Include(_) | Self::A { .. } | Self::Mx { .. } | Self::Exists | Self::Ptr => true,
            Self::All | Self::Network(_) => false,
        }
    }
}

/// Prefix lengths of `a` and `mx`: `/24//64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lengths {
    v4: u8,
    v6: u8,
}

impl Lengths {
    pub(crate) fn hold(self, one: IpAddr, address: IpAddr) -> bool {
        let length = match one {
            IpAddr::V4(_) => self.v4,
            IpAddr::V6(_) => self.v6,
        };
        IpNet::new(one, length).is_ok_and(|network| network.contains(&address))
    }
}

/// Why receivers cannot use a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    #[error("`{0}` is no mechanism of SPF")]
    Mechanism(String),
    #[error("`{0}` has no address or domain that can be read")]
    Target(String),
    #[error("`redirect` stands twice")]
    Redirect,
}

/// §4.5: `v=spf1`, alone or before a space.
pub(crate) fn is_spf(text: &str) -> bool {
    let version = text.get(..6).is_some_and(|version| version.eq_ignore_ascii_case("v=spf1"));
    version && matches!(text.as_bytes().get(6), None | Some(b' '))
}

/// Reads a record, beginning with its version.
///
/// # Errors
/// [`RecordError`] names the term.
pub fn parse(text: &str) -> Result<Record, RecordError> {
    let mut record = Record { terms: Vec::new(), redirect: None };
    for word in text.split(' ').skip(1).filter(|word| !word.is_empty()) {
        let (qualifier, rest) = match word.as_bytes()[0] {
            b'+' => (Qualifier::Pass, &word[1..]),
            b'-' | b'~' | b'?' => (Qualifier::Other, &word[1..]),
            _ => (Qualifier::Pass, word),
        };
        let end = rest.find([':', '/', '=']).unwrap_or(rest.len());
        if rest[end..].starts_with('=') {
            if rest[..end].eq_ignore_ascii_case("redirect")
                && record.redirect.replace(domain(&rest[end + 1..])).is_some()
            {
                return Err(RecordError::Redirect);
            }
            continue;
        }
        let mechanism = mechanism(&rest[..end].to_ascii_lowercase(), &rest[end..], word)?;
        record.terms.push(Term { text: word.to_owned(), qualifier, mechanism });
    }
    Ok(record)
}

fn mechanism(name: &str, rest: &str, word: &str) -> Result<Mechanism, RecordError> {
    let target = rest.strip_prefix(':');
    let wrong = || RecordError::Target(word.to_owned());
    Ok(match name {
        "all" if rest.is_empty() => Mechanism::All,
        "include" => Mechanism::Include(domain(target.filter(|name| !name.is_empty()).ok_or_else(wrong)?)),
        "ip4" | "ip6" => Mechanism::Network(network(name, target.ok_or_else(wrong)?).ok_or_else(wrong)?),
        "a" | "mx" => {
            let (host, lengths) = host_and_lengths(rest).ok_or_else(wrong)?;
            if name == "a" {
                Mechanism::A { name: host, lengths }
            } else {
                Mechanism::Mx { name: host, lengths }
            }
        }
        "exists" => Mechanism::Exists,
        "ptr" => Mechanism::Ptr,
        _ => return Err(RecordError::Mechanism(word.to_owned())),
    })
}

fn domain(text: &str) -> String {
    text.trim_end_matches('.').to_ascii_lowercase()
}

fn network(name: &str, text: &str) -> Option<IpNet> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length.parse().ok()?)),
        None => (text, None),
    };
    let network = if name == "ip4" {
        IpNet::new(IpAddr::V4(address.parse::<Ipv4Addr>().ok()?), length.unwrap_or(32))
    } else {
        IpNet::new(IpAddr::V6(address.parse::<Ipv6Addr>().ok()?), length.unwrap_or(128))
    };
    network.ok()
}

/// `:host/24//64`, each part optional.
fn host_and_lengths(rest: &str) -> Option<(Option<String>, Lengths)> {
    let (host, lengths) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let host = match host.strip_prefix(':') {
        Some("") => return None,
        Some(name) => Some(domain(name)),
        None if host.is_empty() => None,
        None => return None,
    };
    let (v4, v6) = match lengths.split_once("//") {
        Some((v4, v6)) => (v4, v6.parse().ok().filter(|length| *length <= 128)?),
        None => (lengths, 128),
    };
    let v4 = match v4.strip_prefix('/') {
        Some(length) => length.parse().ok().filter(|length| *length <= 32)?,
        None if v4.is_empty() => 32,
        None => return None,
    };
    Some((host, Lengths { v4, v6 }))
}
