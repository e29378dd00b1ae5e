//! How long a client may take: silence between commands, silence and slowness inside a body.
//!
//! Between commands only a complete line counts, so a client that sends a byte now and then gains nothing. In a body every
//! byte counts, but on average they must come at the least rate of the limits, once the first idle span is used up.

use super::ServerLimits;
use model::{Duration, Timestamp};

#[derive(Debug)]
pub(super) struct Pace {
    /// The last complete line, answer or begin of a body.
    turn: Timestamp,
    last_byte: Timestamp,
    bytes: u64,
}

impl Pace {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { turn: now, last_byte: now, bytes: 0 }
    }

    /// The client has done what was awaited; the next wait begins.
    pub(super) fn turn(&mut self, now: Timestamp) {
        *self = Self::new(now);
    }

    pub(super) fn bytes(&mut self, count: usize, now: Timestamp) {
        self.last_byte = now;
        self.bytes += count as u64;
    }

    pub(super) fn deadline(&self, in_body: bool, limits: &ServerLimits) -> Timestamp {
        if !in_body {
            return self.turn + limits.idle;
        }
        let earned = Duration::from_secs(self.bytes / limits.data_rate_min.max(1));
        (self.last_byte + limits.idle).min(self.turn + limits.idle + earned)
    }
}
