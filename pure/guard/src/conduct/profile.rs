//! What receivers and people say about somebody's mail: counts over the last twelve to twenty-four hours, and the usual share of dead addresses.

use super::bounds::Bounds;
use super::sign::{Aspect, Finding, Step};
use model::Timestamp;
use serde::{Deserialize, Serialize};

/// Half a day, in microseconds.
const HALF: i64 = 12 * 3_600_000_000;
/// Fewer than these are chance, whatever share they are.
const HITS_SLOW: u32 = 3;
const HITS_HOLD: u32 = 5;
/// The weight of the half day that ended in what is usual.
const LEARN: f32 = 0.2;

/// One thing that was said about one recipient's mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    Accepted,
    /// The mailbox does not exist.
    Unknown,
    /// The content is called spam.
    Spam,
    /// The refusal speaks of a trap: an address that nobody has who wants mail.
    Trap,
    /// Another refusal: it says nothing of the sender, but it is an answer.
    Refused,
    /// A reader called it spam; fed in by an operator.
    Complaint,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Counts {
    answered: u32,
    unknown: u32,
    spam: u32,
    traps: u32,
    complaints: u32,
}

/// Counts of two half days.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Profile {
    half: i64,
    now: Counts,
    before: Counts,
    /// Share of dead addresses that is usual.
    usual_unknown: f32,
}

impl Profile {
    pub(super) fn met(&mut self, sign: Sign, now: Timestamp) {
        self.roll(now);
        let counts = &mut self.now;
        match sign {
            Sign::Accepted | Sign::Refused => {}
            Sign::Unknown => counts.unknown += 1,
            Sign::Spam => counts.spam += 1,
            Sign::Trap => counts.traps += 1,
            Sign::Complaint => counts.complaints += 1,
        }
        if sign != Sign::Complaint {
            counts.answered += 1;
        }
    }

    fn roll(&mut self, now: Timestamp) {
        let half = now.as_micros().div_euclid(HALF);
        if half <= self.half {
            return;
        }
        if self.now.answered >= 50 {
            let share = self.now.unknown as f32 / self.now.answered as f32;
            self.usual_unknown += (share - self.usual_unknown) * LEARN;
        }
        self.before = if half == self.half + 1 { self.now } else { Counts::default() };
        (self.half, self.now) = (half, Counts::default());
    }

    /// Forgets what was counted: a person looked at it.
    pub(super) fn forgive(&mut self) {
        (self.now, self.before) = (Counts::default(), Counts::default());
    }

    /// What is out of line, in figures. `step` is where the subject stands: limits are lower for who is over them.
    pub(super) fn findings(&self, step: Step, bounds: &Bounds, now: Timestamp, found: &mut Vec<Finding>) {
        let sum = self.sum(now);
        if sum.unknown + sum.spam + sum.traps + sum.complaints == 0 {
            return;
        }
        let of = f64::from(sum.answered.max(1));
        let aspects = [
            (Aspect::Unknown, sum.unknown, bounds.unknown),
            (Aspect::Spam, sum.spam, bounds.spam),
            (Aspect::Complaints, sum.complaints, bounds.complaints),
        ];
        for (aspect, hits, pair) in aspects {
            let share = f64::from(hits) / of;
            if sum.answered < bounds.answers_min || hits < HITS_SLOW {
                continue;
            }
            let usual = if aspect == Aspect::Unknown { f64::from(self.usual_unknown) } else { 0.0 };
            let hold_needs = if hits >= HITS_HOLD { pair.hold } else { f64::INFINITY };
            let mut level = step.level(share, (pair.slow, hold_needs), bounds.ease);
            // An old list that always had so many dead addresses is a tag, not news.
            if level == Step::Slowed && usual * 2.0 >= share {
                level = Step::Tagged;
            }
            let limit = if level == Step::Held { pair.hold } else { pair.slow };
            found.extend(Finding::at(level, aspect, share, usual, limit, sum.answered));
        }
        let traps = f64::from(sum.traps);
        let level = step.level(traps, (bounds.traps.slow, bounds.traps.hold), bounds.ease);
        let level = if level == Step::Free && sum.traps > 0 { Step::Tagged } else { level };
        found.extend(Finding::at(level, Aspect::Traps, traps, 0.0, bounds.traps.slow, sum.answered));
    }

    fn sum(&self, now: Timestamp) -> Counts {
        let age = now.as_micros().div_euclid(HALF) - self.half;
        let (one, other) = match age {
            ..=0 => (self.now, self.before),
            1 => (self.now, Counts::default()),
            _ => (Counts::default(), Counts::default()),
        };
        Counts {
            answered: one.answered + other.answered,
            unknown: one.unknown + other.unknown,
            spam: one.spam + other.spam,
            traps: one.traps + other.traps,
            complaints: one.complaints + other.complaints,
        }
    }

    /// Shares of dead addresses and of spam, for weighing who fed a listing.
    pub(super) fn badness(&self, now: Timestamp) -> (f64, f64, u32) {
        let sum = self.sum(now);
        let of = f64::from(sum.answered.max(1));
        (f64::from(sum.unknown) / of, f64::from(sum.spam) / of, sum.traps)
    }
}
