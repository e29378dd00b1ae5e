//! What the operator's file means: every key once, with its default and bound.
//!
//! A value of these types is valid. Keys that a later life of the node reads are checked here already, so that a file that is accepted
//! today is not refused tomorrow. Paths are relative to the file.

mod read;
mod zones;

pub(crate) use read::read;

use certificates::{AcmeConfig, Wish};
use ipnet::IpNet;
use model::{Address, ByteCount, Duration, ListenerName, RegionName, Source};
use net::tls::ClientCertificates;
use smtp::BareLf;
use std::net::SocketAddr;
use std::path::PathBuf;
use tenant::settings::Dkim;
use tlspolicy::Destinations;

/// `signpost.toml`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OperatorConfig {
    /// The file it was read from, if it was one.
    pub(crate) file: Option<PathBuf>,
    /// A node belongs to one region. Required.
    pub(crate) region: RegionName,
    /// Spool, snapshots and keys. Default: `signpost-data`.
    pub(crate) data_dir: PathBuf,
    /// A folder per tenant. Default: the file's own directory.
    pub(crate) tenants_dir: PathBuf,
    /// PEM file of authorities by which next hops may prove their names, beside the public ones. Default: none.
    pub(crate) roots: Option<PathBuf>,
    /// One or more.
    pub(crate) listeners: Vec<ListenerFile>,
    /// One or more.
    pub(crate) sources: Vec<Source>,
    pub(crate) resolver: ResolverFile,
    pub(crate) deliver: Deliver,
    /// An authority for listeners with `certificate = "acme"`. Default: none.
    pub(crate) acme: Option<AcmeConfig>,
    pub(crate) queue: relay::QueueConfig,
    pub(crate) http: Http,
    pub(crate) status: StatusFile,
    /// What goes out by itself, and what waits for a person.
    pub(crate) incidents: incident::Policy,
    pub(crate) dnsbl: Dnsbl,
    /// Default: none.
    pub(crate) canaries: Vec<watch::CanaryConfig>,
    /// `[[vendor]]`: whose status is watched. Default: none.
    pub(crate) vendors: Vec<watch::VendorConfig>,
    pub(crate) ledger: Ledger,
    pub(crate) guard: Guard,
    pub(crate) notices: Notices,
    pub(crate) own: Own,
    pub(crate) log: Log,
}

/// `[[listener]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListenerFile {
    pub(crate) name: ListenerName,
    pub(crate) address: SocketAddr,
    /// PEM chain and key, or `acme`. Default: self-signed, made at first start.
    pub(crate) certificate: Wish,
    /// Certificates for clients that ask for another name. Default: none.
    pub(crate) further: Vec<FurtherFace>,
    /// Default: request.
    pub(crate) client_certificates: ClientCertificates,
    /// Said in the banner and in `Received`. Default: the machine's name.
    pub(crate) hostname: String,
    /// Default: 150 MiB; 64 KiB to 1 GiB.
    pub(crate) size_max: ByteCount,
    /// Default: normalise.
    pub(crate) bare_lf: BareLf,
}

impl ListenerFile {
    /// Whether an authority is needed.
    pub(crate) fn wants_acme(&self) -> bool {
        let further = self.further.iter().map(|further| &further.certificate);
        further.chain([&self.certificate]).any(|wish| *wish == Wish::Acme)
    }
}

/// `[[listener.also]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FurtherFace {
    pub(crate) hostname: String,
    pub(crate) certificate: Wish,
}

/// `[resolver]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResolverFile {
    /// Default: the system's.
    pub(crate) servers: Vec<SocketAddr>,
    /// Default: 3 s.
    pub(crate) timeout: Duration,
}

/// `[deliver]`: to recipients' own exchangers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deliver {
    /// Networks in which exchangers are written to although they are not public. Default: none.
    pub(crate) private_networks: Vec<IpNet>,
    /// Whether the MTA-STS policies of recipients' domains count (RFC 8461). Default: yes.
    pub(crate) mta_sts: bool,
    pub(crate) dane: DaneUse,
    /// What TLS has to prove towards single domains, for tenants that say nothing of them. Default: nothing.
    pub(crate) destinations: Destinations,
    /// What receivers take from one source. Default: the shipped figures.
    pub(crate) sites: dispatch::Sites,
}

/// Whether signed TLSA records count (RFC 7672).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum DaneUse {
    /// With a name server on this machine, while it validates.
    #[default]
    Auto,
    /// Whoever the name servers are: the operator trusts them, and the way to them.
    Always,
    Never,
}

/// `[http]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Http {
    /// Console, API and metrics. Default: 127.0.0.1:8025.
    pub(crate) console: SocketAddr,
    /// The public status page. Default: 127.0.0.1:8026.
    pub(crate) status: SocketAddr,
}

/// `[status]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StatusFile {
    pub(crate) settings: status::Settings,
    /// Where a static copy is kept. Default: nowhere.
    pub(crate) publish: Option<PathBuf>,
}

/// `[notices]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Notices {
    /// The mail system that takes subscriber mail. Default: none, and the page offers no mail.
    pub(crate) route: Option<status::subscribe::Route>,
    /// Default: the route's user if it is an address, else `status@` and the status page's host.
    pub(crate) from: Option<String>,
    /// Whether webhooks may be http, and in this host's and network's own addresses. Default: false.
    pub(crate) private_webhooks: bool,
}

/// `[own]` and `[tls_reports]`: what the node writes itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Own {
    /// Of From in reports and notices. Default: the hostname of the first listener.
    pub(crate) domain: String,
    /// Default: none, and what the node writes leaves unsigned.
    pub(crate) dkim: Option<Dkim>,
    /// Default: made where a key of `[own.dkim]` signs for the domain of their From.
    pub(crate) tls_reports: Option<TlsReports>,
}

/// `[tls_reports]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsReports {
    /// Default: the domain of `[own]`.
    pub(crate) organization: String,
    /// Default: `postmaster@` that domain.
    pub(crate) contact: String,
    /// Default: `tlsrpt@` that domain.
    pub(crate) from: Address,
}

/// `[dnsbl]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dnsbl {
    /// Default: 60 s.
    pub(crate) poll: Duration,
    pub(crate) zones: Vec<DnsblZone>,
    /// A reference, `env:NAME` or `file:PATH`, or the key. Default: none.
    pub(crate) dqs_key: Option<String>,
}

/// One zone of block lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DnsblZone {
    pub(crate) name: String,
    /// `a`: trusted as strong evidence; `b`: weak.
    pub(crate) tier: char,
    /// As `dqs_key`, for a list of another operator. Default: none.
    pub(crate) key: Option<String>,
}

/// `[ledger]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// Default: 30 d.
    pub(crate) keep: Duration,
    /// Default: false.
    pub(crate) subject: bool,
}

/// `[guard]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guard {
    /// Default: 3.
    pub(crate) clean_polls: u32,
    /// Default: 15 m.
    pub(crate) clean_over: Duration,
    /// Default: 15 m.
    pub(crate) warm_wait: Duration,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

/// `[log]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Log {
    pub(crate) format: LogFormat,
    /// Default: info.
    pub(crate) level: tracing::level_filters::LevelFilter,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: tracing::level_filters::LevelFilter::INFO }
    }
}

#[cfg(test)]
mod tests;
