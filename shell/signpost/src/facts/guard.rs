//! The guard's events as facts: refusals for our addresses, and what became of the sources.
//!
//! The first refusal of a kind is told at once; what follows within a second is told together, so that a burst of a thousand refusals is no burst of a
//! thousand facts. Events that were missed cost counts of refusals and no state: states are told anew then, as after a start.

use super::{Facts, OTHERS};
use incident::{Reach, SourceState, Strength, What};
use model::{Category, Duration, MessageId, Owner, SourceName, Timestamp};
use sentry::{Change, Event, Evidence, Kind, OrderKind, Place, Row, Sentry, Word};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::broadcast::error::RecvError;

/// Refusals of one kind within this time are told together.
const TOGETHER: Duration = Duration::from_secs(1);
/// Mail systems of nobody in particular that are told apart within a minute; what more there are count together, without their names.
const SITES_MAX: usize = 20;
const SITES_FOR: Duration = Duration::from_secs(60);
/// Refused messages that are remembered until they are delivered.
const REFUSED_MAX: usize = 100_000;
/// Longest reply that a fact keeps.
const REPLY_LEN_MAX: usize = 500;

/// Which messages were refused for the address of a source: what another one delivers then was moved.
#[derive(Clone, Default)]
pub(crate) struct Moved(Arc<Mutex<BTreeMap<MessageId, SourceName>>>);

impl Moved {
    fn refused(&self, message: MessageId, source: &SourceName) {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        refused.entry(message).or_insert_with(|| source.clone());
        if refused.len() > REFUSED_MAX {
            refused.pop_first();
        }
    }

    /// Whether `source`, which delivered it, is another one than was refused before.
    pub(super) fn is_moved(&self, message: MessageId, source: &SourceName) -> bool {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        refused.remove(&message).is_some_and(|before| before != *source)
    }
}

/// What refusals must have in common to be told together.
type Likeness = (SourceName, String, Option<String>, model::TenantName);

/// Which mail systems of nobody in particular were told apart lately: a crowd of them is no crowd of facts.
#[derive(Default)]
struct Sites(BTreeMap<String, Timestamp>);

impl Sites {
    fn has_room_for(&mut self, site: &str, now: Timestamp) -> bool {
        self.0.retain(|_, since| now.since(*since) < SITES_FOR);
        if self.0.len() < SITES_MAX && !self.0.contains_key(site) {
            self.0.insert(site.to_owned(), now);
        }
        self.0.contains_key(site)
    }
}

/// Listens for ever.
pub(crate) async fn hear(sentry: Sentry, facts: Facts, moved: Moved) {
    let mut events = sentry.events();
    tell_states(&sentry, &facts);
    // Those after the first, not told yet; an empty one only keeps the second.
    let mut more: BTreeMap<Likeness, Option<(Evidence, u64)>> = BTreeMap::new();
    let mut flush_at = None;
    let mut sites = Sites::default();
    loop {
        let flush = async {
            match flush_at {
                Some(at) => facts.clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            event = events.recv() => match event {
                Ok(Event::Evidence(evidence)) => {
                    let like = likeness(&evidence.source, &evidence.kind, evidence.at, &mut sites);
                    let Some(likeness) = like else { continue };
                    if let Kind::Reply { message, .. } = &evidence.kind {
                        moved.refused(*message, &evidence.source);
                    }
                    match more.get_mut(&likeness) {
                        None => {
                            refused(&facts, &likeness, &evidence, 1);
                            more.insert(likeness, None);
                            flush_at.get_or_insert(facts.now() + TOGETHER);
                        }
                        Some(waiting) => {
                            let before = waiting.take().map_or(0, |(_, count)| count);
                            *waiting = Some((evidence, before + 1));
                        }
                    }
                }
                Ok(Event::Changed(change)) => changed(&sentry, &facts, &change),
                Ok(Event::Conduct(_)) => {}
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "events of the guard are missing in the incidents");
                    tell_states(&sentry, &facts);
                }
                Err(RecvError::Closed) => return,
            },
            () = flush => {
                flush_at = None;
                for (likeness, waiting) in std::mem::take(&mut more) {
                    if let Some((evidence, count)) = waiting {
                        refused(&facts, &likeness, &evidence, count);
                    }
                }
            }
        }
    }
}

fn likeness(source: &SourceName, kind: &Kind, at: Timestamp, sites: &mut Sites) -> Option<Likeness> {
    let Kind::Reply { provider, host, list, tenant, .. } = kind else { return None };
    let source = source.clone();
    match provider {
        Some(provider) => Some((source, provider.clone(), list.clone(), tenant.clone())),
        None if sites.has_room_for(site(host), at) => {
            Some((source, site(host).to_owned(), list.clone(), tenant.clone()))
        }
        None => Some((source, OTHERS.to_owned(), None, tenant.clone())),
    }
}

