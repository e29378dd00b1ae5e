//! What a provider's answers are on usual days, so that one that always puts off a share of all mail is not in trouble for it.
//!
//! It is learned from what leaves the window, and not while a trouble is younger than a day. Counts are halved every two days: old habits fade. Until
//! enough was seen nothing is usual, and being told to come slower is no sign of anything.

use super::course::Kind;
use model::{Duration, Timestamp};

/// Fewer answers, or a shorter time, tell no habit.
const ANSWERS_MIN: u64 = 200;
const LEARNED_MIN: Duration = Duration::from_secs(3_600);
const HALVED_EVERY: Duration = Duration::from_secs(2 * 86_400);
/// So many times its usual share.
const TIMES: u64 = 3;
/// What is put off by more than one of so many on usual days tells of no trouble.
const HABIT_OF: u64 = 2;

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Usual {
    answers: u64,
    missed: [u64; Kind::COUNT],
    learned: Duration,
    last: Option<Timestamp>,
}

impl Usual {
    pub(super) fn learn(&mut self, kind: Kind, at: Timestamp) {
        self.learned += self.last.map_or(Duration::ZERO, |last| at.since(last));
        self.last = Some(at);
        self.answers += 1;
        self.missed[kind.number()] += 1;
        if self.learned >= HALVED_EVERY {
            self.learned = Duration::from_secs(self.learned.as_secs() / 2);
            self.answers /= 2;
            self.missed = self.missed.map(|count| count / 2);
        }
    }

    fn is_known(&self) -> bool {
        self.answers >= ANSWERS_MIN && self.learned >= LEARNED_MIN
    }

    /// Whether `count` of `all` is far more than usual for these kinds.
    pub(super) fn is_exceeded(&self, kinds: &[Kind], count: u64, all: u64) -> bool {
        if !self.is_known() {
            return true;
        }
        let usually: u64 = kinds.iter().map(|kind| self.missed[kind.number()]).sum();
        let is_far_more = count * self.answers >= TIMES * usually * all;
        // Where three times its usual is more than nearly all, nearly all is enough.
        let is_nearly_all = count * 10 >= all * 9 && usually * HABIT_OF <= self.answers;
        is_far_more || is_nearly_all
    }

    /// Whether `all` answers within `window` are no more than a few times what it usually gives us.
    pub(super) fn is_our_pace_usual(&self, all: u64, window: Duration) -> bool {
        self.is_known() && all * self.learned.as_secs() <= TIMES * self.answers * window.as_secs()
    }
}
