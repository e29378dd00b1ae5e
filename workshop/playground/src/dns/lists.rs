//! The block lists of the name server, each a zone with entries of its own and a mood: right, or one of the ways in which lists go wrong.

use super::fold;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

/// The code of a test point that is listed.
const TEST_CODE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// How a list behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    /// As RFC 5782 wants it.
    #[default]
    Right,
    /// Parked: every name has this address.
    ListsTheWorld(Ipv4Addr),
    /// No name exists any more, its test point neither.
    Empty,
    /// REFUSED.
    Refuses,
    /// SERVFAIL.
    Fails,
    /// No answer at all.
    Silent,
    /// A name without records where it should be NXDOMAIN.
    NoData,
}

/// One list.
#[derive(Debug, Default)]
pub(super) struct List {
    entries: BTreeMap<String, (Ipv4Addr, String)>,
    pub(super) mood: Mood,
    pub(super) ttl: u32,
}

/// What a list says to a name.
pub(super) enum Says {
    Listed(Ipv4Addr, String),
    NoName,
    NoData,
    Refused,
    Failed,
    Nothing,
}

impl List {
    /// With its test points for addresses, or for domains.
    pub(super) fn new(code: Ipv4Addr) -> Self {
        let mut list = Self::default();
        list.set("127.0.0.2", Some(TEST_CODE));
        list.set("::ffff:7f00:2", Some(TEST_CODE));
        list.set("test", Some(code));
        list
    }

    /// Lists an address or a domain, or takes it off.
    pub(super) fn set(&mut self, subject: &str, code: Option<Ipv4Addr>) {
        let front = front(subject);
        match code {
            Some(code) => {
                let text = format!("https://www.spamhaus.org/query/ip/{subject}");
                self.entries.insert(front, (code, text));
            }
            None => drop(self.entries.remove(&front)),
        }
    }

    pub(super) fn code(&self, subject: &str) -> Option<Ipv4Addr> {
        self.entries.get(&front(subject)).map(|(code, _)| *code)
    }

    /// `front` is what stands before the zone.
    pub(super) fn says(&self, front: &str) -> Says {
        match (self.mood, self.entries.get(front)) {
            (Mood::Right | Mood::NoData, Some((code, text))) => Says::Listed(*code, text.clone()),
            (Mood::Right | Mood::Empty, _) => Says::NoName,
            (Mood::NoData, None) => Says::NoData,
            (Mood::ListsTheWorld(code), _) => Says::Listed(code, "this domain is for sale".to_owned()),
            (Mood::Refuses, _) => Says::Refused,
            (Mood::Fails, _) => Says::Failed,
            (Mood::Silent, _) => Says::Nothing,
        }
    }
}

/// `1.2.3.4` is asked as 4.3.2.1, IPv6 by its nibbles, a domain as it is (RFC 5782 §2.1, §2.4).
pub(super) fn front(subject: &str) -> String {
    match subject.parse() {
        Ok(IpAddr::V4(address)) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}")
        }
        Ok(IpAddr::V6(address)) => {
            let digits: Vec<char> = address
                .octets()
                .iter()
                .flat_map(|o| format!("{o:02x}").chars().collect::<Vec<_>>())
                .collect();
            digits.iter().rev().map(char::to_string).collect::<Vec<_>>().join(".")
        }
        Err(_) => fold(subject),
    }
}
