//! One step of the ledger: what the log has more is read and written in one transaction with the place behind it.
//!
//! Now and then what was written is synced; only then is the spool told that it may let go of what was read. Old messages are forgotten a few
//! hundred at a time, when there is nothing else to do.

use super::{LedgerConfig, entries};
use crate::facts::Flow;
use model::{Duration, Metrics, Timestamp};
use relay::RefusedSession;
use spool::{LogBatch, LogGap, LogPlace, Spool};
use std::sync::Arc;
use store::ledger::{Batch, Entry, Gap, Ledger, LedgerError, ReadTo};
use tokio::sync::{mpsc, watch};

/// Records in one transaction.
const RECORDS_AT_ONCE: usize = 2_000;
/// Refused sessions that are taken in within a second: strangers must not fill the disk.
const REFUSALS_PER_SECOND: usize = 100;
/// How often the tables are synced, and the spool told.
const CHECKPOINT: Duration = Duration::from_secs(10);
/// How often it is looked for what is old, and how many messages go at once.
const FORGET: Duration = Duration::from_secs(600);
const FORGOTTEN_AT_ONCE: usize = 200;

pub(super) struct Worker {
    config: LedgerConfig,
    spool: Spool,
    refusals: mpsc::Receiver<RefusedSession>,
    /// Counts what was read.
    flow: Flow,
    metrics: Arc<Metrics>,
    told: watch::Sender<Option<LogPlace>>,
    ledger: Option<Ledger>,
    place: Option<LogPlace>,
    /// Refused sessions on their way into the tables.
    refused: Vec<Entry>,
    refused_at: Timestamp,
    checkpoint_at: Timestamp,
    forget_at: Timestamp,
    caught_up: Timestamp,
    /// Whether the last step failed: told once.
    is_failing: bool,
}

impl Worker {
    pub(super) fn new(
        config: LedgerConfig,
        spool: Spool,
        (refusals, flow): (mpsc::Receiver<RefusedSession>, Flow),
        metrics: Arc<Metrics>,
        told: watch::Sender<Option<LogPlace>>,
        now: Timestamp,
    ) -> Self {
        Self {
            config,
            spool,
            refusals,
            flow,
            metrics,
            told,
            ledger: None,
            place: None,
            refused: Vec::new(),
            refused_at: now,
            // At once: a node that soon ends again and again must let go of the segments that were read.
            checkpoint_at: now,
            forget_at: now,
            caught_up: now,
            is_failing: false,
        }
    }

    /// Takes in what there is, up to a bound; gives whether there is more to do at once.
    pub(super) fn step(&mut self, now: Timestamp) -> Result<bool, LedgerError> {
        let done = self.try_step(now);
        let unread = self.spool.unread_records(self.place);
        if unread == 0 {
            self.caught_up = now;
        }
        self.metrics.ledger_unread.set(unread);
        self.metrics.ledger_lag_seconds.set(now.since(self.caught_up).as_secs());
        match &done {
            Ok(_) => self.is_failing = false,
            Err(error) => {
                self.metrics.ledger_errors.add_one();
                if !std::mem::replace(&mut self.is_failing, true) {
                    self.metrics.alarms.add_one();
                    tracing::warn!(%error, "the ledger cannot be written; mail flows, and it is tried again every second");
                }
            }
        }
        done
    }

    fn try_step(&mut self, now: Timestamp) -> Result<bool, LedgerError> {
        let mut ledger = match self.ledger.take() {
            Some(ledger) => ledger,
            None => self.open()?,
        };
        let stepped = self.step_with(&mut ledger, now);
        self.ledger = Some(ledger);
        stepped
    }

    fn open(&mut self) -> Result<Ledger, LedgerError> {
        let ledger = Ledger::open(&self.config.path)?;
        self.place = ledger.read_to()?.map(|read_to| LogPlace {
            segment: read_to.segment,
            created: read_to.created,
            offset: read_to.offset,
            events: read_to.events,
        });
        self.metrics.ledger_gaps.set(ledger.gaps()?);
        Ok(ledger)
    }

