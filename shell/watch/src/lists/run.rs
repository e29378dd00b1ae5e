//! The rounds of every zone as tasks, and what they share: cases, figures, files, and the views that console and command line show.
//!
//! A zone that is slow delays no other. Histories are written when a standing changes, and else every five minutes: what a crash takes is a few
//! clean polls.

use super::ask::{Ask, Witnesses};
use super::cases::Cases;
use super::disk::Disk;
use super::pool::Pool;
use super::round::{Brought, Records, Rounds};
use super::subjects::{self, Watched};
use crate::config::{Means, WatchConfig};
use crate::report::{Report, Standing, ZoneTrust};
use dnsbl::{Finding, Poll, Subject, Tier};
use model::{Duration, Metrics, Source, SourceName, TenantName, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Histories without news are written so often.
const KEEP_EVERY: Duration = Duration::from_secs(300);

/// A list, for people and programs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ZoneLine {
    pub zone: &'static str,
    pub operator: &'static str,
    pub tier: Tier,
    #[serde(flatten)]
    pub trust: ZoneTrust,
    /// Between two polls, before the jitter of a fifth.
    pub every_seconds: u64,
    pub polled: Option<Timestamp>,
    /// The last poll that a trusted name server answered.
    pub good: Option<Timestamp>,
    pub next: Timestamp,
}

/// A subject in a list, for people and programs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    pub subject: String,
    pub sources: Vec<SourceName>,
    pub tenant: Option<TenantName>,
    pub zone: &'static str,
    pub tier: Tier,
    #[serde(flatten)]
    pub standing: Standing,
    /// The newest poll, whether it counts or not.
    pub polled: Option<Timestamp>,
    pub finding: Option<Finding>,
    pub witness: Option<String>,
    pub counts: bool,
    pub next: Timestamp,
}

/// One zone as it is shown.
struct View {
    line: ZoneLine,
    watched: Vec<Watched>,
    records: Records,
}

/// What all zones share.
pub(crate) struct Lists {
    sources: Vec<Source>,
    means: Means,
    disk: Disk,
    pub(crate) pool: Pool,
    cases: Mutex<Cases>,
    /// An older list of cases is never written over a newer one.
    keeping: tokio::sync::Mutex<()>,
    views: Mutex<BTreeMap<&'static str, View>>,
    reports: mpsc::Sender<Report>,
}

impl Lists {
    pub(crate) fn new(config: &WatchConfig, means: Means, disk: Disk, reports: mpsc::Sender<Report>) -> Self {
        Self {
            sources: config.sources.clone(),
            means,
            pool: Pool::new(&config.zones),
            cases: Mutex::new(Cases::of(disk.cases())),
            keeping: tokio::sync::Mutex::default(),
            views: Mutex::default(),
            disk,
            reports,
        }
    }

    pub(crate) fn cases(&self) -> MutexGuard<'_, Cases> {
        self.cases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tier(&self, zone: &str) -> Option<Tier> {
        self.views().get(zone).map(|view| view.line.tier)
    }

    pub(crate) fn zones(&self) -> Vec<ZoneLine> {
        self.views().values().map(|view| view.line.clone()).collect()
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        self.views().values().flat_map(View::lines).collect()
    }

    /// The polls that are kept of one subject in one zone, oldest first.
    pub(crate) fn history(&self, subject: &Subject, zone: &str) -> Vec<Poll> {
        let views = self.views();
        let Some(view) = views.get(zone) else { return Vec::new() };
        let records = view.records.lock();
        records.get(subject).map(|record| record.history.polls().cloned().collect()).unwrap_or_default()
    }

    /// The cases as they are now, kept and told.
    pub(crate) async fn case_changed(&self, report: Report) {
        let one_at_a_time = self.keeping.lock().await;
        let cases = self.cases().all();
        self.disk.keep_cases(cases).await;
        drop(one_at_a_time);
        self.tell(report).await;
    }

    pub(crate) async fn keep_all(&self) {
        let kept: Vec<_> =
            self.views().iter().map(|(zone, view)| (*zone, histories(&view.records))).collect();
        for (zone, subjects) in kept {
            self.disk.keep_histories(zone, subjects).await;
        }
    }

    fn views(&self) -> MutexGuard<'_, BTreeMap<&'static str, View>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn tell(&self, report: Report) {
        // Nobody listens any more only at the stop.
        let _gone = self.reports.send(report).await;
    }

    fn show(&self, rounds: &Rounds, watched: Vec<Watched>) {
        let line = ZoneLine {
            zone: rounds.config.zone.name,
            operator: rounds.config.zone.operator,
            tier: rounds.config.tier,
            trust: rounds.trust(),
            every_seconds: rounds.every().as_secs(),
            polled: rounds.polled,
            good: rounds.good,
            next: rounds.next,
        };
        let view = View { line, watched, records: rounds.records.clone() };
        let mut views = self.views();
        views.insert(rounds.config.zone.name, view);
        let seconds = |at: Timestamp| u64::try_from(at.as_micros() / 1_000_000).unwrap_or(0);
        let metrics: &Metrics = &self.means.metrics;
        let trusted = views
            .iter()
            .map(|(zone, view)| ((*zone).to_owned(), u64::from(view.line.trust == ZoneTrust::Trusted)));
        metrics.dnsbl_trusted.replace(trusted);
        let good =
            views.iter().filter_map(|(zone, view)| Some(((*zone).to_owned(), seconds(view.line.good?))));
        metrics.dnsbl_good.replace(good);
        let listed = views.values().flat_map(View::lines).filter(|line| line.standing.listing().is_some());
        metrics.dnsbl_listed.set(listed.count() as u64);
    }

