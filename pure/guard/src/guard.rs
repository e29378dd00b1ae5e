//! All sources of a region and their states: evidence in, changes out, and the question whether a source may be used.
//!
//! The last source of a region that is left is taken out only where it is refused: mail for the rest of the world has no other way. What spoke
//! for more is kept (`Row::is_last`) and carried out as soon as another source is there.

mod due;
mod orders;

use crate::evidence::{Evidence, EvidenceId, Said, Strength, Witnesses};
use crate::order::OrderKind;
use crate::place::{Place, Receiver};
use crate::policy::Policy;
use crate::row::Row;
use crate::state::{Event, State, Word, next};
use crate::uses::Use;
use model::{Duration, SourceName, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Places at which a source has a history; over it the ones at rest go, and then nothing new is remembered but at wider places.
const PLACES_MAX: usize = 512;
/// Listings that are remembered of a region.
const LISTINGS_MAX: usize = 64;

/// A source as the guard knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub name: SourceName,
    /// Carries reports only: it is no way out for others.
    pub is_notice: bool,
}

/// What one list says of one source, by polls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polled {
    /// So many polls in a row, spanning so long.
    Clean {
        polls: usize,
        over: Duration,
    },
    /// One witness.
    Suspected,
    /// Two witnesses.
    Listed,
    Unknown,
}

/// A change of one row; whole, so that a record of it is enough to restore it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub source: SourceName,
    pub place: Place,
    pub from: Word,
    pub at: Timestamp,
    pub row: Row,
}

/// What a signal led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reaction {
    /// In force already; to be recorded.
    pub done: Vec<Change>,
    /// In force once `Guard::apply` is told that they are recorded.
    pub proposed: Vec<Change>,
}

/// Evidence that takes effect.
#[derive(Debug, Clone, Copy)]
struct Blow<'a> {
    event: Event,
    evidence: EvidenceId,
    /// The list that it names.
    list: Option<&'a str>,
    /// Our own polls say that the list has let the source go: who was refused here before for the same goes by what it heard then.
    is_old_news: bool,
}

/// Whether and when the guard began from records: what polls said is in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Restored {
    No,
    /// Nothing was due since.
    JustNow,
    At(Timestamp),
}

type Rows = BTreeMap<SourceName, BTreeMap<Place, Row>>;

/// The guard of one region's sources.
#[derive(Debug, Clone)]
pub struct Guard {
    policy: Policy,
    members: Vec<Member>,
    rows: Rows,
    /// The highest version of a row that was forgotten: one that comes again goes on behind it, or a start would take its record for an older one.
    forgotten: u64,
    witnesses: Witnesses,
    polls: BTreeMap<SourceName, BTreeMap<String, (Polled, Timestamp)>>,
    /// Rows were taken back from their records, and no list had the time to be polled yet.
    restored: Restored,
    /// The times of the records that were taken back.
    restored_at: BTreeMap<(SourceName, Place), Timestamp>,
    /// When a source was taken out everywhere.
    listings: VecDeque<(Timestamp, SourceName)>,
    /// When each probing place may be probed next.
    next_probe: BTreeMap<(SourceName, Place), Timestamp>,
}

impl Guard {
    #[must_use]
    pub fn new(policy: Policy, members: Vec<Member>) -> Self {
        Self {
            policy,
            members,
            rows: BTreeMap::new(),
            forgotten: 0,
            witnesses: Witnesses::default(),
            polls: BTreeMap::new(),
            restored: Restored::No,
            restored_at: BTreeMap::new(),
            listings: VecDeque::new(),
            next_probe: BTreeMap::new(),
        }
    }

    /// Takes a row back from its record, at a start. A source that is no member any more keeps its history for a return.
    pub fn restore(&mut self, change: Change) {
        if change.place == Place::Everywhere && change.row.state.word() == Word::Quarantined {
            self.listed(&change.source, change.at);
        }
        self.restored = Restored::JustNow;
        let key = (change.source.clone(), change.place.clone());
        let rows = self.rows.entry(change.source).or_default();
        // Tasks that decided one behind the other may have come to the journal in the other order.
        let known = rows.get(&change.place).map(|row| row.version).zip(self.restored_at.get(&key).copied());
        if known.is_some_and(|(version, at)| change.row.version < version && change.at <= at) {
            return;
        }
        self.restored_at.insert(key, change.at);
        rows.insert(change.place, change.row);
    }

