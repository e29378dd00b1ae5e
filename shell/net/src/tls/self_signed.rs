//! A certificate that vouches for itself, for a listener that has no other.
//!
//! It is made in memory; whoever wants it to last writes it down.

use super::{Identity, TlsError, identity};
use model::{Duration, Timestamp};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};

/// RFC 5280, appendix A: ub-common-name.
const COMMON_NAME_LEN_MAX: usize = 64;

/// A chain and its key as text.
#[derive(Debug, Clone)]
pub struct Pem {
    pub chain: String,
    pub key: String,
}

impl Pem {
    /// One text with both.
    #[must_use]
    pub fn joined(&self) -> String {
        format!("{}{}", self.chain, self.key)
    }

    /// What can be presented.
    ///
    /// # Errors
    /// If a text is damaged; `what` names it.
    pub fn identity(&self, what: &str) -> Result<Identity, TlsError> {
        identity(self.chain.as_bytes(), self.key.as_bytes(), what)
    }
}

/// Makes a certificate for `hostname`, good from `from` until `until`.
///
/// # Errors
/// If the name cannot stand in a certificate.
pub fn self_signed(hostname: &str, from: Timestamp, until: Timestamp) -> Result<Pem, TlsError> {
    let failed = |error| TlsError::SelfSigned { hostname: hostname.to_owned(), error };
    let at = |point: Timestamp| {
        // Whole seconds: X.509 knows no smaller part.
        let since = point.since(Timestamp::from_micros(0));
        date_time_ymd(1970, 1, 1) + Duration::from_secs(since.as_secs())
    };
    let mut params = CertificateParams::new(vec![hostname.to_owned()]).map_err(failed)?;
    if hostname.len() <= COMMON_NAME_LEN_MAX {
        params.distinguished_name.push(DnType::CommonName, hostname);
    }
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    (params.not_before, params.not_after) = (at(from), at(until));
    let key = KeyPair::generate().map_err(failed)?;
    let made = params.self_signed(&key).map_err(failed)?;
    Ok(Pem { chain: made.pem(), key: key.serialize_pem() })
}
