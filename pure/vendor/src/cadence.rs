//! When a vendor is asked next, and how long what it said still stands.
//!
//! ```text
//! read, unchanged --> every 5 min, every minute while an incident is open, not before the answer is out of date
//! failed ---------> twice as long each time, up to an hour, not before `Retry-After`
//! ```
//! Chance only makes a wait longer, by up to a tenth. No vendor is asked twice within a minute. After three failures in a row, or hours without a good look,
//! it is not known how the vendor is; that a document does not come never says that a service is down.

use crate::clock;
use model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// How often a vendor is asked if nobody says otherwise.
pub const EVERY: Duration = Duration::from_secs(300);
/// Vendors' pages are cached for about as long, and their hosts ask for no more.
pub const EVERY_MIN: Duration = Duration::from_secs(60);
pub const EVERY_MAX: Duration = Duration::from_secs(86_400);
/// Failed looks in a row after which nothing is known.
pub const FAILURES_UNKNOWN: u32 = 3;
/// The longest wait for a failure that names none itself.
const BACK_OFF_MAX: Duration = Duration::from_secs(3_600);
/// An answer that calls itself good for longer is asked for again all the same.
const MAX_AGE_MAX: Duration = Duration::from_secs(900);
/// Nobody can send us away for longer.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(86_400);
/// Looks at a start are spread over this much.
const START_OVER: Duration = Duration::from_secs(30);
/// Beside three intervals: so long a good look stands.
const STANDS: Duration = Duration::from_secs(3_600);
/// A whole document is asked for after so long: flags such as silence follow from time, and a server may call everything unchanged.
const WHOLE_OPEN: Duration = Duration::from_secs(900);
const WHOLE: Duration = Duration::from_secs(86_400);

/// What one look brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// A document; `is_open`: something in it goes on.
    Read {
        is_open: bool,
    },
    /// RFC 9110 §15.4.5: what is known still holds.
    Unchanged,
    Failed,
}

/// What the answer says of when to come again, as it was written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wishes<'a> {
    pub retry_after: Option<&'a str>,
    pub cache_control: Option<&'a str>,
}

/// The pace of one vendor. It outlasts a restart with the records.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cadence {
    asked: Option<Timestamp>,
    next: Option<Timestamp>,
    good: Option<Timestamp>,
    whole: Option<Timestamp>,
    failures: u32,
    is_open: bool,
}

impl Cadence {
    /// When to look first after a start. `chance` is any random number.
    #[must_use]
    pub fn starts(&self, now: Timestamp, chance: u32) -> Timestamp {
        // A point that this clock cannot have given was written under a wrong one.
        let promised = self.next.filter(|next| next.since(now) <= RETRY_AFTER_MAX + RETRY_AFTER_MAX / 10);
        self.soonest(now).max(promised.unwrap_or(now)) + share(START_OVER, chance)
    }

    /// When a person who orders a look gets it: failures and wishes do not hold it back, the pace of a minute does.
    #[must_use]
    pub fn soonest(&self, now: Timestamp) -> Timestamp {
        let floor = self.asked.filter(|asked| *asked <= now).map(|asked| asked + EVERY_MIN);
        now.max(floor.unwrap_or(now))
    }

    /// Takes what a look at `now` brought, and says when the next one is due; `every` is the operator's wish.
    pub fn looked(
        &mut self,
        look: Look,
        wishes: Wishes<'_>,
        now: Timestamp,
        (every, chance): (Duration, u32),
    ) -> Timestamp {
        self.asked = Some(now);
        match look {
            Look::Read { is_open } => {
                (self.good, self.whole, self.failures, self.is_open) = (Some(now), Some(now), 0, is_open);
            }
            Look::Unchanged => (self.good, self.failures) = (Some(now), 0),
            Look::Failed => self.failures = self.failures.saturating_add(1),
        }
        let usual = self.usual(every);
        let wait = match look {
            Look::Read { .. } | Look::Unchanged => {
                usual.max(max_age(wishes.cache_control).unwrap_or_default().min(MAX_AGE_MAX))
            }
            Look::Failed => {
                let doubled = usual.saturating_mul(1 << self.failures.saturating_sub(1).min(16));
                let asked_for = retry_after(wishes.retry_after, now).unwrap_or_default().min(RETRY_AFTER_MAX);
                doubled.min(BACK_OFF_MAX.max(usual)).max(asked_for)
            }
        };
        let next = now + wait + share(wait / 10, chance);
        self.next = Some(next);
        next
    }

    /// Without failures and wishes.
    fn usual(&self, every: Duration) -> Duration {
        let every = every.clamp(EVERY_MIN, EVERY_MAX);
        if self.is_open { EVERY_MIN } else { every }
    }

    /// Whether what was read last still stands. If not, the vendor is unknown.
    #[must_use]
    pub fn is_known(&self, now: Timestamp, every: Duration) -> bool {
        let stands = STANDS + every.clamp(EVERY_MIN, EVERY_MAX) * 3;
        self.failures < FAILURES_UNKNOWN && self.good.is_some_and(|good| now.since(good) <= stands)
    }

    /// Whether the document is asked for without conditions.
    #[must_use]
    pub fn wants_whole(&self, now: Timestamp) -> bool {
        let after = if self.is_open { WHOLE_OPEN } else { WHOLE };
        self.whole.is_none_or(|whole| now.since(whole) >= after)
    }

    /// What one poll is for [`crate::Records::take`]: the time since the last good look, or the usual interval if looks were missed since. None before
    /// the first good look: all that it brings was there before.
    #[must_use]
    pub fn poll(&self, now: Timestamp, every: Duration) -> Option<Duration> {
        let every = every.clamp(EVERY_MIN, EVERY_MAX);
        let gap = now.since(self.good?);
        Some(if gap <= every * 2 { gap } else { every })
    }

    /// The last look, whatever it brought.
    #[must_use]
    pub fn asked(&self) -> Option<Timestamp> {
        self.asked
    }

    /// The last look that brought a document, or the word that it is unchanged.
    #[must_use]
    pub fn good(&self) -> Option<Timestamp> {
        self.good
    }

    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.next
    }

    /// In a row.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

/// From nothing up to the whole, by chance.
fn share(whole: Duration, chance: u32) -> Duration {
    // A quarter of an hour has fewer microseconds than u32, a day has not.
    let micros = whole.as_micros().saturating_mul(u128::from(chance)) / u128::from(u32::MAX);
    Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
}

/// RFC 9110 §10.2.3: a number of seconds, or a date.
fn retry_after(said: Option<&str>, now: Timestamp) -> Option<Duration> {
    let said = said?.trim();
    seconds(said).or_else(|| clock::read(said).ok().map(|moment| moment.at.since(now)))
}

/// RFC 9111 §5.2.2.1.
fn max_age(said: Option<&str>) -> Option<Duration> {
    said?.split(',').find_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        let is_age = name.trim().eq_ignore_ascii_case("max-age");
        is_age.then(|| seconds(value.trim().trim_matches('"'))).flatten()
    })
}

/// RFC 9111 §1.2.2: a number that is too large stands for the largest.
fn seconds(text: &str) -> Option<Duration> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Duration::from_secs(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests;
