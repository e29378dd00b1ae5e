//! The certificate that TLSA records mean, and no authority's word beside them (RFC 7672 §3).
//!
//! A record of the host's own certificate (DANE-EE) is enough by itself: names and dates do not count, since the zone says which one it
//! is. A record of an authority (DANE-TA) makes that one the root of a chain in which everything else is checked as ever.

use super::verifiers::signatures_are_verified;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::sync::Arc;
use tlspolicy::{Pins, Tlsa};
use x509_parser::prelude::{FromDer as _, X509Certificate};

#[derive(Debug)]
pub(super) struct Pinned {
    pub(super) pins: Pins,
    pub(super) provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut of_hosts = self.pins.records.iter().filter(|record| record.is_of_the_host());
        if of_hosts.any(|record| means(record, end_entity)) {
            return Ok(ServerCertVerified::assertion());
        }
        let anchors = self.anchors(intermediates);
        if anchors.is_empty() {
            return Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure));
        }
        let parsed = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&parsed, &anchors, intermediates, now, algorithms)?;
        self.verify_name(&parsed)?;
        Ok(ServerCertVerified::assertion())
    }

    signatures_are_verified!(provider);
}

impl Pinned {
    /// The authorities that the records mean, out of what the host sent and what a record holds whole.
    fn anchors(&self, sent: &[CertificateDer<'_>]) -> RootCertStore {
        let records = || self.pins.records.iter().filter(|record| !record.is_of_the_host());
        let is_meant = |one: &&CertificateDer<'_>| records().any(|record| means(record, one));
        let whole = records().filter_map(Tlsa::whole_authority).map(CertificateDer::from);
        let mut anchors = RootCertStore::empty();
        anchors.add_parsable_certificates(
            sent.iter().filter(is_meant).cloned().chain(whole).map(CertificateDer::into_owned),
        );
        anchors
    }

    /// RFC 7672 §3.2.2: the host's name or that of the recipients' domain.
    fn verify_name(&self, parsed: &ParsedCertificate<'_>) -> Result<(), Error> {
        let mut last = Error::InvalidCertificate(CertificateError::NotValidForName);
        for name in [&self.pins.base, &self.pins.domain] {
            let Ok(name) = ServerName::try_from(name.as_str()) else { continue };
            match verify_server_name(parsed, &name) {
                Ok(()) => return Ok(()),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

fn means(record: &Tlsa, certificate: &CertificateDer<'_>) -> bool {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return false };
    record.means(certificate, parsed.public_key().raw)
}

#[cfg(test)]
mod tests;