    /// A receiver refused for who we are.
    pub fn refused(&mut self, said: &Said, now: Timestamp) -> Reaction {
        let list_agrees = said.list.as_deref().is_some_and(|list| self.list_names(&said.source, list, now));
        let within = self.policy.confirm_within;
        let evidence = self.witnesses.weigh(said, list_agrees, within, now);
        let Evidence { strength, place, own_place } = evidence;
        let event = match strength {
            Strength::Weak => Event::Weak,
            Strength::Strong => Event::Strong,
        };
        let list = said.list.as_deref().filter(|_| said.is_public);
        let is_old_news =
            said.list.as_deref().is_some_and(|list| self.polls_are_clean(&said.source, list, now));
        let is_outdated = is_old_news && self.is_coming_back(said);
        // What only this receiver has not heard yet holds nowhere else.
        let place = if is_outdated && place == Place::Everywhere { own_place.clone() } else { place };
        let blow = Blow { event, evidence: said.evidence, list, is_old_news };
        let mut reaction = Reaction::default();
        if place == Place::Everywhere && self.is_last(&said.source, now) {
            reaction.done.extend(self.strike_last(&said.source, said.evidence, list, now));
            let named = said.list.as_deref();
            let others = named.map(|list| self.witnesses.places(&said.source, list, within, now));
            let places: BTreeSet<Place> = others.into_iter().flatten().chain([own_place]).collect();
            for place in places {
                reaction.done.extend(self.strike(&said.source, place, blow, now));
            }
        } else {
            reaction.done.extend(self.strike(&said.source, place, blow, now));
        }
        reaction
    }

    /// A list of tier A was asked about a source.
    pub fn polled(
        &mut self,
        source: &SourceName,
        list: &str,
        says: Polled,
        evidence: EvidenceId,
        now: Timestamp,
    ) -> Reaction {
        self.polls.entry(source.clone()).or_default().insert(list.to_owned(), (says, now));
        let refused_at = self.witnesses.places(source, list, self.policy.confirm_within, now);
        let is_strong = match says {
            Polled::Listed => true,
            Polled::Suspected => !refused_at.is_empty(),
            Polled::Clean { .. } | Polled::Unknown => false,
        };
        let mut reaction = Reaction::default();
        if !is_strong {
            return reaction;
        }
        let blow = Blow { event: Event::Strong, evidence, list: Some(list), is_old_news: false };
        if self.is_last(source, now) {
            reaction.done.extend(self.strike_last(source, evidence, Some(list), now));
            // Whoever refused it before the list agreed would refuse it again.
            for place in refused_at {
                reaction.done.extend(self.strike(source, place, blow, now));
            }
        } else {
            reaction.done.extend(self.strike(source, Place::Everywhere, blow, now));
        }
        reaction
    }

    /// A receiver took a message from a source.
    pub fn accepted(&mut self, source: &SourceName, receiver: &Receiver, now: Timestamp) -> Reaction {
        let mut reaction = Reaction::default();
        let Some(rows) = self.rows.get_mut(source) else { return reaction };
        for (place, row) in rows.iter_mut().filter(|(place, _)| place.holds(receiver)) {
            let state = next(row.state, Event::Accepted, row.repeats, &self.policy, now);
            if state.word() == row.state.word() {
                row.state = state;
                continue;
            }
            let new = Row { state, since: now, version: row.version + 1, ..row.clone() };
            reaction.proposed.push(change(source, place, row, new, now));
        }
        reaction
    }

    /// Whether nothing else happened to the row since this was proposed: what was overtaken must not be recorded behind what overtook it, because a start
    /// believes the last record.
    #[must_use]
    pub fn is_next(&self, change: &Change) -> bool {
        let row = self.rows.get(&change.source).and_then(|rows| rows.get(&change.place));
        row.is_none_or(|row| row.version + 1 == change.row.version)
    }

