//! Certificates and keys from PEM text.

use super::{Identity, TlsError};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// Every certificate in `text`; `what` names the origin in errors.
///
/// # Errors
/// If the text is damaged or holds none.
pub fn certificates(text: &[u8], what: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let damaged = |error| TlsError::Pem { what: what.to_owned(), error };
    let chain = CertificateDer::pem_slice_iter(text).collect::<Result<Vec<_>, _>>().map_err(damaged)?;
    if chain.is_empty() { Err(TlsError::NoCertificate(what.to_owned())) } else { Ok(chain) }
}

/// A chain and its key from two texts, which may be the same.
///
/// # Errors
/// If a text is damaged or lacks its part.
pub fn identity(certificate: &[u8], key: &[u8], what: &str) -> Result<Identity, TlsError> {
    let damaged = |error| TlsError::Pem { what: what.to_owned(), error };
    let chain = certificates(certificate, what)?;
    Ok(Identity { chain, key: PrivateKeyDer::from_pem_slice(key).map_err(damaged)? })
}
