//! What the records come to: subscribers, letters on their way, and what was seen already.
//!
//! It is the same whether it is read from the journal or built up while running.

use super::limits;
use super::record::{Job, JobId, News, Record, Standing, Subscriber, SubscriberId, Wanted, Way};
use crate::view::PublicId;
use incident::State;
use model::{Duration, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Ids that are remembered as told. News older than a day are never told, so that forgetting one repeats nothing.
const SEEN_MAX: usize = 20_000;
/// Who did not confirm within this time did not want to.
pub(super) const PENDING_FOR: Duration = Duration::from_secs(48 * 3600);

#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) subscribers: BTreeMap<SubscriberId, Subscriber>,
    pub(crate) jobs: BTreeMap<JobId, Job>,
    /// Those that letters still name.
    pub(crate) news: BTreeMap<String, News>,
    pub(crate) states: BTreeMap<PublicId, State>,
    seen: BTreeSet<String>,
    seen_in_order: VecDeque<String>,
    last_job: JobId,
}

impl Book {
    pub(crate) fn of(records: Vec<Record>) -> Self {
        let mut book = Self::default();
        records.into_iter().for_each(|record| book.apply(record));
        book
    }

    pub(crate) fn apply(&mut self, record: Record) {
        match record {
            Record::Subscriber(subscriber) => {
                self.subscribers.insert(subscriber.id.clone(), *subscriber);
            }
            Record::Gone(id) => {
                self.subscribers.remove(&id);
                self.jobs.retain(|_, job| job.to != id);
                self.forget_news();
            }
            Record::Seen { id, state, news, jobs } => {
                if self.seen.insert(id.clone()) {
                    self.seen_in_order.push_back(id);
                }
                self.states.extend(state);
                self.news.extend(news.filter(|_| !jobs.is_empty()).map(|news| (news.id.clone(), *news)));
                jobs.into_iter().for_each(|job| self.queue(job));
                while self.seen_in_order.len() > SEEN_MAX {
                    let Some(oldest) = self.seen_in_order.pop_front() else { break };
                    self.seen.remove(&oldest);
                }
            }
            Record::Queued(job) => self.queue(job),
            Record::Tried { job, next_at, why: _ } => {
                if let Some(job) = self.jobs.get_mut(&job) {
                    job.tries += 1;
                    job.next_at = next_at;
                }
            }
            Record::Done { job } => {
                self.last_job = self.last_job.max(job);
                if self.jobs.remove(&job).is_some() {
                    self.forget_news();
                }
            }
        }
    }

    fn queue(&mut self, job: Job) {
        self.last_job = self.last_job.max(job.id);
        self.jobs.insert(job.id, job);
    }

    fn forget_news(&mut self) {
        if self.news.is_empty() {
            return;
        }
        let named: BTreeSet<&str> = self.jobs.values().filter_map(|job| job.letter.news()).collect();
        self.news.retain(|id, _| named.contains(id.as_str()));
    }

    pub(crate) fn has_seen(&self, id: &str) -> bool {
        self.seen.contains(id)
    }

    /// The id of the next letter; those that follow are one higher each.
    pub(crate) fn next_job(&self) -> JobId {
        self.last_job + 1
    }

    /// The subscriber with this address, however it is written. Who hears of our service and of other vendors' has two subscriptions; so has who gives a
    /// `+tag` to tell letters apart: what was confirmed by one address is not sent to another.
    pub(crate) fn by_address(&self, asked: &str, wanted: &Wanted) -> Option<&Subscriber> {
        self.subscribers.values().find(|one| match &one.way {
            Way::Mail { address, .. } => {
                address.eq_ignore_ascii_case(asked) && one.wanted.is_of_vendors() == wanted.is_of_vendors()
            }
            Way::Hook { .. } => false,
        })
    }

    /// When letters to the mailbox behind this address were asked for, by any subscription of the same kind.
    pub(crate) fn asked_of_mailbox(&self, asked: &str, wanted: &Wanted) -> Vec<Timestamp> {
        let mailbox = limits::mailbox(asked);
        let is_meant = |one: &&Subscriber| match &one.way {
            Way::Mail { address, .. } => {
                limits::mailbox(address) == mailbox && one.wanted.is_of_vendors() == wanted.is_of_vendors()
            }
            Way::Hook { .. } => false,
        };
        self.subscribers.values().filter(is_meant).flat_map(|one| &one.asked).copied().collect()
    }

    /// Who asked and never answered.
    pub(crate) fn stale(&self, now: Timestamp) -> Vec<SubscriberId> {
        let is_stale = |one: &&Subscriber| {
            let asked = one.asked.last().copied().unwrap_or(one.created_at);
            one.standing == Standing::Pending && now.since(asked) > PENDING_FOR
        };
        self.subscribers.values().filter(is_stale).map(|one| one.id.clone()).collect()
    }
}

/// The records that still count.
pub(crate) fn condensed(records: Vec<Record>) -> Vec<Record> {
    let book = Book::of(records);
    let last_job = book.last_job;
    let mut kept: Vec<Record> = vec![Record::Done { job: last_job }];
    kept.extend(book.subscribers.into_values().map(|one| Record::Subscriber(Box::new(one))));
    let unseen = |id: String| Record::Seen { id, state: None, news: None, jobs: Vec::new() };
    kept.extend(book.seen_in_order.into_iter().map(unseen));
    for (part, state) in book.states {
        let id = format!("state {}", part.as_str());
        kept.push(Record::Seen { id, state: Some((part, state)), news: None, jobs: Vec::new() });
    }
    for (id, news) in book.news {
        let jobs = book.jobs.values().filter(|job| job.letter.news() == Some(&id)).cloned().collect();
        kept.push(Record::Seen { id, state: None, news: Some(Box::new(news)), jobs });
    }
    let others = book.jobs.into_values().filter(|job| job.letter.news().is_none());
    kept.extend(others.map(Record::Queued));
    kept
}

impl super::record::Letter {
    pub(crate) fn news(&self) -> Option<&str> {
        match self {
            Self::News(id) => Some(id),
            Self::Confirm | Self::Known | Self::HookDead => None,
        }
    }
}

#[cfg(test)]
mod tests;
