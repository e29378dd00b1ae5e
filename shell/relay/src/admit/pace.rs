//! The caps of `[limits]`: messages and recipients in a minute, of a tenant and of each sender, sizes, sessions at a time.
//!
//! Counts are those of the running minute and are forgotten with it, so memory is bounded: beyond a number of senders the others share one
//! count. What is put off is told `4yz`, and comes again by itself. Only admitted mail is counted: a forger cannot use up a
//! tenant's minute.

use super::Refusal;
use model::{ByteCount, ReversePath, TenantName, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tenant::Snapshot;

const MINUTE_MICROS: i64 = 60_000_000;
/// Senders that are counted one by one.
const SENDERS_MAX: usize = 20_000;

/// What came in this minute.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    messages: u32,
    recipients: u32,
}

impl Count {
    fn add(&mut self, recipients: u32) {
        self.messages = self.messages.saturating_add(1);
        self.recipients = self.recipients.saturating_add(recipients);
    }
}

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    tenants: HashMap<TenantName, Count>,
    senders: HashMap<(TenantName, String), Count>,
    /// All senders for whom there was no more room.
    others: Count,
}

impl Minute {
    fn of_sender(&self, key: &(TenantName, String)) -> Count {
        let is_full = self.senders.len() >= SENDERS_MAX;
        self.senders.get(key).copied().unwrap_or(if is_full { self.others } else { Count::default() })
    }

    fn add_sender(&mut self, key: (TenantName, String), recipients: u32) {
        if self.senders.len() < SENDERS_MAX || self.senders.contains_key(&key) {
            self.senders.entry(key).or_default().add(recipients);
        } else {
            self.others.add(recipients);
        }
    }
}

/// Counts for all tenants.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<Minute>);

impl Pace {
    /// Whether the tenant and the sender may hand over one more message in this minute. A message with more recipients than the cap goes
    /// in an empty minute: it would wait for ever otherwise.
    pub(super) fn has_room(
        &self,
        snapshot: &Snapshot,
        sender: &ReversePath,
        recipients: usize,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let recipients = u32::try_from(recipients).unwrap_or(u32::MAX);
        let settings = &snapshot.settings;
        let limits = &settings.limits;
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turn(&mut minute, now);
        let tenant = minute.tenants.get(&settings.name).copied().unwrap_or_default();
        let sender = key(snapshot, sender).map(|key| minute.of_sender(&key)).unwrap_or_default();
        for (count, more, max, what) in [
            (tenant.messages, 1, limits.messages_per_minute, "messages"),
            (tenant.recipients, recipients, limits.recipients_per_minute, "recipients"),
            (sender.messages, 1, limits.sender_messages_per_minute, "messages of this sender"),
            (sender.recipients, recipients, limits.sender_recipients_per_minute, "recipients of this sender"),
        ] {
            if let Some(max) =
                max.filter(|max| count >= *max || (count > 0 && count.saturating_add(more) > *max))
            {
                let text = format!("more than {max} {what} in this minute, try again in the next");
                return Err(Refusal::limit(451, (7, 1), text, &settings.name));
            }
        }
        Ok(())
    }

    /// Counts one admitted message.
    pub(super) fn count(&self, snapshot: &Snapshot, sender: &ReversePath, recipients: usize, now: Timestamp) {
        let recipients = u32::try_from(recipients).unwrap_or(u32::MAX);
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turn(&mut minute, now);
        minute.tenants.entry(snapshot.settings.name.clone()).or_default().add(recipients);
        if let Some(key) = key(snapshot, sender) {
            minute.add_sender(key, recipients);
        }
    }
}

fn turn(minute: &mut Minute, now: Timestamp) {
    let number = now.as_micros() / MINUTE_MICROS;
    if minute.number != number {
        *minute = Minute { number, ..Minute::default() };
    }
}

/// Under which a sender is counted, if the tenant limits senders.
fn key(snapshot: &Snapshot, sender: &ReversePath) -> Option<(TenantName, String)> {
    let limits = &snapshot.settings.limits;
    let limited =
        limits.sender_messages_per_minute.is_some() || limits.sender_recipients_per_minute.is_some();
    let mailbox = sender.mailbox().filter(|_| limited)?;
    Some((snapshot.settings.name.clone(), mailbox.folded()))
}

/// RFC 3463 §3.4: 4.3.4, too large for this system. Not 552: who raises the cap within a day gets the mail.
pub(super) fn fits(snapshot: &Snapshot, size: ByteCount) -> Result<(), Refusal> {
    match snapshot.settings.limits.message_size {
        Some(max) if size > max => {
            let text = format!("larger than the {max} that one message of this tenant may have");
            Err(Refusal::limit(452, (3, 4), text, &snapshot.settings.name))
        }
        Some(_) | None => Ok(()),
    }
}

/// Sessions in which each tenant hands over mail.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<TenantName, u32>>);

/// One session's place, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    sessions: Arc<Sessions>,
    pub(super) tenant: TenantName,
}

impl Sessions {
    pub(super) fn enter(self: &Arc<Self>, snapshot: &Snapshot) -> Result<Seat, Refusal> {
        let settings = &snapshot.settings;
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(settings.name.clone()).or_default();
        if let Some(max) = settings.limits.connections.filter(|max| *count >= *max) {
            let text = format!("more than {max} sessions of this tenant at a time, try again later");
            return Err(Refusal::limit(421, (7, 0), text, &settings.name));
        }
        *count += 1;
        Ok(Seat { sessions: Arc::clone(self), tenant: settings.name.clone() })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.sessions.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.tenant);
            }
        }
    }
}

#[cfg(test)]
mod tests;
