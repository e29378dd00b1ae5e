//! Vendors served by listeners of the test that do everything wrong which servers do wrong, on a clock that runs a thousand times as fast.

use super::*;
use net::Resolver;
use net::http::Limits;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use vendor::{Given, Sighting};

const SCALE: u32 = 1_000;
const HOSTS: u8 = 6;
const FEEDS: usize = 60;
/// Twelve feeds after each other serve the same document.
const DOCUMENTS: [&[u8]; 5] = [
    include_bytes!("../../../../pure/vendor/tests/fixtures/statuspage/summary.json"),
    include_bytes!("../../../../pure/vendor/tests/fixtures/statuspage/seed.json"),
    include_bytes!("../../../../pure/vendor/tests/fixtures/statuspage/history.atom"),
    include_bytes!("../../../../pure/vendor/tests/fixtures/atom/orvay.atom"),
    include_bytes!("../../../../pure/vendor/tests/fixtures/statuspage/history.rss"),
];
const LIMITS: Limits = Limits {
    head_wait: Duration::from_millis(300),
    body_wait: Duration::from_millis(300),
    body_bytes_max: 1 << 20,
    redirects_max: 3,
};

/// What a feed of the test does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Conduct {
    Good,
    Redirects,
    /// Good until the server turns.
    Turns,
    Fails,
    SlowHead,
    SlowBody,
    WebPage,
    Loops,
    Huge,
    Torn,
    Garbage,
    Closes,
}

const CONDUCTS: [Conduct; 12] = [
    Conduct::Good,
    Conduct::Redirects,
    Conduct::Turns,
    Conduct::Fails,
    Conduct::SlowHead,
    Conduct::SlowBody,
    Conduct::WebPage,
    Conduct::Loops,
    Conduct::Huge,
    Conduct::Torn,
    Conduct::Garbage,
    Conduct::Closes,
];

impl Conduct {
    fn of(feed: usize) -> Self {
        CONDUCTS[feed % CONDUCTS.len()]
    }

    fn is_readable(self) -> bool {
        matches!(self, Self::Good | Self::Redirects | Self::Turns)
    }
}

/// What the servers saw.
#[derive(Default)]
struct Seen {
    turned: AtomicBool,
    now: Mutex<BTreeMap<u8, usize>>,
    most_at_once: AtomicUsize,
    most_of_host: AtomicUsize,
    unchanged: AtomicUsize,
    /// How often each document was asked for.
    asked: Mutex<BTreeMap<String, u64>>,
}

impl Seen {
    fn enter(&self, host: u8) {
        let mut now = self.now.lock().unwrap();
        *now.entry(host).or_default() += 1;
        self.most_of_host.fetch_max(now[&host], Ordering::SeqCst);
        self.most_at_once.fetch_max(now.values().sum(), Ordering::SeqCst);
    }

    fn leave(&self, host: u8) {
        *self.now.lock().unwrap().get_mut(&host).unwrap() -= 1;
    }
}

struct Servers {
    seen: Arc<Seen>,
    ports: Vec<u16>,
    clock: Clock,
    _tasks: JoinSet<()>,
}

impl Servers {
    async fn new() -> Self {
        Self::by(Clock::start(SCALE)).await
    }

    async fn by(clock: Clock) -> Self {
        let seen = Arc::new(Seen::default());
        let (mut tasks, mut ports) = (JoinSet::new(), Vec::new());
        for host in 1..=HOSTS {
            let listener = TcpListener::bind(format!("127.0.1.{host}:0")).await.unwrap();
            ports.push(listener.local_addr().unwrap().port());
            tasks.spawn(serve(listener, host, Arc::clone(&seen)));
        }
        Self { seen, ports, clock, _tasks: tasks }
    }

    fn config(&self, feed: usize) -> VendorConfig {
        let host = feed % usize::from(HOSTS);
        VendorConfig {
            name: format!("feed-{feed}").parse().unwrap(),
            url: format!("http://127.0.1.{}:{}/{feed}/summary.json", host + 1, self.ports[host]),
            history: None,
            mapping: None,
            every: vendor::EVERY,
            allow_private: true,
            token_file: None,
            providers: Vec::new(),
        }
    }

