//! How much a source is used to sending to a receiver: survivors take over no more than twice that in an hour.
//!
//! Receivers judge an address by its own past. When a source is out and others take over its mail, each may send in one hour at most double of
//! what it usually sends there, or sent in the hour before; what is above it waits for minutes. Nothing is limited while nothing is out, or while
//! too little is known of what is usual.

use model::{Duration, SourceName, Timestamp};
use std::collections::BTreeMap;

const HOUR: Duration = Duration::from_secs(3600);
/// An hour is given out in twelve parts, so that it does not go in its first minute.
const PART: Duration = Duration::from_secs(300);
/// So much one may send in an hour anywhere: below it nobody speaks of volume.
const FLOOR: f64 = 200.0;
/// The weight of the hour that ended in what is usual.
const LEARN: f64 = 0.1;
/// Ways that are remembered.
const WAYS_MAX: usize = 4096;
/// Ways that go at once when there are too many: those with the least mail, of which nobody speaks.
const FORGOTTEN_AT_ONCE: usize = WAYS_MAX / 4;

/// What one source sends to one receiver.
#[derive(Debug, Clone, Copy)]
struct Hours {
    /// Begin of the hour that is counted, in microseconds since 1970.
    hour: i64,
    part: i64,
    this_hour: f64,
    this_part: f64,
    last_hour: f64,
    usual: f64,
}

impl Hours {
    fn move_to(&mut self, now: Timestamp) {
        let hour = begin(now, HOUR);
        let passed = (hour - self.hour) / HOUR.as_micros() as i64;
        for _ in 0..passed.clamp(0, 48) {
            self.usual += (self.this_hour - self.usual) * LEARN;
            self.last_hour = self.this_hour;
            self.this_hour = 0.0;
        }
        self.hour = self.hour.max(hour);
        let part = begin(now, PART);
        if part > self.part {
            (self.part, self.this_part) = (part, 0.0);
        }
    }

    fn allowed(&self) -> f64 {
        (2.0 * self.usual.max(self.last_hour)).max(FLOOR)
    }

    /// The most that it sends in an hour, as far as that is known.
    fn volume(&self) -> f64 {
        self.usual.max(self.last_hour).max(self.this_hour)
    }
}

/// What all sources send to all receivers.
#[derive(Debug, Clone)]
pub struct Warmth {
    since: Timestamp,
    ways: BTreeMap<(SourceName, String), Hours>,
}

impl Warmth {
    /// Nothing is known before `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { since: now, ways: BTreeMap::new() }
    }

    /// A message went.
    pub fn sent(&mut self, source: &SourceName, receiver: &str, now: Timestamp) {
        let key = (source.clone(), receiver.to_owned());
        if self.ways.len() >= WAYS_MAX && !self.ways.contains_key(&key) {
            self.forget_the_coldest(now);
        }
        let fresh = Hours {
            hour: begin(now, HOUR),
            part: begin(now, PART),
            this_hour: 0.0,
            this_part: 0.0,
            last_hour: 0.0,
            usual: 0.0,
        };
        let hours = self.ways.entry(key).or_insert(fresh);
        hours.move_to(now);
        hours.this_hour += 1.0;
        hours.this_part += 1.0;
    }

    /// Whether one more may go while another source is out; if not, when to ask again.
    ///
    /// # Errors
    /// The begin of the next part of the hour.
    pub fn may_take_over(
        &mut self,
        source: &SourceName,
        receiver: &str,
        now: Timestamp,
    ) -> Result<(), Timestamp> {
        // A node that has not seen a whole hour knows of nothing that is usual.
        if now.since(self.since) < 2 * HOUR {
            return Ok(());
        }
        let Some(hours) = self.ways.get_mut(&(source.clone(), receiver.to_owned())) else { return Ok(()) };
        hours.move_to(now);
        let allowed = hours.allowed();
        // Two parts' worth in one part: mail comes in waves.
        let is_over = hours.this_hour >= allowed || hours.this_part >= allowed / 6.0;
        if is_over { Err(Timestamp::from_micros(begin(now, PART)) + PART) } else { Ok(()) }
    }

    fn forget_the_coldest(&mut self, now: Timestamp) {
        self.ways.values_mut().for_each(|hours| hours.move_to(now));
        let mut volumes: Vec<f64> = self.ways.values().map(Hours::volume).collect();
        let (colder, bound, _) = volumes.select_nth_unstable_by(FORGOTTEN_AT_ONCE - 1, f64::total_cmp);
        let bound = *bound;
        // Of those that are as cold only so many as make up the number.
        let mut at_bound = FORGOTTEN_AT_ONCE - colder.iter().filter(|volume| **volume < bound).count();
        self.ways.retain(|_, hours| {
            let volume = hours.volume();
            let goes = volume < bound || (volume <= bound && at_bound > 0);
            at_bound -= usize::from(goes && volume >= bound);
            !goes
        });
    }
}

fn begin(now: Timestamp, span: Duration) -> i64 {
    let span = span.as_micros() as i64;
    now.as_micros().div_euclid(span) * span
}

#[cfg(test)]
mod tests;
