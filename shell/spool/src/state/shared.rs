//! What all handles of one spool share, and the reading of bodies.

use super::{ChunkPlace, Phase, Reader, State};
use crate::config::{SpoolConfig, SpoolError};
use crate::crypt::Crypt;
use crate::disk::{Disk, SegmentFile};
use crate::event::{Event, Stored};
use crate::format::{
    CHUNK_MAX, ChunkHead, RECORD_HEAD_LEN, RecordHead, RecordType, begin_record, end_record,
};
use crate::promise::Promises;
use crate::writer::{Answered, Class, Durability, WriterHandle, Written};
use bytes::Bytes;
use model::{Duration, MessageId, Metrics, Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, watch};

/// Bytes of an event with its head, as a rule; only the first guess of a buffer.
const EVENT_LEN_USUAL: usize = 320;

pub(crate) struct Shared {
    state: Mutex<State>,
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) crypt: Crypt,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) writer: WriterHandle,
    pub(crate) promises: Promises,
    pub(crate) due_changed: Notify,
    /// Told when more of the log is synced.
    pub(crate) log_grew: Notify,
    /// Tells when the queue is whole.
    pub(crate) whole: watch::Sender<bool>,
    /// Age at which a segment is ended and cleaned.
    pub(crate) segment_age_max: Duration,
}

/// Keeps a segment from being deleted while its chunk belongs to no message yet.
pub(crate) struct Pin {
    shared: Arc<Shared>,
    segment: u64,
    /// Set once a message of the index holds the segment.
    used: bool,
}

impl Pin {
    pub(crate) fn new(shared: Arc<Shared>, segment: u64) -> Self {
        shared.state().segments.pin(segment);
        Self { shared, segment, used: false }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        self.shared.state().segments.unpin(self.segment, !self.used);
    }
}

/// A message out of circulation. Dropped before its change is applied, it goes back to where it stood.
pub(crate) struct TakenOut {
    shared: Arc<Shared>,
    id: MessageId,
    phase: Option<Phase>,
}

impl TakenOut {
    /// What was recorded has put it to its new place.
    pub(crate) fn changed(mut self) {
        self.phase = None;
    }
}

impl Drop for TakenOut {
    fn drop(&mut self) {
        if let Some(phase) = self.phase {
            self.shared.state().give_back(self.id, phase);
            self.shared.due_changed.notify_one();
        }
    }
}

impl Shared {
    pub(crate) fn new(
        disk: Arc<dyn Disk>,
        crypt: Crypt,
        metrics: Arc<Metrics>,
        config: &SpoolConfig,
    ) -> Self {
        let writer = WriterHandle::new(Arc::clone(&disk));
        let state = State { reader: Reader::new(config.unread_bytes_max), ..State::default() };
        Self {
            state: Mutex::new(state),
            disk,
            crypt,
            metrics,
            writer,
            promises: Promises::new(config),
            due_changed: Notify::new(),
            log_grew: Notify::new(),
            whole: watch::Sender::new(false),
            segment_age_max: config.segment_age_max,
        }
    }

    /// A poisoned lock is taken: every change below is complete when a panic could happen.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes an event and applies it. It is applied even if the disk failed, because it has happened; the writer then
    /// owes the record to the next segment.
    pub(crate) async fn record(
        &self,
        id: MessageId,
        event: Event,
        at: Timestamp,
        durability: Durability,
    ) -> Result<(), SpoolError> {
        self.record_row(id, &[Stored { id, at, event }], durability).await
    }

    /// The same with events of one message that are written together, in this order: what asks the writer once waits for it once.
    pub(crate) async fn record_row(
        &self,
        id: MessageId,
        row: &[Stored],
        durability: Durability,
    ) -> Result<(), SpoolError> {
        row.iter().for_each(|stored| self.writer.note_time(stored.at));
        let written = match event_records(row) {
            Ok(records) => self.writer.append(records, Class::Event(id), durability).await,
            Err(error) => Err(error),
        };
        {
            let mut state = self.state();
            let segment = written.as_ref().ok().map(|written| written.segment);
            row.iter().for_each(|stored| state.apply(id, &stored.event, stored.at, segment));
        }
        if row.iter().any(|stored| stored.event.may_make_due()) {
            self.due_changed.notify_one();
        }
        self.note_queue();
        written.map(Written::settle)
    }

