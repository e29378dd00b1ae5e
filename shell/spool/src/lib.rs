//! The durable queue: what was acknowledged is on disk, and leaves it only when every recipient has a final outcome.
//!
//! One log of segments holds bodies, envelopes and everything that happens to a message; the index in memory is rebuilt from it. One
//! thread writes and syncs for all that wait, so a sync is shared by every commit of its moment: this is the only place
//! that syncs message bytes. `Incoming` receives, `Lease` delivers, `Spool` lists and keeps order.
//!
//! It never retries a failed sync, never appends to a segment that an earlier run wrote, never rewrites a record in place. A damaged record
//! costs at most the message that it belongs to. The format is described in `docs/formats/spool-v1.md`.

mod act;
mod config;
mod crypt;
pub mod disk;
mod event;
mod format;
mod incoming;
mod lease;
mod log;
mod maintain;
mod promise;
mod recover;
mod release;
mod seen;
mod state;
mod transit;
mod tried;
mod verify;
mod writer;

pub use act::{Act, ActEnd, ActKind, Acted, Skipped, Tally, Wanted};
pub use config::{SpoolConfig, SpoolError};
pub use event::{
    Accepted, Before, Change, Event, HeaderFacts, Kept, Progress, Proved, StampedGroup, Told, TraceInfo,
    Undoable,
};
pub use incoming::Incoming;
pub use lease::{Lease, Original};
pub use log::{LogBatch, LogGap, LogPlace, LogRecord};
pub use recover::{Earlier, Recovered, Unread};
pub use release::Going;
pub use seen::Seen;
pub use state::{Lane, Phase, QueueEntry};
pub use transit::Transit;
pub use tried::{Phases, SaidLine, Speaker, Tried, TriedResult, Unanswered};
pub use verify::{Damage, Verified, verify};

use bytes::Bytes;
use disk::Disk;
use format::RunStart;
use model::{MessageId, Metrics, ParkReason, SnapshotNumber, TenantName, Timestamp};
use recover::Look;
use state::Shared;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Messages that are shown under one lock.
const SCANNED_AT_ONCE: usize = 200;

/// A handle to the spool; clones are the same spool.
#[derive(Clone)]
pub struct Spool {
    shared: Arc<Shared>,
}

impl Spool {
    /// Opens the spool on `disk` and begins a new segment. Messages are taken in from here on; what earlier runs left joins the queue when
    /// the second value was read.
    ///
    /// # Errors
    /// If the disk cannot be read or written, or a segment is encrypted with another key.
    pub fn open(
        config: SpoolConfig,
        disk: Arc<dyn Disk>,
        metrics: Arc<Metrics>,
        now: Timestamp,
    ) -> Result<(Self, Unread), SpoolError> {
        let crypt = crypt::Crypt::new(config.key)?;
        let look = Look::at(disk.as_ref(), &crypt)?;
        let shared = Arc::new(Shared::new(disk, crypt, metrics, &config));
        let start = RunStart { at: now, power_cut: look.power_cut };
        writer::start(&shared, config, look.next(), start)?;
        Ok((Self { shared: Arc::clone(&shared) }, Unread::new(shared, look, start)))
    }

    /// Returns when everything that earlier runs left has joined the queue.
    pub async fn whole(&self) {
        let mut whole = self.shared.whole.subscribe();
        // The sender lives as long as `self`.
        let _whole = whole.wait_for(|whole| *whole).await;
    }

