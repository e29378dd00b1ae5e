//! Measures what cut-through gains over the spool: `cargo run --release -p relay --example handover -- DIRECTORY`.
//!
//! A relay on a real disk stands between a client and the fake Exchange of the playground, both on loopback, with TLS to the latter. The client
//! measures from its final dot to the answer; syncs are those of the spool. It prints figures and judges nothing. The directory's
//! `handover` folder is made new and taken away.

use model::{ByteCount, Duration, Metrics, SnapshotNumber, Source};
use net::tls::{self, ClientCertificates, Presenter};
use net::{Clock, Resolver};
use playground::{Playground, PlaygroundConfig};
use relay::{ListenerConfig, Patience, QueueConfig, Refusals, Relay, RelayConfig, Tenants};
use spool::disk::RealDisk;
use spool::{Spool, SpoolConfig};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tenant::Folder;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const HOST: &str = "acme-example.mail.protection.outlook.com";
const SIZE: usize = 20 << 10;

fn main() -> Result<(), Failure> {
    let directory = std::env::args().nth(1).ok_or("say in which directory to measure")?;
    let directory = PathBuf::from(directory).join("handover");
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        say("handover     sessions  messages  p50 ms  p99 ms  messages/s  syncs/message")?;
        for sessions in [1, 20] {
            for handover in ["spool", "cut_through"] {
                measure(&directory, handover, sessions).await?;
            }
        }
        Ok(())
    })
}

fn say(line: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// One row of the table.
async fn measure(directory: &Path, handover: &'static str, sessions: usize) -> Result<(), Failure> {
    let metrics = Arc::new(Metrics::default());
    let mut config = PlaygroundConfig::example();
    config.mailbox_messages_max = 10;
    let playground = Playground::start(config).await?;
    let (relay, spool) = start(directory, &playground, handover, &metrics).await?;
    let address = relay.addresses()[0].1;
    converse(address, 20).await?;
    let (syncs, began) = (metrics.spool_syncs.get(), Instant::now());
    let each = 600 / sessions;
    let mut tasks = JoinSet::new();
    (0..sessions).for_each(|_| drop(tasks.spawn(converse(address, each))));
    let mut waits = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        waits.extend(ended??);
    }
    let (seconds, count) = (began.elapsed().as_secs_f64(), waits.len());
    waits.sort();
    let at = |share: usize| waits[(count - 1) * share / 100].as_secs_f64() * 1_000.0;
    let syncs = (metrics.spool_syncs.get() - syncs) as f64 / count as f64;
    let rate = count as f64 / seconds;
    say(&format!(
        "{handover:<12} {sessions:>8}  {count:>8}  {:>6.2}  {:>6.2}  {rate:>10.0}  {syncs:>13.3}",
        at(50),
        at(99)
    ))?;
    relay.stop().await;
    spool.stop().await;
    playground.stop().await;
    Ok(std::fs::remove_dir_all(directory)?)
}

/// One client: so many messages over one connection; the time from each final dot to its answer.
async fn converse(to: SocketAddr, messages: usize) -> Result<Vec<Duration>, Failure> {
    let mut stream = BufReader::new(TcpStream::connect(to).await?);
    stream.get_ref().set_nodelay(true)?;
    answer(&mut stream).await?;
    let body = format!("{}\r\n", "words of a message ".repeat(4)).repeat(SIZE / 78);
    let mail =
        format!("From: anna.berg@acme.example\r\nTo: kim@customer.example\r\nSubject: x\r\n\r\n{body}.\r\n");
    let mut waits = Vec::new();
    say_to(&mut stream, "EHLO client.example\r\n").await?;
    for _ in 0..messages {
        for line in
            ["MAIL FROM:<anna.berg@acme.example>\r\n", "RCPT TO:<kim@customer.example>\r\n", "DATA\r\n"]
        {
            say_to(&mut stream, line).await?;
        }
        stream.get_mut().write_all(mail.as_bytes()).await?;
        let began = Instant::now();
        answer(&mut stream).await?;
        waits.push(began.elapsed());
    }
    say_to(&mut stream, "QUIT\r\n").await?;
    Ok(waits)
}

