//! What happened lately, in order: the records that projections read with a cursor.
//!
//! A bounded window over the log's events, filled at recovery from the segments that are still there. A reader that falls behind
//! the window sees from the numbers that it missed some; it never sees another order.

use crate::event::{Event, Stored};
use model::{MessageId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Events that are kept in memory.
const WINDOW: usize = 50_000;

/// A place in the sequence of events that this run knows; the default is the oldest that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub u64);

/// One event of one message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TraceRecord {
    pub number: u64,
    pub id: MessageId,
    pub at: Timestamp,
    #[serde(flatten)]
    pub event: Event,
}

pub(crate) struct Trace {
    window: VecDeque<Stored>,
    /// The number of the first event of the window.
    first: u64,
}

impl Default for Trace {
    /// The numbers below are for the events of earlier runs, which are read later.
    fn default() -> Self {
        Self { window: VecDeque::new(), first: WINDOW as u64 }
    }
}

impl Trace {
    /// Puts the latest events of earlier runs in front, as far as there is room.
    pub(crate) fn put_before(&mut self, mut earlier: Self) {
        while self.window.len() < WINDOW {
            let Some(stored) = earlier.window.pop_back() else { return };
            self.window.push_front(stored);
            self.first -= 1;
        }
    }

    pub(crate) fn push(&mut self, stored: Stored) {
        if self.window.len() == WINDOW {
            self.window.pop_front();
            self.first += 1;
        }
        self.window.push_back(stored);
    }

    pub(crate) fn read(&self, cursor: Cursor, limit: usize) -> (Vec<TraceRecord>, Cursor) {
        let start = cursor.0.max(self.first);
        let skip = usize::try_from(start - self.first).unwrap_or(usize::MAX);
        let records: Vec<TraceRecord> = self
            .window
            .iter()
            .skip(skip)
            .take(limit)
            .zip(start..)
            .map(|(stored, number)| TraceRecord {
                number,
                id: stored.id,
                at: stored.at,
                event: stored.event.clone(),
            })
            .collect();
        let next = Cursor(start + records.len() as u64);
        (records, next)
    }
}
