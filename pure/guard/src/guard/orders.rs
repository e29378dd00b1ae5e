//! An operator's orders: out at once, in after their record.

use super::{Guard, Reaction, change};
use crate::evidence::EvidenceId;
use crate::order::{Order, OrderKind};
use crate::place::Place;
use crate::row::Row;
use crate::state::{State, Word};
use model::{SourceName, Timestamp};

impl Guard {
    /// Takes an order. With `In` the evidence stays what it is and is asked again when the order ends.
    pub fn order(
        &mut self,
        source: &SourceName,
        place: &Place,
        order: Order,
        evidence: EvidenceId,
        now: Timestamp,
    ) -> Reaction {
        let row = self.row(source, place);
        let mut new = Row { order: Some(order.clone()), version: row.version + 1, ..row.clone() };
        new.name(evidence);
        self.take_or_propose(source, place, (&row, new), order.kind == OrderKind::Out, now)
    }

    /// Ends an order before its time. The end of `In` takes something away, the end of `Out` gives something back.
    pub fn end_order(
        &mut self,
        source: &SourceName,
        place: &Place,
        evidence: EvidenceId,
        now: Timestamp,
    ) -> Reaction {
        let row = self.row(source, place);
        let Some(order) = &row.order else { return Reaction::default() };
        let takes_away = order.kind == OrderKind::In;
        let mut new = Row { order: None, version: row.version + 1, ..row.clone() };
        new.name(evidence);
        self.take_or_propose(source, place, (&row, new), takes_away, now)
    }

    /// A person knows that the reason is gone: what the guard took out is probed now, without waiting for clean polls.
    pub fn probe_now(
        &mut self,
        source: &SourceName,
        place: &Place,
        evidence: EvidenceId,
        now: Timestamp,
    ) -> Reaction {
        let row = self.row(source, place);
        match row.state.word() {
            // It is in use, because no other is: to probe it would take it away from everybody.
            Word::Suspect if row.is_last => Reaction::default(),
            Word::Quarantined | Word::Suspect => {
                let state = State::Probing { taken: 0 };
                let mut new =
                    Row { state, since: now, is_last: false, version: row.version + 1, ..row.clone() };
                new.lists.clear();
                new.name(evidence);
                self.take_or_propose(source, place, (&row, new), false, now)
            }
            Word::Clean | Word::Probing | Word::Warming => Reaction::default(),
        }
    }

    fn row(&self, source: &SourceName, place: &Place) -> Row {
        let known = self.rows.get(source).and_then(|rows| rows.get(place));
        known.cloned().unwrap_or_else(|| Row { version: self.forgotten, ..Row::default() })
    }

    fn take_or_propose(
        &mut self,
        source: &SourceName,
        place: &Place,
        (old, new): (&Row, Row),
        takes_away: bool,
        now: Timestamp,
    ) -> Reaction {
        let change = change(source, place, old, new, now);
        let mut reaction = Reaction::default();
        if takes_away {
            self.apply(&change);
            reaction.done.push(change);
            // It may have been the last one that carried mail.
            reaction.proposed.extend(self.last_way(now));
        } else {
            reaction.proposed.push(change);
        }
        reaction
    }
}
