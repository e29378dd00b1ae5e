//! `[connector]`: how a tenant proves who it is.
//!
//! Network and domain always have to hold (there is never an open relay); further checks are those of `require`. The values of a
//! secret are kept out of every debug output.

use core::fmt;
use ipnet::IpNet;
use std::collections::BTreeSet;

/// `[connector]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connector {
    /// Which mail system sends to us. Default: address.
    pub kind: ConnectorKind,
    /// Ids of the Microsoft 365 organisations that are this tenant, in lower case: up to 100. Default: none.
    pub m365_tenants: Vec<String>,
    /// A header that only this tenant's transport rule sets. Default: none.
    pub secret_header: Option<SecretHeader>,
    /// Networks from which it may send: up to 1,000. Default: none, with a warning, since nobody can send then.
    pub networks: Vec<IpNet>,
    /// Which checks must hold. Network and domain are always in it.
    pub require: BTreeSet<Check>,
}

/// Which mail system sends to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectorKind {
    M365,
    Google,
    Postfix,
    Exim,
    Exchange,
    /// Whoever sends from one of `networks`.
    Address,
}

/// One proof of who is sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// The peer's address is in `networks`.
    Network,
    /// The domain of MAIL FROM is one of `domains`.
    Domain,
    /// The peer shows a client certificate that proves the tenant.
    Certificate,
    /// `X-MS-Exchange-CrossTenant-Id` is one of `m365_tenants`.
    TenantId,
    /// `X-OriginatorOrg` is one of `domains`.
    OriginatorOrg,
    /// The secret header has one of its values.
    Secret,
}

/// A header that carries a shared secret; it is taken out of every message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretHeader {
    /// The header's name.
    pub name: String,
    /// The values that are set: one, or two while rotating. Empty if none is set and no check needs it.
    pub values: Vec<Secret>,
}

/// A value that no log, error or debug output shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(value)
    }

    /// The value itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
