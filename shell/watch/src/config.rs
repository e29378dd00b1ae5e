//! What is watched and by which means.

use crate::canary::CanaryConfig;
use dnsbl::{Tier, Zone};
use model::{Domain, Duration, Metrics, Source, TenantName};
use net::Clock;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// What to watch.
#[derive(Debug, Clone)]
pub struct WatchConfig {
    /// Histories and cases. Made if it is not there.
    pub dir: PathBuf,
    /// The pool.
    pub sources: Vec<Source>,
    pub zones: Vec<ZoneConfig>,
    /// The operator's wish; a list's own pace is never overtaken.
    pub poll: Duration,
    /// Asked for the lists. Empty: the machine's own.
    pub servers: Vec<SocketAddr>,
    /// How long a name server may take for one try.
    pub timeout: Duration,
    pub canaries: Vec<CanaryConfig>,
    /// Where canaries are handed in: one of our own listeners.
    pub listener: Option<SocketAddr>,
}

/// One block list.
#[derive(Clone)]
pub struct ZoneConfig {
    pub zone: &'static Zone,
    /// The operator's.
    pub tier: Tier,
    /// The operator's key at this list.
    pub key: Option<String>,
}

impl core::fmt::Debug for ZoneConfig {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // The key is a password.
        f.debug_struct("ZoneConfig").field("zone", &self.zone.name).finish_non_exhaustive()
    }
}

/// A host that stands in what a tenant publishes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TenantDomain {
    pub domain: Domain,
    pub tenant: TenantName,
}

/// What the watch works with.
pub struct Means {
    pub clock: Clock,
    pub metrics: Arc<Metrics>,
    /// Asked at each poll of a list of domains: tenants come and go.
    pub tenant_domains: Arc<dyn Fn() -> Vec<TenantDomain> + Send + Sync>,
}
