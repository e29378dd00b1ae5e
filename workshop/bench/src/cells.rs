//! The plan: which cells there are, and how one run of a cell goes.

use crate::generate::{self, Load};
use crate::mail::{self, Size};
use crate::relays::{Kind, Next, Relay, Wish};
use crate::sink::{Journal, Sink};
use crate::{counts, disk, process};
use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

pub(crate) const WARM_UP: usize = 100;
const DRAIN_WITHIN: Duration = Duration::from_secs(60);
/// Records of outcomes are synced behind the last arrival.
pub(crate) const SETTLE: Duration = Duration::from_millis(300);
const SAMPLE: Duration = Duration::from_millis(250);
/// More messages than any run sends.
pub(crate) const MESSAGES_MAX: usize = 400_000;
const KINDS: [Kind; 3] = [Kind::Signpost, Kind::SignpostPlain, Kind::Postfix];

pub(crate) struct Plan {
    pub(crate) signpost: PathBuf,
    pub(crate) directory: PathBuf,
    pub(crate) runs: usize,
    pub(crate) seconds: u64,
    pub(crate) only: Option<String>,
    pub(crate) relay: Option<String>,
    /// Nothing is timed.
    pub(crate) count: bool,
    /// Messages for many destinations have 1 MB.
    pub(crate) large: bool,
    /// Their exchangers take BDAT.
    pub(crate) chunking: bool,
}

/// What a run does, but for the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub(crate) struct Shape {
    pub(crate) size: Size,
    pub(crate) sessions: usize,
    pub(crate) tls: bool,
    /// At half of what the cell reached.
    pub(crate) half_load: bool,
}

impl Shape {
    pub(crate) fn name(self) -> String {
        let tls = if self.tls { ", TLS" } else { "" };
        let half = if self.half_load { ", half load" } else { "" };
        format!("{}, {}{tls}{half}", self.size.name(), self.sessions)
    }
}

/// What one run gave.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Run {
    pub(crate) relay: Kind,
    pub(crate) shape: Shape,
    pub(crate) messages: u64,
    pub(crate) per_second: f64,
    pub(crate) cpu_per_1000: f64,
    pub(crate) flushes: Option<f64>,
    pub(crate) waits: f64,
    pub(crate) memory_mb: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) doubled: u64,
}

#[derive(Default)]
pub(crate) struct Report {
    pub(crate) runs: Vec<Run>,
    pub(crate) limits: Vec<(usize, f64)>,
    pub(crate) counts: Vec<counts::Counted>,
    /// Messages per second by smtp-source instead of our generator, 4 KB and 20 sessions.
    pub(crate) cross_check: Vec<(Kind, f64)>,
    /// Messages per second into smtp-sink instead of our sink, 1 MB and 20 sessions.
    pub(crate) into_smtp_sink: Vec<(Kind, f64)>,
}

pub(crate) fn measure(plan: &Plan) -> Result<Report> {
    if plan.count {
        return Ok(Report { counts: counts::count(plan)?, ..Report::default() });
    }
    let tls = Tls::new(&plan.directory)?;
    let limits = disk::limits(&plan.directory)?;
    let mut runs = Vec::new();
    for shape in shapes() {
        for _ in 0..plan.runs {
            for kind in KINDS {
                if !is_wanted(plan, kind, shape) {
                    continue;
                }
                let pace = shape.half_load.then(|| half_of(&runs, kind, shape)).flatten();
                let run = one(plan, &tls, kind, shape, pace)
                    .with_context(|| format!("{}, {}", kind.name(), shape.name()))?;
                eprintln!(
                    "{:<24} {:<24} {:>8.0} msg/s  {:.2} CPU s/1000  p50 {:.1} p99 {:.1} ms  {:.0} MB",
                    kind.name(),
                    shape.name(),
                    run.per_second,
                    run.cpu_per_1000,
                    run.p50_ms,
                    run.p99_ms,
                    run.memory_mb
                );
                runs.push(run);
            }
        }
    }
    let all = plan.only.is_none();
    let counts = if all { counts::count(plan)? } else { Vec::new() };
    let cross_check = if all { counts::by_smtp_source(plan)? } else { Vec::new() };
    let into_smtp_sink = if all { counts::into_smtp_sink(plan)? } else { Vec::new() };
    Ok(Report { runs, limits, counts, cross_check, into_smtp_sink })
}

fn shapes() -> Vec<Shape> {
    let shape = |size, sessions| Shape { size, sessions, tls: false, half_load: false };
    let sizes = [Size::Small, Size::Middle, Size::Large];
    let mut shapes: Vec<Shape> =
        sizes.into_iter().flat_map(|size| [1, 20, 100].map(|sessions| shape(size, sessions))).collect();
    shapes.extend(sizes.map(|size| Shape { tls: true, ..shape(size, 20) }));
    shapes.extend(sizes.map(|size| Shape { half_load: true, ..shape(size, 20) }));
    shapes.push(shape(Size::Huge, 20));
    shapes
}

/// The hundred megabytes are about our memory; half load needs the full one first.
fn is_wanted(plan: &Plan, kind: Kind, shape: Shape) -> bool {
    // The end of a name can be told, for one name is the beginning of another.
    let name = format!("{};", shape.name());
    let named = plan.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
        && plan.relay.as_ref().is_none_or(|relay| kind.name().contains(relay.as_str()));
    named && (shape.size != Size::Huge || kind == Kind::Signpost)
}

