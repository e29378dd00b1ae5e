//! Messages whose life is not over: who sent each, and which of its recipients were refused for an address of ours.
//!
//! This is what joins the lines of a log. It holds as many messages as were open at once, not as many as the log has; above the bound
//! the older half of those that nothing happened to is forgotten, and the report says how many.

use model::Timestamp;
use std::collections::HashMap;

/// A message takes about 150 bytes here.
const OPEN_MAX: usize = 500_000;

/// A message.
#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) arrived: Option<Timestamp>,
    /// `None`: the log does not say. Empty: the null sender.
    pub(super) sender: Option<Box<str>>,
    /// The text of the last refusal that a line on a host told: the line on the recipient tells it again.
    pub(super) told: u64,
    pub(super) refused: Vec<Refused>,
    /// The incident for which a recipient was given up since the last report on it.
    pub(super) unreported: Option<usize>,
}

/// A recipient that was refused for an address of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused {
    /// 0: the line names none.
    pub(super) recipient: u64,
    pub(super) incident: usize,
    pub(super) first: Timestamp,
    pub(super) fate: Fate,
}

/// What became of a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Waits,
    Delivered(Timestamp),
    /// For the address.
    GivenUp,
    /// For another reason, later.
    GivenUpOtherwise,
}

#[derive(Debug, Default)]
pub(super) struct OpenMessages {
    open: HashMap<u128, Open>,
    pub(super) forgotten: u64,
}

impl OpenMessages {
    /// A message comes in, and whether it is a new one: one that is known keeps its arrival.
    pub(super) fn arrive(&mut self, id: &str, at: Timestamp, sender: &str) -> bool {
        let message = self.of(id, at);
        let is_new = message.arrived.is_none();
        message.arrived.get_or_insert(at);
        message.sender.get_or_insert_with(|| sender.into());
        is_new
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Open> {
        self.open.get_mut(&key(id))
    }

    /// The message, even if its arrival is not in the log.
    pub(super) fn of(&mut self, id: &str, at: Timestamp) -> &mut Open {
        if self.open.len() >= OPEN_MAX {
            self.forget(at);
        }
        self.open.entry(key(id)).or_default()
    }

    pub(super) fn complete(&mut self, id: &str) -> Option<Open> {
        self.open.remove(&key(id))
    }

    /// Those that are left, in no order.
    pub(super) fn end(self) -> impl Iterator<Item = Open> {
        self.open.into_values()
    }

    fn forget(&mut self, now: Timestamp) {
        let oldest = self.open_since().unwrap_or(now);
        let middle = Timestamp::from_micros(oldest.as_micros().midpoint(now.as_micros()));
        let before = self.open.len();
        self.open.retain(|_, message| {
            !message.refused.is_empty() || message.arrived.is_some_and(|arrived| arrived > middle)
        });
        if self.open.len() > OPEN_MAX / 10 * 9 {
            // Too few are old enough, or all of them were refused.
            self.open.clear();
        }
        self.forgotten += (before - self.open.len()) as u64;
    }

    fn open_since(&mut self) -> Option<Timestamp> {
        let mut oldest: Option<Timestamp> = None;
        // No order is taken from it: the earliest is the same in any.
        self.open.retain(|_, message| {
            oldest = match (oldest, message.arrived) {
                (Some(oldest), Some(arrived)) => Some(oldest.min(arrived)),
                (one, other) => one.or(other),
            };
            true
        });
        oldest
    }
}

/// FNV-1a of 128 bits: ids of one log are told apart by it.
fn key(id: &str) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    id.bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

/// FNV-1a of 64 bits, never 0.
pub(super) fn hash(text: &str) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let hash = text.bytes().fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    hash.max(1)
}
