//! What the start of a run does to the index: what was in flight may have arrived, times of a clock that was set back are set right, and what
//! earlier runs left joins.
//!
//! The record of the start lies in the run's first segment, which keeps every message that it is about. On a full disk that segment comes later than
//! the messages, and perhaps under a later number than was meant.

use super::{Entry, Phase, State};
use crate::format::RunStart;
use model::{Duration, MessageId, Outcome};

/// Less than this is a clock that drifted, and does not pay for keeping the record of the start for every message.
const SET_BACK_MIN: Duration = Duration::from_secs(60);

impl State {
    /// The clock was set back by so much before a run whose record lies in `segment`: mail waits as long as it was to wait, and not longer by that.
    pub(crate) fn set_back(&mut self, by: Duration, segment: u64) {
        if by < SET_BACK_MIN {
            return;
        }
        for (id, entry) in self.entries.iter_mut().filter(|(_, entry)| entry.phase == Phase::Waiting) {
            self.due.remove(&entry.lane(), entry.progress.due, *id);
            entry.progress.due = entry.progress.due - by;
            self.due.insert(&entry.lane(), entry.progress.due, *id);
            entry.event_segments.insert(segment);
            self.segments.add_event(segment, *id);
        }
    }

    /// A run starts, whose record lies in `segment`: what was in flight may have arrived. Records of the last moment before a power
    /// cut may be missing, so behind one every message that was tried or due by now may have been in flight. Gives the number of recipients.
    pub(crate) fn begin_run(&mut self, start: RunStart, segment: u64) -> usize {
        let mut marked = 0;
        for (id, entry) in &mut self.entries {
            let progress = &mut entry.progress;
            let mut unknown = std::mem::take(&mut progress.in_flight);
            let was_tried = progress.due <= start.at || progress.tries > 0;
            if start.power_cut && was_tried {
                let pending =
                    progress.outcomes.iter().enumerate().filter(|(_, outcome)| **outcome == Outcome::Pending);
                unknown.extend(pending.map(|(recipient, _)| recipient));
            }
            if unknown.is_empty() {
                continue;
            }
            marked += unknown.len();
            progress.maybe_duplicate.append(&mut unknown);
            entry.event_segments.insert(segment);
            self.segments.add_event(segment, *id);
        }
        marked
    }

    /// The first segment of this run is there, under the number that it was to have or a later one: what joined the queue before it, on a full disk,
    /// needs it too, and what joins later.
    pub(crate) fn note_first_segment(&mut self, meant: u64, number: u64) {
        self.first_segment = Some((meant, number));
        for (id, entry) in &mut self.entries {
            if entry.move_start(meant, number) {
                self.segments.add_event(number, *id);
            }
        }
    }

    /// Takes in the segments of earlier runs; gives their messages, to be joined one by one.
    pub(crate) fn join(&mut self, earlier: Self) -> std::collections::btree_map::IntoIter<MessageId, Entry> {
        self.segments.join(earlier.segments);
        self.torn = earlier.torn;
        self.acts.join(earlier.acts);
        earlier.entries.into_iter()
    }

    /// Takes in a message of an earlier run.
    pub(crate) fn join_entry(&mut self, id: MessageId, mut entry: Entry) {
        if entry.phase == Phase::Waiting {
            self.due.insert(&entry.lane(), entry.progress.due, id);
        }
        if let Some((meant, number)) = self.first_segment {
            entry.move_start(meant, number);
        }
        // The segments of earlier runs know it already; that of this run's start does not.
        entry.event_segments.iter().for_each(|segment| self.segments.add_event(*segment, id));
        self.entries.insert(id, entry);
        self.note_parked(id);
    }
}

impl Entry {
    /// Its records of the run's start lie in another segment than was meant; gives whether it has any.
    fn move_start(&mut self, meant: u64, number: u64) -> bool {
        let has = self.event_segments.remove(&meant);
        if has {
            self.event_segments.insert(number);
        }
        has
    }
}
