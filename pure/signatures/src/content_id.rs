//! Boundaries and Content-IDs, made from a hash of everything that stamping depends on.
//!
//! The same inputs give the same words, so a retry gives the same bytes (law 5). Nobody can put a word into a message that will
//! become its own boundary, because the word depends on every byte of the message.

use crate::StampInput;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// The hash of one message's inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ContentIds {
    seed: [u8; 32],
}

/// Letters of a word: 96 bits of the hash in hexadecimal.
const WORD_LEN: usize = 24;

impl ContentIds {
    /// The hash of `input`. Recipients are not in it: groups of one message share their pictures' names.
    pub(crate) fn new(input: &StampInput<'_>) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"signpost stamp v1\0");
        hasher.update(input.snapshot.0.to_be_bytes());
        hasher.update(input.received.as_micros().to_be_bytes());
        hasher.update(input.mail_from.to_string().as_bytes());
        hasher.update(b"\0");
        hasher.update(input.original);
        Self { seed: hasher.finalize().into() }
    }

    /// The Content-ID of a picture, without angle brackets, as Outlook forms them: `logo.png@WORD.signpost`.
    pub(crate) fn of(self, image: &str) -> String {
        format!("{image}@{}.signpost", self.word(image))
    }

    /// A boundary, distinct for every `purpose`.
    pub(crate) fn boundary(self, purpose: &str) -> String {
        format!("=_signpost_{}", self.word(purpose))
    }

    fn word(self, purpose: &str) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.seed);
        hasher.update(purpose.as_bytes());
        let digest = hasher.finalize();
        let mut word = String::with_capacity(WORD_LEN);
        for byte in &digest[..WORD_LEN / 2] {
            let _infallible = write!(word, "{byte:02x}");
        }
        word
    }
}
