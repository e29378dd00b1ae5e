//! What is demanded of one host: the first word that speaks about it counts.
//!
//! A word for this very destination, then DANE, then MTA-STS, then what the tenant demands of everybody, which nothing below the first
//! step weakens. Where a demand cannot be met the host is not written to: that is a fault on the way, never a reason to ask for
//! less.

use crate::dane::{Said, Tlsa};
use crate::destinations::Destination;
use crate::sts::{Mode, Policy};
use core::fmt;
use model::{Domain, TlsPolicy};

/// Who has a word for a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    Tenant,
    Operator,
}

/// What a message's sender wants of TLS (RFC 8689).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OfSender {
    #[default]
    Silent,
    /// REQUIRETLS: only hosts that prove their name, the whole way.
    Requires,
    /// `TLS-Required: No`: what recipients publish does not count.
    Waives,
}

/// What TLS with a host has to prove.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Demand {
    /// TLS is not used.
    Clear,
    /// Used where it is offered and works.
    Opportunistic,
    /// Used, with any certificate.
    Encrypted,
    /// Used, with a certificate of an authority that names the host.
    Named,
    /// Used, with a certificate that these records mean.
    Pinned(Pins),
}

/// What DANE demands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pins {
    pub records: Vec<Tlsa>,
    /// The name under which the records stand, which the host is asked for (RFC 7672 §8.1).
    pub base: String,
    /// Of the recipients: under an authority that is named by a record it may stand in the certificate, too (§3.2.2).
    pub domain: String,
}

/// By whose word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Because {
    /// What the tenant demands of everybody, or an operator of this message.
    Setting,
    /// REQUIRETLS.
    Sender,
    Destination(Whose),
    Dane,
    /// There are signed records, and none that can be used (RFC 7672 §2.2).
    DaneUnusable,
    MtaSts,
    /// The domain's policy is in testing, and this host is or is not named by it.
    MtaStsTesting {
        names_the_host: bool,
    },
}

/// What is demanded of a host, and why.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostPolicy {
    pub demand: Demand,
    pub because: Because,
}

/// Why a host is not written to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    #[error("{host} is not named by the MTA-STS policy of {domain}, which is enforced")]
    NotInPolicy { host: String, domain: String },
    #[error("the TLSA records of {host} cannot be had, which may be an attack: {why}")]
    DaneFailed { host: String, why: String },
    #[error("mail for {domain} goes by DANE only, and {host} has no signed TLSA record that can be used")]
    NoDane { host: String, domain: String },
}

/// What is known of a host.
#[derive(Debug)]
pub struct Known<'a> {
    pub domain: &'a Domain,
    pub host: &'a str,
    /// Where its TLSA records were looked for.
    pub base: &'a str,
    pub destination: Option<(Whose, Destination)>,
    pub dane: Said,
    pub sts: Option<&'a Policy>,
    /// What the tenant demands of everybody.
    pub setting: TlsPolicy,
    pub sender: OfSender,
}

impl HostPolicy {
    /// Where nothing is published: a host that the tenant or an operator named.
    #[must_use]
    pub fn unpublished(setting: TlsPolicy, sender: OfSender) -> Self {
        match (setting, sender) {
            (TlsPolicy::Opportunistic | TlsPolicy::Require, OfSender::Requires) => {
                Self { demand: Demand::Named, because: Because::Sender }
            }
            (TlsPolicy::Verify, OfSender::Requires) | (_, OfSender::Silent | OfSender::Waives) => {
                Self { demand: Demand::of(setting), because: Because::Setting }
            }
        }
    }

    /// Whether it is known who answered.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        match self.demand {
            Demand::Named | Demand::Pinned(_) => true,
            Demand::Clear | Demand::Opportunistic | Demand::Encrypted => false,
        }
    }
}

impl Demand {
    fn of(setting: TlsPolicy) -> Self {
        match setting {
            TlsPolicy::Opportunistic => Self::Opportunistic,
            TlsPolicy::Require => Self::Encrypted,
            TlsPolicy::Verify => Self::Named,
        }
    }

    /// In the words of the files; `dane` for certificates that records mean.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Clear => "none",
            Self::Opportunistic => TlsPolicy::Opportunistic.word(),
            Self::Encrypted => TlsPolicy::Require.word(),
            Self::Named => TlsPolicy::Verify.word(),
            Self::Pinned(_) => "dane",
        }
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Setting => "the tenant's egress.tls",
            Self::Sender => "its sender, who requires TLS the whole way (REQUIRETLS)",
            Self::Destination(Whose::Tenant) => "the tenant's word for this destination",
            Self::Destination(Whose::Operator) => "the operator's word for this destination",
            Self::Dane => "signed TLSA records (DANE)",
            Self::DaneUnusable => "signed TLSA records of which none can be used (DANE)",
            Self::MtaSts => "the domain's MTA-STS policy, which is enforced",
            Self::MtaStsTesting { names_the_host: true } => {
                "the tenant's egress.tls; an MTA-STS policy is in testing"
            }
            Self::MtaStsTesting { names_the_host: false } => {
                "the tenant's egress.tls; an MTA-STS policy in testing does not name this host"
            }
        })
    }
}

impl fmt::Display for HostPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by {}", self.demand.word(), self.because)
    }
}

/// What is demanded of a host.
///
/// # Errors
/// Why it is not written to at this time.
pub fn decide(known: Known<'_>) -> Result<HostPolicy, NotAllowed> {
    let host = || known.host.to_owned();
    let domain = || known.domain.to_string();
    if let Some((whose, word)) = known.destination {
        let because = Because::Destination(whose);
        let demand = match (word, known.dane) {
            (Destination::None, _) => Demand::Clear,
            (Destination::Tls(policy), _) => Demand::of(policy),
            (Destination::Dane, Said::Records(records)) => {
                Demand::Pinned(Pins { records, base: known.base.to_owned(), domain: domain() })
            }
            (Destination::Dane, Said::Failed(why)) => {
                return Err(NotAllowed::DaneFailed { host: host(), why });
            }
            (Destination::Dane, Said::Nothing | Said::Unusable) => {
                return Err(NotAllowed::NoDane { host: host(), domain: domain() });
            }
        };
        return Ok(HostPolicy { demand, because });
    }
    let setting = HostPolicy::unpublished(known.setting, known.sender);
    if known.sender == OfSender::Waives {
        return Ok(setting);
    }
    let is_unusable = known.dane == Said::Unusable;
    match known.dane {
        Said::Records(records) => {
            let pins = Pins { records, base: known.base.to_owned(), domain: domain() };
            return Ok(HostPolicy { demand: Demand::Pinned(pins), because: Because::Dane });
        }
        Said::Failed(why) => return Err(NotAllowed::DaneFailed { host: host(), why }),
        Said::Nothing | Said::Unusable => {}
    }
    match known.sts {
        Some(policy) if policy.mode == Mode::Enforce => {
            if policy.names(known.host) {
                return Ok(HostPolicy { demand: Demand::Named, because: Because::MtaSts });
            }
            Err(NotAllowed::NotInPolicy { host: host(), domain: domain() })
        }
        _ if is_unusable && setting.demand == Demand::Opportunistic => {
            Ok(HostPolicy { demand: Demand::Encrypted, because: Because::DaneUnusable })
        }
        Some(policy) if policy.mode == Mode::Testing && setting.because == Because::Setting => {
            let because = Because::MtaStsTesting { names_the_host: policy.names(known.host) };
            Ok(HostPolicy { because, ..setting })
        }
        Some(_) | None => Ok(setting),
    }
}

#[cfg(test)]
mod tests;
