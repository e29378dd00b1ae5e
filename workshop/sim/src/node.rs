//! The node: what it holds in memory, what it has on disk, and what a start makes of that.
//!
//! Memory is the pure machines themselves. After a kill or a power cut they are made anew from the logs, as the real node makes them.

use crate::disk::Log;
use crate::mail::Mail;
use crate::polls::Watch;
use crate::spool::Spool;
use bounce::{Breaker, Failure};
use dispatch::{Holds, Probes, Schedule};
use guard::{Change, Guard, Member, Policy};
use incident::{Board, Settings};
use model::{Duration, MessageId, SourceName, Stage, TenantName, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// One recipient that was not reached this time.
#[derive(Debug, Clone)]
pub(crate) struct Missed {
    pub(crate) recipient: usize,
    pub(crate) stage: Stage,
    /// `host [address]`.
    pub(crate) host: String,
    pub(crate) source: Option<SourceName>,
    pub(crate) failure: Failure,
}

/// Some recipients of one message on their way to one host.
#[derive(Debug, Clone)]
pub(crate) struct Leg {
    pub(crate) mail: Rc<Mail>,
    pub(crate) host: usize,
    pub(crate) members: Vec<usize>,
    /// Sources that failed or were refused a moment ago.
    pub(crate) without: BTreeSet<SourceName>,
    /// Chosen, and taken out on the way.
    pub(crate) withdrawn: BTreeSet<SourceName>,
    /// Those of `without` that only the guard keeps back: the last try may use them.
    pub(crate) kept_back: BTreeSet<SourceName>,
    pub(crate) source: usize,
    pub(crate) is_last_try: bool,
    /// It is the one turn over another source; who was refused before.
    pub(crate) again: Option<Vec<Missed>>,
}

/// What is under way of one message.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flight {
    /// When it was taken up, by the node's clock.
    pub(crate) began: Timestamp,
    pub(crate) legs: usize,
    pub(crate) missed: Vec<Missed>,
}

/// What is counted until the next fact.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flow {
    pub(crate) delivered: BTreeMap<(SourceName, String), (u64, u64, incident::Delays)>,
    /// Which were refused over which source: delivered over another, they were moved.
    pub(crate) refused: BTreeMap<MessageId, SourceName>,
    pub(crate) reports_ours: u64,
    pub(crate) held: BTreeSet<TenantName>,
    /// What was told of a list and a source since the start.
    pub(crate) listed: BTreeMap<(usize, usize), &'static str>,
    pub(crate) facts: u64,
}

/// Everything that a kill takes.
pub(crate) struct Memory {
    pub(crate) guard: Guard,
    pub(crate) breaker: Breaker<String>,
    pub(crate) probes: Probes,
    pub(crate) holds: Holds,
    pub(crate) board: Board,
    pub(crate) flights: BTreeMap<MessageId, Flight>,
    pub(crate) flow: Flow,
}

/// What stays.
#[derive(Default)]
pub(crate) struct Disk {
    pub(crate) spool: Spool,
    pub(crate) guard: Log<Change>,
    pub(crate) board: Log<incident::Change>,
    pub(crate) watch: Watch,
    pub(crate) alive_until: Timestamp,
}

/// The waits of an operator's file.
pub(crate) struct Schedules {
    pub(crate) to_tenant: Schedule,
    pub(crate) to_recipients: Schedule,
}

impl Schedules {
    pub(crate) fn new() -> Self {
        let of = |waits: &[u64]| Schedule::new(waits.iter().map(|one| Duration::from_secs(*one)).collect());
        Self { to_tenant: of(&[5, 15, 60, 300, 900]), to_recipients: of(&[300, 900, 1800, 3600]) }
    }
}

/// As `sentry` opens it.
pub(crate) fn guard(sources: &[model::Source], records: &[Change]) -> Guard {
    let member = |source: &model::Source| Member { name: source.name.clone(), is_notice: source.notice };
    let mut guard = Guard::new(Policy::default(), sources.iter().map(member).collect());
    records.iter().cloned().for_each(|change| guard.restore(change));
    guard
}

/// The board of one region; what is said at the end goes out by itself, so that incidents end.
pub(crate) fn settings() -> Settings {
    let region = "eu".parse().expect("the name is one");
    let settings = Settings::standard(&region, "EU", &["microsoft", "google"]);
    let policy = incident::Policy { resolved: incident::Release::ByItself, ..incident::Policy::default() };
    Settings { policy, ..settings }
}

impl Memory {
    /// What a start makes of the disk.
    pub(crate) fn start(disk: &Disk, sources: &[model::Source], now: Timestamp) -> Self {
        let journal = disk.board.records().to_vec();
        let board = if journal.is_empty() {
            Board::new(settings(), now)
        } else {
            Board::restore(settings(), journal, disk.alive_until, now)
        };
        Self {
            guard: guard(sources, disk.guard.records()),
            breaker: Breaker::default(),
            probes: Probes::default(),
            holds: Holds::default(),
            // Holds are forgotten at a start; the incident that one made must hear when it is over.
            flow: Flow { held: board.held_connectors(), ..Flow::default() },
            board,
            flights: BTreeMap::new(),
        }
    }
}
