//! What earlier runs left while it is read, and how it joins the queue: mail is taken in and delivered meanwhile.
//!
//! Until it has joined nothing is deleted, neither segments nor the snapshots that its messages need.

use super::{Look, Recovered, Recovery};
use crate::config::SpoolError;
use crate::format::RunStart;
use crate::state::{Shared, State};
use model::{SnapshotNumber, TenantName};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Entries that join under one lock, so that sessions do not wait for all of them.
const JOINED_AT_ONCE: usize = 1_000;

/// The segments of earlier runs, not yet read.
#[must_use = "what earlier runs left is delivered only when it was read"]
pub struct Unread {
    shared: Arc<Shared>,
    look: Look,
    start: RunStart,
}

/// What earlier runs left, read.
#[must_use = "what earlier runs left is delivered only when it has joined the queue"]
pub struct Earlier {
    shared: Arc<Shared>,
    state: State,
    recovered: Recovered,
}

impl Unread {
    pub(crate) fn new(shared: Arc<Shared>, look: Look, start: RunStart) -> Self {
        Self { shared, look, start }
    }

    /// How many segments there are to read.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.look.segments.len()
    }

    /// Reads everything; blocks as long as the disk needs.
    ///
    /// # Errors
    /// If the disk cannot be read, or the spool was stopped meanwhile.
    pub fn read(self) -> Result<Earlier, SpoolError> {
        let mut recovery = Recovery::new(self.look.power_cut);
        let disk = self.shared.disk.as_ref();
        for segment in &self.look.segments {
            if self.shared.writer.is_stopped() {
                return Err(SpoolError::Closed);
            }
            recovery.segment(disk, segment).map_err(|error| SpoolError::unusable(disk.place(), &error))?;
        }
        let (state, recovered) = recovery.finish_before(self.start, self.look.next());
        Ok(Earlier { shared: self.shared, state, recovered })
    }
}

impl Earlier {
    /// The snapshots that its messages need.
    #[must_use]
    pub fn snapshots_in_use(&self) -> BTreeSet<(TenantName, SnapshotNumber)> {
        self.state.snapshots_in_use()
    }

    /// Puts it into the queue.
    pub fn join(self) -> Recovered {
        self.shared.metrics.maybe_duplicates.add(self.recovered.maybe_duplicates as u64);
        let mut entries = self.shared.state().join(self.state);
        loop {
            let mut state = self.shared.state();
            let before = entries.len();
            entries.by_ref().take(JOINED_AT_ONCE).for_each(|(id, entry)| state.join_entry(id, entry));
            if entries.len() == before {
                state.is_whole = true;
                break;
            }
        }
        self.shared.whole.send_replace(true);
        self.shared.due_changed.notify_one();
        self.shared.note_queue();
        self.recovered
    }
}
