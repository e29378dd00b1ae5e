//! Why mail is not taken: what the peer hears, what is counted, who is told.
//!
//! `550 5.7.1` only while no tenant is proven: for a proven one it would make reports of mail that waits for a line in a folder. Then it
//! is `451 4.7.1`, and the tenant's system keeps the mail until somebody has mended it (RFC 3463: 4.7.1 and 5.7.1, delivery not
//! authorized). What the peer hears names no list.

use crate::hints::Concern;
use model::{EnhancedCode, Figure, Metrics, Reply, TenantName};
use tenant::settings::Check;

/// What the refusal rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    Check(Check),
    /// A proof of another tenant came along.
    OtherTenant,
    /// Wrong name or password.
    Login,
    /// A cap of `[limits]`.
    Limit,
}

impl Ground {
    /// The fixed word of alarms and hints; that of a check is its word in `connector.require`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Check(check) => check.word(),
            Self::OtherTenant => "other_tenant",
            Self::Login => "login",
            Self::Limit => "limit",
        }
    }

    pub(crate) fn figure(self, metrics: &Metrics) -> &Figure {
        match self {
            Self::Check(Check::Network) => &metrics.refused_network,
            Self::Check(Check::Domain) => &metrics.refused_domain,
            Self::Check(Check::Certificate) => &metrics.refused_certificate,
            Self::Check(Check::ServerName) => &metrics.refused_server_name,
            Self::Check(Check::Auth) => &metrics.refused_auth,
            Self::Check(Check::DomainProof) => &metrics.refused_domain_proof,
            Self::Check(Check::From) => &metrics.refused_from,
            Self::Check(Check::TenantId) => &metrics.refused_tenant_id,
            Self::Check(Check::OriginatorOrg) => &metrics.refused_originator_org,
            Self::Check(Check::Secret) => &metrics.refused_secret,
            Self::OtherTenant => &metrics.refused_other_tenant,
            Self::Login => &metrics.login_failures,
            Self::Limit => &metrics.limited,
        }
    }
}

/// Who has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tell {
    /// Everybody meets this every day.
    Nobody,
    /// The operator, of what concerns no tenant.
    Operator(String),
    /// The operator and the tenant's people.
    Tenant(TenantName, String),
}

/// Why mail is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// What the peer is told.
    pub(crate) reply: Reply,
    pub(crate) ground: Ground,
    pub(crate) tell: Tell,
}

impl Refusal {
    /// Whose mail it is about. What is put off is a tenant's own, except for logins, where nobody is proven.
    pub(crate) fn concern(&self) -> Concern {
        let waits = self.ground != Ground::Login && self.reply.code.0 < 500;
        if waits { Concern::Waiting } else { Concern::Forged }
    }

    /// No tenant is proven.
    pub(super) fn stranger(ground: Ground, text: String, tell: Tell) -> Self {
        Self { reply: Reply::new(550, Some(EnhancedCode::new(5, 7, 1)), text), ground, tell }
    }

    /// A tenant is proven, and something of its set-up does not fit.
    pub(super) fn set_up(ground: Ground, text: &str, tenant: TenantName, mend: String) -> Self {
        let text = format!("{text}; the tenant's administrator is told, try again later");
        let reply = Reply::new(451, Some(EnhancedCode::new(4, 7, 1)), text);
        Self { reply, ground, tell: Tell::Tenant(tenant, mend) }
    }

    /// A cap is reached.
    pub(super) fn limit(code: u16, (subject, detail): (u16, u16), text: String, tenant: &TenantName) -> Self {
        let tell = Tell::Tenant(tenant.clone(), format!("mail was put off: {text}"));
        let reply = Reply::new(code, Some(EnhancedCode::new(4, subject, detail)), text);
        Self { reply, ground: Ground::Limit, tell }
    }
}
