//! What one message costs in calls: counted, not timed. And the same cells through Postfix's own generator and sink.
//!
//! A run with few messages and one with many differ by what the messages cost; what starting and stopping costs falls out.

use crate::cells::{Plan, drain};
use crate::generate::{self, Load};
use crate::mail::{self, RECIPIENT, SENDER, Size};
use crate::relays::{Kind, Next, Relay, Wish};
use crate::sink::{Journal, Sink};
use anyhow::{Context as _, Result, ensure};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const SESSIONS: usize = 20;
const FEW: usize = 200;
const MANY: usize = 2_200;
const CROSS_MESSAGES: usize = 10_000;
const SINK_MESSAGES: usize = 800;
const WITHIN: Duration = Duration::from_secs(120);

/// Per message.
pub(crate) struct Counted {
    pub(crate) size: Size,
    pub(crate) kind: Kind,
    pub(crate) syscalls: Option<f64>,
    pub(crate) allocations: f64,
    pub(crate) allocated_bytes: f64,
    pub(crate) copied_bytes: f64,
}

pub(crate) fn count(plan: &Plan) -> Result<Vec<Counted>> {
    let library = plan.directory.join("count.so");
    let source = plan.directory.join("count.c");
    std::fs::write(&source, include_str!("count.c"))?;
    let built = Command::new("cc")
        .args(["-O2", "-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(&source)
        .arg("-ldl")
        .status();
    ensure!(built.context("cc is missing: install a C compiler")?.success(), "count.c does not build");
    let has_strace = Command::new("strace").arg("-V").output().is_ok();
    let mut counted = Vec::new();
    let wanted = |size: &Size| plan.only.as_ref().is_none_or(|only| only.contains(size.name()));
    for size in [Size::Small, Size::Middle, Size::Large].into_iter().filter(wanted) {
        for kind in [Kind::Signpost, Kind::SignpostPlain] {
            let (few, many) =
                (calls(plan, kind, size, FEW, &library)?, calls(plan, kind, size, MANY, &library)?);
            let per = |at: usize| (many[at] - few[at]) / (MANY - FEW) as f64;
            let syscalls = if has_strace {
                Some(
                    (syscalls(plan, kind, size, MANY)? - syscalls(plan, kind, size, FEW)?)
                        / (MANY - FEW) as f64,
                )
            } else {
                None
            };
            counted.push(Counted {
                size,
                kind,
                syscalls,
                allocations: per(0),
                allocated_bytes: per(1),
                copied_bytes: per(3),
            });
        }
    }
    Ok(counted)
}

/// Allocations, their bytes, copies, their bytes.
fn calls(plan: &Plan, kind: Kind, size: Size, messages: usize, library: &Path) -> Result<Vec<f64>> {
    let file = plan.directory.join("counts");
    let environment = [
        ("LD_PRELOAD".to_owned(), library.display().to_string()),
        ("BENCH_COUNTS".to_owned(), file.display().to_string()),
    ];
    send_through(plan, kind, size, messages, &[], &environment)?;
    let text = std::fs::read_to_string(&file)?;
    Ok(text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?)
}

fn syscalls(plan: &Plan, kind: Kind, size: Size, messages: usize) -> Result<f64> {
    let file = plan.directory.join("strace");
    let under = ["strace", "-f", "-c", "-o", &file.display().to_string()].map(str::to_owned);
    send_through(plan, kind, size, messages, &under, &[])?;
    let text = std::fs::read_to_string(&file)?;
    let total =
        text.lines().rev().find(|line| line.trim_end().ends_with("total")).context("strace told no total")?;
    // time, seconds, per call, calls, errors, "total"
    let calls = total.split_whitespace().nth(3).context("strace told no calls")?;
    Ok(calls.parse()?)
}

fn send_through(
    plan: &Plan,
    kind: Kind,
    size: Size,
    messages: usize,
    under: &[String],
    environment: &[(String, String)],
) -> Result<()> {
    let journal = Arc::new(Journal::new(messages));
    let sink = Sink::start(Arc::clone(&journal), None)?;
    let relay = start(plan, kind, sink.address, under, environment)?;
    let load = Load {
        address: relay.address(),
        sessions: SESSIONS,
        message: Arc::new(size.message()),
        to: mail::to_one(),
        messages,
        time: WITHIN,
        pace: None,
        tls: None,
    };
    let sent = generate::send(load, &journal)?;
    drain(&journal, sent)?;
    relay.stop()
}

fn start(
    plan: &Plan,
    kind: Kind,
    next: SocketAddr,
    under: &[String],
    environment: &[(String, String)],
) -> Result<Relay> {
    let (signpost, directory) = (plan.signpost.as_path(), plan.directory.as_path());
    Relay::start(&Wish { kind, signpost, directory, next: Next::Host(next), tls: None, under, environment })
}

/// smtp-source -> relay -> our sink.
pub(crate) fn by_smtp_source(plan: &Plan) -> Result<Vec<(Kind, f64)>> {
    let file = message_file(plan, Size::Small)?;
    let mut rates = Vec::new();
    for kind in [Kind::Signpost, Kind::Postfix] {
        let journal = Arc::new(Journal::new(0));
        let sink = Sink::start(Arc::clone(&journal), None)?;
        let relay = start(plan, kind, sink.address, &[], &[])?;
        let began = journal.now();
        smtp_source(relay.address(), &file, CROSS_MESSAGES)?;
        drain(&journal, CROSS_MESSAGES)?;
        let micros = journal.last.load(Ordering::Relaxed) - began;
        rates.push((kind, CROSS_MESSAGES as f64 / (micros as f64 / 1e6)));
        relay.stop()?;
    }
    Ok(rates)
}

/// smtp-source -> relay -> smtp-sink, which tells how many messages it has.
pub(crate) fn into_smtp_sink(plan: &Plan) -> Result<Vec<(Kind, f64)>> {
    let file = message_file(plan, Size::Large)?;
    let mut rates = Vec::new();
    for kind in [Kind::Signpost, Kind::Postfix] {
        let address = { std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()? };
        let mut sink = Command::new("smtp-sink")
            .args(["-c", "-u", "nobody", &address.to_string(), "4096"])
            .stdout(Stdio::piped())
            .spawn()
            .context("smtp-sink is missing: apt-get install postfix")?;
        let told = sink.stdout.take().context("smtp-sink has no output")?;
        let relay = start(plan, kind, address, &[], &[])?;
        let began = Instant::now();
        let sent = {
            let (address, file) = (relay.address(), file.clone());
            std::thread::spawn(move || smtp_source(address, &file, SINK_MESSAGES))
        };
        wait_for_count(told, SINK_MESSAGES)?;
        let seconds = began.elapsed().as_secs_f64();
        sent.join().map_err(|_| anyhow::anyhow!("the sender panicked"))??;
        rates.push((kind, SINK_MESSAGES as f64 / seconds));
        relay.stop()?;
        sink.kill()?;
        sink.wait()?;
    }
    Ok(rates)
}

/// smtp-sink writes `sess=N quit=N mesg=N` again and again.
fn wait_for_count(mut told: impl std::io::Read, count: usize) -> Result<()> {
    let mut text = String::new();
    let mut bytes = [0; 4096];
    loop {
        let read = told.read(&mut bytes)?;
        ensure!(read > 0, "smtp-sink ended");
        text.push_str(&String::from_utf8_lossy(&bytes[..read]));
        let seen = text.rsplit("mesg=").find_map(|part| {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<usize>().ok()
        });
        if seen.is_some_and(|seen| seen >= count) {
            return Ok(());
        }
        let keep = text.len().saturating_sub(200);
        text.drain(..keep);
    }
}

fn smtp_source(to: SocketAddr, file: &Path, messages: usize) -> Result<()> {
    let status = Command::new("smtp-source")
        .args([
            "-4",
            "-d",
            "-s",
            &SESSIONS.to_string(),
            "-m",
            &messages.to_string(),
            "-f",
            SENDER,
            "-t",
            RECIPIENT,
            "-F",
        ])
        .arg(file)
        .arg(to.to_string())
        .status()
        .context("smtp-source is missing: apt-get install postfix")?;
    ensure!(status.success(), "smtp-source failed");
    Ok(())
}

/// smtp-source wants line feeds alone.
fn message_file(plan: &Plan, size: Size) -> Result<std::path::PathBuf> {
    let file = plan.directory.join("message.eml");
    let text = String::from_utf8(size.message())?.replace("\r\n", "\n");
    std::fs::write(&file, text)?;
    Ok(file)
}
