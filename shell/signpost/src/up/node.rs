//! A running node: spool, tenants, relay, control socket, console, and the playground if it is wanted.
//!
//! Parts start in the order in which they need each other and stop in the opposite one; the spool is stopped last, when nobody can
//! give it anything any more.

use super::Drill;
use super::certificates;
use super::guarding;
use super::notices;
use super::pages;
use super::play;
use super::play::Ports;
use super::queue::{self, Reading};
use super::relaying::{self, roots};
use super::run::{self, Run};
use super::status::{self as status_side, Page};
use super::vendor_pages::VendorPages;
use super::watching;
use super::writing::Writing;
use crate::affected::Affected;
use crate::alerts;
use crate::board::Board;
use crate::config::OperatorConfig;
use crate::control::{self, Control};
use crate::desk::Desk;
use crate::facts::{self, Facts, Flow, Looks, Meeting, Moved, Reporter, Troubles};
use crate::ledger::{self, LedgerConfig, Recorder, Searcher};
use crate::replies::ReplyBook;
use crate::store::TenantStore;
use crate::telling::Teller;
use ::certificates::{Keeper, Means};
use anyhow::Result;
use console::{NodeView, Readiness};
use incident::What;
use model::Metrics;
use net::{Clock, Resolver};
use playground::Playground;
use relay::{Refusals, RefusedSession, Relay, RelayConfig, Tenants};
use spool::Spool;
use status::SigningKey;
use status::incidents::Incidents;
use status::subscribe::Subscriptions;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// How often stored snapshots that nobody needs are deleted.
const PRUNE: Duration = Duration::from_secs(600);

pub(super) struct Node {
    relay: Relay,
    spool: Spool,
    reading: Reading,
    recorder: Recorder,
    watcher: watching::Watchers,
    board: Arc<Board>,
    /// The operator's file; none for the built-in example.
    file: Option<PathBuf>,
    keeper: Arc<Keeper>,
    playground: Option<Playground>,
    tenants_dir: PathBuf,
    data_dir: PathBuf,
    console: SocketAddr,
    /// Writes what the guard decides.
    guard: Writing,
    /// Writes and shows what comes to pass.
    clerk: Writing,
    /// Tells subscribers.
    teller: Writing,
    facts: Facts,
    /// Keeps what is shown.
    page: Option<Writing>,
    run: Run,
    status: SocketAddr,
    tasks: JoinSet<()>,
}

