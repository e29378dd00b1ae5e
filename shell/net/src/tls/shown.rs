//! What the certificate that a client showed proves: names, if its chain leads to a root that we trust, and a fingerprint in any case.
//!
//! A chain is taken for the purpose clientAuth and, where that fails, for serverAuth: public CAs stopped issuing certificates for
//! clientAuth, and mail systems show the certificate of their own server. That the client holds the key was proven by the handshake. The
//! verdict is a value: a certificate that proves nothing ends no session.

use super::{TlsError, provider};
use model::Timestamp;
use rustls::RootCertStore;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::CryptoProvider;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls_pki_types::{CertificateDer, UnixTime};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::time::Duration;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

/// Names of one certificate that are looked at.
const NAMES_MAX: usize = 100;

/// A client's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// DNS names in lower case, only of a chain that was verified.
    pub names: Vec<String>,
    /// SHA-256 of the certificate in DER.
    pub fingerprint: [u8; 32],
    /// Why the chain was not verified, if it was not.
    pub unverified: Option<String>,
}

/// Judges the certificates of clients. Build once and share.
pub struct ClientJudge {
    roots: Arc<RootCertStore>,
    as_client: Arc<dyn ClientCertVerifier>,
    provider: Arc<CryptoProvider>,
}

impl ClientJudge {
    /// Over the public roots and `extra_roots`.
    ///
    /// # Errors
    /// If an extra root is no certificate.
    pub fn new(extra_roots: &[CertificateDer<'static>]) -> Result<Self, TlsError> {
        let provider = provider();
        let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        for root in extra_roots {
            roots.add(root.clone())?;
        }
        let roots = Arc::new(roots);
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider));
        let as_client = builder.build().map_err(|error| TlsError::Roots(error.to_string()))?;
        Ok(Self { roots, as_client, provider })
    }

    /// What the chain that a client showed proves at `now`; `None` if it showed none.
    #[must_use]
    pub fn judge(&self, chain: &[CertificateDer<'_>], now: Timestamp) -> Option<Shown> {
        let (own, issuers) = chain.split_first()?;
        let since_epoch = Duration::from_micros(u64::try_from(now.as_micros()).unwrap_or(0));
        let verified = self.verify(own, issuers, UnixTime::since_unix_epoch(since_epoch));
        Some(Shown {
            names: verified.as_ref().map(|()| names(own)).unwrap_or_default(),
            fingerprint: Sha256::digest(own).into(),
            unverified: verified.err().map(|error| error.to_string()),
        })
    }

    fn verify(
        &self,
        own: &CertificateDer<'_>,
        issuers: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), rustls::Error> {
        let Err(as_client) = self.as_client.verify_client_cert(own, issuers, now) else { return Ok(()) };
        let algorithms = self.provider.signature_verification_algorithms.all;
        let as_server = ParsedCertificate::try_from(own).and_then(|own| {
            verify_server_cert_signed_by_trust_anchor(&own, &self.roots, issuers, now, algorithms)
        });
        as_server.map_err(|_| as_client)
    }
}

/// The DNS names; the common name only of a certificate that has no alternative names at all. RFC 6125 §6.4.4 would take it beside a mere
/// mail address too, but then it is what the holder liked to be called, and no authority has looked at it as a host's name.
fn names(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return Vec::new() };
    // Alternative names that cannot be read are not none.
    let Ok(alternatives) = parsed.subject_alternative_name() else { return Vec::new() };
    let dns = alternatives.iter().flat_map(|found| &found.value.general_names).filter_map(|name| {
        if let GeneralName::DNSName(dns) = name { Some(dns.to_ascii_lowercase()) } else { None }
    });
    let names: Vec<String> = dns.take(NAMES_MAX).collect();
    if alternatives.is_some() {
        return names;
    }
    let common = parsed.subject().iter_common_name().filter_map(|name| name.as_str().ok());
    common.take(1).map(str::to_ascii_lowercase).collect()
}

#[cfg(test)]
mod tests;
