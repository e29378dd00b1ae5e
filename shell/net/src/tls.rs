//! TLS of both sides: what our listeners present, what we demand of next hops, and whose certificate a peer showed.
//!
//! Always with the aws-lc provider, handed in explicitly. A listener records a client's certificate and never breaks a session over it: who a
//! peer is, is decided by admission. Towards next hops the tenant chooses between encryption with and without a verified name.
//! Keys are read from PEM files or, at first start, made and kept with mode 0600.

mod client;
mod pem;
mod self_signed;
mod server;
mod shown;
mod verifiers;

pub use client::{Identity, Verification, client_config};
pub use pem::{certificates, identity};
pub use self_signed::self_signed;
pub use server::{ClientCertificates, server_config};
pub use shown::{ClientJudge, Shown};

use rustls::crypto::CryptoProvider;
use std::path::PathBuf;
use std::sync::Arc;

/// What is wrong with a certificate, a key or a name.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("cannot read {path}: {error}")]
    Read { path: PathBuf, error: std::io::Error },
    #[error("cannot write {path}: {error}")]
    Write { path: PathBuf, error: std::io::Error },
    #[error("{what} is not PEM: {error}")]
    Pem { what: String, error: rustls_pki_types::pem::Error },
    #[error("{0} holds no certificate")]
    NoCertificate(String),
    #[error("a certificate and its key do not fit together: {0}")]
    Config(#[from] rustls::Error),
    #[error("the roots that client certificates are checked with: {0}")]
    Roots(String),
    #[error("a self-signed certificate for `{hostname}` cannot be made: {error}")]
    SelfSigned { hostname: String, error: rcgen::Error },
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

#[cfg(test)]
mod tests;
