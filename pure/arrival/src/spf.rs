//! SPF (RFC 7208): whether the domain of the sender lets this address send for it.
//!
//! Bounded as the RFC says: ten terms that ask, ten exchangers or reverse names of one of them, two answers without anything. `exp=` is read and never asked
//! for, because nobody reads it here.

mod macros;
mod record;

use crate::answers::{Answer, Answers, Question, Unasked};
use record::{Bits, Mechanism, Qualifier, Record};
use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};

/// RFC 7208 §4.6.4.
const TERMS_MAX: usize = 10;
const VOIDS_MAX: usize = 2;
const HOSTS_MAX: usize = 10;

/// Who handed the message over.
#[derive(Debug, Clone, Copy)]
pub struct Client<'c> {
    pub address: IpAddr,
    pub helo: &'c str,
    /// MAIL FROM without its brackets; empty: a null sender.
    pub mail_from: &'c str,
}

/// The results of RFC 7208 §2.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpfResult {
    None,
    Neutral,
    Pass,
    Fail,
    SoftFail,
    TempError,
    PermError,
}

impl SpfResult {
    /// The word in the field (RFC 8601 §2.7.2).
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Neutral => "neutral",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

/// Why `check_host` stops.
enum Stop {
    Ask(Unasked),
    Permanent,
    Temporary,
}

impl From<Unasked> for Stop {
    fn from(unasked: Unasked) -> Self {
        Self::Ask(unasked)
    }
}

impl Client<'_> {
    /// The domain whose record counts: that of MAIL FROM, of HELO if there is no sender (RFC 7208 §2.4).
    #[must_use]
    pub fn domain(&self) -> &str {
        match self.mail_from.rsplit_once('@') {
            Some((_, domain)) => domain,
            None if self.mail_from.is_empty() => self.helo,
            None => self.mail_from,
        }
    }

    fn local(&self) -> &str {
        let local = self.mail_from.rsplit_once('@').map_or("", |(local, _)| local);
        if local.is_empty() { "postmaster" } else { local }
    }
}

/// What SPF says of a client.
///
/// # Errors
/// What has to be asked first.
pub fn check(client: &Client<'_>, answers: &Answers) -> Result<SpfResult, Unasked> {
    let address = client.address.to_canonical();
    let mut run = Run { client, address, answers, terms: 0, voids: 0 };
    match run.host(client.domain()) {
        Ok(result) => Ok(result),
        Err(Stop::Permanent) => Ok(SpfResult::PermError),
        Err(Stop::Temporary) => Ok(SpfResult::TempError),
        Err(Stop::Ask(unasked)) => Err(unasked),
    }
}

struct Run<'r> {
    client: &'r Client<'r>,
    address: IpAddr,
    answers: &'r Answers,
    terms: usize,
    voids: usize,
}