impl Node {
    pub(super) async fn start(
        config: OperatorConfig,
        playground: Option<Ports>,
        drill: Drill,
    ) -> Result<Self> {
        let data_dir = run::make_data_dir(&config.data_dir)?;
        let clock = Clock::start(drill.time_scale);
        let metrics = Arc::new(Metrics::default());
        let (spool, unread) = queue::open(&data_dir, drill.disk, &clock, &metrics)?;
        let board = restored(&data_dir)?;
        let playground = play::start_if_wanted(&data_dir, playground).await?;
        let servers = publish_tenants(&board, &config, playground.as_ref(), &data_dir)?;
        let resolver = Resolver::new(&servers, config.resolver.timeout)?;
        let means = Means { clock: clock.clone(), metrics: Arc::clone(&metrics), resolver: resolver.clone() };
        let keeper = certificates::open(&config, &data_dir, means)?;
        let (refusals, refused) = Refusals::channel(Arc::clone(&metrics));
        let replies = ReplyBook::open(&data_dir, clock.clone())?;
        let (sentry, keeping) = guarding::open(&config, &data_dir, &clock, &metrics)?;
        let told = (refusals, replies.shared(), sentry.clone());
        let around = (playground.as_ref(), drill.exchanger_port, servers.as_slice());
        let relay_config = relaying::config(&config, &data_dir, &keeper, around, told)?;
        let (socket, web) = (control::bind(&data_dir)?, console::bind(config.http.console).await?);
        let means = (clock.clone(), Arc::clone(&metrics), sentry.clone());
        let (page, facts, clerk) = status_side::open(&config, &data_dir, &board, means)?;
        let relay_config = RelayConfig { links: page.links(&facts), ..relay_config };
        let public = status::bind(config.http.status).await?;
        let world = (roots(&config, playground.as_ref())?, playground.is_some());
        let means = (page.site.clone(), resolver.clone(), clock.clone(), Arc::clone(&metrics));
        let (readers, teller) = notices::open(&config, &data_dir, means, world)?;
        let (tenants, names) = (Arc::clone(board.tenants()), resolver.clone());
        let relay =
            Relay::start(relay_config, tenants, spool.clone(), resolver, clock.clone(), Arc::clone(&metrics))
                .await?;
        let (counted, recorder, searcher) = record(&config, &data_dir, &spool, refused, (&clock, &metrics))?;
        let listener = relay.addresses().first().map(|(_, address)| *address);
        let means = (clock.clone(), Arc::clone(&metrics), Arc::clone(&board));
        let (watcher, outside, reports) =
            watching::start(&config, &data_dir, (&servers, names), listener, means).await?;
        let mut node = Self {
            recorder,
            watcher,
            reading: Reading::begin(unread, Arc::clone(&board), Arc::clone(&metrics)),
            console: web.local_addr()?,
            status: public.local_addr()?,
            relay,
            spool,
            board,
            keeper,
            playground,
            tenants_dir: config.tenants_dir.clone(),
            file: config.file.clone(),
            run: Run::begin(&data_dir),
            data_dir,
            facts: facts.clone(),
            page: None,
            guard: Writing::begin(|stop| keeping.run(stop)),
            clerk: Writing::begin(|stop| clerk.run(stop)),
            teller: Writing::begin(|stop| teller.run(stop)),
            tasks: JoinSet::new(),
        };
        let desk = Desk::new(node.spool.clone(), node.relay.operator(), clock);
        let key = Arc::clone(&page.key);
        let affected = page.affected(&config, &facts, (searcher.clone(), Arc::clone(&node.board)));
        let told = (affected.clone(), Arc::clone(&metrics));
        let vendors = VendorPages { vendors: outside.vendors.clone(), troubles: counted.troubles.clone() };
        node.spawn_status(public, (page, readers.clone()), &config, told, vendors.clone())?;
        node.spawn_facts(&config, (counted, &outside.vendors), sentry.clone(), Arc::clone(&metrics));
        let shown = (desk.clone(), sentry.clone(), facts.incidents.clone());
        node.spawn_pages(web, &config, (Arc::clone(&metrics), vendors), shown);
        node.spawn_watch(&config, (reports, &outside), (&sentry, &readers), metrics);
        let asked = (desk, outside, sentry, (facts.incidents, key, readers, affected));
        node.spawn_control(socket, (searcher, replies), asked, (config.file, servers));
        Ok(node)
    }

    fn spawn_status(
        &mut self,
        public: tokio::net::TcpListener,
        (page, subscriptions): (Page, Subscriptions),
        config: &OperatorConfig,
        (affected, metrics): (Affected, Arc<Metrics>),
        vendors: VendorPages,
    ) -> Result<()> {
        if self.playground.is_none() && config.status.publish.is_none() {
            tracing::warn!(
                "the status page stands on the host of which it tells and goes down with it; `status.publish` keeps a copy for another host"
            );
        }
        let changes = affected.incidents.changes();
        let (operator, directory) = (self.relay.operator(), self.data_dir.join("incidents"));
        let teller = Teller::open(&directory, affected.clone(), operator, Arc::clone(&metrics))?;
        self.tasks.spawn(teller.run(changes));
        let mut router = status::subscribe::router(subscriptions).merge(page.door(affected).router());
        if config.status.settings.offers_vendors {
            router = router.merge(console::vendor_feeds_router(vendors));
        }
        self.tasks.spawn(async move {
            if let Err(error) = status::serve(public, router, std::future::pending()).await {
                tracing::error!(%error, "the status page stopped");
            }
        });
        self.page = Some(Writing::begin(|stop| page.keep_up(stop, metrics)));
        Ok(())
    }

