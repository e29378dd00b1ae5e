//! The turn of somebody who is slowed: so many recipients an hour, a twelfth of it at once.

use model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// Nobody asks more often.
const WAIT_MIN: Duration = Duration::from_secs(5);
const WAIT_MAX: Duration = Duration::from_secs(3600);

/// What is left of it at a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Bucket {
    /// Takes `count` out; who asks for more than fits waits until it is full.
    ///
    /// # Errors
    /// When to ask again.
    pub(super) fn take(&mut self, count: u32, per_hour: f64, now: Timestamp) -> Result<(), Timestamp> {
        let size = (per_hour / 12.0).max(1.0);
        let passed = now.since(self.at).as_secs_f64();
        self.left = (self.left + passed * per_hour / 3600.0).min(size);
        self.at = now;
        let needed = f64::from(count).min(size);
        if self.left >= needed {
            self.left -= f64::from(count);
            return Ok(());
        }
        let seconds = (needed - self.left) * 3600.0 / per_hour;
        Err(now + Duration::from_secs_f64(seconds.min(3600.0)).clamp(WAIT_MIN, WAIT_MAX))
    }
}
