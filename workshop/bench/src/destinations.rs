//! `--destinations`: both relays deliver to the recipients' own exchangers, to one, a hundred, ten thousand of them.
//!
//! ```text
//! generator -> relay -> MX, A (names.rs) -> one sink at port 25 of every exchanger's address (world.rs)
//! ```
//! A cell has so many destinations, in turn, and defers nobody or one recipient of twenty at the first try. In two more cells mail comes at a
//! pace, first with all destinations well, then with one that says nothing and one that is slow: what they cost the others. A run in which a
//! message does not arrive gives no figure.

mod names;
mod table;
pub(crate) mod world;

use crate::cells::{MESSAGES_MAX, Plan, SETTLE, WARM_UP, Watch};
use crate::generate::{self, Load};
use crate::mail::Size;
use crate::process::{self, Used};
use crate::relays::{Kind, Next, Relay, Wish};
use crate::sink::{Deferring, Journal, SILENT, SLOW, Sink, Temper};
use anyhow::{Context as _, Result, ensure};
use names::Names;
use serde::Serialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
pub(crate) use table::markdown;

const KINDS: [Kind; 2] = [Kind::Signpost, Kind::Postfix];
const COUNTS: [usize; 3] = [1, 100, 10_000];
const SESSIONS: usize = 20;
/// Where exchangers of the world listen (RFC 5321 §4.5.4.2).
const SMTP_PORT: u16 = 25;
const DRAIN_WITHIN: Duration = Duration::from_secs(180);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Messages per second that both relays carry with ease.
const PACE: f64 = 200.0;
/// At a pace so many times as long: a receiver that is slow is felt only after a while.
const PACED_TIMES: u64 = 6;

/// What a run does, but for the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) enum Cell {
    /// As fast as the relay takes it.
    Full { destinations: usize, deferred: bool },
    /// At a pace; `uneven`: one destination is silent and one slow.
    Paced { destinations: usize, uneven: bool },
}

impl Cell {
    fn all() -> Vec<Self> {
        let full = COUNTS
            .into_iter()
            .flat_map(|destinations| [false, true].map(|deferred| Self::Full { destinations, deferred }));
        let paced = [false, true].map(|uneven| Self::Paced { destinations: COUNTS[1], uneven });
        full.chain(paced).collect()
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::Full { destinations, deferred: false } => format!("{destinations} destinations"),
            Self::Full { destinations, deferred: true } => {
                format!("{destinations} destinations, 5 % deferred")
            }
            Self::Paced { destinations, uneven: false } => {
                format!("{destinations} destinations, {PACE:.0} messages/s")
            }
            Self::Paced { destinations, uneven: true } => {
                format!("{destinations} destinations, {PACE:.0} messages/s, one silent, one slow")
            }
        }
    }

    fn destinations(self) -> usize {
        match self {
            Self::Full { destinations, .. } | Self::Paced { destinations, .. } => destinations,
        }
    }

    /// Whether a message is counted and waited for: nobody can deliver to the silent destination, and the slow one's mail is its own matter.
    /// Both are left out where they are well, too, so that the same messages are compared.
    fn counts(self, number: usize) -> bool {
        match self {
            Self::Full { .. } => true,
            Self::Paced { destinations, .. } => ![SILENT, SLOW].contains(&(number % destinations)),
        }
    }

    fn is_deferred(self, number: usize) -> bool {
        match self {
            Self::Full { destinations, deferred } => {
                deferred && world::is_deferred(&world::recipient(number, destinations))
            }
            Self::Paced { .. } => false,
        }
    }
}

/// What one run gave.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Run {
    pub(crate) relay: Kind,
    pub(crate) cell: Cell,
    pub(crate) messages: u64,
    pub(crate) deferred: u64,
    /// Of what nobody deferred, from the first byte to its last arrival.
    pub(crate) per_second: f64,
    /// From the last `250` of the relay to the last arrival of all.
    pub(crate) behind_s: f64,
    pub(crate) cpu_per_1000: f64,
    pub(crate) waits: f64,
    pub(crate) look_ups: f64,
    pub(crate) memory_mb: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) doubled: u64,
}

/// Inside a network of the bench's own.
pub(crate) fn measure(plan: &Plan) -> Result<Vec<Run>> {
    let names = Names::start()?;
    let mut runs = Vec::new();
    for cell in Cell::all() {
        for _ in 0..plan.runs {
            for kind in KINDS {
                let name = format!("{};", cell.name());
                let is_meant = |word: &Option<String>, name: &str| {
                    word.as_ref().is_none_or(|word| name.contains(word.as_str()))
                };
                if !is_meant(&plan.only, &name) || !is_meant(&plan.relay, kind.name()) {
                    continue;
                }
                let run = one(plan, &names, kind, cell);
                let run = run.with_context(|| format!("{}, {}", kind.name(), cell.name()))?;
                eprintln!("{}", table::line(&run));
                runs.push(run);
            }
        }
    }
    Ok(runs)
}

