//! The values of one tenant, gathered for instructions and comparisons.
//!
//! A plan is whole: the way in, every eligible source (spares too, because a re-route must not need a change at the customer's), and
//! the words by which the tenant's rules know what has been with us.

use crate::certificate_names;
use model::{ByteCount, Domain, Source};
use tenant::Settings;
use tenant::settings::{EgressMode, SecretHeader, SmartHost, TlsPolicy};

/// The header by which returned mail is known.
pub(crate) const PROCESSED_HEADER: &str = "X-Signpost-Processed";

/// Whether values of secrets stand in what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Secrets {
    /// A script asks for them, a text has a place for them.
    #[default]
    Hidden,
    Shown,
}

/// Where the tenant's system sends to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub host: String,
    pub port: u16,
    /// Whether the listener's certificate is one that others can verify, not one that we made.
    pub verified: bool,
    /// The largest message that the listener takes.
    pub size_max: ByteCount,
}

/// Why there are no instructions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error(
        "`egress.sources` of {tenant} names {source_name}, which the operator's file does not have; correct one of the two"
    )]
    Source { tenant: String, source_name: String },
    #[error(
        "{tenant} has no source from which its mail could leave; add a [[source]] to the operator's file"
    )]
    NoSource { tenant: String },
}

/// Everything that instructions for one tenant need.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) tenant: String,
    pub(crate) display_name: String,
    pub(crate) domains: Vec<Domain>,
    pub(crate) entry: Entry,
    pub(crate) sources: Vec<Source>,
    pub(crate) mode: EgressMode,
    pub(crate) smart_host: SmartHost,
    pub(crate) return_tls: TlsPolicy,
    pub(crate) certificate_names: Vec<String>,
    pub(crate) processed_word: String,
    pub(crate) secret: Option<SecretHeader>,
    pub(crate) size_max: ByteCount,
}

impl Plan {
    /// Gathers the values; `sources` are all of the operator's.
    ///
    /// # Errors
    /// [`PlanError`], if no mail of the tenant could leave.
    pub fn new(settings: &Settings, sources: &[Source], entry: Entry) -> Result<Self, PlanError> {
        let sources = eligible_sources(settings, sources)?;
        let certificate = settings.egress.certificate.as_ref();
        let names = certificate.map(|certificate| certificate_names(certificate.pem.reveal()));
        Ok(Self {
            tenant: settings.name.to_string(),
            display_name: settings.display_name.clone(),
            domains: settings.domains.clone(),
            sources,
            mode: settings.egress.mode,
            smart_host: settings.egress.smart_host.clone(),
            return_tls: settings.egress.tls,
            certificate_names: names.unwrap_or_default(),
            processed_word: settings.stamping.processed_word.clone(),
            secret: settings.connector.secret_header.clone(),
            size_max: ByteCount(settings.stamping.size_max.0.min(entry.size_max.0)),
            entry,
        })
    }

    /// The secret that a script may hold: the first value, if it is set and may be shown.
    pub(crate) fn shown_secret(&self, secrets: Secrets) -> Option<&str> {
        let header = self.secret.as_ref().filter(|_| secrets == Secrets::Shown)?;
        header.values.first().map(tenant::settings::Secret::reveal)
    }

    /// The tenant's id, cut so that names of objects stay below 64 characters.
    pub(crate) fn short_name(&self) -> &str {
        self.tenant.get(..40).unwrap_or(&self.tenant)
    }

    pub(crate) fn source_addresses(&self) -> Vec<String> {
        self.sources.iter().map(|source| source.address.to_string()).collect()
    }
}

/// The sources from which this tenant's mail may leave: those that it names, or all; notice sources never.
///
/// # Errors
/// [`PlanError`], if it names one that is not there or there is none.
pub fn eligible_sources(settings: &Settings, sources: &[Source]) -> Result<Vec<Source>, PlanError> {
    let tenant = settings.name.to_string();
    let wanted = &settings.egress.sources;
    for name in wanted {
        if !sources.iter().any(|source| source.name == *name) {
            return Err(PlanError::Source { tenant, source_name: name.to_string() });
        }
    }
    let is_eligible = |source: &&Source| {
        // A notice source carries no mail of tenants, so no tenant has to know it.
        !source.notice && (wanted.is_empty() || wanted.contains(&source.name))
    };
    let eligible: Vec<Source> = sources.iter().filter(is_eligible).cloned().collect();
    if eligible.is_empty() { Err(PlanError::NoSource { tenant }) } else { Ok(eligible) }
}
