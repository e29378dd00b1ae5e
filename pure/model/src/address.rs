//! Mailbox addresses and domains, kept exactly as they were written and compared as mail compares them.
//!
//! The text of an address is never rewritten: a local part belongs to the host that it names (RFC 5321 §2.3.11), and
//! a quoted one keeps its quotes. Comparison of domains ignores the case of ASCII letters (RFC 5321 §2.4); for lookup in
//! a directory `folded` ignores the case of the whole address, as every directory that we meet does.

use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// RFC 5321 §4.5.3.1.1 and .2.
const LOCAL_LEN_MAX: usize = 64;
const DOMAIN_LEN_MAX: usize = 255;

/// Why a text is not an address or a domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("`{0}` has no `@` between a local part and a domain")]
    At(String),
    #[error("the local part of `{0}` is empty or longer than {LOCAL_LEN_MAX} bytes")]
    LocalLength(String),
    #[error("the local part of `{0}` is neither words joined by dots nor a quoted string")]
    Local(String),
    #[error("the domain `{0}` is empty or longer than {DOMAIN_LEN_MAX} bytes")]
    DomainLength(String),
    #[error(
        "`{0}` is neither labels of letters, digits and inner dashes joined by dots nor a literal in brackets"
    )]
    Domain(String),
}

/// A domain name in lower case, or an address literal such as `[192.0.2.1]`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(Box<str>);

impl Domain {
    /// The name in lower case, without a final dot.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is an address literal (RFC 5321 §4.1.3), which has no MX.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.0.starts_with('[')
    }
}

impl FromStr for Domain {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        check_domain(text)?;
        Ok(Self(text.to_lowercase().into_boxed_str()))
    }
}

/// A mailbox, `local@domain`, in the bytes in which it came.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    text: Box<str>,
    at: usize,
}

impl Address {
    /// The address exactly as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the `@`, quotes included.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// The part after the `@`, as written.
    #[must_use]
    pub fn domain_text(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// The domain, for comparison.
    #[must_use]
    pub fn domain(&self) -> Domain {
        Domain(self.domain_text().to_lowercase().into_boxed_str())
    }

    /// The whole address in lower case: the key of a directory.
    #[must_use]
    pub fn folded(&self) -> String {
        self.text.to_lowercase()
    }

    /// Whether the address cannot be sent without SMTPUTF8 (RFC 6531).
    #[must_use]
    pub fn needs_smtputf8(&self) -> bool {
        !self.text.is_ascii()
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let at = text.rfind('@').ok_or_else(|| AddressError::At(text.to_owned()))?;
        let (local, domain) = (&text[..at], &text[at + 1..]);
        if local.is_empty() || local.len() > LOCAL_LEN_MAX {
            return Err(AddressError::LocalLength(text.to_owned()));
        }
        if !is_dot_string(local) && !is_quoted_string(local) {
            return Err(AddressError::Local(text.to_owned()));
        }
        check_domain(domain)?;
        Ok(Self { text: text.into(), at })
    }
}

fn check_domain(text: &str) -> Result<(), AddressError> {
    if text.is_empty() || text.len() > DOMAIN_LEN_MAX {
        return Err(AddressError::DomainLength(text.to_owned()));
    }
    let good = match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(literal) => is_literal(literal),
        None => text.split('.').all(is_label),
    };
    if good { Ok(()) } else { Err(AddressError::Domain(text.to_owned())) }
}

/// RFC 5321 §4.1.3, IPv4 and IPv6 forms only: no other tag has ever been registered.
fn is_literal(text: &str) -> bool {
    match text.get(..5).filter(|tag| tag.eq_ignore_ascii_case("IPv6:")) {
        Some(_) => text[5..].parse::<core::net::Ipv6Addr>().is_ok(),
        None => text.parse::<core::net::Ipv4Addr>().is_ok(),
    }
}

/// A label as names in use have it: underscores and U-labels (RFC 6531 §3.3) occur in real mail.
fn is_label(label: &str) -> bool {
    let inner =
        |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || (!c.is_ascii() && c.is_alphanumeric());
    !label.is_empty()
        && label.len() <= 63
        && label.chars().all(|c| inner(c) || (!c.is_ascii() && !c.is_control() && !c.is_whitespace()))
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// RFC 5321 §4.1.2 Dot-string, with the letters of RFC 6531 §3.3.
fn is_dot_string(local: &str) -> bool {
    local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atext))
}

fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || (!c.is_ascii() && !c.is_control())
}

/// RFC 5321 §4.1.2 Quoted-string: printable characters, `"` and `\` only behind a `\`.
fn is_quoted_string(local: &str) -> bool {
    let Some(inner) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return false;
    };
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        let printable = |c: char| c == ' ' || c.is_ascii_graphic() || (!c.is_ascii() && !c.is_control());
        let good = match c {
            '\\' => characters.next().is_some_and(printable),
            '"' => false,
            other => printable(other),
        };
        if !good {
            return false;
        }
    }
    local.len() > 1
}

macro_rules! text_forms {
    ($name:ident, $text:expr) => {
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::text::parsed(deserializer)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($text, "({})"), self.as_str())
            }
        }
    };
}

text_forms!(Domain, "Domain");
text_forms!(Address, "Address");

#[cfg(test)]
mod tests;
