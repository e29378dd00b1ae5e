//! `[egress]`: where a tenant's mail goes on, and how.

use crate::settings::Secret;
use core::fmt;
use core::net::SocketAddr;
use model::{Domain, Duration, SourceName};

/// `[egress]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Egress {
    /// To whom. Default: return.
    pub mode: EgressMode,
    /// The tenant's own mail system, of use in mode return only. Default: the MX of the first domain.
    pub smart_host: SmartHost,
    /// How much TLS has to prove. Default: verify.
    pub tls: TlsPolicy,
    /// The certificate that we show as this tenant. Default: none.
    pub certificate: Option<ClientCertificate>,
    /// When the message is safe. Default: spool.
    pub handover: Handover,
    pub cut_through: CutThrough,
    /// The sources that this tenant's connector, SPF and allow list know: up to 100. Empty, the default: all of the region.
    pub sources: Vec<SourceName>,
    /// Another way out, only when every eligible source is out. Default: none.
    pub fallback: Option<Fallback>,
}

/// To whom a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EgressMode {
    /// Back to the tenant's own mail system, which delivers.
    #[default]
    Return,
    /// To the recipients' MX hosts.
    Deliver,
}

/// One fixed next hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmartHost {
    /// `host.example:25`; the port's default is 25.
    Name { host: Domain, port: u16 },
    /// `192.0.2.1:25` or `[2001:db8::1]:25`.
    Address(SocketAddr),
    /// `mx:acme.example`: the MX hosts of a domain.
    Mx(Domain),
}

/// As the file writes it.
impl fmt::Display for SmartHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { host, port } => write!(f, "{host}:{port}"),
            Self::Address(address) => fmt::Display::fmt(address, f),
            Self::Mx(domain) => write!(f, "mx:{domain}"),
        }
    }
}

/// How much TLS has to prove before mail leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TlsPolicy {
    /// Used where offered.
    Opportunistic,
    /// Used always, with any certificate.
    Require,
    /// Used always, with a certificate that names the host.
    #[default]
    Verify,
}

/// A client certificate: one PEM text with chain and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// Chain and key. It holds the key, hence a secret.
    pub pem: Secret,
}

/// When a message counts as safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Handover {
    /// When the spool has it.
    #[default]
    Spool,
    /// When the next hop has accepted it.
    CutThrough,
}

/// What cut-through does when the next hop is slow, partial or refuses us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutThrough {
    /// How long the next hop may take: 1 s to 5 min. Default: 20 s.
    pub wait: Duration,
    /// What then. Default: spool.
    pub otherwise: Otherwise,
}

/// The second choice of cut-through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Otherwise {
    /// We take the message.
    #[default]
    Spool,
    /// `451`: the tenant's own queue keeps it.
    TryLater,
}

/// Another smart host with credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    pub host: Domain,
    pub port: u16,
    /// TLS from the first byte (`smtps://`) instead of STARTTLS (`smtp://`).
    pub implicit_tls: bool,
    pub user: String,
    pub password: Secret,
}