    /// What is seen outside is told to the guard, the incidents, and who asked to hear of vendors.
    fn spawn_watch(
        &mut self,
        config: &OperatorConfig,
        (reports, outside): (mpsc::Receiver<watch::Report>, &watching::Outside),
        (sentry, readers): (&sentry::Sentry, &Subscriptions),
        metrics: Arc<Metrics>,
    ) {
        let reporter = Reporter::new(self.facts.clone(), watching::canary_ways(config, &self.board));
        self.tasks.spawn(watching::drain(reports, sentry.clone(), reporter, metrics));
        self.tasks.spawn(watching::hear_replies(sentry.events(), outside.watch.clone()));
        self.tasks.spawn(alerts::run(outside.vendors.clone(), readers.clone()));
    }

    /// What comes to pass is told to the incidents.
    fn spawn_facts(
        &mut self,
        config: &OperatorConfig,
        (counted, vendors): (Counted, &watch::Vendors),
        sentry: sentry::Sentry,
        metrics: Arc<Metrics>,
    ) {
        let (facts, moved) = (&self.facts, Moved::default());
        self.tasks.spawn(counted.met.run(facts.clone(), vendors.clone(), sentry.clone()));
        let after_crash = self.run.after_crash;
        facts.tell("node-started", &[], facts.now(), What::NodeStarted { after_crash });
        self.tasks.spawn(facts::hear(sentry.clone(), facts.clone(), moved.clone()));
        let (books, region) = (counted.flow.books(), config.region.clone());
        self.tasks.spawn(counted.flow.run(facts.clone(), moved));
        let looks = Looks {
            facts: facts.clone(),
            spool: self.spool.clone(),
            metrics,
            keeper: Arc::clone(&self.keeper),
            board: Arc::clone(&self.board),
            sentry,
            listeners: self.relay.addresses().to_vec(),
            console: self.console,
            books,
            watched: status_side::watched(config),
            needed: Box::new(move |board| status_side::components(&region, board)),
        };
        self.tasks.spawn(looks.run());
    }

    fn spawn_control(
        &mut self,
        socket: tokio::net::UnixListener,
        (ledger, replies): (Searcher, ReplyBook),
        (desk, outside, sentry, (incidents, key, subscriptions, affected)): (
            Desk,
            watching::Outside,
            sentry::Sentry,
            (Incidents, Arc<SigningKey>, Subscriptions, Affected),
        ),
        (config, resolver): (Option<PathBuf>, Vec<SocketAddr>),
    ) {
        let control = Control {
            board: Arc::clone(&self.board),
            spool: self.spool.clone(),
            hints: self.relay.hints(),
            ledger,
            replies,
            keeper: Arc::clone(&self.keeper),
            sentry,
            incidents,
            key,
            subscriptions,
            affected,
            desk,
            watch: outside.watch,
            vendors: outside.vendors,
            listeners: self.relay.addresses().iter().map(|(_, address)| *address).collect(),
            console: self.console,
            status: self.status,
            config,
            resolver,
        };
        self.tasks.spawn(control::serve(socket, Arc::new(control)));
        let around = certificates::surroundings(self.relay.addresses(), Arc::clone(&self.board));
        self.tasks.spawn(Arc::clone(&self.keeper).run(around));
        let (board, spool) = (Arc::clone(&self.board), self.spool.clone());
        self.tasks.spawn(async move {
            loop {
                tokio::time::sleep(PRUNE).await;
                let Some(in_use) = spool.snapshots_in_use() else { continue };
                if let Err(error) = board.prune(&in_use) {
                    tracing::warn!(%error, "old snapshots cannot be deleted");
                }
            }
        });
    }

