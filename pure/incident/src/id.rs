//! Ids of twelve lower-case letters and digits, made from what they name, so that a journal read twice gives the same ones.

use crate::incident::ID_LEN;
use sha2::{Digest, Sha256};

const LETTERS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The id of what these parts describe.
pub(crate) fn made_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize()
        .iter()
        .take(ID_LEN)
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect()
}
