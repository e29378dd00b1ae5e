//! The bytes of one file in memory: what a reader sees, what is durable, and the writes between the two.
//!
//! A failed sync behaves as Linux does: the pages count as clean afterwards, a reader still sees them, and no later sync makes them
//! durable. So a spool that tries a sync again is found out.

use std::sync::Arc;

/// The unit in which a device writes: a write may be torn between two, never inside one.
const SECTOR: usize = 512;

/// Which of the possible states a power cut leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// Nothing un-synced reached the device.
    NothingUnsynced,
    /// Everything reached it.
    Everything,
    /// Each un-synced write is present, absent or torn, chosen by a seed.
    Chosen(u64),
}

#[derive(Debug, Default)]
pub(super) struct Contents {
    durable: Vec<u8>,
    now: Vec<u8>,
    unsynced: Vec<(u64, Arc<[u8]>)>,
}

impl Contents {
    pub(super) fn zeros(length: usize) -> Self {
        Self { now: vec![0; length], ..Self::default() }
    }

    pub(super) fn durable(bytes: Vec<u8>) -> Self {
        Self { durable: bytes.clone(), now: bytes, unsynced: Vec::new() }
    }

    pub(super) fn now(&self) -> &[u8] {
        &self.now
    }

    pub(super) fn write(&mut self, offset: u64, bytes: Arc<[u8]>) {
        put(&mut self.now, offset, &bytes);
        self.unsynced.push((offset, bytes));
    }

    pub(super) fn sync(&mut self) {
        if self.durable.len() < self.now.len() {
            self.durable.resize(self.now.len(), 0);
        }
        for (offset, bytes) in self.unsynced.drain(..) {
            put(&mut self.durable, offset, &bytes);
        }
    }

    pub(super) fn fail_sync(&mut self) {
        self.unsynced.clear();
    }

    /// Changes the bytes behind everyone's back.
    pub(super) fn damage(&mut self, change: impl Fn(&mut Vec<u8>)) {
        change(&mut self.now);
        self.durable.clone_from(&self.now);
        self.unsynced.clear();
    }

    pub(super) fn after_crash(&self, dice: &mut Dice) -> Self {
        let mut left = self.durable.clone();
        // The length is metadata of its own.
        if left.len() < self.now.len() && dice.is_written() {
            left.resize(self.now.len(), 0);
        }
        for (offset, bytes) in &self.unsynced {
            dice.tear(&mut left, *offset, bytes);
        }
        Self::durable(left)
    }
}

fn put(contents: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    if contents.len() < start + bytes.len() {
        contents.resize(start + bytes.len(), 0);
    }
    contents[start..start + bytes.len()].copy_from_slice(bytes);
}

/// splitmix64: a test's choices must be the same for the same seed.
pub(super) struct Dice {
    kind: Crash,
    state: u64,
}

impl Dice {
    pub(super) fn new(kind: Crash) -> Self {
        let state = match kind {
            Crash::Chosen(seed) => seed,
            Crash::NothingUnsynced | Crash::Everything => 0,
        };
        Self { kind, state }
    }

    /// Whether one un-synced change reached the device.
    pub(super) fn is_written(&mut self) -> bool {
        match self.kind {
            Crash::NothingUnsynced => false,
            Crash::Everything => true,
            Crash::Chosen(_) => self.below(2) == 1,
        }
    }

    fn tear(&mut self, left: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
        match self.kind {
            Crash::NothingUnsynced => {}
            Crash::Everything => put(left, offset, bytes),
            Crash::Chosen(_) => match self.below(4) {
                0 => {}
                1 => put(left, offset, bytes),
                2 => self.put_beginning(left, offset, bytes),
                _ => self.put_some_sectors(left, offset, bytes),
            },
        }
    }

    fn put_beginning(&mut self, left: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
        let length = usize::try_from(self.below(bytes.len() as u64 + 1)).unwrap_or(0);
        put(left, offset, &bytes[..length]);
    }

    fn put_some_sectors(&mut self, left: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
        let mut done = 0;
        while done < bytes.len() {
            let at = offset + done as u64;
            let to_edge = SECTOR - usize::try_from(at % SECTOR as u64).unwrap_or(0);
            let end = (done + to_edge).min(bytes.len());
            if self.below(2) == 1 {
                put(left, at, &bytes[done..end]);
            }
            done = end;
        }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.state;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 16) % bound.max(1)
    }
}
