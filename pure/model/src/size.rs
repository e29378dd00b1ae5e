//! Sizes in bytes, written as people write them: `150MiB`, `25 MB`, `512`.

use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// A number of bytes: of a message, a limit, a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "u64")]
pub struct ByteCount(pub u64);

/// Why a text is not a size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    #[error("`{0}` is not a size: write a whole number and one of B, KB, MB, GB, KiB, MiB, GiB")]
    Form(String),
    #[error("`{0}` is more bytes than can be counted")]
    Overflow(String),
}

const UNITS: [(&str, u64); 8] = [
    ("", 1),
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KIB", 1 << 10),
    ("MIB", 1 << 20),
    ("GIB", 1 << 30),
];

/// A size as a configuration may hold it: a number of bytes or a text with a unit.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Bytes(u64),
    Text(String),
}

impl TryFrom<Written> for ByteCount {
    type Error = SizeError;

    fn try_from(written: Written) -> Result<Self, SizeError> {
        match written {
            Written::Bytes(bytes) => Ok(Self(bytes)),
            Written::Text(text) => text.parse(),
        }
    }
}

impl From<ByteCount> for u64 {
    fn from(count: ByteCount) -> Self {
        count.0
    }
}

impl FromStr for ByteCount {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        let trimmed = text.trim();
        let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
        let unit = trimmed[digits..].trim_start().to_ascii_uppercase();
        let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
        let (Some(factor), true) = (factor, digits > 0) else {
            return Err(SizeError::Form(text.to_owned()));
        };
        let number: u64 = trimmed[..digits].parse().map_err(|_| SizeError::Overflow(text.to_owned()))?;
        number.checked_mul(factor).map(Self).ok_or_else(|| SizeError::Overflow(text.to_owned()))
    }
}

impl fmt::Display for ByteCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binary = [("GiB", 1_u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
        match binary.iter().find(|(_, factor)| self.0 >= *factor && self.0.is_multiple_of(*factor)) {
            Some((unit, factor)) => write!(f, "{}{unit}", self.0 / factor),
            None => write!(f, "{}B", self.0),
        }
    }
}

#[cfg(test)]
mod tests;