    /// Whether everything that earlier runs left has joined the queue.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.shared.state().is_whole
    }

    /// Whether messages are accepted now.
    ///
    /// # Errors
    /// Why not: no space, or a disk that failed.
    pub fn may_accept(&self) -> Result<(), SpoolError> {
        self.shared.writer.may_accept()
    }

    /// Whether what happens can be recorded; if not, nothing should be begun. `changed` tells when it can again.
    #[must_use]
    pub fn can_record(&self) -> bool {
        self.shared.writer.can_record()
    }

    /// Begins to receive a message.
    ///
    /// # Errors
    /// [`SpoolError::NoSpace`] or [`SpoolError::Stopped`]: the message must not be accepted now.
    pub fn begin(&self, id: MessageId) -> Result<Incoming, SpoolError> {
        self.shared.writer.may_accept()?;
        Ok(Incoming::new(Arc::clone(&self.shared), id))
    }

    /// A message whose time has come, of a tenant that `may` be served; tenants take turns. It is leased until the lease ends.
    #[must_use]
    pub fn take_due(&self, now: Timestamp, may: impl Fn(&TenantName) -> bool) -> Option<Lease> {
        self.take_due_in(now, |lane| may(&lane.tenant))
    }

    /// The same by lanes: what an operator redirected may go where the rest of its tenant's mail may not.
    #[must_use]
    pub fn take_due_in(&self, now: Timestamp, may: impl Fn(&Lane) -> bool) -> Option<Lease> {
        self.shared.writer.note_time(now);
        let (id, number) = self.shared.state().take_due(now, may)?;
        Some(Lease::new(Arc::clone(&self.shared), id, number))
    }

    /// A message whose lease ended without a word: its task failed. It stays out of circulation until the lease that is given here ends;
    /// `changed` tells when there is one.
    #[must_use]
    pub fn take_lost(&self) -> Option<Lease> {
        let (id, number) = self.shared.state().take_lost()?;
        Some(Lease::new(Arc::clone(&self.shared), id, number))
    }

    /// When the next message of a tenant that `may` be served is due; `None` while nothing waits.
    #[must_use]
    pub fn next_due(&self, may: impl Fn(&TenantName) -> bool) -> Option<Timestamp> {
        self.next_due_in(|lane| may(&lane.tenant))
    }

    /// The same by lanes.
    #[must_use]
    pub fn next_due_in(&self, may: impl Fn(&Lane) -> bool) -> Option<Timestamp> {
        self.shared.state().next_due(may)
    }

    /// Returns when something may have become due earlier than `next_due` said. For one caller: a change between two calls is not missed.
    pub async fn changed(&self) {
        self.shared.due_changed.notified().await;
    }

    /// Every message that `wanted` picks, oldest first, up to `limit`.
    #[must_use]
    pub fn list(&self, limit: usize, wanted: impl Fn(&QueueEntry) -> bool) -> Vec<QueueEntry> {
        self.shared.state().list(limit, wanted)
    }

    /// One message of the queue.
    #[must_use]
    pub fn show(&self, id: MessageId) -> Option<QueueEntry> {
        self.shared.state().show(id)
    }

    /// The original bytes of a message of the queue.
    ///
    /// # Errors
    /// If it is not in the queue or its body cannot be read.
    pub async fn original(&self, id: MessageId) -> Result<Bytes, SpoolError> {
        self.shared.read_body(id).await
    }

    /// The first chunk of a message of the queue, at most 1 MiB: its header and what follows.
    ///
    /// # Errors
    /// If it is not in the queue or the chunk cannot be read.
    pub async fn beginning(&self, id: MessageId) -> Result<Bytes, SpoolError> {
        self.shared.read_chunk(id, 0).await
    }

    /// What was accepted, how far it has come, and its size in bytes.
    #[must_use]
    pub fn standing(&self, id: MessageId) -> Option<(Arc<Accepted>, Progress, u64)> {
        let state = self.shared.state();
        let entry = state.entry(id)?;
        Some((entry.accepted().into_owned(), entry.progress().into_owned(), entry.size()))
    }

    /// Notes that `whom` was told by the message `report` that this one waits. Where it stands does not change. Synced within 100 ms.
    ///
    /// # Errors
    /// If the record cannot be written; it holds for this run, and the record is written to the next segment.
    pub async fn record_told(
        &self,
        id: MessageId,
        whom: Told,
        report: MessageId,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        self.shared.record(id, Event::Told { whom, report }, now, writer::Durability::Soon).await
    }

    /// Makes a waiting, parked or held message due now.
    ///
    /// # Errors
    /// If it is not in the queue, is being delivered, or the record cannot be written.
    pub async fn release(&self, id: MessageId, by: &str, now: Timestamp) -> Result<(), SpoolError> {
        self.shared.act_on_waiting(id, Event::Released { by: by.to_owned(), due: now }, now).await
    }

    /// Keeps a message without attempts until it is released.
    ///
    /// # Errors
    /// If it is not in the queue, is being delivered, or the record cannot be written.
    pub async fn hold(&self, id: MessageId, by: &str, note: &str, now: Timestamp) -> Result<(), SpoolError> {
        let reason = ParkReason::Operator { by: by.to_owned(), note: note.to_owned() };
        let unknown = self.shared.state().in_flight(id).into_iter().collect();
        self.shared
            .act_on_waiting(id, Event::Parked { reason, unknown, kept: Vec::new(), last_try: None }, now)
            .await
    }

    /// Shows every message to `visit`, by id. The queue goes on meanwhile: what comes or goes may be shown or not.
    pub fn scan(&self, mut visit: impl FnMut(&Seen<'_>)) {
        self.scan_until(|seen| {
            visit(seen);
            Going::On
        });
    }

    /// The same, until `visit` has seen enough.
    pub fn scan_until(&self, mut visit: impl FnMut(&Seen<'_>) -> Going) {
        let mut after = None;
        loop {
            after = self.shared.state().visit(after, SCANNED_AT_ONCE, &mut visit);
            if after.is_none() {
                return;
            }
            // Sessions and deliveries that wait for the lock get it.
            std::thread::yield_now();
        }
    }

    /// The oldest message that `wanted` picks.
    #[must_use]
    pub fn find(&self, wanted: impl Fn(&Seen<'_>) -> bool) -> Option<MessageId> {
        let mut found = None;
        self.scan_until(|seen| {
            found = wanted(seen).then_some(seen.id);
            if found.is_some() { Going::Enough } else { Going::On }
        });
        found
    }

    /// Leases a message by name, whatever its time, if it is `still` meant: for an act that ends it.
    ///
    /// # Errors
    /// Why not.
    pub fn take(&self, id: MessageId, still: impl Fn(&Seen<'_>) -> bool) -> Result<Lease, Skipped> {
        let number = self.shared.state().lease_by_name(id, still)?;
        Ok(Lease::new(Arc::clone(&self.shared), id, number))
    }

    /// What happened, from `place` on and as far as it is on disk: about `limit` records. `None`: from the oldest that is there. It blocks, and gives
    /// nothing before the queue is whole.
    ///
    /// # Errors
    /// If a segment cannot be read.
    pub fn read_log(&self, place: Option<LogPlace>, limit: usize) -> Result<LogBatch, SpoolError> {
        log::read(&self.shared, place, limit)
    }

    /// Makes durable, and so readable, what was written before.
    ///
    /// # Errors
    /// If the spool is stopped: everything is durable then.
    pub async fn sync_log(&self) -> Result<(), SpoolError> {
        self.shared.writer.sync().await
    }

    /// The reader of the log will never ask again for what is in front of `place`.
    pub fn log_is_read_to(&self, place: LogPlace) {
        self.shared.state().reader.has_read_to(place.segment);
    }

    /// Records on disk behind `place`.
    #[must_use]
    pub fn unread_records(&self, place: Option<LogPlace>) -> u64 {
        log::unread(&self.shared, place)
    }

    /// Returns when more of the log may be on disk than at the last call. For one caller.
    pub async fn log_grew(&self) {
        self.shared.log_grew.notified().await;
    }

    /// The snapshots that a message of the queue still needs; `None` while the queue is not whole.
    #[must_use]
    pub fn snapshots_in_use(&self) -> Option<BTreeSet<(TenantName, SnapshotNumber)>> {
        let state = self.shared.state();
        state.is_whole.then(|| state.snapshots_in_use())
    }

    /// Bytes of bodies in the queue of which something is parked or held.
    #[must_use]
    pub fn parked_bytes(&self) -> u64 {
        self.shared.state().parked_bytes()
    }

    /// Ends segments that are old and copies what lives out of those that hold delivered bytes, so that these leave the disk. To
    /// be called every minute or so; does nothing while the queue is not whole.
    ///
    /// # Errors
    /// If a copy cannot be written; nothing is deleted then.
    pub async fn maintain(&self, now: Timestamp) -> Result<(), SpoolError> {
        maintain::run(&self.shared, now).await
    }

    /// Syncs what is written and ends the writer's thread. Leases and incoming messages fail afterwards.
    pub async fn stop(&self) {
        self.shared.writer.stop().await;
    }
}
