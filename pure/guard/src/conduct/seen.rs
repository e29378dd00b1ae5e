//! Which recipients a tenant has written to, in two filters of fixed size: the one that fills, and the one before it.
//!
//! A filter may take a new recipient for a known one, never the other way round as long as it lasts; so a doubt is in the sender's favour.

use serde::{Deserialize, Serialize};

const BITS: u64 = 1 << 16;
/// Recipients of one filter: then about 30 of 100 new ones would be missed.
const FILL_MAX: u32 = 16_000;
const WORDS: usize = (BITS / 64) as usize;

/// The recipients of one tenant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Seen {
    filling: Filter,
    before: Filter,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Filter {
    count: u32,
    /// Empty until the first recipient.
    #[serde(with = "digits")]
    words: Vec<u64>,
}

impl Seen {
    /// Whether a recipient is new; it is not from now on.
    pub(super) fn is_new(&mut self, recipient: &str) -> bool {
        let hash = hash(recipient);
        let places = [hash % BITS, (hash >> 20) % BITS, (hash >> 40) % BITS];
        if self.filling.holds(places) {
            return false;
        }
        let is_new = !self.before.holds(places);
        if self.filling.count == FILL_MAX {
            self.before = core::mem::take(&mut self.filling);
        }
        self.filling.add(places);
        is_new
    }
}

impl Filter {
    fn holds(&self, places: [u64; 3]) -> bool {
        let is_set = |place: u64| {
            self.words.get((place / 64) as usize).is_some_and(|word| word & (1 << (place % 64)) != 0)
        };
        places.into_iter().all(is_set)
    }

    fn add(&mut self, places: [u64; 3]) {
        self.words.resize(WORDS, 0);
        for place in places {
            self.words[(place / 64) as usize] |= 1 << (place % 64);
        }
        self.count += 1;
    }
}

/// FNV-1a, mixed once more: the same on every machine and after every restart.
fn hash(text: &str) -> u64 {
    let folded = text.bytes().map(|byte| byte.to_ascii_lowercase());
    let hash = folded.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Sixteen hexadecimal digits for each word.
mod digits {
    use core::fmt::Write as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(words: &[u64], serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(words.len() * 16);
        for word in words {
            let _infallible = write!(text, "{word:016x}");
        }
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let word = |digits: &[u8]| {
            let text = core::str::from_utf8(digits).ok()?;
            u64::from_str_radix(text, 16).ok()
        };
        let words: Option<Vec<u64>> = text.as_bytes().chunks(16).map(word).collect();
        let is_whole = |words: &Vec<u64>| words.is_empty() || words.len() == super::WORDS;
        let wrong =
            || serde::de::Error::custom("a filter is 1024 words of sixteen hexadecimal digits, or nothing");
        words.filter(is_whole).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests;
