//! The thread itself: takes requests in batches, places, writes, syncs, answers; and what it does when the disk fails.
//!
//! A failed segment is never written again. What was answered but not synced there, and what has happened meanwhile, is owed
//! to the next proven segment; commits that were refused get a record that says so, because their bytes may be whole on disk.

mod failure;

use super::active::Active;
use super::{Append, Class, Durability, Request, Status, Written, lock};
use crate::config::{SpoolConfig, SpoolError};
use crate::disk::Disk;
use crate::format::{RecordType, RunStart, SegmentHeader, segment_name, write_record};
use crate::state::{Pin, Segment, Shared, State};
use model::{Duration, MessageId, Timestamp};
use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, Weak};
use std::time::Instant;

/// How long a record waits for a sync at most.
const SYNC_WITHIN: Duration = Duration::from_millis(50);
/// The same for one that only the trace needs.
const SYNC_LATER: Duration = Duration::from_secs(2);
/// How long after a failed proof the next one is tried.
const PROVE_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Requests that are answered together at most.
const BATCH_MAX: usize = 4096;
/// Space at the end of a segment that only events may use, at most.
const EVENT_RESERVE_MAX: u64 = 1 << 20;

/// Makes the first segment, with the record of the run's start, and starts the thread. A disk that is full takes nothing, and what waits on it is
/// known all the same: the segment is made as soon as there is space.
pub(crate) fn start(
    shared: &Arc<Shared>,
    config: SpoolConfig,
    first: u64,
    start: RunStart,
) -> Result<(), SpoolError> {
    let handle = &shared.writer;
    handle.note_time(start.at);
    let mut writer = Writer {
        shared: Arc::downgrade(shared),
        disk: Arc::clone(&shared.disk),
        status: Arc::clone(&handle.status),
        latest: Arc::clone(&handle.latest),
        config,
        active: None,
        first,
        next: first,
        start: Some(start.to_record()),
        answering: Vec::new(),
        unsynced: Vec::new(),
        owed: VecDeque::new(),
        failed: BTreeSet::new(),
        tight: false,
        sync_due: None,
        prove_at: None,
    };
    let unusable = |error| SpoolError::unusable(shared.disk.place(), &error);
    match writer.begin_segment() {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::StorageFull => {
            tracing::error!(place = shared.disk.place(), %error, "the spool's disk is full: nothing is accepted until there is space");
            writer.set_status(Status::Full);
            writer.prove_at = Some(Instant::now() + PROVE_AGAIN_AFTER);
        }
        Err(error) => return Err(unusable(error)),
    }
    let inbox = lock(&handle.inbox).take().expect("a writer is started once, by `Spool::open`");
    let thread = std::thread::Builder::new().name("spool".to_owned()).spawn(move || writer.run(&inbox));
    let thread = thread.map_err(|error| SpoolError::unusable("memory", &error))?;
    *lock(&handle.thread) = Some(thread);
    Ok(())
}

struct Stop;

/// Written and not answered yet.
struct Placed {
    append: Append,
    written: Written,
}

struct Writer {
    /// Weak: the last handle that goes away ends the thread.
    shared: Weak<Shared>,
    disk: Arc<dyn Disk>,
    status: Arc<Mutex<Status>>,
    latest: Arc<AtomicI64>,
    config: SpoolConfig,
    active: Option<Active>,
    /// The number that this run's first segment was to have; messages that were in flight name it.
    first: u64,
    next: u64,
    /// The record of this run's start, until the first segment holds it.
    start: Option<Vec<u8>>,
    answering: Vec<Placed>,
    /// Events that were answered, until a sync holds them.
    unsynced: Vec<(MessageId, Vec<u8>)>,
    /// Events for the next segment.
    owed: VecDeque<(MessageId, Vec<u8>)>,
    failed: BTreeSet<u64>,
    /// The active segment was begun in the space that is kept back: no message may begin there.
    tight: bool,
    sync_due: Option<Instant>,
    prove_at: Option<Instant>,
}

