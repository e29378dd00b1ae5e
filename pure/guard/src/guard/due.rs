//! What time brings: a suspicion ends, a list is clean again, a share grows; and a listing that had to wait is carried out.

use super::{Blow, Guard, Polled, Reaction, Restored, change};
use crate::place::Place;
use crate::row::Row;
use crate::state::{Event, State, Word, next};
use model::{SourceName, Timestamp};

impl Guard {
    /// Everything that is due; to be asked every second or so.
    pub fn due(&mut self, now: Timestamp) -> Reaction {
        if self.restored == Restored::JustNow {
            self.restored = Restored::At(now);
            self.restored_at.clear();
            self.wait_with_probes(now);
        }
        let mut reaction = Reaction::default();
        let keys: Vec<(SourceName, Place)> =
            self.rows().map(|(source, place, _)| (source.clone(), place.clone())).collect();
        for (source, place) in keys {
            let Some(row) = self.rows.get(&source).and_then(|rows| rows.get(&place)).cloned() else {
                continue;
            };
            if row.is_last && !self.is_last(&source, now) {
                reaction.done.extend(self.carry_out(&source, &place, &row, now));
            } else if let Some(new) = self.given_back(&source, &row, now) {
                reaction.proposed.push(change(&source, &place, &row, new, now));
            } else if row.is_blank(now, self.policy.remember) {
                self.forget(&source, &place);
            }
        }
        if reaction.done.is_empty() && reaction.proposed.is_empty() {
            reaction.proposed.extend(self.last_way(now));
        }
        reaction
    }

    /// When sources were probed last nobody knows behind a start: as if it had been now.
    fn wait_with_probes(&mut self, now: Timestamp) {
        let probing = self.rows().filter(|(.., row)| row.state.word() == Word::Probing);
        let keys: Vec<_> = probing.map(|(source, place, _)| (source.clone(), place.clone())).collect();
        self.next_probe.extend(keys.into_iter().map(|key| (key, now + self.policy.probe_every)));
    }

    /// An order, by its begin or its end, may leave no source that carries mail, because evidence took out the others: the one of these that is nearest
    /// to its return stays as a last resort. One that is a last resort already does not count while an order takes it out.
    pub(super) fn last_way(&self, now: Timestamp) -> Option<super::Change> {
        let row = |source: &SourceName| self.rows.get(source).and_then(|rows| rows.get(&Place::Everywhere));
        let pool = || self.members.iter().filter(|member| !member.is_notice);
        let is_last_resort = |row: &Row| row.is_last && row.order(now).is_none();
        if pool().any(|member| self.is_in(&member.name, now) || row(&member.name).is_some_and(is_last_resort))
        {
            return None;
        }
        let kept_back = pool().filter_map(|member| Some((&member.name, row(&member.name)?)));
        let by_evidence = kept_back.filter(|(_, row)| row.order(now).is_none());
        let (source, row) =
            by_evidence.min_by_key(|(_, row)| (row.state.word() != Word::Probing, row.since))?;
        let state = State::Suspect { until: now + self.policy.clean_over };
        let new = Row { state, since: now, is_last: true, version: row.version + 1, ..row.clone() };
        Some(change(source, &Place::Everywhere, row, new, now))
    }

    /// Another source is there: the last one's quarantine begins.
    fn carry_out(
        &mut self,
        source: &SourceName,
        place: &Place,
        row: &Row,
        now: Timestamp,
    ) -> Option<super::Change> {
        let evidence = *row.because.back()?;
        let blow = Blow { event: Event::Strong, evidence, list: None, is_old_news: false };
        self.strike(source, place.clone(), blow, now)
    }

    /// The row as it may be from now on, if it may be more than it is.
    fn given_back(&self, source: &SourceName, row: &Row, now: Timestamp) -> Option<Row> {
        let are_clean = || row.lists.iter().all(|list| self.is_clean(source, list, now));
        let event = match row.state {
            State::Quarantined { .. } if are_clean() => Event::Cleared,
            State::Suspect { .. } if are_clean() => Event::Due,
            State::Warming { .. } => Event::Due,
            State::Quarantined { .. } | State::Suspect { .. } | State::Probing { .. } | State::Clean => {
                return None;
            }
        };
        let state = next(row.state, event, row.repeats, &self.policy, now);
        if state == row.state {
            return None;
        }
        let since = if state.word() == row.state.word() { row.since } else { now };
        let mut new = Row { state, since, is_last: false, version: row.version + 1, ..row.clone() };
        if matches!(state.word(), Word::Probing | Word::Clean) {
            new.lists.clear();
        }
        Some(new)
    }

    /// Whether a list's polls let a source go: enough clean ones in a row. A list that nobody polls, or that has not answered for long, is
    /// waited out by the time of the quarantine alone; behind a start each list gets the time to be heard first.
    fn is_clean(&self, source: &SourceName, list: &str, now: Timestamp) -> bool {
        let Some((_, at)) = self.polls.get(source).and_then(|lists| lists.get(list)) else {
            return match self.restored {
                Restored::No => true,
                Restored::JustNow => false,
                Restored::At(started) => now.since(started) >= self.policy.clean_over,
            };
        };
        now.since(*at) > self.policy.poll_stale || self.polls_are_clean(source, list, now)
    }

    /// Whether a list is polled, and has been clean for long enough.
    pub(super) fn polls_are_clean(&self, source: &SourceName, list: &str, now: Timestamp) -> bool {
        let polled = self.polls.get(source).and_then(|lists| lists.get(list));
        polled.is_some_and(|(says, at)| match says {
            Polled::Clean { polls, over } => {
                now.since(*at) <= self.policy.poll_stale
                    && *polls >= self.policy.clean_polls
                    && *over >= self.policy.clean_over
            }
            Polled::Suspected | Polled::Listed | Polled::Unknown => false,
        })
    }

    fn forget(&mut self, source: &SourceName, place: &Place) {
        self.next_probe.remove(&(source.clone(), place.clone()));
        if let Some(rows) = self.rows.get_mut(source) {
            let version = rows.remove(place).map_or(0, |row| row.version);
            self.forgotten = self.forgotten.max(version);
            if rows.is_empty() {
                self.rows.remove(source);
            }
        }
    }
}
