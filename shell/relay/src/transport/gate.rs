//! The gate in front of every transaction: it opens as the limits of the way allow, and closes behind no more than a few seconds of waiting.
//!
//! One that would wait longer is sent back to the queue with the time at which to come again, so that a slow site does not
//! fill the places of mail for others. Whoever goes away while waiting loses the place and nothing else.

use bounce::Sign;
use dispatch::{Ask, Asking, Limits, Shape, Ticket, Way};
use model::{Duration, TenantName, Timestamp};
use net::Clock;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// How long one waits here.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Bells that ring when something changed; ways share them, so some wake for nothing.
const BELLS: usize = 64;

pub(super) struct Gate {
    limits: Mutex<Limits>,
    tickets: AtomicU64,
    bells: [Notify; BELLS],
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            limits: Mutex::default(),
            tickets: AtomicU64::default(),
            bells: std::array::from_fn(|_| Notify::new()),
        }
    }
}

/// A way with what is known of its site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shaped {
    pub(super) way: Way,
    pub(super) shape: Shape,
}

/// Why one does not go now.
pub(super) enum Closed {
    /// Until then.
    Until(Timestamp),
    /// The site could not be reached a moment ago.
    Rests(String),
}

/// The right to one transaction; given back when dropped.
pub(super) struct Turn {
    gate: Arc<Gate>,
    way: Way,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.gate.limits().end(&self.way);
        self.gate.bell(&self.way).notify_waiters();
    }
}

struct Waiter<'a> {
    gate: &'a Gate,
    way: &'a Way,
    tenant: &'a TenantName,
    ticket: Ticket,
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        // One that went is no longer in the list.
        self.gate.limits().leave(self.way, self.ticket, self.tenant);
        self.gate.bell(self.way).notify_waiters();
    }
}

impl Gate {
    /// Waits for a turn.
    pub(super) async fn enter(
        self: &Arc<Self>,
        Shaped { way, shape }: &Shaped,
        tenant: &TenantName,
        is_last_try: bool,
        clock: &Clock,
    ) -> Result<Turn, Closed> {
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        let waiter = Waiter { gate: self, way, tenant, ticket };
        let deadline = clock.now() + WAIT_MAX;
        loop {
            // Before the question: what changes behind it is not missed.
            let mut changed = std::pin::pin!(self.bell(way).notified());
            changed.as_mut().enable();
            let now = clock.now();
            let asked = self.limits().ask(way, *shape, Asking { ticket, tenant, is_last_try }, now);
            let until = match asked {
                Ask::Go => return Ok(Turn { gate: Arc::clone(self), way: way.clone() }),
                Ask::Wait(until) => until.unwrap_or(deadline).min(deadline),
                Ask::Away(until) => return Err(Closed::Until(until)),
                Ask::Rests(why) => return Err(Closed::Rests(why)),
            };
            if now >= deadline {
                drop(waiter);
                return Err(Closed::Until(self.limits().come_again(way, now)));
            }
            tokio::select! {
                () = changed => {}
                () = clock.sleep_until(until) => {}
            }
        }
    }

    /// The site said something about the way; gives the time at which the message may come again.
    pub(super) fn hear(&self, Shaped { way, shape }: &Shaped, sign: Sign, now: Timestamp) -> Timestamp {
        let mut limits = self.limits();
        limits.hear(way, *shape, sign, now);
        limits.come_again(way, now)
    }

    /// A host of the site answered, and said nothing of a limit.
    pub(super) fn went_well(&self, way: &Way) {
        self.limits().went_well(way);
    }

    /// No host of the site could be reached.
    pub(super) fn was_not_reached(&self, Shaped { way, shape }: &Shaped, why: &str, now: Timestamp) {
        self.limits().was_not_reached(way, *shape, why, now);
    }

    /// How many more connections than transactions under way may be open.
    pub(super) fn idle_max(&self, Shaped { way, shape }: &Shaped) -> usize {
        self.limits().idle_max(way, *shape)
    }

    fn limits(&self) -> MutexGuard<'_, Limits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bell(&self, way: &Way) -> &Notify {
        let mut hasher = DefaultHasher::new();
        way.hash(&mut hasher);
        let number = hasher.finish() % BELLS as u64;
        &self.bells[usize::try_from(number).expect("less than the number of bells")]
    }
}