impl Writer {
    fn run(mut self, inbox: &Receiver<Request>) {
        loop {
            let timeout = [self.sync_due, self.prove_at].into_iter().flatten().min();
            let received = match timeout {
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => inbox.recv_timeout(at.saturating_duration_since(Instant::now())),
            };
            match received {
                Ok(first) => {
                    let batch = std::iter::once(first).chain(inbox.try_iter()).take(BATCH_MAX);
                    let stops = batch.filter_map(|request| self.take(request)).count();
                    self.finish_batch();
                    if stops > 0 {
                        return self.end();
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.on_time(),
                Err(RecvTimeoutError::Disconnected) => return self.end(),
            }
        }
    }

    /// Gives back the wish to stop.
    fn take(&mut self, request: Request) -> Option<Stop> {
        match request {
            Request::Append(append) => self.place(append),
            Request::Rotate(answer) => {
                let rotated = self.rotate();
                let _nobody_waits = answer.send(rotated);
            }
            Request::Sync(answer) => {
                self.sync();
                let _nobody_waits = answer.send(());
            }
            Request::Stop => return Some(Stop),
        }
        None
    }

    fn on_time(&mut self) {
        let now = Instant::now();
        if self.prove_at.is_some_and(|at| at <= now) {
            self.prove_new_segment();
        }
        if self.sync_due.is_some_and(|at| at <= now) {
            self.sync();
        }
    }

    fn place(&mut self, append: Append) {
        match self.try_place(&append) {
            Ok(written) => self.answering.push(Placed { append, written }),
            Err(error) => self.refuse(append, error),
        }
    }

    fn try_place(&mut self, append: &Append) -> Result<Written, SpoolError> {
        self.make_room(append)?;
        // Making room may have failed a segment: only now is it known which ones are sound.
        let chunks_in = match &append.class {
            Class::Commit { chunks_in, .. } | Class::Move { chunks_in } => Some(chunks_in),
            Class::TakeIn { .. } | Class::Body | Class::Event(_) => None,
        };
        if let Some(bad) = chunks_in.and_then(|chunks| chunks.intersection(&self.failed).next()) {
            return Err(SpoolError::Stopped(format!(
                "segment {bad:016x} failed with a part of this message"
            )));
        }
        let shared = self.shared.upgrade().ok_or(SpoolError::Closed)?;
        let Some(active) = &mut self.active else { return Err(self.stopped()) };
        match active.put(&append.bytes) {
            Ok(offset) => {
                let pin = Pin::new(shared, active.number);
                Ok(Written { segment: active.number, offset, pin })
            }
            Err(error) => {
                self.fail(&error);
                Err(self.stopped())
            }
        }
    }

    /// Ends the segment if the record does not fit. What only happened, and copies, may use the space that is kept back.
    fn make_room(&mut self, append: &Append) -> Result<(), SpoolError> {
        let size = self.config.segment_size.0;
        let (kept, reserve, tight) = match append.class {
            Class::Commit { .. } | Class::Body => {
                (EVENT_RESERVE_MAX.min(size / 8), self.config.reserve.0, self.tight)
            }
            Class::TakeIn { .. } | Class::Move { .. } | Class::Event(_) => (0, 0, false),
        };
        let Some(active) = &self.active else { return Err(self.stopped()) };
        if active.has_room(append.bytes.len(), kept) && !tight {
            return Ok(());
        }
        if active.is_empty() {
            let detail = format!("a record of {} bytes is longer than a segment", append.bytes.len());
            return Err(SpoolError::unusable(self.disk.place(), &detail));
        }
        let wanted = reserve.saturating_add(size);
        let free = self.disk.free_space().map_err(|error| SpoolError::Stopped(error.to_string()))?;
        if reserve > 0 && free < wanted {
            self.set_status(Status::NoSpace { wanted });
            return Err(SpoolError::NoSpace);
        }
        if tight {
            self.tight = false;
            return self.make_room(append);
        }
        self.rotate()?;
        let fits = self.active.as_ref().is_some_and(|active| active.has_room(append.bytes.len(), kept));
        if fits { Ok(()) } else { self.make_room(append) }
    }

    /// Begins a new segment, then ends the one before with a sync.
    fn rotate(&mut self) -> Result<(), SpoolError> {
        let Some(before) = self.active.take() else { return Err(self.stopped()) };
        if before.is_empty() {
            self.active = Some(before);
            return Ok(());
        }
        let begun = self.begin_segment();
        let after = self.active.replace(before);
        if let Err(error) = begun {
            if error.kind() == io::ErrorKind::StorageFull {
                self.set_status(Status::NoSpace { wanted: self.config.segment_size.0 });
                return Err(SpoolError::NoSpace);
            }
            tracing::error!(%error, "the spool cannot begin a segment");
            return Err(SpoolError::Stopped(error.to_string()));
        }
        self.sync();
        let failed = self.active.is_none();
        if let Some(before) = std::mem::replace(&mut self.active, after) {
            self.with_state(|state| state.segments.close(before.number));
        }
        if failed { self.pay_what_is_owed() } else { Ok(()) }
    }

    /// A new, proven segment in the index, made the active one. One that cannot be begun leaves no file.
    fn begin_segment(&mut self) -> io::Result<()> {
        let shared = self.shared.upgrade().ok_or_else(|| io::Error::other("the spool is closed"))?;
        let created = Timestamp::from_micros(self.latest.load(Ordering::Relaxed));
        let (number, size) = (self.next, self.config.segment_size.0);
        let made = self.disk.create(&segment_name(number), size);
        // Where there was no space for a file there is none. Any other name is not used again: of what was begun under it a power cut may bring back a part.
        if !matches!(&made, Err(error) if error.kind() == io::ErrorKind::StorageFull) {
            self.next += 1;
        }
        let file = made?;
        let (boot, fingerprint) = (self.disk.boot(), shared.crypt.fingerprint());
        let header = SegmentHeader { number, created, boot, fingerprint };
        let begun = Active::begin(self.disk.as_ref(), file, header, size);
        let begun = begun.and_then(|active| Ok((active, self.disk.free_space()?)));
        let (mut active, free) = begun.inspect_err(|_| self.take_away(number))?;
        let start = self.start.take();
        if let Some(start) = &start {
            active.put(start)?;
        }
        let segment = Segment::new(Arc::clone(&active.file), created, size, true);
        shared.state().segments.insert(number, segment);
        if start.is_some() {
            shared.state().note_first_segment(self.first, number);
        }
        self.active = Some(active);
        self.tight = free < self.config.reserve.0;
        self.set_status(Status::Accepting);
        Ok(())
    }

    /// A segment that was not begun would be taken for the last one of a run by the next start, and a disk that fails every second would fill up
    /// with such.
    fn take_away(&self, number: u64) {
        let removed = self.disk.remove(&segment_name(number)).and_then(|()| self.disk.sync_dir());
        if let Err(error) = removed {
            tracing::warn!(segment = number, %error, "a segment that could not be begun may be left on the disk");
        }
    }

    /// Writes a batch and answers it.
    fn finish_batch(&mut self) {
        if self.answering.iter().any(|placed| placed.append.durability == Durability::Now) {
            return self.sync();
        }
        if self.write() {
            self.answer();
        }
    }

    fn write(&mut self) -> bool {
        let Some(active) = &mut self.active else { return false };
        let (number, end) = (active.number, active.end());
        match active.write() {
            Ok(()) => {
                self.with_state(|state| state.segments.set_used(number, end));
                true
            }
            Err(error) => {
                self.fail(&error);
                false
            }
        }
    }

    fn sync(&mut self) {
        self.sync_due = None;
        if !self.write() {
            return;
        }
        let Some(active) = &self.active else { return };
        let (number, end, events) = (active.number, active.end(), active.events());
        let synced = active.file.sync();
        self.with_metrics(|metrics| metrics.spool_syncs.add_one());
        match synced {
            Ok(()) => {
                self.note_synced(number, end, events);
                self.answer();
                self.unsynced.clear();
                self.sync_due = None;
            }
            Err(error) => {
                self.with_metrics(|metrics| metrics.spool_sync_errors.add_one());
                self.fail(&error);
            }
        }
    }

    fn note_synced(&self, number: u64, end: u64, events: u64) {
        if let Some(shared) = self.shared.upgrade() {
            shared.state().segments.set_synced(number, end, events);
            shared.log_grew.notify_one();
        }
    }

    fn answer(&mut self) {
        for Placed { append, written } in std::mem::take(&mut self.answering) {
            let wait = match append.durability {
                Durability::Soon => Some(SYNC_WITHIN),
                Durability::Later => Some(SYNC_LATER),
                Durability::Now | Durability::Whenever => None,
            };
            if let Some(due) = wait.map(|wait| Instant::now() + wait) {
                self.sync_due = Some(self.sync_due.map_or(due, |known| known.min(due)));
            }
            if let Class::Event(id) = append.class {
                self.unsynced.push((id, append.bytes));
            }
            // One who no longer waits drops the pin with the answer.
            let _nobody_waits = append.answer.send(Ok(written));
        }
    }

    /// The end: all synced, and a record that says so.
    fn end(mut self) {
        if !self.owed.is_empty() {
            self.prove_new_segment();
        }
        let mut record = Vec::new();
        write_record(RecordType::End, &[], &mut record);
        let Some(active) = &mut self.active else { return };
        // Without room for it the next start takes the stop for a crash, which is safe.
        if active.has_room(record.len(), 0) && self.owed.is_empty() {
            self.sync();
            if let Some(Err(error)) = self.active.as_mut().map(|active| active.put(&record)) {
                return self.fail(&error);
            }
        }
        self.sync();
    }

    fn stopped(&self) -> SpoolError {
        match &*lock(&self.status) {
            Status::Stopped(why) => SpoolError::Stopped(why.clone()),
            Status::NoSpace { .. } | Status::Full => SpoolError::NoSpace,
            Status::Accepting => SpoolError::Closed,
        }
    }

    fn set_status(&self, status: Status) {
        *lock(&self.status) = status;
    }

    fn with_state(&self, change: impl FnOnce(&mut State)) {
        if let Some(shared) = self.shared.upgrade() {
            change(&mut shared.state());
        }
    }

    fn with_metrics(&self, count: impl FnOnce(&model::Metrics)) {
        if let Some(shared) = self.shared.upgrade() {
            count(&shared.metrics);
        }
    }
}