    /// Carries out what was proposed and is recorded now; `false` if something else happened to the row in between.
    pub fn apply(&mut self, change: &Change) -> bool {
        if !self.is_next(change) {
            return false;
        }
        let rows = self.rows.entry(change.source.clone()).or_default();
        rows.insert(change.place.clone(), change.row.clone());
        true
    }

    /// What a source may do towards a receiver.
    #[must_use]
    pub fn allows(&self, source: &SourceName, receiver: &Receiver, now: Timestamp) -> Use {
        let rows = self.rows.get(source).into_iter().flatten();
        rows.filter(|(place, _)| place.holds(receiver))
            .map(|(place, row)| Use::of(place, row, now))
            .fold(Use::Free { share: 1.0 }, Use::and)
    }

    /// Whether this message may be a probe; the next one may be only after a while.
    pub fn take_probe(&mut self, source: &SourceName, receiver: &Receiver, now: Timestamp) -> bool {
        // When the last one went is in no record: behind a start it may have been a moment ago.
        if self.restored == Restored::JustNow {
            return false;
        }
        let rows = self.rows.get(source).into_iter().flatten();
        let is_probing = |row: &Row| row.state.word() == Word::Probing && row.order(now).is_none();
        let probing = rows.filter(|(place, row)| place.holds(receiver) && is_probing(row));
        let keys: Vec<_> = probing.map(|(place, _)| (source.clone(), place.clone())).collect();
        if keys.is_empty() || keys.iter().any(|key| self.next_probe.get(key).is_some_and(|next| *next > now))
        {
            return false;
        }
        for key in keys {
            self.next_probe.insert(key, now + self.policy.probe_every);
        }
        true
    }

    /// Whether sources were taken out twice within a day: then only senders with a clean history move to another one.
    #[must_use]
    pub fn is_spreading(&self, now: Timestamp) -> bool {
        let remember = self.policy.remember;
        self.listings.iter().filter(|(at, _)| now.since(*at) <= remember).count() >= 2
    }

    /// Every row that is not blank.
    pub fn rows(&self) -> impl Iterator<Item = (&SourceName, &Place, &Row)> {
        self.rows.iter().flat_map(|(source, rows)| rows.iter().map(move |(place, row)| (source, place, row)))
    }

    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Whether no other source of the region could carry mail if this one did not.
    fn is_last(&self, source: &SourceName, now: Timestamp) -> bool {
        let is_notice = |name: &SourceName| self.members.iter().any(|it| it.name == *name && it.is_notice);
        if is_notice(source) {
            return false;
        }
        !self.members.iter().any(|it| it.name != *source && !it.is_notice && self.is_in(&it.name, now))
    }

    /// Whether it carries mail, and not only because no other does.
    fn is_in(&self, source: &SourceName, now: Timestamp) -> bool {
        let Some(row) = self.rows.get(source).and_then(|rows| rows.get(&Place::Everywhere)) else {
            return true;
        };
        match row.order(now).map(|order| order.kind) {
            Some(OrderKind::Out) => false,
            Some(OrderKind::In) => true,
            None => !row.is_last && !matches!(row.state.word(), Word::Quarantined | Word::Probing),
        }
    }

    /// Whether fresh polls of a list name the source.
    fn list_names(&self, source: &SourceName, list: &str, now: Timestamp) -> bool {
        let polled = self.polls.get(source).and_then(|lists| lists.get(list));
        polled.is_some_and(|(says, at)| match says {
            Polled::Suspected | Polled::Listed => now.since(*at) <= self.policy.confirm_within,
            Polled::Clean { .. } | Polled::Unknown => false,
        })
    }

    /// Whether a source is on its way back to a receiver: receivers keep a listing in their memory, a Postfix for as long as its process lives.
    fn is_coming_back(&self, said: &Said) -> bool {
        let rows = self.rows.get(&said.source).into_iter().flatten();
        let mut here = rows.filter(|(place, _)| place.holds(&said.receiver)).map(|(_, row)| row.state.word());
        here.any(|word| matches!(word, Word::Probing | Word::Warming))
    }

