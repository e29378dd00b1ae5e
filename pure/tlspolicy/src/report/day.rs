//! A day in UTC, of which one report tells (RFC 8460 §4.1).

use core::fmt;
use core::str::FromStr;
use model::{Duration, Timestamp, TimestampError};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

const SECONDS: i64 = 86_400;
const MICROS: i64 = SECONDS * 1_000_000;

/// Days since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    /// The one in which `now` lies.
    #[must_use]
    pub const fn of(now: Timestamp) -> Self {
        Self(now.as_micros().div_euclid(MICROS))
    }

    /// Its first moment.
    #[must_use]
    pub const fn begins(self) -> Timestamp {
        Timestamp::from_micros(self.0.saturating_mul(MICROS))
    }

    /// The first moment behind it.
    #[must_use]
    pub fn ends(self) -> Timestamp {
        self.begins() + Duration::from_secs(86_400)
    }

    /// Its last second, with which date ranges end.
    #[must_use]
    pub fn last_second(self) -> Timestamp {
        self.begins() + Duration::from_secs(86_399)
    }
}

/// `2026-11-27`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.begins().to_string().split('T').next().unwrap_or_default())
    }
}

impl FromStr for Day {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        format!("{text}T00:00:00Z").parse().map(Self::of)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}
