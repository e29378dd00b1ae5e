//! A message while it is received.
//!
//! Up to a chunk is kept in memory; a longer body goes to the log chunk by chunk, unsynced. `commit` writes what is left together with
//! the record of acceptance and returns when all of it is on disk. Dropping an `Incoming` leaves bytes behind that nobody reads.

use crate::config::SpoolError;
use crate::event::{Accepted, Event, Progress, Stored};
use crate::format::{CHUNK_MAX, ChunkHead, RecordType, write_record};
use crate::promise::Promise;
use crate::state::{Body, ChunkPlace, Shared, write_event};
use crate::transit::Transit;
use crate::writer::{Class, Durability, Written};
use model::MessageId;
use std::sync::Arc;

/// A body on its way in.
pub struct Incoming {
    shared: Arc<Shared>,
    id: MessageId,
    buffer: Vec<u8>,
    body: Body,
    /// Keeps the segments of the chunks above.
    written: Vec<Written>,
    promise: Option<Promise>,
}

impl Incoming {
    pub(crate) fn new(shared: Arc<Shared>, id: MessageId) -> Self {
        Self { shared, id, buffer: Vec::new(), body: Body::default(), written: Vec::new(), promise: None }
    }

    /// The message's id.
    #[must_use]
    pub fn id(&self) -> MessageId {
        self.id
    }

    /// Adds to the body; waits while a full chunk is written.
    ///
    /// # Errors
    /// If the chunk cannot be written: the message must not be accepted.
    pub async fn append(&mut self, mut bytes: &[u8]) -> Result<(), SpoolError> {
        while !bytes.is_empty() {
            let room = CHUNK_MAX - self.buffer.len();
            let (fits, rest) = bytes.split_at(room.min(bytes.len()));
            self.buffer.extend_from_slice(fits);
            bytes = rest;
            if self.buffer.len() == CHUNK_MAX {
                self.write_chunk().await?;
            }
        }
        Ok(())
    }

    async fn write_chunk(&mut self) -> Result<(), SpoolError> {
        let record = self.chunk_record();
        let written = self.shared.writer.append(record, Class::Body, Durability::Whenever).await?;
        self.body.chunks.push(ChunkPlace { segment: written.segment, offset: written.offset });
        self.written.push(written);
        Ok(())
    }

    /// The buffer as a record; empties it.
    fn chunk_record(&mut self) -> Vec<u8> {
        let head = ChunkHead { id: self.id, place: self.body.chunks.len() as u32 };
        let chunk = std::mem::take(&mut self.buffer);
        self.body.length += chunk.len() as u64;
        let (stored, encrypted) = self.shared.crypt.seal(head, &chunk);
        // The commit's event follows in the same buffer.
        let mut record = Vec::with_capacity(stored.len() + 1024);
        write_record(RecordType::Chunk { encrypted }, &[&head.to_bytes(), &stored], &mut record);
        record
    }

    /// Whether the whole body so far is in memory: it is at most a chunk, 1 MiB.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        self.written.is_empty()
    }

    /// Keeps space back, so that a message that goes through can be taken in for those who do not get it.
    ///
    /// # Errors
    /// [`SpoolError::NoSpace`] or [`SpoolError::Stopped`]: it must not go through.
    pub fn promise_space(&mut self) -> Result<(), SpoolError> {
        self.promise = Some(Promise::new(&self.shared, self.buffer.len())?);
        Ok(())
    }

    /// The message in transit; `None` if a part of its body is in the log already.
    #[must_use]
    pub fn into_transit(self, message: Accepted) -> Option<Transit> {
        let is_whole = self.is_in_memory();
        is_whole.then(|| Transit::new(self.shared, self.id, message, self.buffer.into(), self.promise))
    }

    /// Makes the message durable. Only after this returned may it be acknowledged.
    ///
    /// # Errors
    /// If the disk failed or is full: the message is not accepted, and will not be after a restart.
    pub async fn commit(mut self, message: Accepted) -> Result<(), SpoolError> {
        self.shared.writer.note_time(message.received);
        let mut records = self.chunk_record();
        let chunks = self.body.chunks.len() as u32 + 1;
        let at = message.received;
        let event = Event::Accepted { message: Box::new(message.clone()), chunks, length: self.body.length };
        let stored = Stored { id: self.id, at, event };
        write_event(&stored, &mut records)?;
        let class = Class::Commit { id: self.id, chunks_in: self.body.segments() };
        let written = self.shared.writer.append(records, class, Durability::Now).await?;
        self.body.chunks.push(ChunkPlace { segment: written.segment, offset: written.offset });
        let progress = Progress::new(&message);
        {
            let mut state = self.shared.state();
            state.accept(
                self.id,
                Arc::new(message),
                std::mem::take(&mut self.body),
                progress,
                written.segment,
            );
        }
        self.written.drain(..).chain([written]).for_each(Written::settle);
        self.shared.metrics.spool_commits.add_one();
        self.shared.due_changed.notify_one();
        self.shared.note_queue();
        Ok(())
    }
}
