//! A running relay: listeners bound, the queue at work, and a stop that loses nothing.
//!
//! Stopping: listeners close, open sessions end at their next command, deliveries get a few seconds, connections say goodbye. What is
//! not done by then is in the spool. It takes a bounded time.

use crate::accept::{self, Listener};
use crate::admit::Admission;
use crate::cut_through::Pauses;
use crate::door::Entrance;
use crate::hints::Hints;
use crate::house::{self, OwnConfig};
use crate::links::Links;
use crate::operate::Operator;
use crate::processed::ProcessedKey;
use crate::proofs::{self, DomainProofs};
use crate::put_offs::PutOffs;
use crate::queue::TakenOver;
use crate::refused::Refusals;
use crate::steer::{Policies, PolicyConfig, Steer, Territory};
use crate::stop::Stopper;
use crate::tls_reports::{self, TlsReports, TlsReportsError};
use crate::transport::Transport;
use crate::verdict::{Judging, Patience, Replies, Schedules, TenantsTold, Verdict};
use crate::{Parts, Tenants, queue, stop};
use dispatch::{Probes, Schedule, Sites};
use ipnet::IpNet;
use model::{ByteCount, Duration, ListenerName, Metrics, Source};
use net::tls::{ClientCertificates, ClientJudge, Presenter, TlsError};
use net::{Clock, Resolver};
use rustls_pki_types::CertificateDer;
use smtp::{BareLf, ServerConfig};
use spool::Spool;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tenant::Problem;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// How long sessions and deliveries together may take to end.
const STOP_WAIT: Duration = Duration::from_secs(8);

/// Where connectors send to.
#[derive(Debug, Clone)]
pub struct ListenerConfig {
    pub name: ListenerName,
    /// Port 0: one that is free; `Relay::addresses` tells it.
    pub address: SocketAddr,
    /// What it presents; it may change while it listens.
    pub presenter: Arc<Presenter>,
    pub client_certificates: ClientCertificates,
    /// Said in the banner and in `Received`.
    pub hostname: String,
    pub size_max: ByteCount,
    pub bare_lf: BareLf,
}

/// Patience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueConfig {
    /// From acceptance to the report to the sender.
    pub expire: Duration,
    /// Waits between attempts at a tenant's own host; the last one repeats.
    pub retry_return: Vec<Duration>,
    /// Waits between attempts at recipients' hosts; the last one repeats.
    pub retry_deliver: Vec<Duration>,
    /// Bytes of parked mail above which nothing new is taken.
    pub park_bytes_max: ByteCount,
    /// When tenants and senders are told that mail waits.
    pub patience: Patience,
}

/// Everything that a relay is told at its start.
#[derive(Debug, Clone)]
pub struct RelayConfig {
    pub listeners: Vec<ListenerConfig>,
    pub sources: Vec<Source>,
    pub queue: QueueConfig,
    /// Where mail exchangers listen: 25, another one only where a playground plays them.
    pub exchanger_port: u16,
    /// Networks in which exchangers are written to although they are not of the public internet.
    pub private_networks: Vec<IpNet>,
    /// What exchangers have to prove.
    pub policies: PolicyConfig,
    /// Roots that are trusted beside the public ones.
    pub roots: Vec<CertificateDer<'static>>,
    /// Key of `X-Signpost-Processed`.
    pub processed_key: [u8; 32],
    /// Where it is kept which domains have shown their tenant's record; nowhere: until the end of the process.
    pub domain_proofs: Option<PathBuf>,
    /// Whether the spool's records keep subjects, for the trace.
    pub keep_subject: bool,
    /// Who is told of what never enters the spool.
    pub refusals: Refusals,
    /// What operators said of replies.
    pub replies: Arc<Replies>,
    /// The guard.
    pub sentry: sentry::Sentry,
    /// Where tenants look up their mail of an incident.
    pub links: Links,
    /// What the operator says of sites of exchangers.
    pub sites: Sites,
    /// What this node writes itself.
    pub own: OwnConfig,
}