    /// An operator's act on a message that is not being delivered. Until its record is applied nobody else gets the message.
    pub(crate) async fn act_on_waiting(
        self: &Arc<Self>,
        id: MessageId,
        event: Event,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        let taken = {
            let mut state = self.state();
            match state.take_out(id) {
                Some(phase) => self.taken_out(id, phase),
                None if state.phase(id).is_none() => return Err(state.unknown(id)),
                None => return Err(SpoolError::Busy(id)),
            }
        };
        let recorded = self.record(id, event, now, Durability::Now).await;
        taken.changed();
        recorded
    }

    /// Keeps a message that the index gave out, until its change is applied.
    pub(crate) fn taken_out(self: &Arc<Self>, id: MessageId, phase: Phase) -> TakenOut {
        TakenOut { shared: Arc::clone(self), id, phase: Some(phase) }
    }

    /// Writes many events behind one sync and applies them, as `record` does with one.
    pub(crate) async fn record_all(
        &self,
        events: Vec<(MessageId, Event)>,
        at: Timestamp,
    ) -> Result<(), SpoolError> {
        self.writer.note_time(at);
        let last = events.len().saturating_sub(1);
        let mut asked = Vec::with_capacity(events.len());
        for (number, (id, event)) in events.into_iter().enumerate() {
            let stored = Stored { id, at, event };
            // The sync for the last one makes all of them durable: they were written before it.
            let durability = if number == last { Durability::Now } else { Durability::Whenever };
            let answered = event_record(&stored)
                .and_then(|record| self.writer.ask(record, Class::Event(id), durability));
            asked.push((stored, answered));
        }
        let mut done = Vec::with_capacity(asked.len());
        for (stored, answered) in asked {
            done.push((stored, written(answered).await));
        }
        let mut failed = Ok(());
        let mut all_written = Vec::with_capacity(done.len());
        {
            let mut state = self.state();
            for (stored, written) in done {
                state.apply(
                    stored.id,
                    &stored.event,
                    stored.at,
                    written.as_ref().ok().map(|written| written.segment),
                );
                match written {
                    Ok(written) => all_written.push(written),
                    Err(error) => failed = Err(error),
                }
            }
        }
        // Each lets its segment go under the same lock.
        all_written.into_iter().for_each(Written::settle);
        self.due_changed.notify_one();
        self.note_queue();
        failed
    }

    pub(crate) fn note_queue(&self) {
        let state = self.state();
        self.metrics.queue_messages.set(state.len() as u64);
        self.metrics.spool_bytes.set(state.segments.bytes());
    }

    /// The whole body of a message of the queue.
    pub(crate) async fn read_body(self: &Arc<Self>, id: MessageId) -> Result<Bytes, SpoolError> {
        self.beside(id, move |shared| shared.body_now(id)).await
    }

    /// One chunk of a body.
    pub(crate) async fn read_chunk(
        self: &Arc<Self>,
        id: MessageId,
        place: usize,
    ) -> Result<Bytes, SpoolError> {
        self.beside(id, move |shared| shared.chunk_now(id, place)).await
    }

    /// Reads on a thread that may wait.
    async fn beside(
        self: &Arc<Self>,
        id: MessageId,
        read: impl FnOnce(&Self) -> Result<Bytes, SpoolError> + Send + 'static,
    ) -> Result<Bytes, SpoolError> {
        let shared = Arc::clone(self);
        let read = tokio::task::spawn_blocking(move || read(&shared)).await;
        read.map_err(|error| SpoolError::Damaged { id, detail: error.to_string() })?
    }

    /// As `read_body`; waits for the disk.
    pub(crate) fn body_now(&self, id: MessageId) -> Result<Bytes, SpoolError> {
        let (chunks, length) = {
            let state = self.state();
            let entry = state.entry(id).ok_or_else(|| state.unknown(id))?;
            (entry.body().chunks.len(), entry.size())
        };
        if chunks == 1 {
            return self.chunk_now(id, 0);
        }
        let mut whole = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        for place in 0..chunks {
            whole.extend_from_slice(&self.chunk_now(id, place)?);
        }
        Ok(whole.into())
    }

