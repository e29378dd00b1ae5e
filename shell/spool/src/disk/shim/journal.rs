//! What was done to the disk, one operation after another, so that a test can stand at any moment of the past.
//!
//! A test puts marks between the operations ("message 3 is acknowledged now"), builds the disk again operation by operation,
//! crashes it after each one and compares with the marks that came before. Failed operations are not in the journal.

use super::{Disk as _, MemDisk, SegmentFile};
use std::sync::Arc;

/// One operation, or a test's mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    Create { name: String, size: u64 },
    Write { name: String, offset: u64, bytes: Arc<[u8]> },
    Sync { name: String },
    SyncDir,
    Remove { name: String },
    Mark(u64),
}

impl MemDisk {
    /// Notes that something outside the disk happened now.
    pub fn mark(&self, mark: u64) {
        self.inner().journal.push(Op::Mark(mark));
    }

    /// Everything done so far.
    #[must_use]
    pub fn journal(&self) -> Vec<Op> {
        self.inner().journal.clone()
    }

    /// Does `op` again, under this disk's faults.
    pub fn replay(&self, op: &Op) {
        match op {
            Op::Create { name, size } => drop(self.create(name, *size).expect("its name was free before")),
            Op::Write { name, offset, bytes } => {
                self.on_file(name, |file| file.write_at(*offset, bytes));
            }
            Op::Sync { name } => self.on_file(name, |file| file.sync()),
            Op::SyncDir => self.sync_dir().expect("a disk in memory syncs its entries"),
            Op::Remove { name } => self.remove(name).expect("it was there before"),
            Op::Mark(mark) => self.mark(*mark),
        }
    }

    /// A file that is removed but still open is out of reach, and of no importance.
    fn on_file(&self, name: &str, act: impl Fn(&dyn SegmentFile) -> std::io::Result<()>) {
        if let Ok(file) = self.open(name) {
            act(file.as_ref()).expect("no fault is switched on that fails a replay");
        }
    }
}