    fn spawn_pages(
        &mut self,
        web: tokio::net::TcpListener,
        config: &OperatorConfig,
        (metrics, vendors): (Arc<Metrics>, VendorPages),
        (desk, sentry, incidents): (Desk, sentry::Sentry, Incidents),
    ) {
        let listeners =
            self.relay.addresses().iter().map(|(name, address)| (name.to_string(), *address)).collect();
        let sources =
            config.sources.iter().map(|source| (source.name.to_string(), source.address.to_string()));
        let fixed = NodeView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            region: config.region.to_string(),
            listeners,
            sources: sources.collect(),
            tenants: Vec::new(),
            playground: self.playground.is_some(),
        };
        let (board, spool) = (Arc::clone(&self.board), self.spool.clone());
        let (shown, keeper) = (Arc::clone(&self.board), Arc::clone(&self.keeper));
        let parts = console::Parts {
            metrics,
            node: Box::new(move || NodeView { tenants: pages::tenants(&shown), ..fixed.clone() }),
            ready: Box::new(move || Readiness {
                problems: spool.may_accept().err().map(|error| error.to_string()).into_iter().collect(),
                warnings: board.unimported().into_iter().chain(keeper.warnings()).collect(),
            }),
        };
        let public = self.status;
        let mut router = console::router(parts)
            .merge(console::queue_router(move || desk.page()))
            .merge(console::sources_router(move || pages::sources(&sentry)))
            .merge(console::incidents_router(move || pages::incidents(&incidents, public)))
            .merge(console::vendors_router(vendors));
        if let Some(playground) = &self.playground {
            router = router.merge(playground.router());
        }
        self.tasks.spawn(async move {
            if let Err(error) = console::serve(web, router, std::future::pending()).await {
                tracing::error!(%error, "the console stopped");
            }
        });
    }

    /// Says what runs and what to try; in a playground a first message is sent.
    pub(super) async fn greet(&self) -> Result<()> {
        let smtp = self
            .relay
            .addresses()
            .iter()
            .map(|(_, address)| address.to_string())
            .collect::<Vec<_>>()
            .join(", ");
        let mut lines =
            vec![format!("Signpost takes mail on {smtp}."), format!("Console: http://{}/", self.console)];
        lines.push(format!("Status page: http://{}/", self.status));
        if let Some(playground) = &self.playground {
            let connector = self.relay.addresses().first().map(|(_, address)| *address);
            playground.set_connector(connector);
            playground.submit(playground::first_message()).await?;
            lines.extend(self.playground_lines(playground));
        }
        eprintln!("{}", lines.join("\n"));
        Ok(())
    }

    fn playground_lines(&self, playground: &Playground) -> Vec<String> {
        let smtp = self.relay.addresses().first().map(|(_, address)| address.to_string()).unwrap_or_default();
        let (signpost, data) = (program(), from_here(&self.data_dir));
        let exchange = playground.exchange_address();
        vec![
            format!("Mailbox: http://{}/playground  (a first message is on its way)", self.console),
            String::new(),
            "The playground is the example of docs/example with these changes:".to_owned(),
            format!("  smart host of acme: acme-example.mail.protection.outlook.com is the fake Exchange on {exchange}"),
            format!("  resolver: the playground's name server on {}", playground.dns_address()),
            "  its certificate authority is trusted, and it issued acme's client certificate; secrets are random".to_owned(),
            String::new(),
            "Try next, in another terminal:".to_owned(),
            format!("  export SIGNPOST_DATA={data}"),
            format!("  swaks --server {smtp} --from anna.berg@acme.example --to kim@customer.example"),
            format!("  {signpost} trace anna.berg"),
            format!("  {signpost} queue ls"),
            format!("  {signpost} tenant export acme --out my-acme    # edit it, then"),
            format!("  {signpost} tenant apply my-acme"),
            "Ctrl-C stops it; nothing is lost.".to_owned(),
        ]
    }

    /// Imports folders and reads certificates that have changed, and what the operator says of sites.
    pub(super) fn import(&self) {
        self.keeper.look_again();
        match self.file.as_deref().map(relaying::reread_sites) {
            Some(Ok(sites)) => self.relay.set_sites(sites),
            Some(Err(error)) => tracing::warn!("[[deliver.sites]] stays as it was: {error:#}"),
            None => {}
        }
        if self.playground.is_none() {
            import(&self.board, &self.tenants_dir);
        }
    }

    /// Returns when the node cannot go on.
    pub(super) async fn failed(&mut self) -> anyhow::Error {
        self.reading.failed().await
    }

    pub(super) async fn stop(mut self) {
        self.relay.stop().await;
        self.watcher.stop().await;
        self.tasks.shutdown().await;
        self.guard.stop().await;
        self.facts.tell("node-stopped", &[], self.facts.now(), What::NodeStopped);
        self.clerk.stop().await;
        self.teller.stop().await;
        if let Some(page) = self.page {
            page.stop().await;
        }
        self.spool.stop().await;
        self.reading.stop().await;
        self.recorder.stop().await;
        if let Some(playground) = self.playground {
            playground.stop().await;
        }
        if let Err(error) = std::fs::remove_file(self.data_dir.join("control.sock")) {
            tracing::debug!(%error, "the control socket was gone");
        }
        self.run.end();
    }
}

