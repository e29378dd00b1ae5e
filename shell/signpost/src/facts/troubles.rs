//! What our own mail meets at providers, held against what their pages say: who knew first.
//!
//! Answers come from the spool's log, which the ledger reads anyway; what counts `vendor::Early` says. Silence and being told to come slower are heard only
//! over sources of which the guard and the block lists say nothing bad. A trouble and its end stand in
//! `DATA/troubles-v1.jsonl`, so that a lead outlasts a restart. To the incidents a trouble is a weak sign of the provider's fault, and what a vendor
//! posted that explains it is told once, and once more when it is over. If the journal cannot be written, that is alarmed and the rest goes on.

use super::Facts;
use bounce::ReplyContext;
use incident::{Strength, What};
use model::{Category, Duration, Metrics, Owner, Source, SourceName, Timestamp};
use sentry::{Sentry, Word};
use spool::{Event, LogRecord, Tried, TriedResult, Unanswered};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::journal::{Journal, JournalError};
use vendor::{Admitted, Early, Met, Trouble, admitted};
use watch::Vendors;

const NAME: &str = "troubles-v1.jsonl";
/// So many troubles are remembered over a start.
const KEPT_MAX: usize = 2_000;
/// Between two looks at what goes on.
const EVERY: Duration = Duration::from_secs(10);
/// How often a trouble that goes on is written: a restart then knows how far it had come.
const WRITTEN_EVERY: Duration = Duration::from_secs(300);
/// How often a trouble that goes on is told to the incidents: a measurement is fresh for five minutes.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// Counts and remembers; clones do so together.
#[derive(Clone, Default)]
pub(crate) struct Troubles(Arc<Shared>);

#[derive(Default)]
struct Shared {
    early: Mutex<Early>,
    /// Begun since the last look.
    begun: Mutex<Vec<Trouble>>,
    /// Sources of tenants' mail, and their addresses.
    pool: BTreeSet<SourceName>,
    addresses: Vec<IpAddr>,
    /// Those of them of which something bad is said somewhere.
    tainted: Mutex<BTreeSet<SourceName>>,
}

/// Writes and tells.
pub(crate) struct Meeting {
    troubles: Troubles,
    journal: Journal<Trouble>,
    metrics: Arc<Metrics>,
    /// When what goes on was written last.
    written: Timestamp,
    /// By provider: when it was told last, and up to which count.
    told: BTreeMap<String, (Timestamp, u64)>,
    /// Provider, incident, whether it was over.
    posted: BTreeSet<(String, String, bool)>,
}

impl Troubles {
    /// With what an earlier run kept.
    pub(crate) fn open(
        data_dir: &Path,
        sources: &[Source],
        (metrics, now): (Arc<Metrics>, Timestamp),
    ) -> Result<(Self, Meeting), JournalError> {
        let (journal, kept) = Journal::open(data_dir, NAME, Arc::new(condensed))?;
        let troubles = Self::of(sources, kept, now);
        let keeping = Meeting {
            troubles: troubles.clone(),
            journal,
            metrics,
            written: now,
            told: BTreeMap::new(),
            posted: BTreeSet::new(),
        };
        Ok((troubles, keeping))
    }

    pub(super) fn of(sources: &[Source], kept: Vec<Trouble>, now: Timestamp) -> Self {
        let pool = sources.iter().filter(|source| !source.notice).map(|source| source.name.clone());
        Self(Arc::new(Shared {
            early: Mutex::new(Early::of(kept, now)),
            begun: Mutex::default(),
            pool: pool.collect(),
            addresses: sources.iter().map(|source| source.address).collect(),
            tainted: Mutex::default(),
        }))
    }

    /// Takes in what the ledger has read.
    pub(super) fn note(&self, record: &LogRecord) {
        let Event::Tried { tried } = &record.event else { return };
        if !self.0.pool.contains(&tried.source) {
            return;
        }
        let host = tried.host.split_whitespace().next().unwrap_or_default();
        let provider = bounce::provider_of(host);
        for met in self.met(tried, provider) {
            let (source, message, at) = (&tried.source, record.id, record.at);
            let begun = self.early().met(vendor::Tried { provider, source, message, met, at }).cloned();
            self.0.begun.lock().unwrap_or_else(PoisonError::into_inner).extend(begun);
        }
    }

