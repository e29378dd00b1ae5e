//! What the start of a run does to the index: what was in flight may have arrived, times of a clock that was set back are set right, and what
//! earlier runs left joins.
//!
//! The record of the start lies in the run's first segment, which keeps every message that it is about. On a full disk that segment comes later than
//! the messages, and perhaps under a later number than was meant.

use super::{Entry, Phase, State, Whole};
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
        for (id, entry) in self.entries.iter_mut().filter(|(_, entry)| entry.phase() == Phase::Waiting) {
            let (lane, due) = (entry.lane(), entry.due());
            self.due.remove(&lane, due, *id);
            self.due.insert(&lane, due - by, *id);
            let whole = entry.unpack(&mut self.shelf);
            whole.progress.due = due - by;
            whole.event_segments.insert(segment);
            self.segments.add_event(segment, *id);
            entry.pack(&mut self.shelf);
        }
    }

    /// A run starts, whose record lies in `segment`: what was in flight may have arrived. Records of the last moment before a power
    /// cut may be missing, so behind one every message that was tried or due by now may have been in flight. Gives the number of recipients.
    pub(crate) fn begin_run(&mut self, start: RunStart, segment: u64) -> usize {
        let mut marked = 0;
        for (id, entry) in &mut self.entries {
            let was_tried = entry.due() <= start.at || entry.is_tried();
            let may_have_arrived = start.power_cut && was_tried;
            if !entry.is_in_flight() && !may_have_arrived {
                continue;
            }
            let whole = entry.unpack(&mut self.shelf);
            let progress = &mut whole.progress;
            let mut unknown = std::mem::take(&mut progress.in_flight);
            if may_have_arrived {
                let pending =
                    progress.outcomes.iter().enumerate().filter(|(_, outcome)| **outcome == Outcome::Pending);
                unknown.extend(pending.map(|(recipient, _)| recipient));
            }
            if !unknown.is_empty() {
                marked += unknown.len();
                progress.maybe_duplicate.append(&mut unknown);
                whole.event_segments.insert(segment);
                self.segments.add_event(segment, *id);
            }
            entry.pack(&mut self.shelf);
        }
        marked
    }

    /// The first segment of this run is there, under the number that it was to have or a later one: what joined the queue before it, on a full disk,
    /// needs it too, and what joins later.
    pub(crate) fn note_first_segment(&mut self, meant: u64, number: u64) {
        self.first_segment = Some((meant, number));
        for (id, entry) in &mut self.entries {
            if entry.unpack(&mut self.shelf).move_start(meant, number) {
                self.segments.add_event(number, *id);
            }
            entry.pack(&mut self.shelf);
        }
    }

    /// Takes in the segments of earlier runs; gives their messages, to be joined one by one.
    pub(crate) fn join(&mut self, earlier: Self) -> std::collections::btree_map::IntoIter<MessageId, Entry> {
        self.segments.join(earlier.segments);
        self.shelf.join(earlier.shelf);
        self.torn = earlier.torn;
        self.acts.join(earlier.acts);
        earlier.entries.into_iter()
    }

    /// Takes in a message of an earlier run.
    pub(crate) fn join_entry(&mut self, id: MessageId, mut entry: Entry) {
        if entry.phase() == Phase::Waiting {
            self.due.insert(&entry.lane(), entry.due(), id);
        }
        if let Some((meant, number)) = self.first_segment.filter(|(meant, number)| meant != number) {
            entry.unpack(&mut self.shelf).move_start(meant, number);
            entry.pack(&mut self.shelf);
        }
        // The segments of earlier runs know it already; that of this run's start does not.
        entry.places().1.iter().for_each(|segment| self.segments.add_event(*segment, id));
        self.entries.insert(id, entry);
        self.note_parked(id);
    }
}

impl Whole {
    /// Its records of the run's start lie in another segment than was meant; gives whether it has any.
    fn move_start(&mut self, meant: u64, number: u64) -> bool {
        let has = self.event_segments.remove(&meant);
        if has {
            self.event_segments.insert(number);
        }
        has
    }
}
