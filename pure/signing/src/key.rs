//! A private key that signs: RSA of at least 2048 bits, or Ed25519.
//!
//! It is read once, from the PEM text that openssl and opendkim-genkey write, and shown by nothing. RSA signatures are those of PKCS #1 v1.5 and Ed25519
//! has no randomness either: the same bytes give the same signature.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::error::KeyRejected;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use core::fmt;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;

/// Verifiers have to take up to 4096 bits and no more (RFC 6376 §3.3.3). The library takes no key below 2048, as RFC 8301 §3.2 wants it.
const RSA_BITS_MAX: usize = 4096;

/// How a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// `rsa-sha256` (RFC 6376).
    Rsa,
    /// `ed25519-sha256` (RFC 8463).
    Ed25519,
}

impl Algorithm {
    /// As `a=` names it.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Rsa => "rsa-sha256",
            Self::Ed25519 => "ed25519-sha256",
        }
    }

    /// As `k=` of a record names it.
    #[must_use]
    pub fn key_type(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }
}

/// Why a text is no key of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("there is no private key in PEM form in it")]
    NotPem,
    #[error("the key is neither RSA nor Ed25519, or it is damaged")]
    Unknown,
    #[error("the RSA key needs 2048 to {RSA_BITS_MAX} bits")]
    Length,
}

/// The cryptographic library refused to sign, which it has no reason to do with a key that it read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key does not sign")]
pub struct SignError;

/// A private key.
pub struct SigningKey {
    pair: Pair,
    /// What `p=` of its record holds, before base64.
    public: Vec<u8>,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl SigningKey {
    /// Reads the first private key of a PEM text: PKCS #8, or PKCS #1 of RSA.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| KeyError::NotPem)?;
        match der {
            PrivateKeyDer::Pkcs8(der) => Self::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => Self::rsa(RsaKeyPair::from_der(der.secret_pkcs1_der())),
            // `PrivateKeyDer` may grow: whatever is neither of them signs no DKIM.
            PrivateKeyDer::Sec1(_) | _ => Err(KeyError::Unknown),
        }
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            let public = pair.public_key().as_ref().to_vec();
            return Ok(Self { pair: Pair::Ed25519(Box::new(pair)), public });
        }
        Self::rsa(RsaKeyPair::from_pkcs8(der))
    }

    fn rsa(read: Result<RsaKeyPair, KeyRejected>) -> Result<Self, KeyError> {
        let pair = read.map_err(|error| match error.to_string().as_str() {
            "TooSmall" | "TooLarge" => KeyError::Length,
            _ => KeyError::Unknown,
        })?;
        if pair.public_modulus_len() * 8 > RSA_BITS_MAX {
            return Err(KeyError::Length);
        }
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| KeyError::Unknown)?;
        let public = public.as_ref().to_vec();
        Ok(Self { pair: Pair::Rsa(Box::new(pair)), public })
    }

    /// How it signs.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Rsa(_) => Algorithm::Rsa,
            Pair::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// Its public half as a record carries it: SubjectPublicKeyInfo of RSA, the 32 bytes of Ed25519 (RFC 8463 §4).
    #[must_use]
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// Signs the canonical bytes. Ed25519 signs their SHA-256 (RFC 8463 §3).
    pub(crate) fn sign(&self, canonical: &[u8]) -> Result<Vec<u8>, SignError> {
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                // PKCS #1 v1.5 takes nothing from it.
                let unused = SystemRandom::new();
                let signed = pair.sign(&RSA_PKCS1_SHA256, &unused, canonical, &mut signature);
                signed.map(|()| signature).map_err(|_| SignError)
            }
            Pair::Ed25519(pair) => {
                let signed = pair.try_sign(digest(&SHA256, canonical).as_ref());
                signed.map(|signature| signature.as_ref().to_vec()).map_err(|_| SignError)
            }
        }
    }
}

/// Two keys are the same if their public halves are.
impl PartialEq for SigningKey {
    fn eq(&self, other: &Self) -> bool {
        self.public == other.public
    }
}

impl Eq for SigningKey {}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, ..)", self.algorithm().tag())
    }
}

#[cfg(test)]
mod tests;
