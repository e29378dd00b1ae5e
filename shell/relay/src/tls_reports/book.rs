//! What was counted on the days that are not told yet, and what became of each report: in memory, and in a journal (`docs/formats/tls-reports-v1.md`).
//!
//! Counts are added, ends are noted. Days stay for a week, to be looked at. The journal is condensed when it has grown to a multiple of what it says. When
//! it cannot be written, everything goes on in memory.

use super::counts::Counted;
use super::errand::{Errand, Returned};
use super::{GIVE_UP, PlaceShown, TlsReportShown, WAITS};
use model::{Duration, MessageId, Timestamp};
use net::Clock;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::journal::{Journal, JournalError, Keep};
use tlspolicy::report::{Day, Document, Results, Rua};

const NAME: &str = "counts-v1.jsonl";
/// How long a day is kept.
const KEPT: Duration = Duration::from_secs(8 * 86_400);
/// Lines beyond which, and beyond twice what was kept, the journal is written anew.
const LINES_MAX: usize = 20_000;
/// A report of a day that ended so long ago is not begun any more.
const BEGUN_MAX: Duration = Duration::from_secs(3 * 86_400);

/// What became of a report at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum How {
    /// The server took it.
    Posted,
    /// It went into the spool as this message.
    Queued {
        message: MessageId,
    },
    GivenUp {
        why: String,
    },
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
enum Line {
    /// So many more.
    Counted { day: Day, domain: String, policies: Results },
    Told {
        day: Day,
        domain: String,
        to: Rua,
        at: Timestamp,
        #[serde(flatten)]
        how: How,
    },
    /// Nothing more is tried.
    Closed { day: Day, domain: String, wanted: bool },
}

type Key = (Day, String);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Entry {
    results: Results,
    told: BTreeMap<Rua, (Timestamp, How)>,
    /// Whether the domain wanted it; nothing while it is open.
    closed: Option<bool>,
    /// On its way.
    is_out: bool,
    tries: u32,
    next: Option<Timestamp>,
}

pub(super) struct Book {
    entries: BTreeMap<Key, Entry>,
    journal: Option<Journal<Line>>,
    folder: Option<PathBuf>,
    clock: Clock,
    /// Lines since the journal was begun, and those with which it was.
    written: usize,
    kept: usize,
}

impl Book {
    pub(super) fn open(folder: Option<&Path>, clock: Clock) -> Result<Self, JournalError> {
        let (journal, lines) = match folder {
            Some(folder) => {
                let (journal, lines) = Journal::open(folder, NAME, keep(clock.clone()))?;
                (Some(journal), lines)
            }
            None => (None, Vec::new()),
        };
        let (kept, written) = (lines.len(), 0);
        let entries = entries(lines, clock.now());
        Ok(Self { entries, journal, folder: folder.map(Path::to_owned), clock, written, kept })
    }

    /// Adds what was counted.
    pub(super) async fn add(&mut self, counted: Vec<Counted>) -> Result<(), JournalError> {
        let mut lines = Vec::with_capacity(counted.len());
        for Counted { day, domain, results } in counted {
            self.entries.entry((day, domain.clone())).or_default().results.add(results.clone());
            lines.push(Line::Counted { day, domain, policies: results });
        }
        self.forget();
        self.write(lines).await
    }

