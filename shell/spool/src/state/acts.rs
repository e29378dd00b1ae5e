//! Acts in the index: the journal, what an act would change in a message, and the change itself.
//!
//! A message remembers for each act what it was before; undo takes the latest act of its kind off, so that several come off in the
//! order opposite to theirs. Where a message stands and where it goes are two aspects: an act on one does not cover an act on the
//! other.

use super::{Phase, Segments, State};
use crate::act::{Act, Skipped, Wanted};
use crate::event::{Before, Change, Progress, Undoable};
use crate::seen::Seen;
use model::{ActId, LastTry, MessageId, Outcome, ParkReason, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Acts that the journal keeps.
const ACTS_MAX: usize = 1_000;
/// Acts of one message that can be undone.
const UNDOABLE_MAX: usize = 16;

/// What an act does to a message that was taken out for it.
pub(crate) struct Decided {
    pub(crate) change: Change,
    pub(crate) stood: Phase,
    pub(crate) recipients: usize,
}

/// The journal.
#[derive(Default)]
pub(super) struct Acts(BTreeMap<ActId, Kept>);

struct Kept {
    act: Act,
    /// Segments that hold its record.
    segments: BTreeSet<u64>,
}

impl Acts {
    /// Takes in those of earlier runs.
    pub(super) fn join(&mut self, earlier: Self) {
        for (id, kept) in earlier.0 {
            self.0.entry(id).or_insert(kept);
        }
    }

    fn make_room(&mut self, segments: &mut Segments) {
        while self.0.len() > ACTS_MAX {
            let Some((id, kept)) = self.0.pop_first() else { return };
            segments.remove(id.in_log(), &BTreeSet::new(), &kept.segments);
        }
    }
}

impl State {
    /// What `wanted` does to a message, which is out of circulation from here on; or why it is passed over.
    pub(crate) fn decide(
        &mut self,
        id: MessageId,
        wanted: &Wanted,
        still: impl Fn(&Seen<'_>) -> bool,
        now: Timestamp,
    ) -> Result<Decided, Skipped> {
        let seen = Seen::new(id, self.entries.get(&id).ok_or(Skipped::Gone)?);
        let recipients = seen.pending();
        let change = if still(&seen) { seen.change(wanted, now)? } else { return Err(Skipped::Gone) };
        let stood = self.take_out(id).ok_or(Skipped::Gone)?;
        Ok(Decided { change, stood, recipients })
    }

    /// A message in the hands of one who asked for it by name, with the number of the lease.
    pub(crate) fn lease_by_name(
        &mut self,
        id: MessageId,
        still: impl Fn(&Seen<'_>) -> bool,
    ) -> Result<u64, Skipped> {
        let entry = self.entries.get(&id).ok_or(Skipped::Gone)?;
        if entry.phase() == Phase::Delivering {
            return Err(Skipped::Delivering);
        }
        if !still(&Seen::new(id, entry)) {
            return Err(Skipped::Gone);
        }
        self.take_out(id).ok_or(Skipped::Gone)?;
        self.lease(id).ok_or(Skipped::Gone)
    }

    /// Takes in a record of the journal that lies in `segment`, if it could be written.
    pub(crate) fn put_act(&mut self, act: &Act, segment: Option<u64>) {
        let id = act.id.in_log();
        let mut kept = Kept { act: act.clone(), segments: segment.into_iter().collect() };
        if let Some(before) = self.acts.0.remove(&act.id) {
            if before.act.end.is_some() && act.end.is_none() {
                // A copy that was begun before the end was known: what ends the act must stay.
                kept.act = before.act;
                kept.segments.extend(&before.segments);
            } else {
                self.segments.remove(id, &BTreeSet::new(), &before.segments);
            }
        }
        segment.into_iter().for_each(|segment| self.segments.add_event(segment, id));
        self.acts.0.insert(act.id, kept);
        self.acts.make_room(&mut self.segments);
    }

    /// A record of the act lies in `segment` too.
    pub(super) fn note_act_in(&mut self, id: MessageId, segment: u64) {
        if let Some(kept) = self.acts.0.get_mut(&ActId::from_log(id)) {
            kept.segments.insert(segment);
            self.segments.add_event(segment, id);
        }
    }

    /// The act that the log keeps under `id`.
    pub(crate) fn act(&self, id: MessageId) -> Option<Act> {
        self.acts.0.get(&ActId::from_log(id)).map(|kept| kept.act.clone())
    }

    /// The latest first.
    pub(crate) fn acts(&self) -> Vec<Act> {
        self.acts.0.values().rev().map(|kept| kept.act.clone()).collect()
    }
}

impl Progress {
    /// A record says what a try met.
    pub(super) fn note_try(&mut self, tried: Option<&LastTry>) {
        if let Some(tried) = tried {
            self.last_try = Some(tried.clone());
        }
    }

    /// The change that takes an act back.
    pub(crate) fn undo(&self, of: ActId) -> Result<Change, Skipped> {
        let place = self.acts.iter().rposition(|done| done.act == of).ok_or(Skipped::Needless)?;
        let restored = self.acts[place].before.clone();
        let is_covered = self.acts[place + 1..].iter().any(|later| later.before.is_like(&restored));
        if is_covered { Err(Skipped::Covered) } else { Ok(Change::Undone { of, restored }) }
    }

    /// Applies a change; live and at recovery the same.
    pub(super) fn act(&mut self, act: ActId, change: &Change) {
        let stood = Before::Standing { due: self.due, parked: self.parked.clone(), kept: self.kept.clone() };
        match change {
            Change::Held { by, note } => {
                self.remember(act, stood);
                self.parked = Some(ParkReason::Operator { by: by.clone(), note: note.clone() });
            }
            Change::Released { due } => {
                self.remember(act, stood);
                self.parked = None;
                self.kept.clear();
                self.due = *due;
            }
            Change::Retried { due } => self.due = *due,
            Change::Redirected { to } => {
                self.remember(act, Before::Route { redirect: self.redirect.clone() });
                self.redirect = Some(to.clone());
            }
            Change::Undone { of, restored } => {
                self.acts.retain(|done| done.act != *of);
                match restored.clone() {
                    Before::Standing { due, parked, kept } => {
                        (self.due, self.parked, self.kept) = (due, parked, kept);
                        let outcomes = &self.outcomes;
                        self.kept.retain(|one| outcomes.get(one.recipient) == Some(&Outcome::Pending));
                    }
                    Before::Route { redirect } => self.redirect = redirect,
                }
            }
        }
    }

    fn remember(&mut self, act: ActId, before: Before) {
        if self.acts.len() == UNDOABLE_MAX {
            self.acts.remove(0);
        }
        self.acts.push(Undoable { act, before });
    }
}

impl Before {
    /// Whether both are about the same aspect.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Standing { .. }, Self::Standing { .. }) | (Self::Route { .. }, Self::Route { .. }) => true,
            (Self::Standing { .. }, Self::Route { .. }) | (Self::Route { .. }, Self::Standing { .. }) => {
                false
            }
        }
    }
}
