//! The guard from outside: by its journal, by the truth about lists and bans, and by where our mail is seen.

use super::Law;
use crate::guarded::{Rows, rows};
use crate::lists::Lists;
use crate::receiver::Receivers;
use crate::scene::Scene;
use guard::{Change, Guard, OrderKind, Place, Receiver, Row, State, Use, Word};
use model::{Duration, SourceName, Timestamp};
use std::collections::BTreeMap;

type Key = (SourceName, Place);

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// The shortest quarantine.
const SHORTEST: Duration = minutes(15);
/// Between two probes, less what a connection may take.
const TRICKLE: Duration = Duration::from_millis(4_100);
/// Receivers and polls may lag behind a list so much.
const LAG: Duration = minutes(45);

/// So long behind a person's act falls are its own.
const BY_HAND: Duration = minutes(240);
/// What gives back is recorded within this time.
const RECORDED: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub(crate) struct Guarding {
    /// As the journal tells it.
    told: BTreeMap<Key, Row>,
    /// The newest version of each row that is on disk.
    recorded: BTreeMap<Key, u64>,
    entered: BTreeMap<Key, Timestamp>,
    used: BTreeMap<Key, Timestamp>,
    at_down: Rows,
    /// When a person had a hand in it last.
    handled: Option<Timestamp>,
    /// Since when no source is left.
    none_since: Option<Timestamp>,
}

/// Whether a row lets nothing through; an operator's word goes before evidence.
fn is_out(row: &Row, now: Timestamp) -> bool {
    match row.order.as_ref().filter(|order| now < order.until).map(|order| order.kind) {
        Some(OrderKind::Out) => true,
        Some(OrderKind::In) => false,
        None => matches!(row.state, State::Quarantined { .. }),
    }
}

impl Guarding {
    /// It is in force.
    pub(crate) fn told(&mut self, change: &Change) {
        self.told.insert((change.source.clone(), change.place.clone()), change.row.clone());
    }

    pub(crate) fn recorded(&mut self, change: &Change) {
        let recorded = self.recorded.entry((change.source.clone(), change.place.clone())).or_default();
        *recorded = (*recorded).max(change.row.version);
    }

