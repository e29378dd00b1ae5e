//! What a certificate says of itself: for whom, by whom, from when until when.
//!
//! It is read, not judged: no chain is built and no signature is checked.

use super::TlsError;
use model::Timestamp;
use rustls_pki_types::CertificateDer;
use std::net::IpAddr;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

/// The facts of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Host names and addresses; the common name if there are none.
    pub names: Vec<String>,
    /// The issuer's common name, or its whole name.
    pub issuer: String,
    /// In hexadecimal, as the certificate's issuer counts.
    pub serial: String,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

impl Facts {
    /// Reads a certificate; `what` names it in errors.
    ///
    /// # Errors
    /// If it is no certificate.
    pub fn of(certificate: &CertificateDer<'_>, what: &str) -> Result<Self, TlsError> {
        let (_, parsed) = X509Certificate::from_der(certificate)
            .map_err(|error| TlsError::NotX509 { what: what.to_owned(), error: error.to_string() })?;
        let issuer = parsed.issuer();
        let issuer_name = issuer.iter_common_name().find_map(|name| name.as_str().ok());
        let at = |time: x509_parser::time::ASN1Time| {
            Timestamp::from_micros(time.timestamp().saturating_mul(1_000_000))
        };
        Ok(Self {
            names: names(&parsed),
            issuer: issuer_name.map_or_else(|| issuer.to_string(), str::to_owned),
            serial: parsed.serial.to_str_radix(16),
            not_before: at(parsed.validity().not_before),
            not_after: at(parsed.validity().not_after),
        })
    }

    /// Whether it is a certificate for `hostname`. A star stands for one label (RFC 9525 §6.3).
    #[must_use]
    pub fn covers(&self, hostname: &str) -> bool {
        self.names.iter().any(|name| {
            let parent = hostname.split_once('.').map(|(_, parent)| parent);
            let is_under = name
                .strip_prefix("*.")
                .zip(parent)
                .is_some_and(|(of, parent)| of.eq_ignore_ascii_case(parent));
            is_under || name.eq_ignore_ascii_case(hostname)
        })
    }
}

fn names(parsed: &X509Certificate<'_>) -> Vec<String> {
    let alternatives = parsed.subject_alternative_name().ok().flatten();
    let general = alternatives.iter().flat_map(|extension| &extension.value.general_names);
    let found: Vec<String> = general.filter_map(name).collect();
    if !found.is_empty() {
        return found;
    }
    parsed.subject().iter_common_name().filter_map(|name| name.as_str().ok()).map(str::to_owned).collect()
}

/// A host name or an address. The other kinds name no host: `if let` instead of a list of another crate's variants.
fn name(general: &GeneralName<'_>) -> Option<String> {
    if let GeneralName::DNSName(name) = general {
        return Some((*name).to_owned());
    }
    let GeneralName::IPAddress(bytes) = general else { return None };
    let four = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from)).ok().map(|address| address.to_string())
}
