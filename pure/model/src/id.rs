//! Ids: one message, one published state of a tenant.
//!
//! A message id is a UUIDv7 written in 26 letters of Crockford's base32, so ids sort by the time of receipt and can be
//! read over the telephone. It is ours alone: the `Message-ID` header is never an identity, because Exchange forks
//! one mail into several that carry the same one.

use crate::Timestamp;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// The letters of Crockford's base32 in lower case: no i, l, o or u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 128 bits in groups of five, the first group holding three.
const TEXT_LEN: usize = 26;

/// One accepted message, from the first byte of its body to its last outcome.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(u128);

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("a message id has {TEXT_LEN} characters, this has {0}")]
    Length(usize),
    #[error("`{0}` does not occur in a message id")]
    Character(char),
    #[error("a message id starts with a digit from 0 to 7")]
    Overflow,
}

impl MessageId {
    /// The id of a message whose receipt began at `now`; `random` must come from a good source.
    #[must_use]
    pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(now.as_micros() / 1000).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().as_u128())
    }

    /// When the receipt of the message began, to the millisecond.
    #[must_use]
    pub fn time(self) -> Timestamp {
        let millis = i64::try_from(self.0 >> 80).expect("a UUIDv7 begins with 48 bits of time");
        Timestamp::from_micros(millis * 1000)
    }

    /// The id as stored on disk, big endian.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The id as read from disk.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0_u8; TEXT_LEN];
        for (place, letter) in text.iter_mut().rev().enumerate() {
            *letter = ALPHABET[(self.0 >> (5 * place)) as usize & 31];
        }
        f.write_str(core::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageId({self})")
    }
}

impl FromStr for MessageId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.len() != TEXT_LEN {
            return Err(IdError::Length(text.chars().count()));
        }
        let mut value: u128 = 0;
        for letter in text.chars() {
            let lower = letter.to_ascii_lowercase();
            let digit = ALPHABET
                .iter()
                .position(|&known| char::from(known) == lower)
                .ok_or(IdError::Character(letter))?;
            if value >> 123 != 0 {
                return Err(IdError::Overflow);
            }
            value = value << 5 | digit as u128;
        }
        Ok(Self(value))
    }
}

impl Serialize for MessageId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MessageId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::parsed(deserializer)
    }
}

/// The number of one published state of one tenant; grows by one with every publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SnapshotNumber(pub u64);

impl SnapshotNumber {
    /// The number of the publication after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for SnapshotNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests;
