//! What a tenant or an operator says of single destinations.

use crate::sts;
use core::str::FromStr;
use model::{Domain, TlsPolicy};
use std::collections::BTreeMap;

/// A word for one destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// Never TLS, for hosts whose TLS is broken.
    None,
    /// As the policy of the same name.
    Tls(TlsPolicy),
    /// Only by DANE.
    Dane,
}

/// What cannot be said of a destination.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    #[error(
        "`{0}` is not a TLS policy for a destination: write none, opportunistic, require, verify or dane"
    )]
    Word(String),
    #[error("`{0}` is no domain, nor `*.` in front of one")]
    Domain(String),
}

impl FromStr for Destination {
    type Err = DestinationError;

    fn from_str(text: &str) -> Result<Self, DestinationError> {
        match text {
            "none" => Ok(Self::None),
            "dane" => Ok(Self::Dane),
            other => other.parse().map(Self::Tls).map_err(|_| DestinationError::Word(text.to_owned())),
        }
    }
}

/// Words by domain, or for everything below one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Destinations {
    /// In A-labels; those for everything below have a dot in front.
    words: BTreeMap<String, Destination>,
}

impl Destinations {
    /// `pattern` is a domain of recipients, or `*.` and a domain for all below it.
    ///
    /// # Errors
    /// If it is neither.
    pub fn set(&mut self, pattern: &str, word: Destination) -> Result<(), DestinationError> {
        let bad = || DestinationError::Domain(pattern.to_owned());
        let (domain, dot) = pattern.strip_prefix("*.").map_or((pattern, ""), |domain| (domain, "."));
        let domain = sts::ascii(domain).ok_or_else(bad)?;
        self.words.insert(format!("{dot}{domain}"), word);
        Ok(())
    }

    /// The domain's own word, or that of the nearest domain above.
    #[must_use]
    pub fn of(&self, domain: &Domain) -> Option<Destination> {
        if self.words.is_empty() {
            return None;
        }
        let domain = sts::ascii(domain.as_str())?;
        let own = self.words.get(&domain);
        let mut above = domain.match_indices('.').map(|(at, _)| &domain[at..]);
        own.or_else(|| above.find_map(|above| self.words.get(above))).copied()
    }
}

#[cfg(test)]
mod tests;