/// The tenants as they were published last.
fn restored(data_dir: &Path) -> Result<Arc<Board>> {
    let board = Board::new(TenantStore::open(data_dir)?, Arc::new(Tenants::new()));
    board.restore()?;
    Ok(Arc::new(board))
}

/// The tenants of the files, or the playground's; gives the name servers that know their next hops.
fn publish_tenants(
    board: &Board,
    config: &OperatorConfig,
    playground: Option<&Playground>,
    data_dir: &Path,
) -> Result<Vec<SocketAddr>> {
    let Some(playground) = playground else {
        import(board, &config.tenants_dir);
        return Ok(config.resolver.servers.clone());
    };
    board.publish(&play::tenant(playground, data_dir)?, None)?;
    play::names(playground, config);
    Ok(vec![playground.dns_address()])
}

/// What is counted from the spool's log, and what of it becomes known of providers.
struct Counted {
    flow: Flow,
    troubles: Troubles,
    met: Meeting,
}

/// Fills the message trace from the spool's log and what is told of refused sessions.
fn record(
    config: &OperatorConfig,
    data_dir: &Path,
    spool: &Spool,
    refused: mpsc::Receiver<RefusedSession>,
    (clock, metrics): (&Clock, &Arc<Metrics>),
) -> Result<(Counted, Recorder, Searcher)> {
    let (troubles, met) = Troubles::open(data_dir, &config.sources, (Arc::clone(metrics), clock.now()))?;
    let flow = Flow::over(&config.sources, troubles.clone());
    let ledger = LedgerConfig { path: data_dir.join("ledger.sqlite"), keep: config.ledger.keep };
    let means = (clock.clone(), Arc::clone(metrics));
    let (recorder, searcher) = ledger::start(ledger, spool.clone(), refused, flow.clone(), means);
    Ok((Counted { flow, troubles, met }, recorder, searcher))
}

/// How this program is called from where it was started.
fn program() -> String {
    std::env::current_exe().map_or_else(|_| "signpost".to_owned(), |program| from_here(&program))
}

/// A path as short as it can be written here.
fn from_here(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

fn import(board: &Board, directory: &Path) {
    match board.import_all(directory) {
        Ok(published) => {
            for one in published {
                tracing::info!(tenant = %one.tenant, snapshot = one.snapshot.0, "published");
                one.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
            }
            board.unimported().iter().for_each(|problem| tracing::warn!("{problem}"));
        }
        Err(error) => tracing::warn!("{error:#}"),
    }
}
