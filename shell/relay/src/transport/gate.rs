//! The gate in front of every transaction: it opens as the limits of the way allow, and closes behind no more than a few seconds of waiting.
//!
//! One that would wait longer is sent back to the queue with the time at which to come again, so that a slow site does not
//! fill the places of mail for others; it may be put on the way's list, and is called up when the line has room. Whoever goes away while waiting loses
//! the place and nothing else. What changes on a way wakes the one whose turn it is, and nobody else.

use bounce::Sign;
use dispatch::{Ask, Asking, Called, Limits, Shape, Shown, Site, Sites, Ticket, Way, WayShown};
use model::{Domain, Duration, MessageId, SourceName, TenantName, Timestamp};
use net::Clock;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Domains whose sites are remembered; what is forgotten is found out again by the next message.
const CROWDED_MAX: usize = 4_096;

/// How long one waits here.
const WAIT_MAX: Duration = Duration::from_secs(5);

#[derive(Default)]
pub(super) struct Gate {
    inside: Mutex<Inside>,
    /// Somebody may be called up.
    calls: Notify,
}

#[derive(Default)]
struct Inside {
    limits: Limits,
    tickets: Ticket,
    /// Of those who wait.
    bells: HashMap<Ticket, Arc<Notify>>,
    /// The sites of domains whose mail was put on a list.
    crowded: HashMap<Domain, (Site, Shape)>,
}

/// A way with what is known of its site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shaped {
    pub(super) way: Way,
    pub(super) shape: Shape,
}

/// Who wants a turn.
#[derive(Clone, Copy)]
pub(super) struct Wanting<'a> {
    pub(super) tenant: &'a TenantName,
    /// By which it can be called up; none: nobody calls it.
    pub(super) message: Option<MessageId>,
    pub(super) is_last_try: bool,
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
        let mut inside = self.gate.inside();
        inside.limits.end(&self.way);
        self.gate.wake(&inside, &self.way);
    }
}

/// One who waits, or did.
struct Waiter<'a> {
    gate: &'a Gate,
    way: &'a Way,
    tenant: &'a TenantName,
    ticket: Ticket,
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut inside = self.gate.inside();
        inside.bells.remove(&self.ticket);
        // One that went is no longer in the line.
        inside.limits.leave(self.way, self.ticket, self.tenant);
        self.gate.wake(&inside, self.way);
    }
}

/// A message that was called up, while it is under way.
pub(crate) struct CalledUp {
    gate: Arc<Gate>,
    called: Called,
}

impl CalledUp {
    pub(crate) fn message(&self) -> MessageId {
        self.called.message
    }

    /// When it was to come by itself.
    pub(crate) fn due(&self) -> Timestamp {
        self.called.due
    }
}

impl Drop for CalledUp {
    fn drop(&mut self) {
        self.gate.inside().limits.called_has_ended(&self.called);
        self.gate.calls.notify_one();
    }
}

impl Gate {
    /// Waits for a turn.
    pub(super) async fn enter(
        self: &Arc<Self>,
        Shaped { way, shape }: &Shaped,
        wanting: Wanting<'_>,
        clock: &Clock,
    ) -> Result<Turn, Closed> {
        let Wanting { tenant, message, is_last_try } = wanting;
        let ticket = self.next_ticket();
        let waiter = Waiter { gate: self, way, tenant, ticket };
        let deadline = clock.now() + WAIT_MAX;
        loop {
            let now = clock.now();
            let (asked, bell) = self.ask(way, *shape, Asking { ticket, message, tenant, is_last_try }, now);
            let until = match asked {
                Ask::Go => return Ok(Turn { gate: Arc::clone(self), way: way.clone() }),
                Ask::Wait(until) => until.unwrap_or(deadline).min(deadline),
                Ask::Away(until) => return Err(Closed::Until(until)),
                Ask::Rests(why) => return Err(Closed::Rests(why)),
            };
            if now >= deadline {
                drop(waiter);
                return Err(Closed::Until(self.inside().limits.come_again(way, now)));
            }
            tokio::select! {
                () = bell.notified() => {}
                () = clock.sleep_until(until) => {}
            }
        }
    }

    fn next_ticket(&self) -> Ticket {
        let mut inside = self.inside();
        inside.tickets += 1;
        inside.tickets
    }

