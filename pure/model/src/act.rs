//! What an operator does to the queue, by name: the id of one act, and the next hop that an act may give to messages.
//!
//! An act's id is made like a message's, so that acts sort by time and stand in the same log. A redirect is written `host:port`; nothing
//! here asks whether the host exists.

use crate::{Domain, IdError, MessageId, Timestamp};
use core::fmt;
use core::net::{IpAddr, SocketAddr};
use core::str::FromStr;
use serde::{Deserialize, Serialize};

const SMTP_PORT: u16 = 25;

/// One act of an operator on any number of messages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActId(MessageId);

impl ActId {
    /// The id of an act at `now`; `random` must come from a good source.
    #[must_use]
    pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
        Self(MessageId::new(now, random))
    }

    /// The id under which the spool's log keeps the act.
    #[must_use]
    pub fn in_log(self) -> MessageId {
        self.0
    }

    /// The act that the log keeps under `id`.
    #[must_use]
    pub fn from_log(id: MessageId) -> Self {
        Self(id)
    }
}

impl fmt::Display for ActId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for ActId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActId({self})")
    }
}

impl FromStr for ActId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse().map(Self)
    }
}

/// How much TLS has to prove before mail leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TlsPolicy {
    /// Used where offered.
    Opportunistic,
    /// Used always, with any certificate.
    Require,
    /// Used always, with a certificate that names the host.
    #[default]
    Verify,
}

impl TlsPolicy {
    /// The word of the tenant's file and of the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Opportunistic => "opportunistic",
            Self::Require => "require",
            Self::Verify => "verify",
        }
    }
}

/// A text that is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a TLS policy: write opportunistic, require or verify")]
pub struct TlsPolicyError(String);

impl FromStr for TlsPolicy {
    type Err = TlsPolicyError;

    fn from_str(text: &str) -> Result<Self, TlsPolicyError> {
        let known = [Self::Opportunistic, Self::Require, Self::Verify];
        known.into_iter().find(|policy| policy.word() == text).ok_or_else(|| TlsPolicyError(text.to_owned()))
    }
}

/// A host that an operator named, with its port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum HostPort {
    Name { host: Domain, port: u16 },
    Address(SocketAddr),
}

/// A text that is no host with a port.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a host with a port, such as relay.example:25, 192.0.2.1:25 or [2001:db8::1]:25")]
pub struct HostPortError(String);

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { host, port } => write!(f, "{host}:{port}"),
            Self::Address(address) => fmt::Display::fmt(address, f),
        }
    }
}

impl FromStr for HostPort {
    type Err = HostPortError;

    fn from_str(text: &str) -> Result<Self, HostPortError> {
        let bad = || HostPortError(text.to_owned());
        if let Ok(address) = text.parse::<SocketAddr>() {
            return if address.port() > 0 { Ok(Self::Address(address)) } else { Err(bad()) };
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Address(SocketAddr::new(address, SMTP_PORT)));
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, port.parse().ok().filter(|port| *port > 0).ok_or_else(bad)?),
            None => (text, SMTP_PORT),
        };
        let host: Domain = host.parse().map_err(|_| bad())?;
        // A name of one label is a slip of the pen more often than a host: `bounce` for `bounce.example`.
        if host.is_literal() || !(host.as_str().contains('.') || host.as_str() == "localhost") {
            return Err(bad());
        }
        Ok(Self::Name { host, port })
    }
}

impl TryFrom<String> for HostPort {
    type Error = HostPortError;
    fn try_from(text: String) -> Result<Self, HostPortError> {
        text.parse()
    }
}

impl From<HostPort> for String {
    fn from(host: HostPort) -> Self {
        host.to_string()
    }
}

/// Another next hop than the tenant's route, given to a message by an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    pub to: HostPort,
    /// `None`: what the tenant demands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsPolicy>,
}

impl fmt::Display for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to)?;
        match self.tls {
            Some(tls) => write!(f, " (tls {})", tls.word()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
