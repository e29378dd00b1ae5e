//! Deliveries and stamping as they are counted from the spool's log, which the ledger reads anyway.
//!
//! Every ten seconds there is one fact for each source and provider that took something. A message counts once for each transaction that reached somebody.
//! What connectors offered is what was taken and what was refused for a fault of ours; what a connector may not hand in is no offer.

use super::books::Books;
use super::{Facts, Moved, OTHERS, Troubles};
use incident::{Delays, What};
use model::{Duration, Final, MessageId, Source, SourceName, Timestamp};
use spool::{Event, LogRecord};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often what was counted is told.
const EVERY: Duration = Duration::from_secs(10);
/// Deliveries between two tellings of which it is asked whether they were moved; the others are counted only.
const ASKED_MAX: usize = 200_000;
/// Replies that put off what should have been taken (RFC 3463 §3.4): a disk, no space, a defect. An ordered stop (4.3.2) is none.
const OUR_FAULTS: [&str; 3] = ["451 4.3.0", "451 4.3.1", "452 4.3.1"];
/// Next hops whose provider is remembered.
const HOSTS_MAX: usize = 10_000;

/// Counts; clones count together.
#[derive(Clone, Default)]
pub(crate) struct Flow {
    /// Sources of tenants' mail: what leaves by others, reports and notices, says nothing of it.
    pool: Arc<BTreeSet<SourceName>>,
    window: Arc<Mutex<Window>>,
    books: Books,
    troubles: Troubles,
}

#[derive(Default)]
struct Window {
    sums: BTreeMap<Way, Sum>,
    delivered: Vec<(MessageId, Way)>,
    providers: BTreeMap<String, Arc<str>>,
    eligible: u64,
    stamped: u64,
    accepted: u64,
    /// Put off for a fault of ours.
    refused: u64,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// One source to one provider.
type Way = (SourceName, Arc<str>);

#[derive(Default)]
struct Sum {
    messages: u64,
    moved: u64,
    delays: Delays,
}

impl Flow {
    pub(crate) fn over(sources: &[Source], troubles: Troubles) -> Self {
        let pool = sources.iter().filter(|source| !source.notice).map(|source| source.name.clone());
        Self { pool: Arc::new(pool.collect()), window: Arc::default(), books: Books::default(), troubles }
    }

    /// The books that are kept beside it.
    pub(crate) fn books(&self) -> Books {
        self.books.clone()
    }

    /// A session was refused with this reply.
    pub(crate) fn note_refused(&self, reply: &str, at: Timestamp) {
        if OUR_FAULTS.iter().any(|code| reply.starts_with(code)) {
            let mut window = self.lock();
            window.refused += 1;
            window.saw(at);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what the ledger has read and written; `has_gap`: something in front of it is missing.
    pub(crate) fn note(&self, records: &[LogRecord], has_gap: bool) {
        self.books.note(records, has_gap);
        let mut window = self.lock();
        for record in records {
            match &record.event {
                Event::Outcomes { outcomes } => window.ended(record, outcomes, &self.pool),
                Event::Stamped { groups, .. } => {
                    for group in groups {
                        let is_stamped = group.outcome == "stamped";
                        let has_failed = group.reason.as_deref() == Some("template_failed");
                        window.eligible += u64::from(is_stamped || has_failed);
                        window.stamped += u64::from(is_stamped);
                    }
                    window.saw(record.at);
                }
                // Reports and notices are offered by nobody.
                Event::Accepted { message, .. } if message.about.is_none() => {
                    window.accepted += 1;
                    window.saw(record.at);
                }
                Event::Tried { .. } => self.troubles.note(record),
                Event::Accepted { .. }
                | Event::Attempt { .. }
                | Event::Rescheduled { .. }
                | Event::Parked { .. }
                | Event::Released { .. }
                | Event::Told { .. }
                | Event::Moved { .. }
                | Event::Acted { .. }
                | Event::Act { .. }
                | Event::Dropped => {}
            }
        }
    }

    /// Tells what was counted, for ever.
    pub(crate) async fn run(self, facts: Facts, moved: Moved) {
        loop {
            facts.clock.sleep(EVERY).await;
            self.tell(&facts, &moved);
        }
    }

    pub(super) fn tell(&self, facts: &Facts, moved: &Moved) {
        let window = {
            let mut window = self.lock();
            let providers = std::mem::take(&mut window.providers);
            std::mem::replace(&mut *window, Window { providers, ..Window::default() })
        };
        let (Some(since), Some(until)) = (window.since, window.until) else { return };
        let mut sums = window.sums;
        for (message, way) in window.delivered {
            if moved.is_moved(message, &way.0)
                && let Some(sum) = sums.get_mut(&way)
            {
                sum.moved += 1;
            }
        }
        for ((source, provider), sum) in sums {
            let names = [source.to_string(), provider.to_string()];
            let what = What::Delivered {
                source,
                provider: provider.to_string(),
                since,
                messages: sum.messages,
                moved: sum.moved,
                delays: sum.delays,
            };
            facts.tell("flow", &names.each_ref().map(String::as_str), until, what);
        }
        if window.eligible > 0 {
            let (eligible, stamped) = (window.eligible, window.stamped);
            facts.tell("stamped", &[], until, What::Stamped { since, eligible, stamped });
        }
        let (accepted, offered) = (window.accepted, window.accepted + window.refused);
        if offered > 0 {
            facts.tell("accepted", &[], until, What::Accepted { since, offered, accepted });
        }
    }
}

impl Window {
    fn ended(&mut self, record: &LogRecord, outcomes: &[(usize, Final)], pool: &BTreeSet<SourceName>) {
        let reached = outcomes.iter().find_map(|(_, outcome)| match outcome {
            Final::Delivered { host, source, .. } if pool.contains(source) => Some((host, source)),
            Final::Delivered { .. }
            | Final::Bounced { .. }
            | Final::Discarded { .. }
            | Final::Operator { .. } => None,
        });
        let Some((host, source)) = reached else { return };
        self.saw(record.at);
        let way = (source.clone(), self.provider(host));
        let sum = self.sums.entry(way.clone()).or_default();
        sum.messages += 1;
        sum.delays.add(record.at.since(record.id.time()).as_secs(), 1);
        if self.delivered.len() < ASKED_MAX {
            self.delivered.push((record.id, way));
        }
    }

    fn saw(&mut self, at: Timestamp) {
        self.since = Some(self.since.map_or(at, |since| since.min(at)));
        self.until = Some(self.until.map_or(at, |until| until.max(at)));
    }

    /// Who runs this host.
    fn provider(&mut self, host: &str) -> Arc<str> {
        if let Some(known) = self.providers.get(host) {
            return Arc::clone(known);
        }
        if self.providers.len() >= HOSTS_MAX {
            self.providers.clear();
        }
        let name = host.split_whitespace().next().unwrap_or(host);
        let provider: Arc<str> = bounce::provider_of(name).unwrap_or(OTHERS).into();
        self.providers.insert(host.to_owned(), Arc::clone(&provider));
        provider
    }
}

#[cfg(test)]
mod tests;
