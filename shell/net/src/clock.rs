//! The one clock of a node: wall time at the start, carried on by the monotonic clock, multiplied by a scale.
//!
//! Within a run it never goes back and is not moved by a step of the system's clock. The scale lets a drill live through a
//! day in minutes; everything that asks for time or waits for a point in time then agrees. This is the only place that
//! reads a clock.

use model::{Duration, Timestamp};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// A shared clock; clones tell the same time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Anchor>);

#[derive(Debug)]
struct Anchor {
    wall: Timestamp,
    monotonic: Instant,
    scale: u32,
}

impl Clock {
    /// Starts at the system's time and runs `scale` times as fast as it; 1 is real time, 0 counts as 1.
    #[must_use]
    pub fn start(scale: u32) -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        Self::start_at(Timestamp::from_micros(i64::try_from(wall).unwrap_or(i64::MAX)), scale)
    }

    /// The same from another time than the system's, for days that are simulated.
    #[must_use]
    pub fn start_at(wall: Timestamp, scale: u32) -> Self {
        Self(Arc::new(Anchor { wall, monotonic: Instant::now(), scale: scale.max(1) }))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.wall + self.0.monotonic.elapsed() * self.0.scale
    }

    /// Returns when `now` has reached `point`; at once if it has passed.
    pub async fn sleep_until(&self, point: Timestamp) {
        tokio::time::sleep_until(self.instant(point)).await;
    }

    /// Returns when `span` of this clock's time has passed.
    pub async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span / self.0.scale).await;
    }

    /// The runtime's instant at which this clock shows `point`.
    #[must_use]
    pub fn instant(&self, point: Timestamp) -> Instant {
        // A century is further than any deadline; adding more could overflow the runtime's clock.
        const FURTHEST: Duration = Duration::from_secs(100 * 365 * 86_400);
        self.0.monotonic + point.since(self.0.wall).min(FURTHEST) / self.0.scale
    }
}

#[cfg(test)]
mod tests;
