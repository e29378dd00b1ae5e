//! What somebody usually sends in each hour of the week: 168 moving averages, and the loudest hour of the last weeks.
//!
//! Hours are UTC; the neighbours of an hour count too, so that a change of the clocks or a late start is no offence.

use model::Timestamp;
use serde::{Deserialize, Serialize};

const SLOTS: i64 = 168;
const HOUR: i64 = 3_600_000_000;
/// The weight of the newest week, once there are several.
const LEARN: f32 = 0.3;
/// What a week leaves of the loudest hour.
const FADE: f32 = 0.9;
/// After so many silent hours nothing is left that is worth a walk.
const SILENT_MAX: i64 = 8 * SLOTS;

/// Hours since 1970.
pub(super) fn hour_of(now: Timestamp) -> i64 {
    now.as_micros().div_euclid(HOUR)
}

/// A week of averages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Habit {
    /// The first hour that was learned.
    first: i64,
    /// The next hour to learn.
    next: i64,
    loudest: f32,
    /// Sparse: hour of the week and recipients, in order.
    #[serde(with = "sparse")]
    slots: Box<[f32; SLOTS as usize]>,
}

impl Habit {
    pub(super) fn new(hour: i64) -> Self {
        Self { first: hour, next: hour, loudest: 0.0, slots: Box::new([0.0; SLOTS as usize]) }
    }

    /// Learns that `hour` brought so many; hours since the last one brought none.
    pub(super) fn learn(&mut self, hour: i64, count: u32) {
        if hour - self.next > SILENT_MAX {
            *self = Self::new(hour);
        }
        while self.next < hour {
            self.one(0.0);
        }
        if self.next == hour {
            self.one(count as f32);
        }
    }

    /// An hour that is not to be learned passes without a trace.
    pub(super) fn skip(&mut self, hour: i64) {
        self.next = self.next.max(hour + 1);
    }

    fn one(&mut self, count: f32) {
        let weeks = ((self.next - self.first) / SLOTS) as f32;
        let weight = LEARN.max(1.0 / (weeks + 1.0));
        let slot = &mut self.slots[slot_of(self.next)];
        *slot += (count - *slot) * weight;
        if slot_of(self.next) == 0 {
            self.loudest *= FADE;
        }
        self.loudest = self.loudest.max(count);
        self.next += 1;
    }

    /// The most that is usual in this hour of the week and the ones beside it.
    pub(super) fn expected(&self, hour: i64) -> f64 {
        let around = [hour - 1, hour, hour + 1].map(|hour| self.slots[slot_of(hour)]);
        f64::from(around.into_iter().fold(0.0, f32::max))
    }

    /// With what volume is compared: the usual of the hour, and a quarter of the loudest hour: as loud as ever, at another time, is no offence.
    pub(super) fn baseline(&self, hour: i64) -> f64 {
        self.expected(hour).max(f64::from(self.loudest) / 4.0)
    }
}

fn slot_of(hour: i64) -> usize {
    hour.rem_euclid(SLOTS) as usize
}

/// Most hours of most senders are silent.
mod sparse {
    use super::SLOTS;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        slots: &[f32; SLOTS as usize],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let loud = slots.iter().enumerate().filter(|(_, count)| **count >= 0.05);
        // A tenth of a recipient is exact enough.
        let rounded: Vec<(usize, f32)> =
            loud.map(|(at, count)| (at, (count * 10.0).round() / 10.0)).collect();
        rounded.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Box<[f32; SLOTS as usize]>, D::Error> {
        let mut slots = Box::new([0.0; SLOTS as usize]);
        for (at, count) in Vec::<(usize, f32)>::deserialize(deserializer)? {
            let place = slots.get_mut(at);
            *place.ok_or_else(|| serde::de::Error::custom("a week has 168 hours, 0 to 167"))? = count;
        }
        Ok(slots)
    }
}
