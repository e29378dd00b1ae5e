//! The one thread that writes and syncs, seen from those who ask it.
//!
//! Whatever waits when a sync begins is made durable by that sync: commits share it. An answer says where the bytes lie; `Now` is answered
//! behind the sync, all else behind the write. When the disk fails, everything that waited is refused and nothing is accepted
//! until the thread has proven a new segment.

mod active;
mod run;

pub(crate) use run::start;

use crate::config::SpoolError;
use crate::disk::Disk;
use crate::state::Pin;
use model::{MessageId, Timestamp};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use tokio::sync::oneshot;

/// What a record is, as far as its failure and its place are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Class {
    /// Makes a message exist; its earlier chunks lie in these segments, which must not have failed.
    Commit { id: MessageId, chunks_in: BTreeSet<u64> },
    /// The same for one that somebody has already: it may use the space that is kept back.
    TakeIn { id: MessageId },
    /// A chunk of a message that does not exist yet.
    Body,
    /// A copy by compaction: may use the space that is kept back.
    Move { chunks_in: BTreeSet<u64> },
    /// Has happened: if it cannot be written now it is owed to the next segment.
    Event(MessageId),
}

/// When a record has to be durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Before the answer.
    Now,
    /// Within 100 ms.
    Soon,
    /// Within two seconds: a record that only the trace needs.
    Later,
    /// With the next sync.
    Whenever,
}

/// Where a record lies.
pub(crate) struct Written {
    pub(crate) segment: u64,
    pub(crate) offset: u64,
    /// Keeps the segment until the index does.
    pub(crate) pin: Pin,
}

type Answer = oneshot::Sender<Result<Written, SpoolError>>;
pub(crate) type Answered = oneshot::Receiver<Result<Written, SpoolError>>;

struct Append {
    bytes: Vec<u8>,
    class: Class,
    durability: Durability,
    answer: Answer,
}

enum Request {
    Append(Append),
    /// Ends the segment that is written.
    Rotate(oneshot::Sender<Result<(), SpoolError>>),
    /// Makes durable what is written.
    Sync(oneshot::Sender<()>),
    Stop,
}

/// Whether messages are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Status {
    Accepting,
    /// Until this many bytes are free.
    NoSpace {
        wanted: u64,
    },
    Stopped(String),
    /// There is no segment, because there was no space for one: nothing can be recorded either.
    Full,
}

/// The way to the thread.
pub(crate) struct WriterHandle {
    requests: mpsc::Sender<Request>,
    /// Taken by the thread at its start.
    inbox: Mutex<Option<mpsc::Receiver<Request>>>,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
    status: Arc<Mutex<Status>>,
    /// The latest time that anyone knew: the thread has no clock of its own.
    latest: Arc<AtomicI64>,
    disk: Arc<dyn Disk>,
}

impl WriterHandle {
    pub(crate) fn new(disk: Arc<dyn Disk>) -> Self {
        let (requests, inbox) = mpsc::channel();
        Self {
            requests,
            inbox: Mutex::new(Some(inbox)),
            thread: Mutex::default(),
            status: Arc::new(Mutex::new(Status::Accepting)),
            latest: Arc::default(),
            disk,
        }
    }

    /// Whether a message may be begun.
    pub(crate) fn may_accept(&self) -> Result<(), SpoolError> {
        match &*lock(&self.status) {
            Status::Accepting => Ok(()),
            Status::NoSpace { wanted } => match self.disk.free_space() {
                Ok(free) if free >= *wanted => Ok(()),
                Ok(_) => Err(SpoolError::NoSpace),
                Err(error) => Err(SpoolError::Stopped(error.to_string())),
            },
            Status::Stopped(why) => Err(SpoolError::Stopped(why.clone())),
            Status::Full => Err(SpoolError::NoSpace),
        }
    }

    /// Whether what happens can be recorded.
    pub(crate) fn can_record(&self) -> bool {
        match &*lock(&self.status) {
            Status::Accepting | Status::NoSpace { .. } => true,
            Status::Stopped(_) | Status::Full => false,
        }
    }

    /// Tells the thread what time it is; segments are dated by it.
    pub(crate) fn note_time(&self, now: Timestamp) {
        self.latest.fetch_max(now.as_micros(), Ordering::Relaxed);
    }

    /// Writes records, one behind the other in one segment.
    pub(crate) async fn append(
        &self,
        bytes: Vec<u8>,
        class: Class,
        durability: Durability,
    ) -> Result<Written, SpoolError> {
        self.ask(bytes, class, durability)?.await.map_err(|_| SpoolError::Closed)?
    }

    /// The same without waiting: what is asked for in a row is written in that order.
    pub(crate) fn ask(
        &self,
        bytes: Vec<u8>,
        class: Class,
        durability: Durability,
    ) -> Result<Answered, SpoolError> {
        let (answer, answered) = oneshot::channel();
        let append = Append { bytes, class, durability, answer };
        self.requests.send(Request::Append(append)).map_err(|_| SpoolError::Closed)?;
        Ok(answered)
    }

    /// Ends the segment that is written, so that it can be cleaned.
    pub(crate) async fn rotate(&self) -> Result<(), SpoolError> {
        let (answer, answered) = oneshot::channel();
        self.requests.send(Request::Rotate(answer)).map_err(|_| SpoolError::Closed)?;
        answered.await.map_err(|_| SpoolError::Closed)?
    }

    /// Makes durable what was written before.
    pub(crate) async fn sync(&self) -> Result<(), SpoolError> {
        let (answer, answered) = oneshot::channel();
        self.requests.send(Request::Sync(answer)).map_err(|_| SpoolError::Closed)?;
        answered.await.map_err(|_| SpoolError::Closed)
    }

    /// Whether `stop` was called.
    pub(crate) fn is_stopped(&self) -> bool {
        lock(&self.thread).is_none()
    }

    /// Syncs what is written, says so on disk, and waits for the thread's end.
    pub(crate) async fn stop(&self) {
        let Some(thread) = lock(&self.thread).take() else { return };
        if self.requests.send(Request::Stop).is_err() {
            tracing::error!("the spool's thread had ended before it was stopped");
        }
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("the spool's thread failed");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