    /// What a round brought goes to cases, figures, files and the channel.
    async fn take(&self, rounds: &Rounds, brought: Brought) {
        let metrics = &self.means.metrics;
        metrics.dnsbl_polls.add(brought.findings as u64);
        metrics.dnsbl_findings.add(brought.listed as u64);
        metrics.dnsbl_unknown.add(brought.unknown as u64);
        let zone = rounds.config.zone;
        for (watched, standing, at) in brought.standings {
            let changed = self.cases().take(zone, &watched.subject, &standing, at);
            let extent = standing.listing().map(|listing| listing.extent);
            let report = |source| Report::Standing {
                subject: watched.subject.clone(),
                source,
                tenant: watched.tenant.clone(),
                zone: zone.name,
                tier: rounds.config.tier,
                extent,
                standing: standing.clone(),
                at,
            };
            if watched.sources.is_empty() {
                self.tell(report(None)).await;
            }
            for source in &watched.sources {
                self.tell(report(Some(source.clone()))).await;
            }
            if let Some(changed) = changed {
                self.case_changed(changed).await;
            }
        }
    }
}

impl View {
    fn lines(&self) -> Vec<Line> {
        let records = self.records.lock();
        let line = |watched: &Watched| {
            let record = records.get(&watched.subject);
            let last = record.and_then(|record| record.history.polls().last());
            Line {
                subject: watched.subject.to_string(),
                sources: watched.sources.clone(),
                tenant: watched.tenant.clone(),
                zone: self.line.zone,
                tier: self.line.tier,
                standing: record.map_or(Standing::Unknown, |record| record.history.standing().into()),
                polled: last.map(|poll| poll.at),
                finding: last.map(|poll| poll.finding.clone()),
                witness: last.map(|poll| poll.witness.clone()),
                counts: last.is_some_and(|poll| poll.counts),
                next: self.line.next,
            }
        };
        self.watched.iter().map(line).collect()
    }
}

fn histories(records: &Records) -> BTreeMap<String, dnsbl::History> {
    records.lock().iter().map(|(subject, record)| (subject.to_string(), record.history.clone())).collect()
}

/// Starts the rounds of every zone; they end when they are dropped.
pub(crate) fn run(lists: &Arc<Lists>, config: &WatchConfig, ask: &Witnesses, tasks: &mut JoinSet<()>) {
    for server in ask.refused() {
        lists.means.metrics.alarms.add_one();
        tracing::warn!(%server, "is a public resolver; block lists refuse those, so it is not asked for them");
    }
    for zone in &config.zones {
        let kept = lists.disk.histories(zone.zone.name);
        let rounds = Rounds::new(zone.clone(), config.poll, kept, ask);
        tasks.spawn(always(Arc::clone(lists), rounds, ask.clone()));
    }
}

async fn always(lists: Arc<Lists>, mut rounds: Rounds, ask: Witnesses) {
    let zone = rounds.config.zone;
    let wake = lists.pool.wake(zone.name);
    let mut told = ZoneTrust::Untested;
    let mut kept = ask.now();
    loop {
        let is_of_domains = zone.lists == dnsbl::Lists::Domains;
        let tenants = if is_of_domains { (lists.means.tenant_domains)() } else { Vec::new() };
        let watched = subjects::of(zone, &lists.sources, &tenants);
        if rounds.trust() != told {
            told = rounds.trust();
            lists.tell_trust(zone.name, &told).await;
        }
        lists.show(&rounds, watched.clone());
        tokio::select! {
            () = lists.means.clock.sleep_until(rounds.wakes()) => {}
            () = wake.notified() => {}
        }
        let before = words(&rounds);
        let brought = rounds.turn(&ask, &watched, &lists.pool).await;
        let has_news = words(&rounds) != before;
        lists.take(&rounds, brought).await;
        if has_news || ask.now().since(kept) >= KEEP_EVERY {
            kept = ask.now();
            let subjects = histories(&rounds.records);
            lists.disk.keep_histories(zone.name, subjects).await;
        }
    }
}

/// The standing of each subject, in words.
fn words(rounds: &Rounds) -> Vec<&'static str> {
    rounds.records.lock().values().map(|record| Standing::from(record.history.standing()).word()).collect()
}

impl Lists {
    async fn tell_trust(&self, zone: &'static str, trust: &ZoneTrust) {
        match trust {
            ZoneTrust::Trusted => tracing::info!(zone, "the list answers as it should and is believed"),
            ZoneTrust::Lost { why, .. } => {
                self.means.metrics.alarms.add_one();
                tracing::warn!(zone, why, "the list is not believed, in neither direction");
            }
            ZoneTrust::Untested | ZoneTrust::Doubted { .. } => {}
        }
        self.tell(Report::Zone { zone, trust: trust.clone() }).await;
    }
}
