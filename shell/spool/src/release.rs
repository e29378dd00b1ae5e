//! Waking parked messages, many at once: whoever finds that a cause is gone names the messages by a predicate.
//!
//! What the predicate picks is due now, oldest first and at most as many as asked for, with one sync for each batch. What an operator,
//! a policy or a loop holds is never picked, nor is what is being delivered. Only parked messages are looked at, however long the queue is.

use crate::Spool;
use crate::act::BATCH;
use crate::config::SpoolError;
use crate::event::Event;
use crate::seen::Seen;
use crate::state::TakenOut;
use model::{MessageId, Standing, Timestamp};

/// Messages that are looked at under one lock.
const LOOKED_AT_ONCE: usize = 500;

impl Spool {
    /// Shows every message of which something is parked or held to `visit`, by id, until `visit` says that it has seen enough.
    pub fn scan_parked(&self, mut visit: impl FnMut(&Seen<'_>) -> Going) {
        let mut after = None;
        loop {
            after = self.shared.state().visit_parked(after, LOOKED_AT_ONCE, &mut visit);
            if after.is_none() {
                return;
            }
            // Sessions and deliveries that wait for the lock get it.
            std::thread::yield_now();
        }
    }

    /// Makes messages due now of which something is parked and that `wanted` picks, oldest first, at most `at_most`; `why` goes on record. Gives
    /// how many: if that is `at_most` there may be more.
    ///
    /// # Errors
    /// If a record cannot be written; what was released until then is due in this run.
    pub async fn release_where(
        &self,
        wanted: impl Fn(&Seen<'_>) -> bool,
        why: &str,
        now: Timestamp,
        at_most: usize,
    ) -> Result<usize, SpoolError> {
        let mut ids = Vec::new();
        if at_most > 0 {
            self.scan_parked(|seen| {
                ids.extend((may_wake(seen) && wanted(seen)).then_some(seen.id));
                if ids.len() < at_most { Going::On } else { Going::Enough }
            });
        }
        let mut released = 0;
        for batch in ids.chunks(BATCH) {
            let (events, taken) = self.take_out_parked(batch, &wanted, why, now);
            if events.is_empty() {
                continue;
            }
            let count = events.len();
            let recorded = self.shared.record_all(events, now).await;
            taken.into_iter().for_each(TakenOut::changed);
            recorded?;
            released += count;
            tokio::task::yield_now().await;
        }
        Ok(released)
    }

    fn take_out_parked(
        &self,
        batch: &[MessageId],
        wanted: &impl Fn(&Seen<'_>) -> bool,
        why: &str,
        now: Timestamp,
    ) -> (Vec<(MessageId, Event)>, Vec<TakenOut>) {
        // Before the lock, so that they are let go behind it: a message that goes back takes it.
        let (mut events, mut taken) = (Vec::new(), Vec::new());
        let mut state = self.shared.state();
        for id in batch {
            let still = state.entry(*id).map(|entry| Seen::new(*id, entry));
            if still.is_some_and(|seen| may_wake(&seen) && wanted(&seen))
                && let Some(stood) = state.take_out(*id)
            {
                taken.push(self.shared.taken_out(*id, stood));
                events.push((*id, Event::Released { by: why.to_owned(), due: now }));
            }
        }
        (events, taken)
    }
}

/// Whether a look goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Going {
    On,
    Enough,
}

/// What somebody holds is theirs to release, and what is being delivered has its chance just now.
fn may_wake(seen: &Seen<'_>) -> bool {
    match seen.standing {
        Standing::Parked | Standing::Waiting => true,
        Standing::Held | Standing::Delivering => false,
    }
}