fn one(plan: &Plan, names: &Names, kind: Kind, cell: Cell) -> Result<Run> {
    let (deferring, is_uneven) = match cell {
        Cell::Full { deferred, .. } => (deferred.then(|| Arc::new(Deferring::default())), false),
        Cell::Paced { uneven, .. } => (None, uneven),
    };
    let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, SMTP_PORT));
    let temper = Temper { deferring, is_uneven, takes_chunks: plan.chunking };
    let sink = Sink::start_at(everywhere, temper, Arc::new(Journal::new(WARM_UP)), None)?;
    let relay = Relay::start(&Wish {
        kind,
        signpost: &plan.signpost,
        directory: &plan.directory,
        next: Next::Exchangers(Names::address()),
        tls: None,
        under: &[],
        environment: &[],
    })?;
    let destinations = cell.destinations();
    // Nothing of the warm-up is still on its way when measuring begins.
    let warm = move |at| world::warming(if cell.counts(at) { at } else { at + 2 }, destinations);
    let warming = load(plan, relay.address(), cell, Arc::new(warm));
    generate::send(Load { messages: WARM_UP, pace: None, ..warming }, &sink.journal())?;
    drain(&sink.journal(), cell)?;
    let journal = Arc::new(Journal::new(MESSAGES_MAX));
    sink.set_journal(Arc::clone(&journal));
    let before = (process::used(relay.pid()), names.queries(), relay.stamped()?);
    let memory = Watch::begin(relay.pid());
    let measured = load(plan, relay.address(), cell, Arc::new(move |at| world::recipient(at, destinations)));
    let sent = generate::send(measured, &journal)?;
    drain(&journal, cell)?;
    std::thread::sleep(SETTLE);
    let memory = memory.end();
    if let Some((before, after)) = before.2.zip(relay.stamped()?) {
        ensure!(after - before >= sent as u64, "{} of {sent} messages were stamped", after - before);
    }
    let used = since(before.0, process::used(relay.pid()));
    let run = told(&journal, (kind, cell), used, names.queries() - before.1, memory);
    relay.stop()?;
    Ok(run)
}

fn load(
    plan: &Plan,
    address: SocketAddr,
    cell: Cell,
    to: Arc<dyn Fn(usize) -> String + Send + Sync>,
) -> Load {
    let (pace, seconds) = match cell {
        Cell::Full { .. } => (None, plan.seconds),
        Cell::Paced { .. } => (Some(PACE), plan.seconds * PACED_TIMES),
    };
    Load {
        address,
        sessions: SESSIONS,
        message: Arc::new(if plan.large { Size::Large } else { Size::Small }.message()),
        to,
        messages: MESSAGES_MAX,
        time: Duration::from_secs(seconds),
        pace,
        tls: None,
    }
}

/// Waits until everything that counts has arrived.
fn drain(journal: &Journal, cell: Cell) -> Result<()> {
    let end = Instant::now() + DRAIN_WITHIN;
    loop {
        let missing = journal.all().filter(|(number, _, to)| *to == 0 && cell.counts(*number)).count();
        if missing == 0 {
            return Ok(());
        }
        ensure!(Instant::now() < end, "{missing} messages did not arrive");
        std::thread::sleep(LOOK_AGAIN);
    }
}

fn since(before: Used, after: Used) -> Used {
    Used {
        cpu_seconds: after.cpu_seconds - before.cpu_seconds,
        waits: after.waits.saturating_sub(before.waits),
    }
}

fn told(journal: &Journal, (relay, cell): (Kind, Cell), used: Used, look_ups: u64, memory: u64) -> Run {
    let counted = || journal.all().filter(|(number, ..)| cell.counts(*number));
    let direct = || counted().filter(|(number, ..)| !cell.is_deferred(*number));
    let (messages, undeferred) = (counted().count() as f64, direct().count() as f64);
    let last = |arrivals: &mut dyn Iterator<Item = u64>| arrivals.max().unwrap_or(0) as f64 / 1e6;
    let ways = journal.ways_of(|number| cell.counts(number) && !cell.is_deferred(number));
    let way =
        |share: f64| ways.get((ways.len() as f64 * share) as usize).map_or(0.0, |way| *way as f64 / 1e3);
    // What goes to a destination that does not count costs the relay as well.
    let carried = journal.all().count() as f64;
    Run {
        relay,
        cell,
        messages: messages as u64,
        deferred: (messages - undeferred) as u64,
        per_second: undeferred / last(&mut direct().map(|(_, _, to)| to)),
        behind_s: last(&mut counted().map(|(_, _, to)| to)) - last(&mut counted().map(|(_, from, _)| from)),
        cpu_per_1000: used.cpu_seconds * 1000.0 / carried,
        waits: used.waits as f64 / carried,
        look_ups: look_ups as f64 / carried,
        memory_mb: memory as f64 / 1e6,
        p50_ms: way(0.5),
        p99_ms: way(0.99),
        doubled: journal.doubled.load(Ordering::Relaxed),
    }
}
