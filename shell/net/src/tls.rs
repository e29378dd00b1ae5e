//! TLS of both sides: what our listeners present, what we demand of next hops, and whose certificate a peer showed.
//!
//! Always with the aws-lc provider, handed in explicitly. A listener records a client's certificate and never breaks a session over it: who a
//! peer is, is decided by admission. Towards next hops the tenant chooses between encryption with and without a verified name.
//! Certificates come as PEM text or are made here; where they are kept is not this crate's business.

mod client;
mod facts;
mod faults;
mod pem;
mod pinned;
mod presenter;
mod self_signed;
mod server;
mod shown;
mod verifiers;

pub use client::{Identity, Verification, client_config};
pub use facts::Facts;
pub use faults::{ServerJudge, fault};
pub use pem::{certificates, identity};
pub use presenter::Presenter;
pub use self_signed::{Pem, self_signed};
pub use server::{ClientCertificates, server_config};
pub use shown::{ClientJudge, Shown};

use rustls::crypto::CryptoProvider;
use std::sync::Arc;

/// What is wrong with a certificate, a key or a name.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{what} is not PEM: {error}")]
    Pem { what: String, error: rustls_pki_types::pem::Error },
    #[error("{0} holds no certificate")]
    NoCertificate(String),
    #[error("{what} is no X.509 certificate: {error}")]
    NotX509 { what: String, error: String },
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
