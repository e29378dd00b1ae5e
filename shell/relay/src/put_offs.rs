//! Messages that were left with their senders for the sake of a source's warmth, and since when: each time they come again they are new to us, and
//! would be put off again and again.
//!
//! A message is known again by its tenant, envelope and `Message-ID`. Two that are mixed up cost a source some warmth and nothing else. It is kept in
//! memory; what cannot be remembered for want of room is not put off. A restart forgets it: a message may then be put off for `guard.warm_wait` once more,
//! from the next time that it comes. Its sender has it all the while, so none is lost, and none is sent sooner than one that was never seen.

use model::{Duration, Timestamp};
use spool::Accepted;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Messages that are remembered.
const REMEMBERED_MAX: usize = 50_000;
/// So long a sender keeps a message and comes again, Exchange Online among them.
const REMEMBERED_FOR: Duration = Duration::from_secs(24 * 3600);

/// Since when each is put off.
#[derive(Debug, Default)]
pub(crate) struct PutOffs(Mutex<BTreeMap<u64, Timestamp>>);

impl PutOffs {
    /// How long the message has been put off, in all; for ever if nobody could remember it.
    pub(crate) fn waited(&self, message: &Accepted, now: Timestamp) -> Duration {
        let mut since = self.lock();
        if since.len() >= REMEMBERED_MAX {
            since.retain(|_, at| now.since(*at) < REMEMBERED_FOR);
        }
        match since.get(&key(message)) {
            Some(at) => now.since(*at),
            None if since.len() >= REMEMBERED_MAX => Duration::MAX,
            None => Duration::ZERO,
        }
    }

    /// It is left with its sender until there is more room.
    pub(crate) fn note(&self, message: &Accepted, now: Timestamp) {
        let mut since = self.lock();
        let known = since.entry(key(message)).or_insert(now);
        // The same envelope and `Message-ID` after so long are another message, and so they are behind a clock that was set back.
        if now.since(*known) >= REMEMBERED_FOR || *known > now {
            *known = now;
        }
    }

    /// It has gone through.
    pub(crate) fn end(&self, message: &Accepted) {
        let mut since = self.lock();
        if !since.is_empty() {
            since.remove(&key(message));
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Timestamp>> {
        // Every change is one call on the map.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(message: &Accepted) -> u64 {
    let mut hasher = DefaultHasher::new();
    message.tenant.hash(&mut hasher);
    message.envelope.mail_from.mailbox().map(model::Address::as_str).hash(&mut hasher);
    for recipient in &message.envelope.recipients {
        recipient.address.as_str().hash(&mut hasher);
    }
    message.header.message_id.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