/// Why a relay does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(
        "the listener {name} cannot use {address}: {error}; free the port, or change `address` in its [[listener]]"
    )]
    Listen { name: ListenerName, address: SocketAddr, error: std::io::Error },
    #[error("the listener {name}: {error}")]
    Tls { name: ListenerName, error: TlsError },
    #[error("the roots beside the public ones: {0}")]
    Roots(TlsError),
    #[error("the name in which this node writes itself: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    House(Vec<Problem>),
    #[error("reports on TLS cannot be made: {0}")]
    TlsReports(#[from] TlsReportsError),
    #[error("there is no listener; an operator file needs at least one [[listener]]")]
    NoListener,
}

/// A running relay.
pub struct Relay {
    addresses: Vec<(ListenerName, SocketAddr)>,
    parts: Arc<Parts>,
    stopper: Stopper,
    tasks: JoinSet<()>,
}

impl Relay {
    /// Binds every listener and begins to work.
    ///
    /// # Errors
    /// If an address is taken.
    pub async fn start(
        config: RelayConfig,
        tenants: Arc<Tenants>,
        spool: Spool,
        resolver: Resolver,
        clock: Clock,
        metrics: Arc<Metrics>,
    ) -> Result<Self, StartError> {
        let first = config.listeners.first().ok_or(StartError::NoListener)?;
        let (reporting_host, reporting_listener) = (first.hostname.clone(), first.name.clone());
        let territory = territory(&config.listeners, &config.sources, config.private_networks);
        let policies =
            Policies::new(config.policies, &config.roots, (resolver.clone(), clock.clone()), &territory);
        let policies = policies.map_err(StartError::Roots)?;
        let OwnConfig { domain: own_domain, dkim, tls_reports } = config.own;
        tenants.set_house(house::snapshot(dkim).map_err(StartError::House)?);
        let means = (resolver.clone(), clock.clone());
        let open = |wanted| TlsReports::open(wanted, &config.roots, means, &territory);
        let tls_reports = tls_reports.map(open).transpose()?.map(Arc::new);
        let counts = tls_reports.as_ref().map(|reports| Arc::clone(&reports.counts));
        let judge = Arc::new(ClientJudge::new(&config.roots).map_err(StartError::Roots)?);
        let mut listeners = Vec::new();
        for listener in config.listeners {
            listeners.push(bind(listener, &judge).await?);
        }
        let key = Arc::new(ProcessedKey::new(&config.processed_key));
        let (stopper, stop) = stop::channel();
        let (taken_over, to_take_over) = mpsc::unbounded_channel();
        let judging = Judging::new(Arc::clone(&tenants), &config.sources, config.replies);
        let admission = Admission::new(DomainProofs::open(config.domain_proofs));
        let hints = Arc::clone(&admission.hints);
        let parts = Arc::new(Parts {
            clock: clock.clone(),
            admission,
            steer: Steer::new(
                config.sources,
                resolver.clone(),
                (config.exchanger_port, territory, policies, config.sites),
                (config.sentry.clone(), counts.clone()),
            ),
            transport: Transport::new(clock, Arc::clone(&metrics), config.roots, counts),
            tls_reports,
            verdict: Verdict {
                spool: spool.clone(),
                metrics: Arc::clone(&metrics),
                key: Arc::clone(&key),
                reporting_host,
                own_domain,
                reporting_listener,
                schedules: schedules(&config.queue),
                holds: Arc::clone(tenants.holds()),
                patience: config.queue.patience,
                tenants_told: TenantsTold::default(),
                links: config.links,
                judging,
                probes: Probes::default(),
                sentry: config.sentry.clone(),
                hints,
            },
            sentry: config.sentry,
            tenants,
            refusals: config.refusals,
            keep_subject: config.keep_subject,
            spool,
            metrics,
            queue: config.queue,
            key,
            parked_is_full: AtomicBool::new(false),
            pauses: Pauses::default(),
            put_offs: PutOffs::default(),
            stop,
            taken_over,
        });
        Ok(Self::run(listeners, parts, resolver, stopper, to_take_over))
    }

