//! The guard asked and told, as the sentry does it: what takes away holds at once, what gives back holds when its record is written.
//!
//! Each call is looked at from both sides: which rows moved, for the counts, and what that allows, for the laws.

use crate::laws::Law;
use crate::world::{Event, World};
use guard::{Change, EvidenceId, Guard, OrderKind, Place, Reaction, Row, Word};
use model::{Duration, SourceName};
use std::collections::BTreeMap;

pub(crate) type Rows = BTreeMap<(SourceName, Place), Row>;

pub(crate) fn rows(guard: &Guard) -> Rows {
    guard.rows().map(|(source, place, row)| ((source.clone(), place.clone()), row.clone())).collect()
}

fn word(row: &Row) -> &'static str {
    if row.is_last { "last" } else { row.state.word().as_str() }
}

fn order(row: &Row) -> &'static str {
    match row.order.as_ref().map(|order| order.kind) {
        None => "none",
        Some(OrderKind::Out) => "out",
        Some(OrderKind::In) => "in",
    }
}

impl World {
    /// Tells the guard something and sees to what follows.
    pub(crate) fn guarded(
        &mut self,
        cause: &'static str,
        tell: impl FnOnce(&mut Guard, EvidenceId) -> Reaction,
    ) {
        self.evidence += 1;
        let evidence = EvidenceId(self.evidence);
        let before = rows(&self.memory.guard);
        let reaction = tell(&mut self.memory.guard, evidence);
        self.count_rows(&before, cause);
        for change in &reaction.done {
            self.changed(change);
        }
        let Reaction { done, proposed } = reaction;
        if !done.is_empty() || !proposed.is_empty() {
            let proposed = proposed.into_iter().map(|change| (change, cause)).collect();
            // Tasks give to the journal what they decided under a lock, and may overtake each other on the way.
            let wait = Duration::from_millis(self.dice.between(0, 20));
            self.after(wait, Event::Write { done, proposed });
        }
    }

    /// The journal is written in the order in which it was given; then what is given back holds.
    pub(crate) fn write_guard(&mut self, done: Vec<Change>, proposed: Vec<(Change, &'static str)>) {
        let proposed: Vec<_> =
            proposed.into_iter().filter(|(change, _)| self.memory.guard.is_next(change)).collect();
        for change in done.iter().chain(proposed.iter().map(|(change, _)| change)) {
            self.disk.guard.append(change.clone());
        }
        if self.sick.is_full || self.disk.guard.sync(self.sick).is_err() {
            self.disk.guard.take_unsynced();
            return;
        }
        for change in &done {
            self.laws.guard.recorded(change);
        }
        for (change, cause) in proposed {
            let before = rows(&self.memory.guard);
            if self.memory.guard.apply(&change) {
                self.laws.guard.recorded(&change);
                self.count_rows(&before, cause);
                self.changed(&change);
            }
        }
    }

    /// Counts what moved.
    fn count_rows(&mut self, before: &Rows, cause: &'static str) {
        let now = self.clock();
        let after = rows(&self.memory.guard);
        for (key, row) in &after {
            let old = before.get(key).cloned().unwrap_or_default();
            if old == *row {
                continue;
            }
            if order(&old) != order(row) {
                self.tally.took("order", order(&old), "a person", order(row));
            }
            let is_same = old.state == row.state && old.struck == row.struck && old.is_last == row.is_last;
            if !is_same {
                self.count_row(&old, row, cause);
            }
        }
        let breach = self.laws.guard.moved(
            before,
            &after,
            (&self.lists, &self.receivers, &self.scene),
            (self.now, now),
        );
        if let Some((law, what)) = breach {
            self.broken(law, what);
        }
    }

    fn count_row(&mut self, old: &Row, new: &Row, cause: &'static str) {
        let by = match (cause, old.state.word(), new.state.word()) {
            ("either", _, Word::Suspect) if !new.is_last => "weak",
            ("either", Word::Clean | Word::Suspect, _) => "strong",
            ("either", ..) if new.is_last => "strong",
            ("due", Word::Suspect, Word::Quarantined) => "another is back",
            // Whether it was strong by what others said before only the guard knows.
            ("either", ..) => return,
            (cause, ..) => cause,
        };
        self.tally.took("guard", word(old), by, word(new));
    }

    /// A change is in force: the incidents hear of it.
    fn changed(&mut self, change: &Change) {
        self.laws.guard.told(change);
        self.source_told(change, change.from);
    }

    /// What a start may not forget: whatever was taken away and recorded.
    pub(crate) fn laws_at_start(&mut self) {
        let now = self.clock();
        if let Some(what) = self.laws.guard.is_looser(&self.memory.guard, now) {
            self.broken(Law::TakenAtOnceGivenBackRecorded, what);
        }
        self.laws.books.forget_times();
        self.laws.books.started(&self.disk.spool.entries);
        if let Some(what) = self.laws.books.missing(&self.disk.spool.entries) {
            self.broken(Law::NothingLost, what);
        }
    }
}
