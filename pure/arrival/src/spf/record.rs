//! An SPF record read as a whole (RFC 7208 §4.6, §12): one fault anywhere makes it a wrong one, before anything of it is looked at.

use super::macros;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Record {
    pub(super) directives: Vec<(Qualifier, Mechanism)>,
    pub(super) redirect: Option<String>,
}

/// What a match means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Qualifier {
    Pass,
    Fail,
    SoftFail,
    Neutral,
}

/// Bits of an address that have to agree, of either family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bits {
    pub(super) v4: u8,
    pub(super) v6: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mechanism {
    All,
    Include(String),
    A(Option<String>, Bits),
    Mx(Option<String>, Bits),
    Ptr(Option<String>),
    V4(Ipv4Addr, u8),
    V6(Ipv6Addr, u8),
    Exists(String),
}

const ALL_BITS: Bits = Bits { v4: 32, v6: 128 };

/// Whether a text is meant as a record of SPF.
pub(super) fn is_one(text: &str) -> bool {
    let rest = text.get(..6).filter(|version| version.eq_ignore_ascii_case("v=spf1")).map(|_| &text[6..]);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

impl Record {
    /// Reads a text for which [`is_one`] holds; the error is the term that is wrong.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut record = Self::default();
        let mut explained = false;
        for term in text[6..].split(' ').filter(|term| !term.is_empty()) {
            let wrong = || term.to_owned();
            match modifier(term) {
                Some((name, value)) if name.eq_ignore_ascii_case("redirect") => {
                    if record.redirect.is_some() || !macros::is_domain(value) {
                        return Err(wrong());
                    }
                    record.redirect = Some(value.to_owned());
                }
                Some((name, value)) if name.eq_ignore_ascii_case("exp") => {
                    if core::mem::replace(&mut explained, true) || !macros::is_domain(value) {
                        return Err(wrong());
                    }
                }
                Some((_, value)) => macros::is_text(value).then_some(()).ok_or_else(wrong)?,
                None => record.directives.push(directive(term).ok_or_else(wrong)?),
            }
        }
        Ok(record)
    }
}

/// `name=value`.
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    is_name.then_some((name, value))
}

fn directive(term: &str) -> Option<(Qualifier, Mechanism)> {
    let (qualifier, term) = match term.as_bytes().first()? {
        b'+' => (Qualifier::Pass, &term[1..]),
        b'-' => (Qualifier::Fail, &term[1..]),
        b'~' => (Qualifier::SoftFail, &term[1..]),
        b'?' => (Qualifier::Neutral, &term[1..]),
        _ => (Qualifier::Pass, term),
    };
    let end = term.find([':', '/']).unwrap_or(term.len());
    let (name, rest) = term.split_at(end);
    Some((qualifier, mechanism(&name.to_ascii_lowercase(), rest)?))
}

fn mechanism(name: &str, rest: &str) -> Option<Mechanism> {
    let domain = |rest: &str| rest.strip_prefix(':').filter(|it| macros::is_domain(it)).map(str::to_owned);
    let optional = |rest: &str| if rest.is_empty() { Some(None) } else { domain(rest).map(Some) };
    match name {
        "all" if rest.is_empty() => Some(Mechanism::All),
        "include" => domain(rest).map(Mechanism::Include),
        "exists" => domain(rest).map(Mechanism::Exists),
        "ptr" => optional(rest).map(Mechanism::Ptr),
        "a" | "mx" => {
            let (rest, bits) = both_lengths(rest)?;
            let domain = optional(rest)?;
            Some(if name == "a" { Mechanism::A(domain, bits) } else { Mechanism::Mx(domain, bits) })
        }
        "ip4" => {
            let (address, bits) = one_length(rest.strip_prefix(':')?, 32)?;
            Some(Mechanism::V4(address.parse().ok()?, bits))
        }
        "ip6" => {
            let (address, bits) = one_length(rest.strip_prefix(':')?, 128)?;
            Some(Mechanism::V6(address.parse().ok()?, bits))
        }
        _ => None,
    }
}

fn one_length(text: &str, max: u8) -> Option<(&str, u8)> {
    match text.split_once('/') {
        Some((address, length)) => Some((address, length_of(length, max)?)),
        None => Some((text, max)),
    }
}

/// `/24`, `//64` or both at the end.
fn both_lengths(text: &str) -> Option<(&str, Bits)> {
    let mut bits = ALL_BITS;
    let mut rest = text;
    if let Some((front, length)) = digits_behind(rest, "//") {
        bits.v6 = length_of(length, 128)?;
        rest = front;
    }
    if let Some((front, length)) = digits_behind(rest, "/") {
        bits.v4 = length_of(length, 32)?;
        rest = front;
    }
    Some((rest, bits))
}

fn digits_behind<'t>(text: &'t str, slashes: &str) -> Option<(&'t str, &'t str)> {
    let (front, digits) = text.rsplit_once(slashes)?;
    let is_length = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_length.then_some((front, digits))
}

fn length_of(digits: &str, max: u8) -> Option<u8> {
    let is_plain = digits == "0" || !digits.starts_with(['0', '+']);
    digits.parse().ok().filter(|length| is_plain && *length <= max)
}
