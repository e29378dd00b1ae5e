//! Which messages of the queue are parked or held, so that looking after them costs nothing for all the others.
//!
//! It follows from the progress of each message and is noted with every change of it, whatever the message does at that moment.

use super::State;
use crate::release::Going;
use crate::seen::Seen;
use model::MessageId;
use std::collections::BTreeMap;
use std::ops::Bound;

/// Parked and held messages with the bytes of their bodies.
#[derive(Default)]
pub(super) struct Parked {
    messages: BTreeMap<MessageId, u64>,
    bytes: u64,
}

impl Parked {
    pub(super) fn insert(&mut self, id: MessageId, bytes: u64) {
        self.bytes += bytes;
        self.bytes -= self.messages.insert(id, bytes).unwrap_or(0);
    }

    pub(super) fn remove(&mut self, id: MessageId) {
        self.bytes -= self.messages.remove(&id).unwrap_or(0);
    }
}

impl State {
    /// Notes whether something of the message is parked by now.
    pub(super) fn note_parked(&mut self, id: MessageId) {
        match self.entries.get(&id).filter(|entry| entry.is_parked()) {
            Some(entry) => self.parked.insert(id, entry.size()),
            None => self.parked.remove(id),
        }
    }

    pub(crate) fn parked_bytes(&self) -> u64 {
        self.parked.bytes
    }

    pub(crate) fn parked_messages(&self) -> usize {
        self.parked.messages.len()
    }

    /// Shows up to `at_most` parked messages behind `after` to `visit`, by id; gives the last one shown, if there may be more.
    pub(crate) fn visit_parked(
        &self,
        after: Option<MessageId>,
        at_most: usize,
        visit: &mut impl FnMut(&Seen<'_>) -> Going,
    ) -> Option<MessageId> {
        let behind = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let mut last = None;
        for (number, id) in self.parked.messages.range(behind).map(|(id, _)| *id).enumerate() {
            if number == at_most {
                return last;
            }
            last = Some(id);
            if let Some(entry) = self.entries.get(&id)
                && visit(&Seen::new(id, entry)) == Going::Enough
            {
                return None;
            }
        }
        None
    }
}
