//! An operator's act on messages of the queue: journalled, done in batches, counted, and undone.
//!
//! The act is in the log before the first message is touched, and again with its counts at its end; every change of a message names
//! it. A message that is being delivered is passed over, counted and named. Between two batches others get their turn; an act that a stop
//! cuts short has done what the log shows, and its undo takes back just that.

use crate::Spool;
use crate::config::SpoolError;
use crate::event::Event;
use crate::seen::Seen;
use crate::state::TakenOut;
use model::{ActId, MessageId, Redirect, Selection, Timestamp};
use serde::{Deserialize, Serialize};

/// Messages that one sync makes durable, and one lock changes.
pub(crate) const BATCH: usize = 500;

/// One act, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    pub id: ActId,
    #[serde(flatten)]
    pub kind: ActKind,
    /// The user of the operating system, or what the console knows.
    pub by: String,
    pub begun: Timestamp,
    /// In the operator's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    pub selection: Selection,
    /// `None`: under way, or cut short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<ActEnd>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ActKind {
    Hold,
    Release,
    Retry,
    Bounce { text: String },
    Redirect { to: Redirect },
    Undo { of: ActId },
}

impl ActKind {
    /// The word of the command line.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Release => "release",
            Self::Retry => "retry",
            Self::Bounce { .. } => "bounce",
            Self::Redirect { .. } => "redirect",
            Self::Undo { .. } => "undo",
        }
    }
}

/// How an act ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActEnd {
    pub at: Timestamp,
    pub tally: Tally,
    /// Why it did not come to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// Messages by what became of them in an act: the first number is the sum of the four or five behind `recipients`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// Meant when the act began.
    pub selected: usize,
    /// Recipients without outcome of those touched.
    pub recipients: usize,
    pub touched: usize,
    /// Being delivered just then: passed over.
    pub delivering: usize,
    /// Already as wanted, or not of a kind that the act changes.
    pub needless: usize,
    /// Left the queue, or no longer what the selection means.
    pub gone: usize,
    /// Changed by a later act, which has to be undone first.
    pub covered: usize,
    /// Reports that were sent.
    pub reports: usize,
    /// Recipients for whom nobody may be told.
    pub discarded: usize,
}

impl Tally {
    /// Both together.
    pub fn add(&mut self, other: Self) {
        self.selected += other.selected;
        self.recipients += other.recipients;
        self.touched += other.touched;
        self.delivering += other.delivering;
        self.needless += other.needless;
        self.gone += other.gone;
        self.covered += other.covered;
        self.reports += other.reports;
        self.discarded += other.discarded;
    }

    /// Whether every message that was meant is accounted for.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.selected == self.touched + self.delivering + self.needless + self.gone + self.covered
    }

    /// One more that was passed over.
    pub fn skip(&mut self, skipped: Skipped) {
        match skipped {
            Skipped::Delivering => self.delivering += 1,
            Skipped::Needless => self.needless += 1,
            Skipped::Gone => self.gone += 1,
            Skipped::Covered => self.covered += 1,
        }
    }
}

/// Why an act passes a message over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// It is being delivered.
    Delivering,
    /// It is as wanted already, or the act does not change such.
    Needless,
    /// It left the queue, or is no longer meant.
    Gone,
    /// A later act has to be undone first.
    Covered,
}

/// What came of an act.
#[derive(Debug)]
pub struct Acted {
    pub tally: Tally,
    /// Those passed over because they were being delivered: they may come back.
    pub delivering: Vec<MessageId>,
    /// Why not all of it was done; what was done is counted and holds.
    pub done: Result<(), SpoolError>,
}

/// What an act wants of each message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Hold {
        by: String,
        note: String,
    },
    /// Due now, whatever kept it.
    Release,
    /// Due now if it only waits.
    Retry,
    Redirect(Redirect),
    Undo(ActId),
}

impl Spool {
    /// Writes an act into the journal, at its beginning or with its end.
    ///
    /// # Errors
    /// If the record cannot be written: an act that is not in the journal must not begin.
    pub async fn journal(&self, act: &Act, now: Timestamp) -> Result<(), SpoolError> {
        let event = Event::Act { act: Box::new(act.clone()) };
        self.shared.record(act.id.in_log(), event, now, crate::writer::Durability::Now).await
    }

    /// The acts of the journal, the latest first.
    #[must_use]
    pub fn acts(&self) -> Vec<Act> {
        self.shared.state().acts()
    }

    /// Does to the messages `ids` what an act wants, as far as they are `still` meant.
    pub async fn act(
        &self,
        act: ActId,
        wanted: &Wanted,
        ids: &[MessageId],
        still: impl Fn(&Seen<'_>) -> bool,
        now: Timestamp,
    ) -> Acted {
        let tally = Tally { selected: ids.len(), ..Tally::default() };
        let mut acted = Acted { tally, delivering: Vec::new(), done: Ok(()) };
        let mut left = ids.len();
        let holds = matches!(wanted, Wanted::Hold { .. });
        for batch in ids.chunks(BATCH) {
            left -= batch.len();
            let (events, taken) = self.take_out_batch(act, wanted, batch, &still, now, &mut acted);
            if holds {
                self.shared.metrics.held.add(events.len() as u64);
            }
            if !events.is_empty() {
                acted.done = self.shared.record_all(events, now).await;
            }
            taken.into_iter().for_each(TakenOut::changed);
            if acted.done.is_err() {
                // The rest was not looked at.
                acted.tally.selected -= left;
                return acted;
            }
            tokio::task::yield_now().await;
        }
        acted
    }

    fn take_out_batch(
        &self,
        act: ActId,
        wanted: &Wanted,
        batch: &[MessageId],
        still: &impl Fn(&Seen<'_>) -> bool,
        now: Timestamp,
        acted: &mut Acted,
    ) -> (Vec<(MessageId, Event)>, Vec<TakenOut>) {
        // Before the lock, so that they are let go behind it: a message that goes back takes it.
        let (mut events, mut taken) = (Vec::new(), Vec::new());
        let mut state = self.shared.state();
        for id in batch {
            match state.decide(*id, wanted, still, now) {
                Ok(decided) => {
                    acted.tally.touched += 1;
                    acted.tally.recipients += decided.recipients;
                    taken.push(self.shared.taken_out(*id, decided.stood));
                    events.push((*id, Event::Acted { act, change: decided.change }));
                }
                Err(skipped) => {
                    acted.tally.skip(skipped);
                    acted.delivering.extend((skipped == Skipped::Delivering).then_some(*id));
                }
            }
        }
        (events, taken)
    }
}
