//! A playground and a relay that know each other, with the example tenant, for one test.

use model::{ByteCount, Duration, Metrics, SnapshotNumber, Source, SourceName, Timestamp};
use net::tls::{self, ClientCertificates, Presenter};
use net::{Clock, Resolver};
use playground::{Arrived, Figures, Mail, Playground, PlaygroundConfig};
use relay::{
    ListenerConfig, OwnConfig, Patience, PolicyConfig, QueueConfig, Refusals, Relay, RelayConfig, Tenants,
};
use sentry::{Bounds, Order, OrderKind, Place, Policy, Sentry};
use spool::disk::shim::{Crash, MemDisk};
use spool::{LogRecord, QueueEntry, Spool, SpoolConfig};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use tenant::Folder;
use tokio::task::JoinSet;

const HOSTNAME: &str = "in.eu.relay.example";
pub(crate) const WAIT: Duration = Duration::from_secs(30);
pub(crate) const ANNA: &str = "anna.berg@acme.example";
pub(crate) const KIM: &str = "kim@customer.example";
pub(crate) const SOURCES: [[u8; 4]; 2] = [[127, 0, 1, 1], [127, 0, 1, 2]];

/// What a test wants otherwise than usual.
pub(crate) struct Wishes {
    pub(crate) retry: Vec<Duration>,
    pub(crate) expire: Duration,
    /// Replaced in the example's `tenant.toml`.
    pub(crate) edits: Vec<(&'static str, &'static str)>,
    /// Added to the example's folder.
    pub(crate) files: Vec<(&'static str, &'static str)>,
    pub(crate) playground: PlaygroundConfig,
    /// The addresses that the relay sends from.
    pub(crate) sources: [[u8; 4]; 2],
    /// Beside the example tenant so many others: `t00` with `t00.example`, and so on.
    pub(crate) others: usize,
    pub(crate) patience: Patience,
    /// A third source, for reports.
    pub(crate) notice_source: Option<[u8; 4]>,
    /// One more source, whose weight is that of many: for all mail where it reaches the host.
    pub(crate) heavy_source: Option<IpAddr>,
    /// Where exchangers listen, if it is not the fake Exchange.
    pub(crate) exchanger_port: Option<u16>,
    /// Where exchangers may be beside the public internet.
    pub(crate) private_networks: Vec<&'static str>,
    /// What exchangers have to prove.
    pub(crate) policies: PolicyConfig,
    /// What the relay writes itself.
    pub(crate) own: OwnConfig,
    pub(crate) sites: dispatch::Sites,
    /// When the relay's clock begins, if it is not now.
    pub(crate) begins: Option<Timestamp>,
    /// How fast the relay's clock runs.
    pub(crate) time_scale: u32,
    /// When a sender is out of line.
    pub(crate) bounds: Bounds,
    /// The guard's patience.
    pub(crate) policy: Policy,
}

impl Default for Wishes {
    fn default() -> Self {
        let mut playground = PlaygroundConfig::example();
        playground.outbound.retry = vec![Duration::from_millis(50)];
        Self {
            retry: vec![Duration::from_millis(50)],
            expire: Duration::from_secs(600),
            edits: Vec::new(),
            files: Vec::new(),
            playground,
            sources: SOURCES,
            others: 0,
            patience: Patience::default(),
            notice_source: None,
            heavy_source: None,
            exchanger_port: None,
            private_networks: vec!["127.0.0.0/8"],
            policies: PolicyConfig::default(),
            own: OwnConfig::plain(HOSTNAME),
            sites: dispatch::Sites::default(),
            begins: None,
            time_scale: 1,
            bounds: Bounds::default(),
            policy: Policy::default(),
        }
    }
}

pub(crate) struct Node {
    pub(crate) playground: Playground,
    pub(crate) relay: Relay,
    pub(crate) spool: Spool,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) disk: MemDisk,
    pub(crate) tenants: Arc<Tenants>,
    pub(crate) sentry: Sentry,
    /// That of the guard.
    pub(crate) clock: Clock,
    keeper: JoinSet<()>,
    wishes: Wishes,
    /// Relays that were killed, and their spools.
    cut_off: Vec<(Relay, Spool)>,
}