fn half_of(runs: &[Run], kind: Kind, shape: Shape) -> Option<f64> {
    let full = Shape { half_load: false, ..shape };
    let rates = runs.iter().filter(|run| run.relay == kind && run.shape == full).map(|run| run.per_second);
    Some(median(rates)? / 2.0)
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// One self-signed certificate for every server, as files and loaded; clients trust anything.
pub(crate) struct Tls {
    files: (PathBuf, PathBuf),
    server: Arc<rustls::ServerConfig>,
    client: Arc<rustls::ClientConfig>,
}

impl Tls {
    fn new(directory: &Path) -> Result<Self> {
        let made = rcgen::generate_simple_self_signed(["relay.example".to_owned()])?;
        let files = (directory.join("bench.crt"), directory.join("bench.key"));
        std::fs::write(&files.0, made.cert.pem())?;
        std::fs::write(&files.1, made.signing_key.serialize_pem())?;
        let key = rustls_pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der())
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        let server = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)?;
        let client = rustls::ClientConfig::builder()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(trust::Anything))
            .with_no_client_auth();
        Ok(Self { files, server: Arc::new(server), client: Arc::new(client) })
    }
}

fn one(plan: &Plan, tls: &Tls, kind: Kind, shape: Shape, pace: Option<f64>) -> Result<Run> {
    let sink = Sink::start(Arc::new(Journal::new(WARM_UP)), shape.tls.then(|| Arc::clone(&tls.server)))?;
    let wish = Wish {
        kind,
        signpost: &plan.signpost,
        directory: &plan.directory,
        next: Next::Host(sink.address),
        tls: shape.tls.then_some((&tls.files.0, &tls.files.1)),
        under: &[],
        environment: &[],
    };
    let relay = Relay::start(&wish)?;
    let load = |messages, sessions: usize, pace| Load {
        address: relay.address(),
        sessions,
        message: Arc::new(shape.size.message()),
        to: mail::to_one(),
        messages,
        time: Duration::from_secs(if shape.size == Size::Huge { 600 } else { plan.seconds }),
        pace,
        tls: shape.tls.then(|| Arc::clone(&tls.client)),
    };
    if shape.size != Size::Huge {
        let journal = sink.journal();
        let sent = generate::send(load(WARM_UP, shape.sessions.min(20), None), &journal)?;
        drain(&journal, sent)?;
    }
    let messages = if shape.size == Size::Huge { shape.sessions } else { MESSAGES_MAX };
    let journal = Arc::new(Journal::new(messages));
    sink.set_journal(Arc::clone(&journal));
    let before = (process::used(relay.pid()), process::flushes(&plan.directory).ok(), relay.stamped()?);
    let memory = Watch::begin(relay.pid());
    let sent = generate::send(load(messages, shape.sessions, pace), &journal)?;
    drain(&journal, sent)?;
    std::thread::sleep(SETTLE);
    let mut memory = memory.end();
    let after = (process::used(relay.pid()), process::flushes(&plan.directory).ok(), relay.stamped()?);
    if relay.is_one_process() {
        memory = memory.max(process::high_water(relay.pid()).unwrap_or(0));
    }
    let count = sent as f64;
    if kind == Kind::Signpost && shape.size != Size::Huge {
        let stamped = after.2.unwrap_or(0) - before.2.unwrap_or(0);
        ensure!(stamped == sent as u64, "{stamped} of {sent} messages were stamped");
    }
    let ways = journal.ways();
    let way =
        |share: f64| ways.get((ways.len() as f64 * share) as usize).map_or(0.0, |way| *way as f64 / 1e3);
    let run = Run {
        relay: kind,
        shape,
        messages: sent as u64,
        per_second: count / (journal.last.load(Ordering::Relaxed) as f64 / 1e6),
        cpu_per_1000: (after.0.cpu_seconds - before.0.cpu_seconds) * 1000.0 / count,
        flushes: after.1.zip(before.1).map(|(after, before)| (after - before) as f64 / count),
        waits: (after.0.waits.saturating_sub(before.0.waits)) as f64 / count,
        memory_mb: memory as f64 / 1e6,
        p50_ms: way(0.5),
        p99_ms: way(0.99),
        doubled: journal.doubled.load(Ordering::Relaxed),
    };
    relay.stop()?;
    Ok(run)
}

/// Waits until everything has arrived: a run that loses a message gives no figure.
pub(crate) fn drain(journal: &Journal, sent: usize) -> Result<()> {
    let end = Instant::now() + DRAIN_WITHIN;
    loop {
        let arrived = journal.count.load(Ordering::Relaxed);
        if arrived >= sent as u64 {
            return Ok(());
        }
        ensure!(Instant::now() < end, "{arrived} of {sent} messages arrived");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Samples memory until it ends.
pub(crate) struct Watch {
    most: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<()>,
}

impl Watch {
    pub(crate) fn begin(pid: u32) -> Self {
        let (most, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (seen, stopped) = (Arc::clone(&most), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                seen.fetch_max(process::memory(pid), Ordering::Relaxed);
                std::thread::sleep(SAMPLE);
            }
        });
        Self { most, stop, thread }
    }

    pub(crate) fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.thread.join());
        self.most.load(Ordering::Relaxed)
    }
}

/// The bench's clients talk to relays that they have started themselves.
mod trust {
    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use rustls::{DigitallySignedStruct, Error, SignatureScheme};

    #[derive(Debug)]
    pub(super) struct Anything;

    impl ServerCertVerifier for Anything {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn verify_tls13_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            rustls::crypto::aws_lc_rs::default_provider()
                .signature_verification_algorithms
                .supported_schemes()
        }
    }
}
