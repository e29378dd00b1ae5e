//! Deliveries and refusals over time, in stretches that grow with the length of the log: a minute at first, doubled when there are too many.

use super::Bar;
use model::Timestamp;
use std::collections::BTreeMap;

const MICROS: i64 = 1_000_000;
const STRETCHES_MAX: usize = 6_000;
/// Widths that a reader of a picture can name, in seconds.
const WIDTHS: [i64; 13] =
    [60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400, 604_800, 2_592_000];

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Delivered,
    Refused,
    FailedOtherwise,
}

#[derive(Debug)]
pub(super) struct Series {
    /// Seconds of a stretch.
    width: i64,
    stretches: BTreeMap<i64, [u64; 3]>,
    /// The stretch that was counted last: most lines are in the same one.
    now: (i64, [u64; 3]),
}

impl Series {
    pub(super) fn new() -> Self {
        Self { width: WIDTHS[0], stretches: BTreeMap::new(), now: (0, [0; 3]) }
    }

    pub(super) fn count(&mut self, at: Timestamp, what: Counted) {
        let stretch = at.as_micros().div_euclid(MICROS * self.width);
        if stretch != self.now.0 {
            self.put_by();
            self.now.0 = at.as_micros().div_euclid(MICROS * self.width);
        }
        let place = match what {
            Counted::Delivered => 0,
            Counted::Refused => 1,
            Counted::FailedOtherwise => 2,
        };
        self.now.1[place] += 1;
    }

    fn put_by(&mut self) {
        let counts = core::mem::take(&mut self.now.1);
        if counts == [0; 3] {
            return;
        }
        add(self.stretches.entry(self.now.0).or_default(), counts);
        while self.stretches.len() > STRETCHES_MAX {
            self.width *= 2;
            let narrow = core::mem::take(&mut self.stretches);
            for (stretch, counts) in narrow {
                add(self.stretches.entry(stretch.div_euclid(2)).or_default(), counts);
            }
        }
    }

    /// The stretch of time as at most so many bars of one width, empty ones included; the width in seconds.
    pub(super) fn bars(mut self, from: Timestamp, to: Timestamp, bars_max: i64) -> (Vec<Bar>, i64) {
        self.put_by();
        let span = (to.as_micros() - from.as_micros()).max(0) / MICROS;
        let fits = |width: &&i64| **width >= self.width && span / **width < bars_max;
        let width =
            WIDTHS.iter().find(fits).copied().unwrap_or_else(|| (span / bars_max + 1).max(self.width));
        let first = from.as_micros().div_euclid(MICROS * width);
        let last = to.as_micros().div_euclid(MICROS * width).min(first + bars_max);
        let bar = |number: i64| Bar {
            at: Timestamp::from_micros(number * width * MICROS),
            delivered: 0,
            refused: 0,
            failed_otherwise: 0,
        };
        let mut bars: Vec<Bar> = (first..=last).map(bar).collect();
        for (stretch, [delivered, refused, failed]) in self.stretches {
            let number = (stretch * self.width).div_euclid(width) - first;
            let Some(bar) = usize::try_from(number).ok().and_then(|number| bars.get_mut(number)) else {
                continue;
            };
            bar.delivered += delivered;
            bar.refused += refused;
            bar.failed_otherwise += failed;
        }
        (bars, width)
    }
}

fn add(sum: &mut [u64; 3], counts: [u64; 3]) {
    for (sum, count) in sum.iter_mut().zip(counts) {
        *sum += count;
    }
}
