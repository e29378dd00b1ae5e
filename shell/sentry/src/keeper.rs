//! The guard's writing task: records first, then whatever is given back; and what time brings to sources and senders.
//!
//! It is the only one that writes. At its end everything that was decided is written, and the histories of senders once more.

use crate::journal::{Journal, newest};
use crate::record::Record;
use crate::{Entry, Sentry};
use guard::{Change, Reaction};
use model::{Duration, Timestamp};
use tokio::sync::mpsc;

/// How often it is asked what time brings.
const TICK: Duration = Duration::from_secs(1);
/// How often the histories of senders are written.
const KEEP_EVERY: Duration = Duration::from_secs(600);
/// Records that wait for a journal which cannot be written; over it only those that a start would believe stay.
const UNWRITTEN_MAX: usize = 4096;

/// The part that writes; to be run for as long as the guard is used.
pub struct Keeper {
    pub(crate) sentry: Sentry,
    pub(crate) journal: Option<Journal>,
    pub(crate) entries: mpsc::UnboundedReceiver<Entry>,
    /// What holds already and could not be written yet; it goes before everything that is newer.
    pub(crate) unwritten: Vec<Record>,
}

impl Keeper {
    /// Writes what is decided and lets time bring what it brings, until `stop` is ready; then what is left is written.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let clock = self.sentry.0.clock.clone();
        let mut keep_at = clock.now() + KEEP_EVERY;
        // A time and no wait that begins anew: where refusals never end, entries come more often than ticks.
        let mut tick_at = clock.now() + TICK;
        loop {
            tokio::select! {
                entry = self.entries.recv() => match entry {
                    Some(entry) => self.write(entry).await,
                    None => return,
                },
                () = clock.sleep_until(tick_at) => {
                    let now = clock.now();
                    tick_at = now + TICK;
                    self.tick(now).await;
                    if now >= keep_at {
                        self.keep().await;
                        keep_at = now + KEEP_EVERY;
                    }
                }
                () = &mut stop => break,
            }
        }
        self.entries.close();
        while let Some(entry) = self.entries.recv().await {
            self.write(entry).await;
        }
        self.write(Entry::default()).await;
        self.keep().await;
    }

    /// What time brings to sources and senders.
    async fn tick(&mut self, now: Timestamp) {
        let reaction = self.sentry.lock().guard.due(now);
        reaction.done.iter().for_each(|change| self.sentry.announce(change));
        self.sentry.blame(&reaction);
        let moved = self.sentry.conduct_due(now);
        let is_over = !moved.is_empty();
        moved.iter().for_each(|one| self.sentry.announce_step(one));
        self.write(Entry { reaction, moved, ..Entry::default() }).await;
        if is_over {
            self.give_back();
        }
    }

    /// Writes the histories of senders; the next time does it if this one fails.
    async fn keep(&self) {
        let sentry = self.sentry.clone();
        let now = sentry.0.clock.now();
        let kept = tokio::task::spawn_blocking(move || sentry.0.conduct.keep(now)).await;
        match kept {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the histories of senders cannot be kept"),
            Err(error) => tracing::error!(%error, "the histories of senders were not kept"),
        }
    }

    async fn write(&mut self, entry: Entry) {
        let Entry { evidence, reaction: Reaction { done, mut proposed }, moved, permit } = entry;
        let now = self.sentry.0.clock.now();
        // What was taken away meanwhile may stand in the journal already; behind it this record would give it back at the next start.
        {
            let inner = self.sentry.lock();
            proposed.retain(|change| inner.guard.is_next(change));
        }
        self.unwritten.extend(evidence.into_iter().map(Record::Evidence));
        self.unwritten.extend(done.into_iter().map(Record::Change));
        self.unwritten.extend(moved.into_iter().map(Record::Conduct));
        let mut records = self.unwritten.clone();
        records.extend(proposed.iter().cloned().map(Record::Change));
        if let Some((subject, permit)) = &permit {
            records.push(Record::Conduct(self.sentry.would_permit(subject, permit.clone(), now)));
        }
        if records.is_empty() {
            return;
        }
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.append(records).await
        {
            self.sentry.0.metrics.alarms.add_one();
            tracing::error!(%error, "the guard's journal cannot be written: no source comes back into use; it is tried again every second");
            if self.unwritten.len() > UNWRITTEN_MAX {
                self.unwritten = newest(std::mem::take(&mut self.unwritten));
            }
            return;
        }
        self.unwritten.clear();
        let given_back = proposed.iter().filter(|change| self.apply(change)).count();
        if let Some((subject, permit)) = permit {
            self.sentry.permitted(&subject, permit, now);
            self.give_back();
        }
        if given_back > 0 {
            self.give_back();
        }
    }

    fn give_back(&self) {
        self.sentry.0.given_back.send_modify(|count| *count += 1);
    }

    fn apply(&self, change: &Change) -> bool {
        let is_applied = self.sentry.lock().guard.apply(change);
        if is_applied {
            self.sentry.announce(change);
        }
        is_applied
    }
}

#[cfg(test)]
mod tests;