    /// A receiver sees mail of this source; `expired` marks the last try of a message.
    pub(crate) fn used(
        &mut self,
        (source, to): (&SourceName, &Receiver),
        expired: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<(Law, String)> {
        let here = self.told.iter().filter(|((of, place), _)| of == source && place.holds(to));
        let here: Vec<(Key, Row)> = here.map(|(key, row)| (key.clone(), row.clone())).collect();
        for (key, row) in here {
            let is_ordered = row.order.as_ref().is_some_and(|order| now < order.until);
            if expired.is_some_and(|expires| expires <= now) && !is_ordered {
                continue;
            }
            if is_out(&row, now) {
                return Some((
                    Law::NeverOverAQuarantinedSource,
                    format!("{source} is used towards {} and is out ({})", to.site, key.1),
                ));
            }
            if matches!(row.state, State::Probing { .. }) && !is_ordered {
                let before = self.used.insert(key.clone(), now);
                if before.is_some_and(|before| now.since(before) < TRICKLE) {
                    return Some((
                        Law::OnlyATrickle,
                        format!("{source} is probed twice within {:?} ({})", TRICKLE, key.1),
                    ));
                }
            }
        }
        None
    }

    /// Rows moved in one call.
    pub(crate) fn moved(
        &mut self,
        before: &Rows,
        after: &Rows,
        (lists, receivers, scene): (&Lists, &Receivers, &Scene),
        (truly, now): (Timestamp, Timestamp),
    ) -> Option<(Law, String)> {
        let blank = Row::default();
        for (key, row) in after {
            let old = before.get(key).unwrap_or(&blank);
            if old == row {
                continue;
            }
            let source = scene.sources.iter().position(|one| one.name == key.0)?;
            let is_true =
                lists.named_lately(source, LAG, truly) || receivers.banned_lately(source, LAG, truly);
            let is_worse = row.struck != old.struck && (row.is_last || row.state.word() == Word::Quarantined);
            // What spoke against the last source is carried out when another one is back, however old it is.
            if is_worse && !old.is_last && !matches!(key.1, Place::Site(_)) && !is_true {
                return Some((
                    Law::LiesHarmNobodyElse,
                    format!("{} is out ({}), and nobody has anything against it", key.0, key.1),
                ));
            }
            let falls = row.state.word() == Word::Quarantined && old.state.word() != Word::Quarantined;
            // What receivers remember of a list that has let go, as far as polls can know, is no relapse.
            let named = row_lists(row);
            let is_outdated =
                key.1 != Place::Everywhere && !named.is_empty() && !lists.surely_names(source, named, truly);
            if falls && let Some(what) = self.flaps(key, (old, row), is_outdated, now) {
                return Some((Law::NoFlapping, what));
            }
            let is_back = row.state.word() == Word::Probing && old.state.word() == Word::Quarantined;
            if is_back && row.because == old.because && lists.surely_names(source, row_lists(old), truly) {
                return Some((
                    Law::BackOnlyWhenClean,
                    format!("{} is probed ({}), and its lists name it", key.0, key.1),
                ));
            }
            let is_looser = is_out(old, now) && !is_out(row, now)
                || old.state.word() == Word::Probing && row.state.word() == Word::Warming;
            let is_recorded = self.recorded.get(key).is_some_and(|version| *version >= row.version);
            if is_looser && !is_recorded {
                return Some((
                    Law::TakenAtOnceGivenBackRecorded,
                    format!("{} is given back ({}) without a record", key.0, key.1),
                ));
            }
        }
        None
    }

    fn flaps(
        &mut self,
        key: &Key,
        (old, row): (&Row, &Row),
        is_outdated: bool,
        now: Timestamp,
    ) -> Option<String> {
        let entered = self.entered.insert(key.clone(), now);
        // A person sent it back before its time, or had another one used in its place.
        let is_by_hand = row.order.is_some()
            || old.order.is_some()
            || self.handled.is_some_and(|at| now.since(at) < BY_HAND);
        if is_by_hand {
            return None;
        }
        if entered.is_some_and(|before| now.since(before) < SHORTEST) {
            return Some(format!("{} is quarantined ({}) twice within a quarter of an hour", key.0, key.1));
        }
        let is_relapse = matches!(old.state, State::Probing { .. } | State::Warming { .. });
        let State::Quarantined { until } = row.state else { return None };
        let least = if is_relapse && !is_outdated { SHORTEST * 2 } else { SHORTEST };
        (until.since(now) < least)
            .then(|| format!("{} relapses ({}) and waits {:?} only", key.0, key.1, until.since(now)))
    }

    /// A person had a source probed, or ordered it: it may fall again at once, and others with it.
    pub(crate) fn handled(&mut self, now: Timestamp) {
        self.handled = Some(now);
    }

    pub(crate) fn forget_times(&mut self) {
        self.entered.clear();
        self.used.clear();
    }

    /// The process ends with these in force.
    pub(crate) fn went_down(&mut self, guard: &Guard) {
        self.at_down = rows(guard);
    }

    /// Whether a start gives back what was taken away and recorded.
    pub(crate) fn is_looser(&mut self, guard: &Guard, now: Timestamp) -> Option<String> {
        let after = rows(guard);
        let blank = Row::default();
        for (key, row) in std::mem::take(&mut self.at_down) {
            let is_recorded = self.recorded.get(&key).is_some_and(|version| *version >= row.version);
            if is_recorded && is_out(&row, now) && !is_out(after.get(&key).unwrap_or(&blank), now) {
                return Some(format!(
                    "{} was out ({}) by its record, and is not after a start",
                    key.0, key.1
                ));
            }
            // A fall that a power cut took with its record never was: the next one is the first.
            if !is_recorded && !is_out(after.get(&key).unwrap_or(&blank), now) {
                self.entered.remove(&key);
            }
        }
        self.recorded = after.iter().map(|(key, row)| (key.clone(), row.version)).collect();
        self.told = after;
        None
    }

    /// What must hold at any time: a way is left, and what is surely listed is out.
    pub(crate) fn look(
        &mut self,
        guard: &Guard,
        (lists, scene): (&Lists, &Scene),
        is_settled: bool,
        (truly, now): (Timestamp, Timestamp),
    ) -> Option<(Law, String)> {
        let rows = rows(guard);
        let stranger = Receiver::new(None, "mx.never.met.example");
        let uses = scene.sources.iter().map(|one| guard.allows(&one.name, &stranger, now));
        let uses: Vec<Use> = uses.collect();
        let goes = |one: &Use| matches!(one, Use::Free { .. } | Use::LastResort);
        let is_left = uses.iter().any(goes) || uses.iter().all(is_forbidden);
        let since = if is_left || !is_settled { now } else { self.none_since.unwrap_or(now) };
        self.none_since = (!is_left && is_settled).then_some(since);
        if now.since(since) >= RECORDED {
            let states = rows
                .iter()
                .filter(|((_, place), _)| *place == Place::Everywhere)
                .map(|((name, _), row)| (name, row.state));
            let states: Vec<_> = states.collect();
            return Some((
                Law::TheLastWayStays,
                format!("no source is left for a host that refused nothing: {states:?}"),
            ));
        }
        if rows.values().any(|row| row.order.is_some()) {
            return None;
        }
        let is_handled = self.handled.is_some_and(|at| now.since(at) < BY_HAND);
        for (number, source) in scene.sources.iter().enumerate().filter(|_| is_settled && !is_handled) {
            let row = rows.get(&(source.name.clone(), Place::Everywhere));
            let is_kept = row.is_some_and(|row| row.is_last || is_out(row, now));
            if !is_kept && lists.surely_names(number, (0..2).collect(), truly) {
                return Some((Law::ListedIsOut, format!("{} is listed for long and in use", source.name)));
            }
        }
        None
    }
}

/// By an operator.
fn is_forbidden(said: &Use) -> bool {
    matches!(said, Use::Never(why) if why.is_order)
}

fn row_lists(row: &Row) -> Vec<usize> {
    row.lists.iter().filter_map(|name| crate::scene::LISTS.iter().position(|list| list == name)).collect()
}
