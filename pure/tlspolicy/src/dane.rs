//! DANE for SMTP: which TLSA records count, and whether a certificate is the one that they mean (RFC 6698, RFC 7671, RFC 7672).
//!
//! Usages that lean on public authorities are of no use here (RFC 7672 §3.1.3), as is what we cannot compute. Records that are there
//! and of no use still promise TLS. A look-up that fails is not an absence: who can make it fail may be the attacker.

use core::fmt;
use sha2::{Digest as _, Sha256, Sha512};

/// One record, as it stands in its zone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tlsa {
    pub usage: u8,
    pub selector: u8,
    pub matching: u8,
    pub data: Vec<u8>,
}

const TRUST_ANCHOR: u8 = 2;
const END_ENTITY: u8 = 3;
const CERTIFICATE: u8 = 0;
const KEY: u8 = 1;
const FULL: u8 = 0;
const SHA_256: u8 = 1;
const SHA_512: u8 = 2;

/// What the zones say of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// No records, or none that anybody signed.
    Nothing,
    /// Signed records, none of which can be used: TLS is promised, and nothing of whom.
    Unusable,
    /// Those that can be used; never empty.
    Records(Vec<Tlsa>),
    /// It could not be found out.
    Failed(String),
}

impl Said {
    /// Of records that were signed.
    #[must_use]
    pub fn of_secure(records: &[Tlsa]) -> Self {
        if records.is_empty() {
            return Self::Nothing;
        }
        let usable = usable(records);
        if usable.is_empty() { Self::Unusable } else { Self::Records(usable) }
    }
}

impl Tlsa {
    fn is_usable(&self) -> bool {
        let is_length_right = match self.matching {
            FULL => !self.data.is_empty(),
            SHA_256 => self.data.len() == 32,
            SHA_512 => self.data.len() == 64,
            _ => false,
        };
        matches!(self.usage, TRUST_ANCHOR | END_ENTITY)
            && matches!(self.selector, CERTIFICATE | KEY)
            && is_length_right
    }

    /// Whether it means the host's own certificate, whose names and dates then do not count (RFC 7672 §3.1.1).
    #[must_use]
    pub fn is_of_the_host(&self) -> bool {
        self.usage == END_ENTITY
    }

    /// The certificate that the record holds whole, an authority's that the host need not send.
    #[must_use]
    pub fn whole_authority(&self) -> Option<&[u8]> {
        let is_whole = (self.usage, self.selector, self.matching) == (TRUST_ANCHOR, CERTIFICATE, FULL);
        is_whole.then_some(self.data.as_slice())
    }

    /// Whether it means a certificate with this public key (SubjectPublicKeyInfo), both in DER.
    #[must_use]
    pub fn means(&self, certificate: &[u8], key: &[u8]) -> bool {
        let selected = if self.selector == KEY { key } else { certificate };
        match self.matching {
            FULL => self.data == selected,
            SHA_256 => self.data[..] == Sha256::digest(selected)[..],
            SHA_512 => self.data[..] == Sha512::digest(selected)[..],
            _ => false,
        }
    }
}

/// As zones write it: usage, selector, matching type, data in hexadecimal.
impl fmt::Display for Tlsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} ", self.usage, self.selector, self.matching)?;
        self.data.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Those that can be used, in a fixed order. Where both digests of one thing are published the stronger one counts (RFC 7671 §9).
fn usable(records: &[Tlsa]) -> Vec<Tlsa> {
    let has_stronger = |one: &Tlsa| {
        let is_of_same = |other: &&Tlsa| (other.usage, other.selector) == (one.usage, one.selector);
        one.matching == SHA_256
            && records.iter().filter(is_of_same).any(|other| other.matching == SHA_512 && other.is_usable())
    };
    let mut usable: Vec<Tlsa> =
        records.iter().filter(|one| one.is_usable() && !has_stronger(one)).cloned().collect();
    usable.sort();
    usable.dedup();
    usable
}

#[cfg(test)]
mod tests;
