//! Tables on their way: few at a time, each for a bounded time.
//!
//! A table is large and its reader may be slow. Its turn ends when the last piece has been given to the connection, when the reader goes away, or when the
//! time is over: then the memory is free again, whatever the connection does, and the reader gets no further. A table that was cut so is shorter than its
//! head said, which every client notices.

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use model::Duration;
use net::Clock;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

/// Tables at a time.
pub(super) const AT_ONCE: usize = 4;
/// How long one may take: the largest ones need a line of 1 Mbit/s.
const PATIENCE: Duration = Duration::from_secs(300);
/// Bytes that are given to the connection at a time.
const PIECE: usize = 64 << 10;

/// Who may have a table now.
pub(super) struct Tables {
    turns: Arc<Semaphore>,
    clock: Clock,
    /// Each waits for the end of a table's time.
    ends: Mutex<JoinSet<()>>,
}

/// The right to have one.
pub(super) struct Turn(OwnedSemaphorePermit);

impl Tables {
    pub(super) fn new(clock: Clock) -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), clock, ends: Mutex::default() }
    }

    /// A turn, if one is free.
    pub(super) fn turn(&self) -> Option<Turn> {
        Arc::clone(&self.turns).try_acquire_owned().ok().map(Turn)
    }

    /// The body that sends this table in its turn.
    pub(super) fn body(&self, Turn(turn): Turn, table: String) -> Body {
        let left = table.len() as u64;
        let rest = Arc::new(Mutex::new(Some(Rest { table: table.into(), _turn: turn })));
        let (clock, slot) = (self.clock.clone(), Arc::downgrade(&rest));
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        while ends.try_join_next().is_some() {}
        ends.spawn(async move {
            clock.sleep(PATIENCE).await;
            if let Some(slot) = slot.upgrade() {
                *held(&slot) = None;
            }
        });
        Body::new(Sending { rest, left })
    }
}

/// What is not sent yet, and the turn that it takes.
struct Rest {
    table: Bytes,
    _turn: OwnedSemaphorePermit,
}

struct Sending {
    rest: Arc<Mutex<Option<Rest>>>,
    left: u64,
}

/// The table's time is over.
#[derive(Debug, thiserror::Error)]
#[error("the reader of a table was too slow")]
struct TooSlow;

impl hyper::body::Body for Sending {
    type Data = Bytes;
    type Error = TooSlow;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, TooSlow>>> {
        let this = self.get_mut();
        if this.left == 0 {
            return Poll::Ready(None);
        }
        let mut slot = held(&this.rest);
        let Some(rest) = slot.as_mut() else { return Poll::Ready(Some(Err(TooSlow))) };
        let piece = rest.table.split_to(PIECE.min(rest.table.len()));
        // A slice would keep the whole table for as long as the connection has it.
        let piece = Bytes::copy_from_slice(&piece);
        this.left -= piece.len() as u64;
        if this.left == 0 {
            *slot = None;
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

fn held(slot: &Mutex<Option<Rest>>) -> MutexGuard<'_, Option<Rest>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