    fn run(
        listeners: Vec<Listener>,
        parts: Arc<Parts>,
        resolver: Resolver,
        stopper: Stopper,
        to_take_over: UnboundedReceiver<TakenOver>,
    ) -> Self {
        let mut tasks = JoinSet::new();
        let mut addresses = Vec::new();
        for listener in listeners {
            if let Ok(address) = listener.socket.local_addr() {
                tracing::info!(listener = %listener.name, %address, "listening");
                addresses.push((listener.name.clone(), address));
            }
            let (clock, refusals) = (parts.clock.clone(), parts.refusals.clone());
            let metrics = Arc::clone(&parts.metrics);
            let behind = Arc::clone(&parts);
            let door = move || Entrance::new(Arc::clone(&behind));
            tasks.spawn(accept::serve(listener, clock, metrics, refusals, parts.stop.clone(), door));
        }
        tasks.spawn(look_after_proofs(&parts, resolver, parts.stop.clone()));
        tasks.spawn(queue::tell_of_late(Arc::clone(&parts), parts.stop.clone()));
        tasks.spawn(queue::close_idle(Arc::clone(&parts), parts.stop.clone()));
        tasks.spawn(tls_reports::run(Arc::clone(&parts), parts.stop.clone()));
        tasks.spawn(queue::run(Arc::clone(&parts), to_take_over, parts.stop.clone()));
        Self { addresses, parts, stopper, tasks }
    }

    /// Where each listener listens.
    #[must_use]
    pub fn addresses(&self) -> &[(ListenerName, SocketAddr)] {
        &self.addresses
    }

    /// What the tenants' people should know of their mail.
    #[must_use]
    pub fn hints(&self) -> Arc<Hints> {
        Arc::clone(&self.parts.admission.hints)
    }

    /// Sites take something else from now on; connections and messages that are under way go on as they began.
    pub fn set_sites(&self, sites: Sites) {
        let sites = Arc::new(sites);
        self.parts.steer.set_sites(Arc::clone(&sites));
        self.parts.transport.reshape(&sites);
    }

    /// For an operator's questions and acts.
    #[must_use]
    pub fn operator(&self) -> Operator {
        Operator::new(Arc::clone(&self.parts))
    }

    /// Ends within ten seconds. The spool is the caller's to stop afterwards.
    pub async fn stop(mut self) {
        self.stopper.stop();
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_WAIT, ended).await.is_err() {
            tracing::info!("sessions that did not end are closed");
            self.tasks.shutdown().await;
        }
        if tokio::time::timeout(Duration::from_secs(1), self.parts.transport.stop()).await.is_err() {
            tracing::debug!("a next hop did not say goodbye in time");
        }
    }
}

/// What an exchanger may be, and by what we know that it is us.
fn territory(listeners: &[ListenerConfig], sources: &[Source], private: Vec<IpNet>) -> Territory {
    let hostnames = listeners.iter().map(|listener| &listener.hostname);
    let names = hostnames.chain(sources.iter().map(|source| &source.ehlo));
    Territory {
        private,
        names: names.map(|name| name.to_ascii_lowercase()).collect(),
        listeners: listeners.iter().map(|listener| listener.address).collect(),
        sources: sources.iter().map(|source| source.address).collect(),
    }
}

fn schedules(queue: &QueueConfig) -> Schedules {
    Schedules {
        to_tenant: Schedule::new(queue.retry_return.clone()),
        to_recipients: Schedule::new(queue.retry_deliver.clone()),
    }
}

fn look_after_proofs(
    parts: &Parts,
    resolver: Resolver,
    stop: stop::Stop,
) -> impl Future<Output = ()> + Send + use<> {
    let told =
        proofs::Told { hints: Arc::clone(&parts.admission.hints), metrics: Arc::clone(&parts.metrics) };
    let (tenants, clock) = (Arc::clone(&parts.tenants), parts.clock.clone());
    proofs::run(Arc::clone(&parts.admission.proofs), tenants, resolver, clock, told, stop)
}

async fn bind(config: ListenerConfig, judge: &Arc<ClientJudge>) -> Result<Listener, StartError> {
    let ListenerConfig { name, address, .. } = config;
    let socket = TcpListener::bind(address).await;
    let socket = socket.map_err(|error| StartError::Listen { name: name.clone(), address, error })?;
    let tls = net::tls::server_config(config.presenter, config.client_certificates);
    let tls = tls.map_err(|error| StartError::Tls { name: name.clone(), error })?;
    let mut smtp = ServerConfig::new(config.hostname);
    smtp.size_max = config.size_max;
    smtp.bare_lf = config.bare_lf;
    let smtp_with_auth = Arc::new(ServerConfig { auth: true, ..smtp.clone() });
    let (tls, judge) = (TlsAcceptor::from(tls), Arc::clone(judge));
    Ok(Listener { name, socket, smtp: Arc::new(smtp), smtp_with_auth, tls, judge })
}
