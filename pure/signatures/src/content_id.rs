//! Boundaries and Content-IDs, made from a hash of what stamping depends on.
//!
//! The same inputs give the same words, so a retry gives the same bytes (law 5). Nobody can put a word into a message that will
//! become its own boundary: it depends on the microsecond at which the message was received. Of a long message only the header, the length and the
//! end are read: a megabyte would take as long to hash as to stamp.

use crate::StampInput;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// The hash of one message's inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ContentIds {
    seed: [u8; 32],
}

/// Bytes of each end of a message that are hashed.
const HASHED_LEN_MAX: usize = 8 << 10;
/// Letters of a word: 96 bits of the hash in hexadecimal.
const WORD_LEN: usize = 24;

impl ContentIds {
    /// The hash of `input`. Recipients are not in it: groups of one message share their pictures' names.
    pub(crate) fn new(input: &StampInput<'_>) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"signpost stamp v2\0");
        hasher.update(input.snapshot.0.to_be_bytes());
        hasher.update(input.received.as_micros().to_be_bytes());
        hasher.update(input.mail_from.to_string().as_bytes());
        hasher.update(b"\0");
        let original = input.original;
        hasher.update(original.len().to_be_bytes());
        hasher.update(&original[..original.len().min(HASHED_LEN_MAX)]);
        hasher.update(&original[original.len().saturating_sub(HASHED_LEN_MAX)..]);
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