    /// One chunk, checked and decrypted; waits for the disk. Its place is looked up now: compaction may have moved it.
    pub(crate) fn chunk_now(&self, id: MessageId, place: usize) -> Result<Bytes, SpoolError> {
        let damaged = |detail: String| SpoolError::Damaged { id, detail };
        let (chunk, file, behind) = {
            let state = self.state();
            let entry = state.entry(id).ok_or(SpoolError::Gone(id))?;
            let body = entry.body();
            let chunk = *body.chunks.get(place).ok_or(SpoolError::Gone(id))?;
            let behind = body.length.saturating_sub((place * CHUNK_MAX) as u64);
            (chunk, state.segments.file(chunk.segment), behind)
        };
        let length = usize::try_from(behind).unwrap_or(CHUNK_MAX).min(CHUNK_MAX);
        let file = file.ok_or_else(|| damaged(format!("segment {:016x} is gone", chunk.segment)))?;
        let head = ChunkHead { id, place: place as u32 };
        read_chunk(file.as_ref(), &self.crypt, head, (chunk, length)).map_err(damaged)
    }
}

async fn written(answered: Result<Answered, SpoolError>) -> Result<Written, SpoolError> {
    answered?.await.map_err(|_| SpoolError::Closed)?
}

pub(crate) fn event_record(stored: &Stored) -> Result<Vec<u8>, SpoolError> {
    event_records(std::slice::from_ref(stored))
}

/// One behind the other.
pub(crate) fn event_records(row: &[Stored]) -> Result<Vec<u8>, SpoolError> {
    let mut records = Vec::with_capacity(row.len() * EVENT_LEN_USUAL);
    for stored in row {
        write_event(stored, &mut records)?;
    }
    Ok(records)
}

/// Appends one event's record.
pub(crate) fn write_event(stored: &Stored, out: &mut Vec<u8>) -> Result<(), SpoolError> {
    let start = begin_record(out);
    serde_json::to_writer(&mut *out, stored).map_err(|error| SpoolError::unusable("memory", &error))?;
    end_record(RecordType::Event, start, out);
    Ok(())
}

/// `length` is what the chunk holds of the body: the whole record is read at once, but for what encryption adds.
fn read_chunk(
    file: &dyn SegmentFile,
    crypt: &Crypt,
    head: ChunkHead,
    (at, length): (ChunkPlace, usize),
) -> Result<Bytes, String> {
    let mut bytes = vec![0; RECORD_HEAD_LEN + ChunkHead::LEN + length];
    let failed = |error: std::io::Error| error.to_string();
    file.read_at(at.offset, &mut bytes).map_err(failed)?;
    let record = RecordHead::parse(&bytes).ok_or("the head of a record is damaged")?;
    let RecordType::Chunk { encrypted } = record.kind else { return Err("a record is no chunk".to_owned()) };
    let read = bytes.len();
    bytes.resize(RECORD_HEAD_LEN + record.length, 0);
    if bytes.len() > read {
        file.read_at(at.offset + read as u64, &mut bytes[read..]).map_err(failed)?;
    }
    let payload = &bytes[RECORD_HEAD_LEN..];
    if !record.fits(payload) {
        return Err("a chunk does not fit its checksum".to_owned());
    }
    if ChunkHead::parse(payload) != Some(head) {
        return Err("a chunk belongs to another message".to_owned());
    }
    if encrypted {
        let plain = crypt.open(head, &payload[ChunkHead::LEN..]);
        return plain.map(Bytes::from).ok_or_else(|| "a chunk cannot be decrypted".to_owned());
    }
    Ok(Bytes::from(bytes).slice(RECORD_HEAD_LEN + ChunkHead::LEN..))
}

impl Written {
    /// The index knows what was written here.
    pub(crate) fn settle(mut self) {
        self.pin.used = true;
    }
}