async fn say_to(stream: &mut BufReader<TcpStream>, line: &str) -> Result<(), Failure> {
    stream.get_mut().write_all(line.as_bytes()).await?;
    answer(stream).await
}

async fn answer(stream: &mut BufReader<TcpStream>) -> Result<(), Failure> {
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        if !line.starts_with(['2', '3']) {
            return Err(line.into());
        }
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(());
        }
    }
}

async fn start(
    directory: &Path,
    playground: &Playground,
    handover: &str,
    metrics: &Arc<Metrics>,
) -> Result<(Relay, Spool), Failure> {
    let tenants = Arc::new(Tenants::new());
    let folder = example(playground.exchange_address(), handover)?;
    let snapshot = tenant::compile(&folder, SnapshotNumber(1), &|_| Some("a-secret-of-the-bench".to_owned()));
    tenants.publish(Arc::new(snapshot.map_err(|problems| format!("{problems:?}"))?))?;
    let clock = Clock::start(1);
    let disk = Arc::new(RealDisk::open(directory)?);
    let (spool, unread) = Spool::open(SpoolConfig::default(), disk, Arc::clone(metrics), clock.now())?;
    unread.read()?.join();
    let waits = vec![Duration::from_secs(1)];
    let hostname = "in.relay.example";
    let made = tls::self_signed(hostname, clock.now(), clock.now() + Duration::from_secs(86_400))?;
    let source = Source {
        name: "one".parse()?,
        address: [127, 0, 1, 1].into(),
        ehlo: "one.relay.example".to_owned(),
        weight: 1,
        network: "here".to_owned(),
        notice: false,
    };
    let policy = (sentry::Policy::default(), sentry::Bounds::default());
    let (sentry, _writes_nothing) =
        sentry::Sentry::open(vec![source.clone()], policy, None, clock.clone(), Arc::clone(metrics))?;
    let config = RelayConfig {
        listeners: vec![ListenerConfig {
            name: "in".parse()?,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            presenter: Arc::new(Presenter::new(&made.identity(hostname)?)?),
            client_certificates: ClientCertificates::Request,
            hostname: hostname.to_owned(),
            size_max: ByteCount(1 << 20),
            bare_lf: smtp::BareLf::Normalise,
        }],
        sources: vec![source],
        queue: QueueConfig {
            expire: Duration::from_secs(600),
            retry_return: waits.clone(),
            retry_deliver: waits,
            patience: Patience::default(),
            park_bytes_max: ByteCount(1 << 30),
        },
        private_networks: Vec::new(),
        roots: vec![playground.ca_certificate_der()],
        processed_key: [7; 32],
        exchanger_port: 25,
        domain_proofs: None,
        keep_subject: false,
        refusals: Refusals::untold(Arc::clone(metrics)),
        replies: Arc::default(),
        sentry,
        policies: relay::PolicyConfig::default(),
        own: relay::OwnConfig::plain("relay.example"),

        sites: relay::Sites::default(),
        links: relay::Links::default(),
    };
    let resolver = Resolver::new(&[playground.dns_address()], Duration::from_secs(2))?;
    let relay = Relay::start(config, tenants, spool.clone(), resolver, clock, Arc::clone(metrics)).await?;
    Ok((relay, spool))
}

fn example(exchange: SocketAddr, handover: &str) -> Result<Folder, Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/example/acme");
    let mut folder = Folder::default();
    for part in ["", "signatures", "images"] {
        for entry in std::fs::read_dir(root.join(part))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let name = if part.is_empty() { name } else { format!("{part}/{name}") };
                folder.0.insert(name, std::fs::read(entry.path())?);
            }
        }
    }
    let settings = folder.0.remove("tenant.toml").ok_or("the example has no tenant.toml")?;
    let settings = String::from_utf8(settings)?
        .replace(&format!("{HOST}:25"), &format!("{HOST}:{}", exchange.port()))
        .replace("handover    = \"spool\"", &format!("handover = \"{handover}\""));
    folder.0.insert("tenant.toml".to_owned(), settings.into_bytes());
    Ok(folder)
}
