//! Replies that no sure rule knows, counted under their numbers, for a person to look at and label.
//!
//! What differs only in addresses, ids and times is one. Memory is bounded: over the bound the one that was not met for longest is forgotten;
//! it comes back with a count from one when it is met again.

use crate::labels::ReplyNumber;
use crate::normal::normalised;
use model::{Category, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Different replies that are remembered.
const REPLIES_MAX: usize = 2000;
/// Bytes of a sample that are kept.
const SAMPLE_BYTES_MAX: usize = 1000;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    pub number: ReplyNumber,
    pub count: u64,
    pub first: Timestamp,
    pub last: Timestamp,
    /// Who runs the host that said so last, if that is known.
    pub provider: Option<String>,
    pub host: Option<String>,
    /// What was guessed of it: by vague words, by its code, or nothing.
    pub guess: Category,
    /// What all of them have in common, as `normalised` gives it.
    pub text: String,
    /// The latest as it came.
    pub sample: String,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Unknowns {
    seen: BTreeMap<ReplyNumber, Unknown>,
}

/// Where one was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Met<'a> {
    pub provider: Option<&'a str>,
    pub host: Option<&'a str>,
    pub guess: Category,
    pub now: Timestamp,
}

impl Unknowns {
    /// Counts one.
    pub fn meet(&mut self, reply: &str, met: Met<'_>) {
        let text = normalised(reply);
        let number = ReplyNumber::of_normalised(&text);
        if self.seen.len() >= REPLIES_MAX && !self.seen.contains_key(&number) {
            self.forget_oldest();
        }
        let known = self.seen.entry(number).or_insert_with(|| Unknown {
            number,
            count: 0,
            first: met.now,
            last: met.now,
            provider: None,
            host: None,
            guess: met.guess,
            text,
            sample: String::new(),
        });
        known.count += 1;
        known.last = met.now;
        known.guess = met.guess;
        known.provider = met.provider.map(ToOwned::to_owned).or(known.provider.take());
        known.host = met.host.map(ToOwned::to_owned).or(known.host.take());
        known.sample = cut(reply).to_owned();
    }

    /// The one with this number.
    #[must_use]
    pub fn get(&self, number: ReplyNumber) -> Option<&Unknown> {
        self.seen.get(&number)
    }

    /// It is known now.
    pub fn forget(&mut self, number: ReplyNumber) {
        self.seen.remove(&number);
    }

    /// All, the most frequent first.
    #[must_use]
    pub fn all(&self) -> Vec<Unknown> {
        let mut all: Vec<Unknown> = self.seen.values().cloned().collect();
        all.sort_by_key(|one| (core::cmp::Reverse(one.count), core::cmp::Reverse(one.last), one.number));
        all
    }

    fn forget_oldest(&mut self) {
        let oldest = self.seen.values().min_by_key(|one| (one.last, one.number)).map(|one| one.number);
        if let Some(number) = oldest {
            self.seen.remove(&number);
        }
    }
}

fn cut(text: &str) -> &str {
    let end = (0..=SAMPLE_BYTES_MAX.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests;
