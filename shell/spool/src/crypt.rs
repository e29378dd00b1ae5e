//! Encryption of bodies at rest: AES-256-GCM with a random nonce for every chunk record.
//!
//! What is authenticated beside the chunk is its message and place, so chunks cannot be exchanged. A fingerprint of the key in
//! every segment tells a wrong or missing key at open, before anything is read.

use crate::config::SpoolError;
use crate::format::{ChunkHead, FINGERPRINT_LEN};
use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use std::borrow::Cow;

const NONCE_LEN: usize = 12;

/// The key of bodies, or none.
pub(crate) struct Crypt {
    key: Option<RandomizedNonceKey>,
    fingerprint: [u8; FINGERPRINT_LEN],
}

impl Crypt {
    pub(crate) fn new(key: Option<[u8; 32]>) -> Result<Self, SpoolError> {
        let Some(bytes) = key else {
            return Ok(Self { key: None, fingerprint: [0; FINGERPRINT_LEN] });
        };
        let unusable = |_| SpoolError::unusable("memory", &"the key for AES-256-GCM is not usable");
        let key = RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(unusable)?;
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &bytes), b"signpost spool body key");
        let mut fingerprint = [0; FINGERPRINT_LEN];
        fingerprint.copy_from_slice(&tag.as_ref()[..FINGERPRINT_LEN]);
        Ok(Self { key: Some(key), fingerprint })
    }

    /// What a segment written now carries; zeros without a key.
    pub(crate) fn fingerprint(&self) -> [u8; FINGERPRINT_LEN] {
        self.fingerprint
    }

    /// Whether a segment with `fingerprint` can be read.
    pub(crate) fn check(&self, fingerprint: [u8; FINGERPRINT_LEN], segment: &str) -> Result<(), SpoolError> {
        if fingerprint == [0; FINGERPRINT_LEN] || fingerprint == self.fingerprint {
            return Ok(());
        }
        let detail = match self.key {
            Some(_) => "the configured key is another one",
            None => "no key is configured",
        };
        Err(SpoolError::Key { segment: segment.to_owned(), detail: detail.to_owned() })
    }

    /// The chunk as it is stored, and whether it is encrypted.
    pub(crate) fn seal<'a>(&self, head: ChunkHead, chunk: &'a [u8]) -> (Cow<'a, [u8]>, bool) {
        let Some(key) = &self.key else { return (Cow::Borrowed(chunk), false) };
        let mut sealed = chunk.to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(head.to_bytes()), &mut sealed)
            .expect("a chunk is far below the length limit of AES-GCM");
        let mut stored = nonce.as_ref().to_vec();
        stored.append(&mut sealed);
        (Cow::Owned(stored), true)
    }

    /// The chunk behind what is stored; `None` if it was changed or the key is another.
    pub(crate) fn open(&self, head: ChunkHead, stored: &[u8]) -> Option<Vec<u8>> {
        let key = self.key.as_ref()?;
        let (nonce, sealed) = stored.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut plain = sealed.to_vec();
        let length = key.open_in_place(nonce, Aad::from(head.to_bytes()), &mut plain).ok()?.len();
        plain.truncate(length);
        Some(plain)
    }
}
