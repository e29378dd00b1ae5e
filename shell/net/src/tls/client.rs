//! TLS towards next hops.

use super::pinned::Pinned;
use super::{TlsError, provider, verifiers};
use rustls::ClientConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;
use tlspolicy::Pins;

/// A certificate chain and its key.
#[derive(Debug)]
pub struct Identity {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Self { chain: self.chain.clone(), key: self.key.clone_key() }
    }
}

/// What the next hop must prove.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Verification {
    /// Encrypted to whoever answers (RFC 7435): `opportunistic` and `require`.
    None,
    /// The name is in a certificate of a public CA or of an extra root: `verify`.
    Name,
    /// The certificate is one that TLSA records mean (RFC 7672).
    Pinned(Pins),
}

/// The client side for one verification and one identity; build once and share, it keeps tickets.
///
/// # Errors
/// If identity and key do not fit together.
pub fn client_config(
    verification: Verification,
    extra_roots: &[CertificateDer<'static>],
    identity: Option<Identity>,
) -> Result<Arc<ClientConfig>, TlsError> {
    let provider = provider();
    let builder =
        ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = match verification {
        Verification::None => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifiers::AnyServer(provider)))
        }
        Verification::Pinned(pins) => {
            let pinned = Arc::new(Pinned { pins, provider });
            builder.dangerous().with_custom_certificate_verifier(pinned)
        }
        Verification::Name => {
            let mut roots = rustls::RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            for root in extra_roots {
                roots.add(root.clone())?;
            }
            builder.with_root_certificates(roots)
        }
    };
    Ok(Arc::new(match identity {
        Some(Identity { chain, key }) => builder.with_client_auth_cert(chain, key)?,
        None => builder.with_no_client_auth(),
    }))
}
