//! What an incident did to mail, added up from its facts.
//!
//! Every figure remembers the facts from which it comes, so that a sentence with the figure can cite them. Counts are of messages; a message that
//! was refused, moved and delivered counts once in each. A zero that was counted has evidence, one that nobody counted has none.

use crate::fact::{CanaryPath, What};
use crate::settings::Bounds;
use crate::works::{Works, is_ours, works};
use crate::{Delays, EvidenceId, Fact, Refs};
use model::{Duration, SourceName, TenantName, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Books that are kept apart; of more, the oldest are added to the next.
const BOOKS_MAX: usize = 64;

/// Providers and lists that are told apart; what more there are counts together, or is left out.
const PROVIDERS_MAX: usize = 64;
const LISTS_MAX: usize = 64;
/// The name under which they count.
const OTHERS: &str = "others";

const PROOF_EVERY: Duration = Duration::from_secs(600);

/// A figure with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figure {
    pub count: u64,
    /// Absent while the count is zero because nothing was counted.
    pub evidence: Option<Refs>,
}

impl Figure {
    /// Of facts that add nothing the first is enough.
    fn add(&mut self, count: u64, id: &EvidenceId) {
        self.count = self.count.saturating_add(count);
        if count > 0 || self.evidence.is_none() {
            self.cite(id);
        }
    }

    fn raise(&mut self, count: u64, id: &EvidenceId) {
        if count > self.count || self.evidence.is_none() {
            self.count = self.count.max(count);
            self.cite(id);
        }
    }

    fn cite(&mut self, id: &EvidenceId) {
        match &mut self.evidence {
            Some(refs) => refs.add(id.clone()),
            None => self.evidence = Some(Refs::one(id.clone())),
        }
    }
}

/// What one provider did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AtProvider {
    pub refused: u64,
    pub delivered: u64,
    pub moved: u64,
    pub reported: u64,
    /// Parked for it at the last look.
    pub parked: u64,
    /// Its last failure, its first success after that, and its last success.
    pub failed_at: Option<Timestamp>,
    pub again: Option<Failure>,
    pub good: Option<Failure>,
}

/// The figures of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Harm {
    /// Refusals of messages that were a fault of ours.
    pub refused: Figure,
    /// Taken by a provider while it lasted.
    pub delivered: Figure,
    /// Delivered over another source than the one that was refused: what the guard saved.
    pub moved: Figure,
    /// Delivered later than a minute after they came.
    pub delayed: Figure,
    /// Failure reports that senders got for a fault of ours.
    pub reported: Figure,
    /// Messages that the books do not account for; without evidence no books were read.
    pub lost: Figure,
    /// Most messages that were parked at one time.
    pub parked_max: Figure,
    /// Parked at the last look.
    pub parked_now: u64,
    /// Age of the oldest waiting message, at its highest, in seconds.
    pub oldest_max_seconds: Figure,
    /// Looks and canaries that failed.
    pub looks_failed: Figure,
    pub delays: Delays,
    /// Inside only.
    pub tenants: BTreeSet<TenantName>,
    pub providers: BTreeMap<String, AtProvider>,
    pub sources: BTreeSet<SourceName>,
    pub lists: BTreeSet<String>,
    /// What each set of books, by its beginning, last did not account for.
    pub books: BTreeMap<Timestamp, u64>,
    pub balanced_at: Option<Timestamp>,
    pub first: Option<Failure>,
    pub last: Option<Failure>,
    /// The first proof after the last failure that it works.
    pub good_after: Option<Failure>,
}

/// One moment with its evidence: a failure, or the first success after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub at: Timestamp,
    pub evidence: EvidenceId,
}

impl Harm {
    /// Whether anybody can have noticed: mail waited, came late or was reported as failed.
    #[must_use]
    pub fn is_noticed(&self) -> bool {
        self.reported.count > 0 || self.parked_max.count > 0 || self.delayed.count > 0
    }

    /// Whether a fact would add nothing but one more proof of what is known: of those, one in ten minutes is enough.
    pub(crate) fn is_stale(&self, fact: &Fact) -> bool {
        if let What::Balanced { since, .. } = &fact.what {
            let is_same = self.books.get(since) == Some(&fact.what.missing());
            return is_same && self.balanced_at.is_some_and(|last| fact.at.since(last) < PROOF_EVERY);
        }
        matches!(fact.what, What::Reported { messages: 0, .. }) && self.reported.evidence.is_some()
    }