impl Node {
    pub(crate) async fn start(wishes: Wishes) -> Self {
        let playground = Playground::start(wishes.playground.clone()).await.unwrap();
        let tenants = Arc::new(Tenants::new());
        let mut folder = example(playground.exchange_address(), &wishes.edits);
        folder
            .0
            .extend(wishes.files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())));
        let secret = |_: &str| Some("a-secret-of-the-test".to_owned());
        let others = (0..wishes.others).map(|number| other(&folder, number));
        for folder in std::iter::once(folder.clone()).chain(others) {
            let snapshot = tenant::compile(&folder, SnapshotNumber(1), &secret).unwrap();
            tenants.publish(Arc::new(snapshot)).unwrap();
        }
        let disk = MemDisk::new();
        let metrics = Arc::new(Metrics::default());
        let clock = Clock::start(wishes.time_scale);
        let (sentry, keeper) = start_guard(&wishes, &clock, &metrics);
        let (relay, spool) = start_relay(&playground, &wishes, &disk, &tenants, (&metrics, &sentry)).await;
        playground.set_connector(Some(relay.addresses()[0].1));
        let cut_off = Vec::new();
        Self { playground, relay, spool, metrics, disk, tenants, sentry, clock, keeper, wishes, cut_off }
    }

    /// The same at another time.
    pub(crate) async fn restart_at(mut self, begins: Timestamp) -> Self {
        self.wishes.begins = Some(begins);
        self.restart().await
    }

    /// Ends the relay and starts another one on the same disk.
    pub(crate) async fn restart(self) -> Self {
        let Self { playground, relay, spool, metrics, disk, tenants, sentry, clock, keeper, wishes, cut_off } =
            self;
        playground.set_connector(None);
        relay.stop().await;
        spool.stop().await;
        drop(spool);
        let (relay, spool) = start_relay(&playground, &wishes, &disk, &tenants, (&metrics, &sentry)).await;
        playground.set_connector(Some(relay.addresses()[0].1));
        Self { playground, relay, spool, metrics, disk, tenants, sentry, clock, keeper, wishes, cut_off }
    }

    /// Cuts the relay off as a kill does: nothing is said, and the next one has the disk as it was at that moment.
    pub(crate) async fn kill(self) -> Self {
        let Self {
            playground,
            relay,
            spool,
            metrics,
            disk,
            tenants,
            sentry,
            clock,
            keeper,
            wishes,
            mut cut_off,
        } = self;
        let disk_then = disk.crash(Crash::Everything);
        playground.set_connector(None);
        cut_off.push((relay, spool));
        let (relay, spool) =
            start_relay(&playground, &wishes, &disk_then, &tenants, (&metrics, &sentry)).await;
        playground.set_connector(Some(relay.addresses()[0].1));
        let disk = disk_then;
        Self { playground, relay, spool, metrics, disk, tenants, sentry, clock, keeper, wishes, cut_off }
    }

    /// Publishes the example as this tenant, changed.
    pub(crate) fn publish(&self, name: &str, edits: &[(&str, &str)], certificate: Option<String>) {
        let exchange = self.playground.exchange_address();
        let mut folder = example(exchange, edits);
        if let Some(pem) = certificate {
            change(&mut folder, "tenant.toml", "certificate = \"\"", "certificate = \"client.pem\"");
            folder.0.insert("client.pem".to_owned(), pem.into_bytes());
        }
        if name != "acme" {
            let domains = format!("{name}.example");
            change(&mut folder, "tenant.toml", "name         = \"acme\"", &format!("name = \"{name}\""));
            change(&mut folder, "tenant.toml", "\"acme.example\", \"acme.test\"", &format!("\"{domains}\""));
            change(&mut folder, "tenant.toml", "acme-4f1c", &format!("{name}-4f1c"));
            change(&mut folder, "people.csv", "acme.example", &domains);
        }
        let number = self.tenants.current(&name.parse().unwrap()).map_or(1, |snapshot| snapshot.number.0 + 1);
        let secret = |_: &str| Some("a-secret-of-the-test".to_owned());
        let snapshot = tenant::compile(&folder, SnapshotNumber(number), &secret);
        self.tenants.publish(Arc::new(snapshot.unwrap_or_else(|found| panic!("{found:#?}")))).unwrap();
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.relay.addresses()[0].1
    }

    /// Publishes one more tenant, whose `tenant.toml` this is; `env:` gives `secret`.
    pub(crate) fn publish_settings(&self, settings: &str, secret: &str) {
        let folder = Folder([("tenant.toml".to_owned(), settings.as_bytes().to_vec())].into());
        let secrets = |_: &str| Some(secret.to_owned());
        let snapshot = tenant::compile(&folder, SnapshotNumber(2), &secrets);
        let snapshot = snapshot.unwrap_or_else(|problems| panic!("{problems:#?}"));
        self.tenants.publish(Arc::new(snapshot)).unwrap();
    }

    /// Anna presses Send.
    /// An operator puts every source that is out back into use.
    pub(crate) fn give_back(&self) {
        let (now, by) = (self.sentry.now(), "operator".to_owned());
        let until = now + Duration::from_secs(3600);
        let order = Order { kind: OrderKind::In, by, note: String::new(), since: now, until };
        for (source, place) in self.places() {
            self.sentry.order(&source, &place, order.clone());
        }
    }

    /// Every source with every place at which something was said of it.
    pub(crate) fn places(&self) -> Vec<(SourceName, Place)> {
        let places =
            self.sentry.table().into_iter().flat_map(|source| {
                source.places.into_iter().map(move |one| (source.name.clone(), one.place))
            });
        places.collect()
    }

    pub(crate) async fn send(&self, to: &[&str], raw: &[u8]) {
        let to = to.iter().map(|address| (*address).to_owned()).collect();
        self.playground.submit(Mail { from: ANNA.to_owned(), to, raw: raw.to_vec() }).await.unwrap();
    }

    pub(crate) async fn wait(&self, enough: impl Fn(&Figures) -> bool) -> Figures {
        match self.playground.wait_for(WAIT, enough).await {
            Ok(figures) => figures,
            Err(figures) => panic!("{figures:?}\n{:#?}", self.queue()),
        }
    }

    pub(crate) fn queue(&self) -> Vec<QueueEntry> {
        self.spool.list(usize::MAX, |_| true)
    }

    /// Waits until the queue satisfies `enough`; the records of the spool drive it.
    pub(crate) async fn wait_for_queue(&self, enough: impl Fn(&[QueueEntry]) -> bool) -> Vec<QueueEntry> {
        let waited = tokio::time::timeout(WAIT, async {
            loop {
                let queue = self.queue();
                if enough(&queue) {
                    return queue;
                }
                tokio::task::yield_now().await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("{:#?}", self.queue()))
    }

    /// Everything that the log tells.
    pub(crate) async fn records(&self) -> Vec<LogRecord> {
        self.spool.sync_log().await.unwrap();
        self.spool.read_log(None, usize::MAX).unwrap().records
    }

    pub(crate) async fn stop(self) {
        self.relay.stop().await;
        self.spool.stop().await;
        self.playground.stop().await;
        let mut keeper = self.keeper;
        keeper.shutdown().await;
    }
}

/// A guard that outlives the relay's restarts; it keeps nothing on disk.
fn start_guard(wishes: &Wishes, clock: &Clock, metrics: &Arc<Metrics>) -> (Sentry, JoinSet<()>) {
    let policy = (wishes.policy.clone(), wishes.bounds.clone());
    let sources = sources(wishes);
    let (sentry, keeper) = Sentry::open(sources, policy, None, clock.clone(), Arc::clone(metrics)).unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(keeper.run(std::future::pending()));
    (sentry, tasks)
}

async fn start_relay(
    playground: &Playground,
    wishes: &Wishes,
    disk: &MemDisk,
    tenants: &Arc<Tenants>,
    (metrics, sentry): (&Arc<Metrics>, &Sentry),
) -> (Relay, Spool) {
    let clock = match wishes.begins {
        Some(begins) => Clock::start_at(begins, wishes.time_scale),
        None => Clock::start(wishes.time_scale),
    };
    let config = SpoolConfig {
        reserve: ByteCount(0),
        unread_bytes_max: Some(ByteCount(1 << 30)),
        ..SpoolConfig::default()
    };
    let (spool, unread) =
        Spool::open(config, Arc::new(disk.clone()), Arc::clone(metrics), clock.now()).unwrap();
    unread.read().unwrap().join();
    let resolver = Resolver::new(&[playground.dns_address()], Duration::from_secs(2)).unwrap();
    let config = RelayConfig {
        listeners: vec![listener()],
        sources: sources(wishes),
        queue: QueueConfig {
            expire: wishes.expire,
            retry_return: wishes.retry.clone(),
            retry_deliver: wishes.retry.clone(),
            park_bytes_max: ByteCount(1 << 30),
            patience: wishes.patience,
        },
        exchanger_port: wishes.exchanger_port.unwrap_or(playground.exchange_address().port()),
        private_networks: wishes.private_networks.iter().map(|network| network.parse().unwrap()).collect(),
        roots: vec![playground.ca_certificate_der()],
        processed_key: [7; 32],
        domain_proofs: None,
        keep_subject: false,
        refusals: Refusals::untold(Arc::clone(metrics)),
        replies: Arc::default(),
        sentry: sentry.clone(),
        policies: wishes.policies.clone(),
        links: relay::Links::default(),
        own: wishes.own.clone(),
        sites: wishes.sites.clone(),
    };
    let relay =
        Relay::start(config, Arc::clone(tenants), spool.clone(), resolver, clock, Arc::clone(metrics)).await;
    (relay.unwrap(), spool)
}

/// A certificate that vouches for itself, good today.
pub(crate) fn self_signed(hostname: &str) -> tls::Identity {
    let from = Clock::start(1).now();
    let made = tls::self_signed(hostname, from, from + Duration::from_secs(86_400)).unwrap();
    made.identity(hostname).unwrap()
}

fn listener() -> ListenerConfig {
    ListenerConfig {
        name: "eu-in".parse().unwrap(),
        address: SocketAddr::from(([127, 0, 0, 1], 0)),
        presenter: Arc::new(Presenter::new(&self_signed(HOSTNAME)).unwrap()),
        client_certificates: ClientCertificates::Request,
        hostname: HOSTNAME.to_owned(),
        size_max: ByteCount(150 << 20),
        bare_lf: smtp::BareLf::Normalise,
    }
}

fn sources(wishes: &Wishes) -> Vec<Source> {
    let notice = wishes.notice_source.map(IpAddr::from);
    let source = |(number, address): (usize, IpAddr)| Source {
        name: format!("eu-{}", number + 1).parse().unwrap(),
        address,
        ehlo: format!("eu-{}.relay.example", number + 1),
        weight: if wishes.heavy_source == Some(address) { 1_000_000 } else { 10 },
        network: format!("provider-{number}"),
        notice: notice == Some(address),
    };
    wishes
        .sources
        .map(IpAddr::from)
        .into_iter()
        .chain(notice)
        .chain(wishes.heavy_source)
        .enumerate()
        .map(source)
        .collect()
}

/// The example tenant, returning to the fake Exchange.
fn example(exchange: SocketAddr, edits: &[(&str, &str)]) -> Folder {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/example/acme");
    let mut folder = Folder::default();
    read_into(&root, "", &mut folder);
    let settings = String::from_utf8(folder.0["tenant.toml"].clone()).unwrap();
    let smart_host = "acme-example.mail.protection.outlook.com:25";
    assert!(settings.contains(smart_host));
    let ours = format!("acme-example.mail.protection.outlook.com:{}", exchange.port());
    let mut settings = settings.replace(smart_host, &ours);
    for (from, to) in edits {
        assert!(settings.contains(from), "{from}");
        settings = settings.replace(from, to);
    }
    folder.0.insert("tenant.toml".to_owned(), settings.into_bytes());
    folder
}

/// The example under another name.
fn other(example: &Folder, number: usize) -> Folder {
    let mut folder = example.clone();
    for file in ["tenant.toml", "people.csv", "rules.toml"] {
        let text = String::from_utf8(folder.0[file].clone()).unwrap();
        let text = text.replace("\"acme\"", &format!("\"t{number:02}\""));
        let text = text
            .replace("acme.", &format!("t{number:02}."))
            .replace("acme-4f1c", &format!("t{number:02}-word"));
        folder.0.insert(file.to_owned(), text.into_bytes());
    }
    folder
}

fn change(folder: &mut Folder, file: &str, from: &str, to: &str) {
    let text = String::from_utf8(folder.0[file].clone()).unwrap();
    assert!(text.contains(from), "{file}: {from}");
    folder.0.insert(file.to_owned(), text.replace(from, to).into_bytes());
}

fn read_into(directory: &Path, prefix: &str, folder: &mut Folder) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            read_into(&entry.path(), &format!("{name}/"), folder);
        } else {
            folder.0.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

/// A plain text message of Anna's.
pub(crate) fn plain(subject: &str, body: &str) -> Vec<u8> {
    format!(
        "From: Anna Berg <{ANNA}>\r\nTo: {KIM}\r\nSubject: {subject}\r\nDate: Tue, 24 Nov 2026 02:00:00 +0000\r\n\
         Message-ID: <{subject}@acme.example>\r\n\r\n{body}\r\n"
    )
    .into_bytes()
}

/// The content of what arrived, as text.
pub(crate) fn text(arrived: &Arrived) -> String {
    String::from_utf8_lossy(&arrived.data).into_owned()
}