    fn start(
        &self,
        dir: &std::path::Path,
        feeds: impl Iterator<Item = usize>,
    ) -> (VendorWatcher, Vendors, Arc<Metrics>) {
        let metrics = Arc::new(Metrics::default());
        let resolver = Resolver::new(&["127.0.0.1:9".parse().unwrap()], Duration::from_secs(1)).unwrap();
        let anywhere = Client::new(&[], resolver, LIMITS).unwrap();
        let clients = VendorClients { public: anywhere.clone().only_public(), anywhere };
        let means = VendorMeans {
            dir: dir.to_owned(),
            clock: self.clock.clone(),
            metrics: Arc::clone(&metrics),
            clients,
        };
        let vendors = feeds.map(|feed| self.config(feed)).collect();
        let (watcher, vendors) = start_vendors(vendors, means).unwrap();
        (watcher, vendors, metrics)
    }
}

async fn serve(listener: TcpListener, host: u8, seen: Arc<Seen>) {
    let mut tasks = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let seen = Arc::clone(&seen);
        tasks.spawn(async move {
            // Who has heard enough goes away.
            let _heard = answer(stream, host, &seen).await;
        });
    }
}

async fn answer(mut stream: TcpStream, host: u8, seen: &Seen) -> std::io::Result<()> {
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        asked.push(stream.read_u8().await?);
    }
    let asked = String::from_utf8_lossy(&asked).into_owned();
    let path = asked.split(' ').nth(1).unwrap_or_default().to_owned();
    let feed: usize = path.split('/').nth(1).and_then(|feed| feed.parse().ok()).unwrap_or_default();
    if !path.ends_with("/moved.json") {
        *seen.asked.lock().unwrap().entry(path.clone()).or_default() += 1;
    }
    // Counted until the answer begins: what comes after it may overlap with the next look.
    seen.enter(host);
    let document = DOCUMENTS[feed / CONDUCTS.len()];
    let ok = format!("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: {}\r\n\r\n", document.len());
    let whole = [ok.as_bytes(), document].concat();
    let moved = format!("HTTP/1.1 302 Found\r\nLocation: /{feed}/moved.json\r\nContent-Length: 0\r\n\r\n");
    let plain =
        |body: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
    let failed = b"HTTP/1.1 503 Down\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n".to_vec();
    let is_turned = seen.turned.load(Ordering::SeqCst);
    tokio::task::yield_now().await;
    seen.leave(host);
    let bytes = match Conduct::of(feed) {
        Conduct::Turns if is_turned => failed,
        Conduct::Redirects if !path.ends_with("/moved.json") => moved.into_bytes(),
        Conduct::Good | Conduct::Turns | Conduct::Redirects if asked.contains("if-none-match: \"1\"") => {
            seen.unchanged.fetch_add(1, Ordering::SeqCst);
            b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec()
        }
        Conduct::Good | Conduct::Turns | Conduct::Redirects => whole,
        Conduct::Fails => failed,
        Conduct::SlowHead => Vec::new(),
        Conduct::SlowBody | Conduct::Torn => whole[..whole.len() - 100].to_vec(),
        Conduct::WebPage => plain("<!doctype html><html><body>All systems operational</body></html>"),
        Conduct::Loops => moved.into_bytes(),
        Conduct::Huge => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[").await?;
            loop {
                stream.write_all(&[b' '; 65_536]).await?;
            }
        }
        Conduct::Garbage => plain("\u{0}\u{1}{{{{]]"),
        Conduct::Closes => return Ok(()),
    };
    stream.write_all(&bytes).await?;
    if matches!(Conduct::of(feed), Conduct::SlowHead | Conduct::SlowBody) {
        // Until the asker has gone.
        let _gone = stream.read_u8().await;
    }
    stream.shutdown().await
}

