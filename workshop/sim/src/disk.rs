//! A log on a disk that may be full, fail a sync, or lose its power: the smallest thing that can forget.
//!
//! It stands for the spool's segments and the journals. What was appended survives a process that is killed; only what was synced surely survives a power
//! cut, and of the rest each record is there or not. A sync that fails drops what it should have kept and is not retried on the same segment. The real
//! spool is proven on a finer shim (`shell/spool/tests/durability`); here it matters what those who rely on it do.

use crate::dice::Dice;

/// What the disk does wrong now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sick {
    pub(crate) is_full: bool,
    pub(crate) fails_sync: bool,
}

/// Records, oldest first.
#[derive(Debug, Clone)]
pub(crate) struct Log<R> {
    records: Vec<R>,
    synced: usize,
}

impl<R> Default for Log<R> {
    fn default() -> Self {
        Self { records: Vec::new(), synced: 0 }
    }
}

impl<R: Clone> Log<R> {
    pub(crate) fn append(&mut self, record: R) {
        self.records.push(record);
    }

    /// Makes everything durable; on failure nothing of it is.
    pub(crate) fn sync(&mut self, sick: Sick) -> Result<(), ()> {
        if sick.fails_sync {
            return Err(());
        }
        self.synced = self.records.len();
        Ok(())
    }

    /// What was not synced leaves the segment that failed; the caller owes to the next one what has happened.
    pub(crate) fn take_unsynced(&mut self) -> Vec<R> {
        self.records.split_off(self.synced)
    }

    /// The power goes: of what was not synced, each record is there or not.
    pub(crate) fn cut(&mut self, dice: &mut Dice) {
        let unsynced = self.take_unsynced();
        self.records.extend(unsynced.into_iter().filter(|_| dice.percent(50)));
        self.synced = self.records.len();
    }

    /// The same for a journal that is read up to its first gap.
    pub(crate) fn cut_tail(&mut self) {
        self.take_unsynced();
    }

    pub(crate) fn unsynced(&self) -> &[R] {
        &self.records[self.synced..]
    }

    pub(crate) fn records(&self) -> &[R] {
        &self.records
    }
}
