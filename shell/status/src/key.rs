//! The key that signs copies: Ed25519 (RFC 8032), made at first start, readable by its owner only.
//!
//! Readers of a copy know the public half from somewhere else than the copy; the one beside it only tells damage, not deceit.

use crate::encode::unbase64;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Why there is no key, or a signature does not hold.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("{path}: {error}")]
    Io { path: PathBuf, error: io::Error },
    #[error(
        "{0} is no Ed25519 key in PKCS #8; restore it from a backup, or delete it and tell readers the new one"
    )]
    Damaged(PathBuf),
    #[error("no key can be made: the system gives no randomness")]
    Make,
    #[error("the signature does not fit: this is not what the owner of the key {0} signed")]
    Signature(String),
}

/// A key pair.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// The key at `path`, made if there is none.
    ///
    /// # Errors
    /// If it cannot be read, made or understood.
    pub fn open(path: &Path) -> Result<Self, KeyError> {
        let failed = |error| KeyError::Io { path: path.to_owned(), error };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let made = Ed25519KeyPair::generate().map_err(|_| KeyError::Make)?;
                let made = made.to_pkcs8().map_err(|_| KeyError::Make)?;
                let mut options = std::fs::OpenOptions::new();
                let mut file = options.write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
                file.write_all(made.as_ref()).and_then(|()| file.sync_all()).map_err(failed)?;
                made.as_ref().to_vec()
            }
            Err(error) => return Err(failed(error)),
        };
        Ed25519KeyPair::from_pkcs8(&bytes).map(Self).map_err(|_| KeyError::Damaged(path.to_owned()))
    }

    /// The 32 bytes that others know.
    #[must_use]
    pub fn public(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    pub(crate) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(bytes).as_ref().to_vec()
    }
}

/// Whether `signature` over `bytes` is that of `public_key`; both are base64.
pub(crate) fn verify(public_key: &str, bytes: &[u8], signature: &str) -> Result<(), KeyError> {
    let wrong = || KeyError::Signature(public_key.to_owned());
    let key = unbase64(public_key).ok_or_else(wrong)?;
    let signature = unbase64(signature).ok_or_else(wrong)?;
    UnparsedPublicKey::new(&ED25519, key).verify(bytes, &signature).map_err(|_| wrong())
}
