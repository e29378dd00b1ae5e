//! The gate in front of every transaction: it opens as the limits of the way allow, and closes behind no more than a few seconds of waiting.
//!
//! One that would wait longer is sent back to the queue with the time at which to come again, so that a slow provider does not
//! fill the places of mail for others. Whoever goes away while waiting loses the place and nothing else.

use super::limits::{Ask, Limits, Ticket, Way};
use bounce::Sign;
use model::{Duration, TenantName, Timestamp};
use net::Clock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// How long one waits here.
const WAIT_MAX: Duration = Duration::from_secs(5);

#[derive(Default)]
pub(super) struct Gate {
    limits: Mutex<Limits>,
    tickets: AtomicU64,
    changed: Notify,
}

/// The right to one transaction; given back when dropped.
pub(super) struct Turn {
    gate: Arc<Gate>,
    way: Way,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.gate.limits().end(&self.way);
        self.gate.changed.notify_waiters();
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
        self.gate.changed.notify_waiters();
    }
}

impl Gate {
    /// Waits for a turn; an error is the time at which to come again.
    pub(super) async fn enter(
        self: &Arc<Self>,
        way: &Way,
        tenant: &TenantName,
        clock: &Clock,
    ) -> Result<Turn, Timestamp> {
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        let waiter = Waiter { gate: self, way, tenant, ticket };
        let deadline = clock.now() + WAIT_MAX;
        loop {
            // Before the question: what changes behind it is not missed.
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            let now = clock.now();
            let asked = self.limits().ask(way, ticket, tenant, now);
            let until = match asked {
                Ask::Go => return Ok(Turn { gate: Arc::clone(self), way: way.clone() }),
                Ask::Wait(until) => until.unwrap_or(deadline).min(deadline),
            };
            if now >= deadline {
                drop(waiter);
                return Err(self.limits().come_again(way, now));
            }
            tokio::select! {
                () = changed => {}
                () = clock.sleep_until(until) => {}
            }
        }
    }

    /// The provider said something about the way; gives the time at which the message may come again.
    pub(super) fn hear(&self, way: &Way, sign: Sign, now: Timestamp) -> Timestamp {
        let mut limits = self.limits();
        limits.hear(way, sign, now);
        limits.come_again(way, now)
    }

    /// How many more connections than transactions under way may be open.
    pub(super) fn idle_max(&self, way: &Way) -> usize {
        self.limits().idle_max(way)
    }

    fn limits(&self) -> MutexGuard<'_, Limits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