/// Returns when it holds, looked at after each look; the test's own time is its bound.
async fn until(vendors: &Vendors, what: &str, holds: impl Fn(&[VendorLine]) -> bool) {
    let mut looked = vendors.looked();
    let waited = async {
        while !holds(&vendors.lines()) {
            looked.changed().await.unwrap();
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), waited).await;
    assert!(waited.is_ok(), "{what}: {:#?}", vendors.lines());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_feeds_with_every_fault_are_bounded_never_wrong_and_outlast_a_restart() {
    let (servers, dir) = (Servers::new().await, tempfile::tempdir().unwrap());
    let begun = servers.clock.now();
    let read = |bytes: &&[u8]| vendor::read(bytes, &Given::at(begun)).unwrap();
    let wanted: Vec<vendor::Document> = DOCUMENTS.iter().map(read).collect();
    let wanted = |feed: usize| &wanted[feed / CONDUCTS.len()];
    let (watcher, vendors, metrics) = servers.start(dir.path(), 0..FEEDS);
    until(&vendors, "all are looked at three times", |lines| {
        lines.iter().enumerate().all(|(feed, line)| {
            if Conduct::of(feed).is_readable() {
                line.good.is_some() && line.problem.is_none()
            } else {
                line.failures >= 3
            }
        })
    })
    .await;
    for (feed, line) in vendors.lines().iter().enumerate() {
        let story = vendors.story(line.name.as_str()).unwrap();
        if Conduct::of(feed).is_readable() {
            assert_eq!((line.state, line.problem.as_deref()), (wanted(feed).state(), None), "{line:?}");
            assert_eq!(story.records.len(), wanted(feed).incidents.len(), "{line:?}");
            let is_imported =
                |seen: &super::Seen| seen.record.sighting == Sighting::Imported && seen.is_listed;
            assert!(story.records.iter().all(is_imported), "{line:?}");
        } else {
            assert_eq!(
                (line.state, line.good),
                (vendor::State::Unknown, None),
                "{:?} {line:?}",
                Conduct::of(feed)
            );
            assert!(line.problem.is_some() && story.records.is_empty(), "{line:?}");
        }
    }
    assert_eq!(metrics.vendors_unknown.get(), 45);
    let before: Vec<_> = vendors.lines().iter().map(|line| vendors.story(line.name.as_str())).collect();
    watcher.stop().await;

    // Some fail from now on: what they said stands for two failures, over the restart too, and then nothing is known.
    servers.seen.turned.store(true, Ordering::SeqCst);
    let (watcher, vendors, _) = servers.start(dir.path(), 0..FEEDS);
    for before in before.into_iter().flatten().filter(|before| before.line.good.is_some()) {
        let after = vendors.story(before.line.name.as_str()).unwrap();
        // A look may have come between; it brings the same.
        let said = |said: Option<super::Said>| said.map(|said| (said.state, said.open, said.document));
        assert_eq!((after.line.state, said(after.said)), (before.line.state, said(before.said)));
        let facts = |seen: &super::Seen| {
            (seen.record.first_seen, seen.record.sighting, seen.record.incident.raw_sha256.clone())
        };
        let of = |records: &[super::Seen]| records.iter().map(facts).collect::<Vec<_>>();
        assert_eq!(of(&after.records), of(&before.records));
    }
    until(&vendors, "those that turned are unknown", |lines| {
        let turned = lines.iter().enumerate().filter(|(feed, _)| Conduct::of(*feed) == Conduct::Turns);
        turned.into_iter().all(|(feed, line)| {
            assert!([vendor::State::Unknown, wanted(feed).state()].contains(&line.state), "{line:?}");
            assert!(line.failures < 3 || line.state == vendor::State::Unknown, "{line:?}");
            line.failures >= 3
        })
    })
    .await;
    let kept = vendors.story("feed-2").unwrap();
    assert_eq!(
        kept.records.len(),
        wanted(2).incidents.len(),
        "what was known of its incidents is still there"
    );
    watcher.stop().await;

    stayed_within_bounds(&servers, begun);
}

fn stayed_within_bounds(servers: &Servers, begun: model::Timestamp) {
    let seen = &servers.seen;
    assert!(seen.unchanged.load(Ordering::SeqCst) > 0, "nobody asked with conditions");
    let most = |figure: &AtomicUsize| figure.load(Ordering::SeqCst);
    assert!(most(&seen.most_at_once) <= 2 && most(&seen.most_of_host) <= 1);
    let lasted = servers.clock.now().since(begun).as_secs();
    for (path, asked) in seen.asked.lock().unwrap().iter() {
        let feed: usize = path.split('/').nth(1).unwrap().parse().unwrap();
        // Who was sent away for ten minutes stays away for ten.
        let wait = if Conduct::of(feed) == Conduct::Fails { 600 } else { 60 };
        assert!(*asked <= lasted / wait + 1, "{path} was asked {asked} times within {lasted} s");
    }
}

#[tokio::test]
async fn an_address_that_is_not_public_is_not_asked_unless_the_entry_says_so() {
    let (servers, dir) = (Servers::new().await, tempfile::tempdir().unwrap());
    let resolver = Resolver::new(&["127.0.0.1:9".parse().unwrap()], Duration::from_secs(1)).unwrap();
    let anywhere = Client::new(&[], resolver, LIMITS).unwrap();
    let means = VendorMeans {
        dir: dir.path().to_owned(),
        clock: servers.clock.clone(),
        metrics: Arc::default(),
        clients: VendorClients { public: anywhere.clone().only_public(), anywhere },
    };
    let config = VendorConfig { allow_private: false, ..servers.config(0) };
    let (watcher, vendors) = start_vendors(vec![config], means).unwrap();
    until(&vendors, "it is refused", |lines| lines[0].failures > 0).await;
    let line = vendors.lines().remove(0);
    assert!(line.problem.as_deref().is_some_and(|problem| problem.contains("public internet")), "{line:?}");
    assert!(servers.seen.asked.lock().unwrap().is_empty(), "a connection was made");
    watcher.stop().await;
}

#[tokio::test]
async fn another_address_begins_anew_and_keeps_the_records() {
    let (servers, dir) = (Servers::new().await, tempfile::tempdir().unwrap());
    let (watcher, vendors, _) = servers.start(dir.path(), 0..1);
    until(&vendors, "it is read", |lines| lines[0].good.is_some()).await;
    let before = vendors.story("feed-0").unwrap();
    watcher.stop().await;
    let disk = Disk::open(dir.path()).unwrap();
    let kept = disk.kept(&servers.config(0));
    assert_eq!((kept.etag.as_deref(), kept.said.is_some()), (Some("\"1\""), true));
    let moved =
        VendorConfig { url: "https://status.vendor.example/summary.json".to_owned(), ..servers.config(0) };
    let kept = disk.kept(&moved);
    assert_eq!((kept.etag, kept.said, kept.cadence.good()), (None, None, None));
    assert_eq!(kept.records.iter().count(), before.records.len());
    std::fs::write(dir.path().join("feed-0.json"), b"{\"version\":1").unwrap();
    assert_eq!(disk.kept(&moved), super::state::Kept::new(&moved.url));
    assert!(dir.path().join("feed-0.unreadable").exists());
}

#[tokio::test]
async fn who_is_added_or_ordered_is_looked_at_at_once_and_nobody_twice_within_a_minute() {
    let (servers, dir) = (Servers::by(Clock::start(1)).await, tempfile::tempdir().unwrap());
    let (watcher, vendors, _) = servers.start(dir.path(), 0..1);
    let name = |feed: usize| servers.config(feed).name;
    assert_eq!(vendors.add(vec![servers.config(0), servers.config(1)]), [name(1)], "a known name stays");
    for feed in [0, 1] {
        let ordered = vendors.order(Some(&name(feed)));
        assert_eq!((&ordered.now[..], &ordered.later[..]), (&[name(feed)][..], &[][..]));
        vendors.ordered(&ordered).await;
        assert!(vendors.lines()[feed].good.is_some(), "{:?}", vendors.lines());
    }
    let ordered = vendors.order(None);
    assert_eq!(ordered.now, []);
    let later: Vec<_> = ordered.later.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(later, [name(0), name(1)]);
    vendors.ordered(&ordered).await;
    let asked: Vec<u64> = servers.seen.asked.lock().unwrap().values().copied().collect();
    assert_eq!(asked, [1, 1]);
    watcher.stop().await;
    assert!(dir.path().join("feed-1.json").exists(), "what an added one said is kept");
}

mod past;
mod token;