impl Run<'_> {
    /// `check_host()` (RFC 7208 §4). It goes no deeper than there may be terms.
    fn host(&mut self, domain: &str) -> Result<SpfResult, Stop> {
        if !is_name(domain) || !domain.trim_end_matches('.').contains('.') {
            return Ok(SpfResult::None);
        }
        let Some(record) = self.record(domain)? else { return Ok(SpfResult::None) };
        for (qualifier, mechanism) in &record.directives {
            if self.matches(mechanism, domain)? {
                return Ok(match qualifier {
                    Qualifier::Pass => SpfResult::Pass,
                    Qualifier::Fail => SpfResult::Fail,
                    Qualifier::SoftFail => SpfResult::SoftFail,
                    Qualifier::Neutral => SpfResult::Neutral,
                });
            }
        }
        let Some(redirect) = &record.redirect else { return Ok(SpfResult::Neutral) };
        self.count()?;
        let target = self.expand(redirect, domain)?;
        let result = self.host(&target)?;
        if result == SpfResult::None { Err(Stop::Permanent) } else { Ok(result) }
    }

    fn record(&self, domain: &str) -> Result<Option<Record>, Stop> {
        let texts = self.found(Question::Texts(flat(domain)))?;
        let mut records = texts.iter().filter(|text| record::is_one(text));
        match (records.next(), records.next()) {
            (None, _) => Ok(None),
            (Some(one), None) => Record::read(one).map(Some).map_err(|_| Stop::Permanent),
            (Some(_), Some(_)) => Err(Stop::Permanent),
        }
    }

    fn matches(&mut self, mechanism: &Mechanism, domain: &str) -> Result<bool, Stop> {
        match mechanism {
            Mechanism::All => Ok(true),
            Mechanism::V4(network, bits) => Ok(is_within(self.address, IpAddr::V4(*network), *bits)),
            Mechanism::V6(network, bits) => Ok(is_within(self.address, IpAddr::V6(*network), *bits)),
            Mechanism::Include(target) => self.include(target, domain),
            Mechanism::A(target, bits) => {
                let host = self.target(target.as_deref(), domain)?;
                self.is_at(&host, *bits)
            }
            Mechanism::Mx(target, bits) => {
                let host = self.target(target.as_deref(), domain)?;
                self.is_exchanger(&host, *bits)
            }
            Mechanism::Ptr(target) => {
                let target = self.target(target.as_deref(), domain)?;
                let names = self.validated_names(true)?;
                Ok(names.iter().any(|name| is_below(name, &target)))
            }
            Mechanism::Exists(target) => {
                let host = self.target(Some(target), domain)?;
                Ok(is_name(&host) && !self.asked(Question::V4(flat(&host)))?.is_empty())
            }
        }
    }

    /// Counts a term that asks, and gives the name that it means.
    fn target(&mut self, target: Option<&str>, domain: &str) -> Result<String, Stop> {
        self.count()?;
        target.map_or_else(|| Ok(domain.to_owned()), |target| self.expand(target, domain))
    }

    fn include(&mut self, target: &str, domain: &str) -> Result<bool, Stop> {
        let target = self.target(Some(target), domain)?;
        match self.host(&target)? {
            SpfResult::Pass => Ok(true),
            SpfResult::Fail | SpfResult::SoftFail | SpfResult::Neutral => Ok(false),
            SpfResult::TempError => Err(Stop::Temporary),
            SpfResult::None | SpfResult::PermError => Err(Stop::Permanent),
        }
    }

    fn is_at(&mut self, host: &str, bits: Bits) -> Result<bool, Stop> {
        if !is_name(host) {
            return Ok(false);
        }
        let (question, bits) = match self.address {
            IpAddr::V4(_) => (Question::V4(flat(host)), bits.v4),
            IpAddr::V6(_) => (Question::V6(flat(host)), bits.v6),
        };
        let found = self.asked(question)?;
        Ok(found.iter().filter_map(|text| text.parse().ok()).any(|one| is_within(self.address, one, bits)))
    }

    fn is_exchanger(&mut self, host: &str, bits: Bits) -> Result<bool, Stop> {
        if !is_name(host) {
            return Ok(false);
        }
        let hosts = self.asked(Question::Exchangers(flat(host)))?;
        if hosts.len() > HOSTS_MAX {
            return Err(Stop::Permanent);
        }
        for host in hosts {
            if self.is_at(&host, bits)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The names of the client that lead back to it (RFC 7208 §5.5); what cannot be found out is no name.
    fn validated_names(&mut self, is_counted: bool) -> Result<Vec<String>, Stop> {
        let question = Question::Names(self.address);
        let names = match self.answers.get(question)? {
            Answer::Found(names) => names.clone(),
            Answer::Failed => Vec::new(),
        };
        if is_counted && names.is_empty() {
            self.void()?;
        }
        let mut validated = Vec::new();
        for name in names.into_iter().take(HOSTS_MAX).filter(|name| is_name(name)) {
            let question = match self.address {
                IpAddr::V4(_) => Question::V4(flat(&name)),
                IpAddr::V6(_) => Question::V6(flat(&name)),
            };
            if let Answer::Found(found) = self.answers.get(question)?
                && found.iter().any(|text| text.parse() == Ok(self.address))
            {
                validated.push(flat(&name));
            }
        }
        Ok(validated)
    }

    fn expand(&mut self, text: &str, domain: &str) -> Result<String, Stop> {
        let name = if macros::wants_name(text) { self.own_name(domain)? } else { String::new() };
        let client = self.client;
        Ok(macros::expand(text, |letter| match letter {
            's' => Cow::Owned(format!("{}@{}", client.local(), client.domain())),
            'l' => Cow::Borrowed(client.local()),
            'o' => Cow::Borrowed(client.domain()),
            'd' => Cow::Borrowed(domain),
            'i' => Cow::Owned(dotted(self.address)),
            'p' => Cow::Borrowed(name.as_str()),
            'h' => Cow::Borrowed(client.helo),
            'v' => Cow::Borrowed(if self.address.is_ipv4() { "in-addr" } else { "ip6" }),
            other => Cow::Owned(other.to_string()),
        }))
    }

    /// `%{p}`: the domain itself, then one below it, then any.
    fn own_name(&mut self, domain: &str) -> Result<String, Stop> {
        let names = self.validated_names(false)?;
        let exact = names.iter().find(|name| **name == flat(domain));
        let below = || names.iter().find(|name| is_below(name, domain));
        let name = exact.or_else(below).or_else(|| names.first());
        Ok(name.cloned().unwrap_or_else(|| "unknown".to_owned()))
    }

    fn count(&mut self) -> Result<(), Stop> {
        self.terms += 1;
        if self.terms > TERMS_MAX { Err(Stop::Permanent) } else { Ok(()) }
    }

    fn void(&mut self) -> Result<(), Stop> {
        self.voids += 1;
        if self.voids > VOIDS_MAX { Err(Stop::Permanent) } else { Ok(()) }
    }

    /// What a mechanism asks: nothing at all counts.
    fn asked(&mut self, question: Question) -> Result<Vec<String>, Stop> {
        let found = self.found(question)?.to_vec();
        if found.is_empty() {
            self.void()?;
        }
        Ok(found)
    }

    fn found(&self, question: Question) -> Result<&[String], Stop> {
        match self.answers.get(question)? {
            Answer::Found(found) => Ok(found),
            Answer::Failed => Err(Stop::Temporary),
        }
    }
}

/// Whether a name can be asked for.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() <= 253
        && !name.starts_with('[')
        && name.is_ascii()
        && name.split('.').all(|label| (1..=63).contains(&label.len()))
}

fn flat(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// Whether `name` is `domain` or lies below it.
fn is_below(name: &str, domain: &str) -> bool {
    let front = flat(name);
    let domain = flat(domain);
    front.strip_suffix(domain.as_str()).is_some_and(|front| front.is_empty() || front.ends_with('.'))
}

fn is_within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            let differing = one.to_bits() ^ other.to_bits();
            differing.checked_shr(32 - u32::from(bits)).unwrap_or(0) == 0
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            let differing = one.to_bits() ^ other.to_bits();
            differing.checked_shr(128 - u32::from(bits)).unwrap_or(0) == 0
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

/// `%{i}`: an address of version 6 as nibbles with dots.
fn dotted(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => nibbles(address),
    }
}

fn nibbles(address: Ipv6Addr) -> String {
    let digits = format!("{:032x}", address.to_bits());
    digits.chars().map(String::from).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests;
