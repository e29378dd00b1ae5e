//! The house: in whose name Signpost writes what belongs to no tenant, and with whose keys it signs what it writes itself.
//!
//! Every message in the spool has a tenant and a snapshot. What is nobody's has this one, which is published nowhere, owns no domain, takes in no mail
//! and is known by a number that no published snapshot has.

use model::{Address, Duration, SnapshotNumber, TenantName};
use spool::Accepted;
use std::path::PathBuf;
use std::sync::Arc;
use tenant::settings::Dkim;
use tenant::{Folder, Problem, Snapshot};
use tlspolicy::report::Reporter;

const NAME: &str = "signpost";
const NUMBER: SnapshotNumber = SnapshotNumber(0);
/// Never owned by anybody: the house sends, and no sender belongs to it.
const SETTINGS: &str = "\
name = \"signpost\"
domains = [\"signpost.invalid\"]
region = \"signpost\"
contacts = [\"postmaster@signpost.invalid\"]
[connector]
kind = \"address\"
networks = [\"127.0.0.1/32\"]
[egress]
mode = \"deliver\"
tls = \"opportunistic\"
[stamping]
result_headers = false
";

/// What this node writes itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnConfig {
    /// The domain of From in reports and notices.
    pub domain: String,
    /// The keys that sign what is written in a domain of theirs.
    pub dkim: Option<Dkim>,
    /// Whether recipients' domains are told how TLS with them went, and how; none: they are not.
    pub tls_reports: Option<TlsReportsConfig>,
}

/// Reports on TLS (RFC 8460).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsReportsConfig {
    /// Where counts are kept over restarts; nowhere: in memory.
    pub folder: Option<PathBuf>,
    /// Who those by mail are from.
    pub from: Address,
    pub reporter: Reporter,
    /// How often counts go to the disk.
    pub flush: Duration,
}

impl OwnConfig {
    /// In this domain, unsigned, and nobody is told of TLS.
    #[must_use]
    pub fn plain(domain: &str) -> Self {
        Self { domain: domain.to_owned(), dkim: None, tls_reports: None }
    }
}

/// Its snapshot, with these keys.
pub(crate) fn snapshot(dkim: Option<Dkim>) -> Result<Arc<Snapshot>, Vec<Problem>> {
    let folder = Folder([("tenant.toml".to_owned(), SETTINGS.as_bytes().to_vec())].into());
    let mut snapshot = tenant::compile(&folder, NUMBER, &|_| None)?;
    snapshot.settings.dkim = dkim;
    Ok(Arc::new(snapshot))
}

/// Whether a snapshot with this name and number is its.
pub(crate) fn is_it(name: &TenantName, number: SnapshotNumber) -> bool {
    number == NUMBER && name.as_str() == NAME
}

/// Whether the message is its.
pub(crate) fn wrote(accepted: &Accepted) -> bool {
    is_it(&accepted.tenant, accepted.snapshot)
}

#[cfg(test)]
mod tests;
