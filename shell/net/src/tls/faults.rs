//! What is wrong with a handshake or a server's certificate, in the kinds of RFC 8460 §4.3.
//!
//! Words that differ from one session to the next (times of a check) are left out, so that like failures can be counted together.

use super::{TlsError, provider};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::{CertificateError, Error, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::io;
use std::sync::Arc;
use tlspolicy::report::{Fault, ResultType};

/// Why a handshake ended.
#[must_use]
pub fn fault(error: &io::Error) -> Fault {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(error) => of(error),
        None => Fault::new(ResultType::ValidationFailure, &error.to_string()),
    }
}

fn of(error: &Error) -> Fault {
    let Error::InvalidCertificate(certificate) = error else {
        return Fault::new(ResultType::ValidationFailure, &error.to_string());
    };
    use CertificateError as Why;
    let is_over = matches!(certificate, Why::Expired | Why::ExpiredContext { .. });
    let is_of_another = matches!(certificate, Why::NotValidForName | Why::NotValidForNameContext { .. });
    let is_early = matches!(certificate, Why::NotValidYet | Why::NotValidYetContext { .. });
    let (result, reason) = if is_over {
        (ResultType::CertificateExpired, String::new())
    } else if is_of_another {
        (ResultType::CertificateHostMismatch, String::new())
    } else if is_early {
        (ResultType::CertificateNotTrusted, "the certificate is not valid yet".to_owned())
    } else if *certificate == Why::ApplicationVerificationFailure {
        (ResultType::CertificateNotTrusted, "no TLSA record means the certificate".to_owned())
    } else {
        (ResultType::CertificateNotTrusted, error.to_string())
    };
    Fault::new(result, &reason)
}

/// Judges what a server showed where nothing follows from it. Build once and share.
#[derive(Debug)]
pub struct ServerJudge(Arc<WebPkiServerVerifier>);

impl ServerJudge {
    /// Over the public roots and `extra_roots`.
    ///
    /// # Errors
    /// If an extra root is no certificate.
    pub fn new(extra_roots: &[CertificateDer<'static>]) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        for root in extra_roots {
            roots.add(root.clone())?;
        }
        let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider());
        builder.build().map(Self).map_err(|error| TlsError::Roots(error.to_string()))
    }

    /// Whether the chain is of an authority that we trust and names the host.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn judge(&self, chain: &[CertificateDer<'_>], name: &ServerName<'_>) -> Result<(), Fault> {
        let Some((own, issuers)) = chain.split_first() else {
            return Err(Fault::new(ResultType::CertificateNotTrusted, "the host showed no certificate"));
        };
        let verified = self.0.verify_server_cert(own, issuers, name, &[], UnixTime::now());
        verified.map(|_| ()).map_err(|error| of(&error))
    }
}

#[cfg(test)]
mod tests;
