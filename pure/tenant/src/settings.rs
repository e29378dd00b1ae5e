//! What a tenant's `tenant.toml` means: the values that the stations read.
//!
//! Every key stands here once, with its unit, default and bound in its sentence; how it may be written is in `settings::read`. A
//! value of these types is valid: nothing behind this page checks it again.

mod connector;
mod dkim;
mod egress;
mod proofs;
mod read;
mod secret;

pub use connector::{Check, Connector, ConnectorKind, SecretHeader};
pub use dkim::{Dkim, DkimKey, KeySource, KeyUse, NO_KEY_FILE, Seals, Signs, own_dkim};
pub use egress::{
    ClientCertificate, CutThrough, Egress, EgressMode, Fallback, Handover, Otherwise, SmartHost, destinations,
};

pub use proofs::{Account, Certificates, Password, is_microsoft};

pub use secret::Secret;

pub(crate) use read::{Outside, settings as read};

pub use model::TlsPolicy;
pub use signatures::OnFailure;

use model::{Address, ByteCount, Domain, RegionName, TenantName};
use signatures::HostedAt;

/// `tenant.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The tenant's id: 1 to 63 letters, digits and dashes. Required.
    pub name: TenantName,
    /// How people call the tenant: up to 200 characters. Default: the id.
    pub display_name: String,
    /// The domains in which its people send: 1 to 1,000, none of them with another tenant. Required.
    pub domains: Vec<Domain>,
    /// Where its mail, ledger and logs stay. Required.
    pub region: RegionName,
    /// Whether its mail may leave by another region's sources when its own are all out. Default: false.
    pub cross_region: bool,
    /// The language of reports and notices, as a BCP 47 tag. Default: `en`.
    pub language: String,
    /// Who is told when something is wrong: up to 20 addresses. Default: none, with a warning.
    pub contacts: Vec<Address>,
    pub connector: Connector,
    pub egress: Egress,
    pub stamping: Stamping,
    /// Signatures of our own. Default: none.
    pub dkim: Option<Dkim>,
    /// Whether it is told what a message proved as it came (`arrival.results`). Default: chain.
    pub arrival: Results,
    pub limits: Limits,
}

/// Where SPF, DKIM, DMARC and ARC of mail as it came are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Results {
    /// In the set that goes on with a chain of seals (`dkim.arc`); other mail is not looked at.
    #[default]
    Chain,
    /// There, and in an `Authentication-Results` field of every message.
    Always,
}

/// `[stamping]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamping {
    /// What happens when a template cannot be rendered. Default: pass.
    pub on_failure: OnFailure,
    /// The constant in `X-Signpost-Processed` that the tenant's own transport rule matches: 4 to 64 letters, digits and
    /// dashes. Default: the id and `-signed`.
    pub processed_word: String,
    /// The largest message that is stamped, in bytes; a larger one is passed. Default: 25 MiB, at most 150 MiB.
    pub size_max: ByteCount,
    /// Whether `X-Signpost-Result` is added. Default: true.
    pub result_headers: bool,
    /// The address under which the operator publishes the folder `images`, for messages that would be too large with pictures in them.
    /// Default: none.
    pub images_url: Option<HostedAt>,
}

/// `[limits]`. `None` is what the file writes as 0: no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Messages that the tenant may hand over in a minute. Default: no limit.
    pub messages_per_minute: Option<u32>,
    /// Recipients that one message may have. Default: 1,000.
    pub recipients_per_message: Option<u32>,
    /// Recipients of all messages that the tenant may hand over in a minute. Default: no limit.
    pub recipients_per_minute: Option<u32>,
    /// Messages that one sender, the address of MAIL FROM, may hand over in a minute. Default: no limit.
    pub sender_messages_per_minute: Option<u32>,
    /// Recipients of all messages of one sender in a minute. Default: no limit.
    pub sender_recipients_per_minute: Option<u32>,
    /// Bytes of one message, at most the listener's `size_max`. Default: no limit.
    pub message_size: Option<ByteCount>,
    /// Sessions in which the tenant's connector may hand over mail at a time. Default: no limit.
    pub connections: Option<u32>,
}
