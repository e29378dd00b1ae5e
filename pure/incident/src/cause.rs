//! What an incident is about. Two findings of one cause are one incident, however many messages, tenants and providers meet it.
//!
//! A cause is as coarse as the remedy: every refusal of our addresses in a region, whoever refuses and whichever list is named, is one, because one
//! decision moves the mail. `Unexplained` is what a burn rate alone can say; the incident keeps its identity when the cause becomes known.

use crate::component::{ComponentId, Part};
use model::{RegionName, TenantName};
use serde::{Deserialize, Serialize};

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cause {
    pub region: RegionName,
    #[serde(flatten)]
    pub kind: CauseKind,
}

/// The kinds of causes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum CauseKind {
    /// Addresses of ours are on a list, or providers refuse them.
    Address,
    /// A domain of ours is refused.
    Domain,
    /// TLS, names or limits of ours do not suit a provider.
    Setup,
    /// A receiving provider has a fault of its own.
    Provider {
        provider: String,
    },
    /// We do not take mail, or take too little of it.
    Intake,
    /// Mail leaves without the signature that it should have.
    Signatures,
    Directory,
    Console,
    Certificate {
        name: String,
    },
    /// One tenant's own system does not take our mail. Never public.
    Connector {
        tenant: TenantName,
    },
    /// A component fails its objective, and no sign says why.
    Unexplained {
        component: ComponentId,
    },
    /// What an operator opened, by the words with which it was opened.
    Other {
        about: String,
    },
}

impl Cause {
    /// The word of its kind, also the name of its template.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self.kind {
            CauseKind::Address => "address",
            CauseKind::Domain => "domain",
            CauseKind::Setup => "setup",
            CauseKind::Provider { .. } => "provider",
            CauseKind::Intake => "intake",
            CauseKind::Signatures => "signatures",
            CauseKind::Directory => "directory",
            CauseKind::Console => "console",
            CauseKind::Certificate { .. } => "certificate",
            CauseKind::Connector { .. } => "connector",
            CauseKind::Unexplained { .. } => "unexplained",
            CauseKind::Other { .. } => "other",
        }
    }

    /// Whether it may be shown to everybody at all.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        match self.kind {
            CauseKind::Connector { .. } => false,
            CauseKind::Address
            | CauseKind::Domain
            | CauseKind::Setup
            | CauseKind::Provider { .. }
            | CauseKind::Intake
            | CauseKind::Signatures
            | CauseKind::Directory
            | CauseKind::Console
            | CauseKind::Certificate { .. }
            | CauseKind::Unexplained { .. }
            | CauseKind::Other { .. } => true,
        }
    }

    /// Whether a failing component of the same region can be due to it, so that it is no incident of its own.
    #[must_use]
    pub fn explains(&self, component: &ComponentId) -> bool {
        if self.region != component.region {
            return false;
        }
        match &self.kind {
            CauseKind::Address | CauseKind::Domain | CauseKind::Setup => component.part.is_outbound(),
            CauseKind::Provider { provider } => component.part == Part::Return(provider.clone()),
            CauseKind::Intake | CauseKind::Certificate { .. } => component.part == Part::Intake,
            CauseKind::Signatures => component.part == Part::Signatures,
            CauseKind::Directory => matches!(component.part, Part::Directory | Part::Signatures),
            CauseKind::Console => component.part == Part::Console,
            CauseKind::Unexplained { component: failing } => failing == component,
            CauseKind::Connector { .. } | CauseKind::Other { .. } => false,
        }
    }
}

impl Part {
    /// Whether mail leaves by it.
    #[must_use]
    pub const fn is_outbound(&self) -> bool {
        match self {
            Self::Return(_) | Self::Delivery => true,
            Self::Intake | Self::Signatures | Self::Directory | Self::Console => false,
        }
    }
}