    /// Evidence against a source at a place takes effect.
    fn strike(
        &mut self,
        source: &SourceName,
        place: Place,
        blow: Blow<'_>,
        now: Timestamp,
    ) -> Option<Change> {
        let Blow { event, evidence, list, is_old_news } = blow;
        self.make_room(source, &place, now)?;
        let row = row_or_new(&mut self.rows, self.forgotten, source, &place);
        let old = row.clone();
        let was_known = now.since(old.struck) <= self.policy.remember && old.struck != Timestamp::default();
        let repeats = if was_known { old.repeats } else { 0 };
        // Whole crowds are refused at once, polls go on, and what was weak becomes strong: that is one fall. Only a relapse doubles the wait, and what
        // a receiver did not hear yet is none.
        let earlier = match old.state {
            State::Suspect { .. } | State::Quarantined { .. } => repeats.saturating_sub(1),
            State::Clean | State::Probing { .. } | State::Warming { .. } if is_old_news => {
                repeats.saturating_sub(1)
            }
            State::Clean | State::Probing { .. } | State::Warming { .. } => repeats,
        };
        row.state = next(old.state, event, earlier, &self.policy, now);
        let is_moved = row.state.word() != old.state.word();
        row.struck = now;
        row.name(evidence);
        let has_new_list = list.is_some_and(|list| row.lists.insert(list.to_owned()));
        row.repeats = earlier + 1;
        if !is_moved && !has_new_list {
            return None;
        }
        row.version += 1;
        row.since = if is_moved { now } else { old.since };
        row.is_last = false;
        let change = change(source, &place, &old, row.clone(), now);
        if is_moved && place == Place::Everywhere && row.state.word() == Word::Quarantined {
            self.listed(source, now);
        }
        Some(change)
    }

    /// The same for the last source that is left: it stays in use, as a last resort, and what speaks for more is kept.
    fn strike_last(
        &mut self,
        source: &SourceName,
        evidence: EvidenceId,
        list: Option<&str>,
        now: Timestamp,
    ) -> Option<Change> {
        let row = row_or_new(&mut self.rows, self.forgotten, source, &Place::Everywhere);
        if row.state.word() == Word::Quarantined {
            return None;
        }
        let old = row.clone();
        row.struck = now;
        row.name(evidence);
        let has_new_list = list.is_some_and(|list| row.lists.insert(list.to_owned()));
        let until = now + self.policy.clean_over;
        row.state = State::Suspect { until };
        if old.is_last && !has_new_list {
            return None;
        }
        row.is_last = true;
        row.version += 1;
        row.since = now;
        Some(change(source, &Place::Everywhere, &old, row.clone(), now))
    }

    fn listed(&mut self, source: &SourceName, now: Timestamp) {
        if self.listings.len() == LISTINGS_MAX {
            self.listings.pop_front();
        }
        self.listings.push_back((now, source.clone()));
    }

    /// A site that refuses is remembered only while there is room: a crowd of hostile names must not fill the memory.
    fn make_room(&mut self, source: &SourceName, place: &Place, now: Timestamp) -> Option<()> {
        let remember = self.policy.remember;
        let Some(rows) = self.rows.get_mut(source) else { return Some(()) };
        if rows.len() < PLACES_MAX || rows.contains_key(place) {
            return Some(());
        }
        let blank = rows.values().filter(|row| row.is_blank(now, remember));
        self.forgotten = blank.map(|row| row.version).fold(self.forgotten, u64::max);
        rows.retain(|_, row| !row.is_blank(now, remember));
        let is_site = matches!(place, Place::Site(_));
        (rows.len() < PLACES_MAX || !is_site).then_some(())
    }
}

fn row_or_new<'r>(rows: &'r mut Rows, version: u64, source: &SourceName, place: &Place) -> &'r mut Row {
    let of_source = rows.entry(source.clone()).or_default();
    of_source.entry(place.clone()).or_insert_with(|| Row { version, ..Row::default() })
}

fn change(source: &SourceName, place: &Place, old: &Row, row: Row, now: Timestamp) -> Change {
    Change { source: source.clone(), place: place.clone(), from: old.state.word(), at: now, row }
}

#[cfg(test)]
mod tests;