    fn step_with(&mut self, ledger: &mut Ledger, now: Timestamp) -> Result<bool, LedgerError> {
        let read = self.read();
        let has_more = read.records.len() >= RECORDS_AT_ONCE;
        self.take_refusals(now);
        self.write(ledger, read, now)?;
        if now >= self.checkpoint_at {
            self.checkpoint_at = now + CHECKPOINT;
            self.checkpoint(ledger)?;
        }
        if has_more {
            return Ok(true);
        }
        if now >= self.forget_at {
            let before = now - self.config.keep;
            let forgotten = ledger.forget_before(before, FORGOTTEN_AT_ONCE)?;
            if forgotten == FORGOTTEN_AT_ONCE {
                return Ok(true);
            }
            self.forget_at = now + FORGET;
            self.metrics.ledger_gaps.set(ledger.gaps()?);
        }
        Ok(false)
    }

    fn read(&self) -> LogBatch {
        match self.spool.read_log(self.place, RECORDS_AT_ONCE) {
            Ok(batch) => batch,
            Err(error) => {
                tracing::warn!(%error, "the spool's log cannot be read for the ledger");
                LogBatch { next: self.place, ..LogBatch::default() }
            }
        }
    }

    fn take_refusals(&mut self, now: Timestamp) {
        if !self.refused.is_empty() || now < self.refused_at {
            return;
        }
        self.refused_at = now + Duration::from_secs(1);
        while self.refused.len() < REFUSALS_PER_SECOND {
            let Ok(refused) = self.refusals.try_recv() else { return };
            self.flow.note_refused(&refused.reply, refused.at);
            self.refused.push(entries::of_refused(&refused));
        }
    }

    fn write(&mut self, ledger: &mut Ledger, read: LogBatch, now: Timestamp) -> Result<(), LedgerError> {
        if read.next == self.place && read.records.is_empty() && self.refused.is_empty() {
            return Ok(());
        }
        let mut batch = Batch {
            entries: read.records.iter().map(entries::of_record).collect(),
            gaps: read.gaps.iter().map(|gap| Gap { noticed: now, what: shown(*gap) }).collect(),
            read_to: read.next.map(|place| ReadTo {
                segment: place.segment,
                created: place.created,
                offset: place.offset,
                events: place.events,
            }),
        };
        batch.entries.append(&mut self.refused);
        let taken = ledger.take(&batch);
        if taken.is_err() {
            self.refused = batch.entries.split_off(read.records.len());
        }
        self.metrics.ledger_records.add(taken?);
        self.flow.note(&read.records, !read.gaps.is_empty());
        for gap in &batch.gaps {
            tracing::warn!(gap = gap.what, "the ledger has a gap");
        }
        if !batch.gaps.is_empty() {
            self.metrics.ledger_gaps.set(ledger.gaps()?);
        }
        self.place = read.next;
        self.told.send_replace(self.place);
        Ok(())
    }

    fn checkpoint(&self, ledger: &Ledger) -> Result<(), LedgerError> {
        if let Some(place) = self.place
            && ledger.checkpoint()?
        {
            self.spool.log_is_read_to(place);
        }
        Ok(())
    }

    /// The last step.
    pub(super) fn end(self) {
        if let Some(ledger) = &self.ledger
            && let Err(error) = self.checkpoint(ledger)
        {
            tracing::info!(%error, "the ledger was not synced at the end");
        }
    }
}

fn shown(gap: LogGap) -> String {
    match gap {
        LogGap::Gone { from, to } if from == to => {
            format!("segment {from:016x} of the spool was gone before it was read")
        }
        LogGap::Gone { from, to } => {
            format!("segments {from:016x} to {to:016x} of the spool were gone before they were read")
        }
        LogGap::Damaged { segment, offset } => {
            format!("segment {segment:016x} of the spool is damaged at byte {offset}")
        }
        LogGap::OtherSpool { segment } => {
            format!("the spool is another one than before; it was read up to segment {segment:016x}")
        }
    }
}