    /// Adds what one fact says.
    pub(crate) fn take(&mut self, fact: &Fact, bounds: &Bounds) {
        let id = &fact.id;
        let works = works(&fact.what, bounds);
        match &fact.what {
            What::Refused { source, provider, owner, tenant, list, messages, .. } if is_ours(*owner) => {
                self.refused.add(*messages, id);
                self.at(provider).refused += messages;
                self.sources.insert(source.clone());
                self.tenants.extend(tenant.clone());
                self.names_list(list.as_ref());
            }
            What::Delivered { provider, messages, moved, delays, .. } => {
                self.delivered.add(*messages, id);
                self.moved.add(*moved, id);
                self.delayed.add(delays.over(bounds.delayed_over_seconds), id);
                self.delays.merge(delays);
                self.at(provider).delivered += messages;
                self.at(provider).moved += moved;
            }
            What::Reported { provider, owner, tenant, messages } if is_ours(*owner) => {
                self.reported.add(*messages, id);
                self.tenants.extend(tenant.clone());
                if let Some(provider) = provider {
                    self.at(provider).reported += messages;
                }
            }
            What::Waiting { provider, parked, oldest_seconds, .. } => {
                self.parked(provider.as_deref(), *parked);
                self.parked_max.raise(self.parked_now, id);
                self.oldest_max_seconds.raise(*oldest_seconds, id);
            }
            What::Balanced { since, .. } => {
                self.balance(*since, fact.what.missing(), id);
                self.balanced_at = self.balanced_at.max(Some(fact.at));
            }
            What::ListingOpened { list, source, .. } => {
                self.names_list(Some(list));
                self.sources.insert(source.clone());
            }
            What::DomainListed { list, .. } => self.names_list(Some(list)),
            What::ConnectorHeld { tenant, .. } => drop(self.tenants.insert(tenant.clone())),
            What::Canary { .. }
            | What::ListenerLooked { .. }
            | What::ConsoleLooked { .. }
            | What::DirectoryLooked { .. } => {
                if works == Works::No {
                    self.looks_failed.add(1, id);
                }
            }
            What::Refused { .. }
            | What::Reported { .. }
            | What::SourceChanged { .. }
            | What::ListingClosed { .. }
            | What::DomainCleared { .. }
            | What::Unwatched { .. }
            | What::CertificateLooked { .. }
            | What::ConnectorReleased { .. }
            | What::Accepted { .. }
            | What::Stamped { .. }
            | What::NodeStarted { .. }
            | What::NodeStopped
            | What::VendorPosted { .. }
            | What::Acted { .. } => {}
        }
        self.mark(fact, works);
        self.mark_provider(fact, works);
    }

    fn at(&mut self, provider: &str) -> &mut AtProvider {
        let is_room = self.providers.len() < PROVIDERS_MAX || self.providers.contains_key(provider);
        let name = if is_room { provider } else { OTHERS };
        self.providers.entry(name.to_owned()).or_default()
    }

    fn names_list(&mut self, list: Option<&String>) {
        if self.lists.len() < LISTS_MAX {
            self.lists.extend(list.cloned());
        }
    }

    /// A look at everything is the sum; looks at providers add up to it.
    fn parked(&mut self, provider: Option<&str>, parked: u64) {
        self.parked_now = match provider {
            None => parked,
            Some(provider) => {
                self.at(provider).parked = parked;
                self.providers.values().map(|at| at.parked).fold(0, u64::saturating_add)
            }
        };
    }

    /// Books go on: what they say last is what they say.
    fn balance(&mut self, since: Timestamp, missing: u64, id: &EvidenceId) {
        self.books.insert(since, missing);
        if self.books.len() > BOOKS_MAX
            && let Some((_, old)) = self.books.pop_first()
            && let Some(mut next) = self.books.first_entry()
        {
            *next.get_mut() = next.get().saturating_add(old);
        }
        self.lost.count = self.books.values().copied().fold(0, u64::saturating_add);
        self.lost.cite(id);
    }

    fn mark(&mut self, fact: &Fact, works: Works) {
        let moment = || Failure { at: fact.at, evidence: fact.id.clone() };
        match works {
            Works::No => {
                if self.first.as_ref().is_none_or(|first| fact.at < first.at) {
                    self.first = Some(moment());
                }
                if self.last.as_ref().is_none_or(|last| fact.at >= last.at) {
                    self.last = Some(moment());
                }
                let last = self.last.as_ref().map(|last| last.at);
                self.good_after =
                    self.good_after.take().filter(|good| last.is_none_or(|last| good.at > last));
            }
            Works::Yes => {
                let is_after = self.last.as_ref().is_some_and(|last| fact.at > last.at);
                if is_after && self.good_after.is_none() {
                    self.good_after = Some(moment());
                }
            }
            Works::Silent => {}
        }
    }

    /// Mail that one provider takes proves nothing of another that refuses.
    fn mark_provider(&mut self, fact: &Fact, works: Works) {
        let (What::Refused { provider, .. }
        | What::Delivered { provider, .. }
        | What::Reported { provider: Some(provider), .. }
        | What::Canary { path: CanaryPath::Provider(provider), .. }) = &fact.what
        else {
            return;
        };
        let place = self.at(provider);
        let moment = Failure { at: fact.at, evidence: fact.id.clone() };
        match works {
            Works::No => {
                place.failed_at = place.failed_at.max(Some(fact.at));
                place.again = place.again.take().filter(|again| again.at > fact.at);
            }
            Works::Yes => {
                if place.again.is_none() && place.failed_at.is_some_and(|failed| failed < fact.at) {
                    place.again = Some(moment.clone());
                }
                if place.good.as_ref().is_none_or(|good| good.at < fact.at) {
                    place.good = Some(moment);
                }
            }
            Works::Silent => {}
        }
    }
}