    /// The answer, and what rings when it may be another one: a change behind the question is not missed.
    fn ask(&self, way: &Way, shape: Shape, asking: Asking<'_>, now: Timestamp) -> (Ask, Arc<Notify>) {
        let mut inside = self.inside();
        let asked = inside.limits.ask(way, shape, asking, now);
        let bell = Arc::clone(inside.bells.entry(asking.ticket).or_default());
        (asked, bell)
    }

    /// Whose turn it is on the way asks again.
    fn wake(&self, inside: &Inside, way: &Way) {
        if let Some(bell) = inside.limits.next_up(way).and_then(|ticket| inside.bells.get(&ticket)) {
            bell.notify_one();
        }
        if inside.limits.has_lists() {
            self.calls.notify_one();
        }
    }

    /// A message that was sent away waits to be called; it comes by itself at `due`.
    pub(super) fn list(
        &self,
        Shaped { way, shape }: &Shaped,
        message: (MessageId, &TenantName),
        domain: Option<Domain>,
        due: Timestamp,
        now: Timestamp,
    ) {
        let mut inside = self.inside();
        inside.limits.list(way, *shape, message, due, now);
        if inside.crowded.len() >= CROWDED_MAX {
            inside.crowded.clear();
        }
        inside.crowded.extend(domain.map(|domain| (domain, (way.site.clone(), *shape))));
        drop(inside);
        self.calls.notify_one();
    }

    pub(super) fn has_lists(&self) -> bool {
        self.inside().limits.has_lists()
    }

    /// The way of a message over that source and until when it would be sent away, if others of its tenant wait there.
    pub(super) fn is_behind(
        &self,
        (message, tenant): (MessageId, &TenantName),
        (domain, source): (&Domain, &SourceName),
        now: Timestamp,
    ) -> Option<(Shaped, Timestamp)> {
        let inside = &mut *self.inside();
        let (site, shape) = inside.crowded.get(domain)?.clone();
        let way = Way { source: source.clone(), site };
        let until = inside.limits.is_behind(&way, message, tenant, now)?;
        Some((Shaped { way, shape }, until))
    }

    /// The next message that is called up, of a tenant that `may` have one more under way beside so many that were.
    pub(super) fn call(
        self: &Arc<Self>,
        may: impl Fn(&TenantName, usize) -> bool,
        now: Timestamp,
    ) -> Option<CalledUp> {
        let called = self.inside().limits.call(may, now)?;
        Some(CalledUp { gate: Arc::clone(self), called })
    }

    /// Returns when there may be one to call. For one caller.
    pub(super) async fn calls(&self) {
        self.calls.notified().await;
    }

    /// On which way's list the message is.
    pub(super) fn list_of(&self, message: MessageId) -> Option<Way> {
        self.inside().limits.list_of(message).cloned()
    }

    /// The site said something about the way; gives the time at which the message may come again.
    pub(super) fn hear(&self, Shaped { way, shape }: &Shaped, sign: Sign, now: Timestamp) -> Timestamp {
        let limits = &mut self.inside().limits;
        limits.hear(way, *shape, sign, now);
        limits.come_again(way, now)
    }

    /// A host of the site answered, and said nothing of a limit.
    pub(super) fn went_well(&self, way: &Way) {
        self.inside().limits.went_well(way);
    }

    /// What sites take has changed: who waits asks again.
    pub(super) fn reshape(&self, sites: &Sites, now: Timestamp) {
        let mut inside = self.inside();
        inside.limits.reshape(|site, reach| sites.shape(site, reach), now);
        inside.crowded.clear();
        inside.bells.values().for_each(|bell| bell.notify_one());
        drop(inside);
        self.calls.notify_one();
    }

    /// How every way stands.
    pub(super) fn shown(&self, now: Timestamp) -> Vec<WayShown> {
        self.inside().limits.shown(now)
    }

    /// How one way stands, if anything is known of it.
    pub(super) fn shown_of(&self, way: &Way, now: Timestamp) -> Option<Shown> {
        self.inside().limits.shown_of(way, now)
    }

    /// No host of the site could be reached.
    pub(super) fn was_not_reached(&self, Shaped { way, shape }: &Shaped, why: &str, now: Timestamp) {
        self.inside().limits.was_not_reached(way, *shape, why, now);
    }

    /// How many more connections than transactions under way may be open.
    pub(super) fn idle_max(&self, Shaped { way, shape }: &Shaped) -> usize {
        self.inside().limits.idle_max(way, *shape)
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
