//! The record of a key (RFC 6376 §3.6.1): how it is written, and whether what was found in the DNS is it.
//!
//! Only the key decides: a record that others wrote may say more, and where it says what would make verifiers turn our signatures down, that is told.

use crate::dkim::base64;
use crate::key::SigningKey;
use crate::tags;
use core::fmt;

/// Bytes of one string of a TXT record (RFC 1035 §3.3).
const STRING_LEN_MAX: usize = 255;

/// What has to be published for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    key_type: &'static str,
    public: String,
}

/// What was found where a record should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Publication {
    /// The record of this key.
    Good,
    /// There is no record.
    Missing,
    /// Empty `p=`: the key is revoked.
    Revoked,
    /// The record of another key.
    OtherKey,
    /// It has the key, and something for which verifiers do not use it.
    Unusable(String),
    /// Several records: verifiers may take any, or none.
    Several(usize),
}

impl KeyRecord {
    /// The record of `key`.
    #[must_use]
    pub fn of(key: &SigningKey) -> Self {
        Self { key_type: key.algorithm().key_type(), public: base64(key.public()) }
    }

    /// The text as a zone file has it: strings of at most 255 bytes, each in quotes.
    #[must_use]
    pub fn zone_text(&self) -> String {
        let text = self.to_string();
        let mut rest = text.as_str();
        let mut strings = Vec::new();
        while !rest.is_empty() {
            let (string, later) = rest.split_at(rest.len().min(STRING_LEN_MAX));
            strings.push(format!("\"{string}\""));
            rest = later;
        }
        strings.join(" ")
    }

    /// What the texts that were found are to this key.
    #[must_use]
    pub fn compare(&self, found: &[String]) -> Publication {
        match found {
            [] => Publication::Missing,
            [one] => self.compare_one(one),
            several => Publication::Several(several.len()),
        }
    }

    fn compare_one(&self, text: &str) -> Publication {
        let tag = |wanted: &str| tags::read(text).find(|(name, _)| *name == wanted).map(|(_, value)| value);
        let Some(public) = tag("p") else { return Publication::Missing };
        let public: String = public.split_ascii_whitespace().collect();
        if public.is_empty() {
            return Publication::Revoked;
        }
        if public != self.public {
            return Publication::OtherKey;
        }
        let names =
            |list: &str, name: &str| list.split(':').any(|one| one.trim() == name || one.trim() == "*");
        let lacks = |wanted: &str, name: &str| tag(wanted).is_some_and(|list| !names(list, name));
        let unusable = |why: &str| Publication::Unusable(why.to_owned());
        if tag("v").is_some_and(|version| version != "DKIM1") {
            return unusable("v= is not DKIM1");
        }
        if tag("k").unwrap_or("rsa") != self.key_type {
            return Publication::Unusable(format!("k= is not {}", self.key_type));
        }
        if lacks("h", "sha256") {
            return unusable("h= leaves sha256 out");
        }
        if lacks("s", "email") {
            return unusable("s= leaves email out");
        }
        let flags = tag("t").unwrap_or_default();
        if flags.split(':').any(|flag| flag.trim() == "y") {
            return unusable("t=y says that the domain is only testing");
        }
        if flags.split(':').any(|flag| flag.trim() == "s") {
            return unusable("t=s allows no author in a domain below");
        }
        Publication::Good
    }
}

impl fmt::Display for KeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v=DKIM1; k={}; p={}", self.key_type, self.public)
    }
}

#[cfg(test)]
mod tests;