fn site(host: &str) -> &str {
    host.split_whitespace().next().unwrap_or(host)
}

fn refused(facts: &Facts, (_, receiver, named, _): &Likeness, evidence: &Evidence, messages: u64) {
    let Kind::Reply { host, provider, is_verified, reply, list, names, tenant, .. } = &evidence.kind else {
        return;
    };
    // As the guard weighs it: a known provider that proved its name and names an address of ours.
    let is_strong = provider.is_some() && *is_verified && names.is_some();
    let what = What::Refused {
        source: evidence.source.clone(),
        provider: provider.clone().unwrap_or_else(|| OTHERS.to_owned()),
        site: (receiver != OTHERS).then(|| site(host).to_owned()),
        category: if list.is_some() { Category::IpListed } else { Category::IpReputation },
        owner: Owner::OurAddress,
        strength: if is_strong { Strength::Strong } else { Strength::Weak },
        tenant: Some(tenant.clone()),
        list: named.clone(),
        messages,
        reply: Some(reply[..reply.floor_char_boundary(REPLY_LEN_MAX)].to_owned()),
    };
    if let Ok(id) = evidence.id.to_string().parse() {
        facts.tell_as(id, evidence.at, what);
    }
}

fn changed(sentry: &Sentry, facts: &Facts, change: &Change) {
    if !is_of_the_pool(sentry, &change.source) {
        return;
    }
    let (from, to) = (state(change.from), state_of(&change.row, change.at));
    if from != to {
        tell_state(facts, (&change.source, &change.place), (from, to), &change.row, change.at);
    }
}

/// Whether tenants' mail leaves by it: one for notices, or that is no longer configured, says nothing of that.
fn is_of_the_pool(sentry: &Sentry, name: &SourceName) -> bool {
    sentry.sources().iter().any(|source| source.name == *name && !source.notice)
}

/// Every source as it stands, with `from` equal to `to`; those of which nothing was ever said are clean, and they count.
fn tell_states(sentry: &Sentry, facts: &Facts) {
    let now = facts.now();
    let rows = sentry.rows();
    let clean = Row::default();
    for source in sentry.sources().iter().filter(|source| !source.notice) {
        if !rows.iter().any(|(name, place, _)| *name == source.name && *place == Place::Everywhere) {
            let states = (SourceState::Clean, SourceState::Clean);
            tell_state(facts, (&source.name, &Place::Everywhere), states, &clean, now);
        }
    }
    for (source, place, row) in rows {
        let state = if is_of_the_pool(sentry, &source) { state_of(&row, now) } else { SourceState::Retired };
        tell_state(facts, (&source, &place), (state, state), &row, now);
    }
}

fn tell_state(
    facts: &Facts,
    (source, place): (&SourceName, &Place),
    (from, to): (SourceState, SourceState),
    row: &Row,
    at: Timestamp,
) {
    let reach = reach(place);
    let list = row.lists.first().cloned();
    let what = What::SourceChanged { source: source.clone(), from, to, reach, list };
    facts.tell("source", &[source.as_str(), &place.to_string()], at, what);
}

fn reach(place: &Place) -> Reach {
    match place {
        Place::Everywhere => Reach::Everywhere,
        Place::Provider(name) => Reach::Provider(name.clone()),
        Place::Site(name) => Reach::Site(name.clone()),
    }
}

/// Every source that evidence keeps out, with the place in a word.
pub(super) fn kept_out(sentry: &Sentry, now: Timestamp) -> BTreeSet<(SourceName, String)> {
    let rows = sentry.rows().into_iter();
    let out = rows.filter(|(source, _, row)| is_of_the_pool(sentry, source) && state_of(row, now).is_out());
    out.map(|(source, place, _)| (source, reach(&place).scope().to_owned())).collect()
}

/// The state that counts: an order goes before the evidence.
fn state_of(row: &Row, now: Timestamp) -> SourceState {
    match row.order(now).map(|order| order.kind) {
        Some(OrderKind::Out) => SourceState::Retired,
        Some(OrderKind::In) => SourceState::Clean,
        None => state(row.state.word()),
    }
}

const fn state(word: Word) -> SourceState {
    match word {
        // It is taken again, with a share that grows.
        Word::Clean | Word::Warming => SourceState::Clean,
        Word::Suspect => SourceState::Suspected,
        Word::Quarantined => SourceState::Quarantined,
        Word::Probing => SourceState::Probing,
    }
}

#[cfg(test)]
mod tests;