    /// What a try says of the receiver.
    fn met<'t>(&'t self, tried: &'t Tried, provider: Option<&'t str>) -> impl Iterator<Item = Met<'t>> {
        let is_tainted = self.tainted().contains(&tried.source);
        tried.results.iter().filter_map(move |result| {
            let met = self.met_by(result, provider)?;
            let is_doubtful = matches!(met, Met::Silent(_) | Met::Throttled { .. });
            (!is_tainted || !is_doubtful).then_some(met)
        })
    }

    /// `None`: nothing was said, and for a reason of ours.
    fn met_by<'t>(&self, result: &'t TriedResult, provider: Option<&str>) -> Option<Met<'t>> {
        if result.taken {
            return Some(Met::Taken);
        }
        match result.unanswered {
            Some(Unanswered::Ours) => return None,
            Some(Unanswered::Peer) => return Some(Met::Silent(&result.reply)),
            None => {}
        }
        let context = ReplyContext {
            stage: Some(result.stage),
            provider,
            our_addresses: Some(&self.0.addresses),
            ..ReplyContext::default()
        };
        let said = bounce::classify(&result.reply, &context);
        Some(if said.owner != Owner::Receiver {
            Met::Answered
        } else if said.category == Category::TransientServer {
            Met::Missed(&result.reply)
        } else if said.category == Category::RateLimited {
            let names_us = said.address.is_some_and(|address| self.0.addresses.contains(&address));
            Met::Throttled { reply: &result.reply, names_us }
        } else {
            Met::Answered
        })
    }

    fn tainted(&self) -> MutexGuard<'_, BTreeSet<SourceName>> {
        self.0.tainted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those at any of these providers, the newest first, with what these records admit of them.
    pub(crate) fn at(
        &self,
        providers: &[String],
        records: &vendor::Records,
        now: Timestamp,
    ) -> Vec<(Trouble, Admitted)> {
        let early = self.early();
        let all = providers.iter().flat_map(|provider| early.troubles(provider).rev());
        all.map(|trouble| (trouble.clone(), admitted(trouble, records.iter(), now))).collect()
    }

    fn early(&self) -> MutexGuard<'_, Early> {
        self.0.early.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Meeting {
    /// Looks for ever.
    pub(crate) async fn run(mut self, facts: Facts, vendors: Vendors, sentry: Sentry) {
        loop {
            *self.troubles.tainted() = tainted(&sentry);
            facts.clock.sleep(EVERY).await;
            self.look(&facts, &vendors).await;
        }
    }

    async fn look(&mut self, facts: &Facts, vendors: &Vendors) {
        let now = facts.now();
        self.keep(now).await;
        let open: Vec<Trouble> = self.troubles.early().open().cloned().collect();
        self.told.retain(|provider, _| open.iter().any(|trouble| trouble.provider == *provider));
        for trouble in &open {
            self.tell(facts, trouble, now);
        }
        vendors.each(|line, _said, records| {
            for provider in &line.providers {
                let newest = self.troubles.early().troubles(provider).next_back().cloned();
                if let Some(trouble) = newest {
                    self.tell_posted(facts, &trouble, records, now);
                }
            }
        });
    }

    /// Writes what began and what came to its end.
    async fn keep(&mut self, now: Timestamp) {
        let begun =
            std::mem::take(&mut *self.troubles.0.begun.lock().unwrap_or_else(PoisonError::into_inner));
        for trouble in &begun {
            let (provider, since, reply) = (&trouble.provider, trouble.since, &trouble.reply);
            tracing::warn!(provider, %since, reply, "a provider does not take our mail, by a fault of its own");
        }
        let ended = self.troubles.early().quiet(now);
        for trouble in &ended {
            let (provider, since, last) = (&trouble.provider, trouble.since, trouble.last);
            if trouble.is_ours {
                tracing::warn!(provider, %since, "several providers do not answer: it is our own network");
            } else {
                tracing::info!(provider, %since, %last, missed = trouble.missed, "a provider takes our mail again");
            }
        }
        let mut kept: Vec<Trouble> = begun.into_iter().chain(ended).collect();
        if now.since(self.written) >= WRITTEN_EVERY {
            self.written = now;
            kept.extend(self.troubles.early().open().cloned());
        }
        if !kept.is_empty()
            && let Err(error) = self.journal.append(kept).await
        {
            self.metrics.alarms.add_one();
            tracing::error!(%error, "what our mail met at a provider is not kept");
        }
    }

    /// The messages since the last telling.
    fn tell(&mut self, facts: &Facts, trouble: &Trouble, now: Timestamp) {
        let known = self.told.get(&trouble.provider).copied();
        let before = known.map_or(0, |(_, count)| count);
        if known.is_some_and(|(at, _)| now.since(at) < TOLD_EVERY) || trouble.missed == before {
            return;
        }
        let Some(source) = self.troubles.0.pool.first().cloned() else { return };
        let what = What::Refused {
            source,
            provider: trouble.provider.clone(),
            site: None,
            category: Category::TransientServer,
            owner: Owner::Receiver,
            strength: Strength::Weak,
            tenant: None,
            list: None,
            messages: trouble.missed - before,
            reply: Some(trouble.reply.clone()),
        };
        let at = if known.is_none() { trouble.since } else { trouble.last };
        facts.tell("trouble", &[&trouble.provider], at, what);
        self.told.insert(trouble.provider.clone(), (now, trouble.missed));
    }

    /// What explains a trouble stands beside our own incident of it.
    fn tell_posted(&mut self, facts: &Facts, trouble: &Trouble, records: &vendor::Records, now: Timestamp) {
        let found = admitted(trouble, records.iter(), now);
        let Some(key) = found.key() else { return };
        let Some(record) = records.iter().find(|record| record.incident.key() == key) else { return };
        let (incident, is_resolved) = (&record.incident, record.incident.phase.ours.is_over());
        if !self.posted.insert((trouble.provider.clone(), key.to_owned(), is_resolved)) {
            return;
        }
        let lead = match &found {
            Admitted::AfterUs { lead_seconds, .. } => i64::try_from(*lead_seconds).unwrap_or(i64::MAX),
            Admitted::BeforeUs { lead_seconds, .. } => -i64::try_from(*lead_seconds).unwrap_or(i64::MAX),
            Admitted::Silent { .. } => return,
        };
        tracing::info!(
            provider = trouble.provider,
            incident = key,
            lead,
            is_resolved,
            "a vendor's incident explains what our mail met"
        );
        let what = What::VendorPosted {
            vendor: trouble.provider.clone(),
            incident: key.to_owned(),
            title: incident.title.clone(),
            link: incident.url.clone().unwrap_or_default(),
            is_resolved,
        };
        facts.tell("vendor", &[&trouble.provider, key], now, what);
    }
}

/// Sources that the guard holds for anything but clean, or that are on a list, somewhere.
fn tainted(sentry: &Sentry) -> BTreeSet<SourceName> {
    let bad = sentry.rows().into_iter().filter(|(.., row)| {
        row.state.word() != Word::Clean || row.is_last || row.order.is_some() || !row.lists.is_empty()
    });
    bad.map(|(source, ..)| source).collect()
}

/// The newest word on each trouble.
fn condensed(all: Vec<Trouble>) -> Vec<Trouble> {
    let mut kept: Vec<Trouble> = Vec::new();
    for trouble in all {
        let is_same =
            |known: &&mut Trouble| known.provider == trouble.provider && known.since == trouble.since;
        match kept.iter_mut().find(is_same) {
            Some(known) => *known = trouble,
            None => kept.push(trouble),
        }
    }
    kept.split_off(kept.len().saturating_sub(KEPT_MAX))
}

#[cfg(test)]
mod tests;
