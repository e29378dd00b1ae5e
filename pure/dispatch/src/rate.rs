//! How many transactions in a time: `100/min`. They go evenly apart, so no window of that length has more than that many and one.

use model::Duration;
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

const COUNT_MAX: u32 = 100_000;
const UNITS: [(&str, &str, u64); 3] = [("s", "sec", 1), ("min", "minute", 60), ("h", "hour", 3_600)];

/// The most that goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    count: u32,
    per: Duration,
}

impl Rate {
    /// Between two.
    #[must_use]
    pub fn gap(self) -> Duration {
        self.per / self.count
    }
}

/// Why a text is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a rate such as \"100/min\": a number from 1 to {COUNT_MAX}, then /s, /min or /h")]
pub struct NotARate(String);

impl FromStr for Rate {
    type Err = NotARate;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotARate(text.to_owned());
        let (count, unit) = text.split_once('/').ok_or_else(wrong)?;
        let is_digits = count.bytes().all(|byte| byte.is_ascii_digit());
        let count = count.parse().ok().filter(|count| is_digits && (1..=COUNT_MAX).contains(count));
        let known = UNITS.iter().find(|(short, long, _)| *short == unit || *long == unit);
        let (_, _, seconds) = known.ok_or_else(wrong)?;
        Ok(Self { count: count.ok_or_else(wrong)?, per: Duration::from_secs(*seconds) })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.iter().find(|(.., seconds)| *seconds == self.per.as_secs());
        write!(f, "{}/{}", self.count, unit.map_or("?", |(short, ..)| short))
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests;