    /// A report that is due; it is out until it comes back.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Option<Errand> {
        let today = Day::of(now);
        let is_due = |(day, domain): &Key, entry: &Entry| {
            let due = Document::due(*day, domain);
            let is_open = entry.closed.is_none() && !entry.is_out && now.since(day.ends()) < BEGUN_MAX;
            is_open && entry.next.unwrap_or(due) <= now
        };
        let due = self.entries.iter_mut().take_while(|((day, _), _)| *day < today);
        let ((day, domain), entry) = due.into_iter().find(|(key, entry)| is_due(key, entry))?;
        entry.is_out = true;
        let told = entry.told.keys().cloned().collect();
        Some(Errand { day: *day, domain: domain.clone(), results: entry.results.clone(), told })
    }

    /// It came back.
    pub(super) async fn end(
        &mut self,
        returned: Returned,
        given_up: bool,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        let Returned { day, domain, told, left, wanted } = returned;
        let Some(entry) = self.entries.get_mut(&(day, domain.clone())) else { return Ok(()) };
        entry.is_out = false;
        let mut lines = Vec::new();
        for PlaceShown { to, at, how } in told {
            entry.told.insert(to.clone(), (at, how.clone()));
            lines.push(Line::Told { day, domain: domain.clone(), to, at, how });
        }
        if left.is_none() || given_up {
            entry.closed = Some(wanted);
            lines.push(Line::Closed { day, domain, wanted });
        } else {
            let wait = WAITS.get(entry.tries as usize).or(WAITS.last()).copied().unwrap_or(GIVE_UP);
            entry.tries += 1;
            entry.next = Some(now + wait);
        }
        self.write(lines).await
    }

    /// What is known, of one domain or all.
    pub(super) fn shown(&self, domain: Option<&str>) -> Vec<TlsReportShown> {
        let is_meant = |name: &str| domain.is_none_or(|domain| domain == name);
        let meant = self.entries.iter().filter(|((_, name), _)| is_meant(name));
        let shown = meant.map(|((day, name), entry)| {
            let told = entry.told.iter();
            let told = told.map(|(to, (at, how))| PlaceShown { to: to.clone(), at: *at, how: how.clone() });
            TlsReportShown {
                told: told.collect(),
                closed: entry.closed.is_some(),
                ..TlsReportShown::begin(*day, name.clone(), entry.closed, entry.results.clone())
            }
        });
        shown.collect()
    }

    fn forget(&mut self) {
        let now = self.clock.now();
        self.entries.retain(|(day, _), _| now.since(day.ends()) < KEPT);
    }

    async fn write(&mut self, lines: Vec<Line>) -> Result<(), JournalError> {
        let Some(journal) = self.journal.as_mut().filter(|_| !lines.is_empty()) else { return Ok(()) };
        self.written += lines.len();
        journal.append(lines).await?;
        if let Some(folder) = self.folder.clone().filter(|_| self.written > LINES_MAX.max(2 * self.kept)) {
            let keep = keep(self.clock.clone());
            let begun = tokio::task::spawn_blocking(move || Journal::open(&folder, NAME, keep)).await;
            match begun {
                Ok(begun) => {
                    let (journal, lines) = begun?;
                    (self.journal, self.kept, self.written) = (Some(journal), lines.len(), 0);
                }
                Err(error) => tracing::error!(%error, "the counts for reports on TLS are not condensed yet"),
            }
        }
        Ok(())
    }
}

fn keep(clock: Clock) -> Keep<Line> {
    Arc::new(move |read| lines(entries(read, clock.now())))
}

fn entries(lines: Vec<Line>, now: Timestamp) -> BTreeMap<Key, Entry> {
    let mut entries: BTreeMap<Key, Entry> = BTreeMap::new();
    for line in lines {
        match line {
            Line::Counted { day, domain, policies } => {
                entries.entry((day, domain)).or_default().results.add(policies);
            }
            Line::Told { day, domain, to, at, how } => {
                entries.entry((day, domain)).or_default().told.insert(to, (at, how));
            }
            Line::Closed { day, domain, wanted } => {
                entries.entry((day, domain)).or_default().closed = Some(wanted);
            }
        }
    }
    entries.retain(|(day, _), _| now.since(day.ends()) < KEPT);
    entries
}

fn lines(entries: BTreeMap<Key, Entry>) -> Vec<Line> {
    let mut lines = Vec::new();
    for ((day, domain), entry) in entries {
        for (to, (at, how)) in entry.told {
            lines.push(Line::Told { day, domain: domain.clone(), to, at, how });
        }
        if let Some(wanted) = entry.closed {
            lines.push(Line::Closed { day, domain: domain.clone(), wanted });
        }
        lines.push(Line::Counted { day, domain, policies: entry.results });
    }
    lines
}

#[cfg(test)]
mod tests;
