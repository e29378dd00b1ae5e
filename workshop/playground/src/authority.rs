//! The certificate authority of one playground: made at its start, gone with it.
//!
//! It signs the fake Exchange's own certificates, for receiving and for sending, and client certificates for the relay's tenants on
//! request. Keys live in memory only. It promises nothing about secrecy: it exists so that loopback tests verify names and chains.

use crate::wall_clock;
use model::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// A certificate with its key, in both forms that users want.
#[derive(Debug)]
pub struct Issued {
    /// The certificate in PEM.
    pub certificate_pem: String,
    /// The private key in PEM (PKCS #8).
    pub key_pem: String,
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl Issued {
    /// Chain and key of a client that forgot to send the intermediate certificate; the same as `pem_file` where there is none.
    #[must_use]
    pub fn pem_file_without_chain(&self) -> String {
        const END: &str = "-----END CERTIFICATE-----\n";
        let end = self.certificate_pem.replace("\r\n", "\n").find(END).map_or(0, |at| at + END.len());
        format!("{}{}", &self.certificate_pem.replace("\r\n", "\n")[..end], self.key_pem)
    }

    /// One PEM file with chain and key, as `egress.certificate` of a tenant wants it.
    #[must_use]
    pub fn pem_file(&self) -> String {
        format!("{}{}", self.certificate_pem, self.key_pem)
    }
}

/// The authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    pem: String,
}

impl Authority {
    pub(crate) fn new() -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name.push(DnType::CommonName, "Signpost playground authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key)?;
        let pem = certificate.pem();
        Ok(Self { certificate: certificate.der().clone(), pem, issuer: Issuer::new(params, key) })
    }

    /// A certificate for these host names, good for both ends of a connection.
    ///
    /// # Errors
    /// A name that cannot stand in a certificate.
    pub fn issue(&self, names: &[&str]) -> Result<Issued, rcgen::Error> {
        self.issue_until(names, None)
    }

    /// As `issue`, good from a day ago until `end`.
    ///
    /// # Errors
    /// A name that cannot stand in a certificate.
    pub fn issue_until(&self, names: &[&str], end: Option<Timestamp>) -> Result<Issued, rcgen::Error> {
        let key = KeyPair::generate()?;
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let common_name = names.first().cloned().unwrap_or_default();
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        if let Some(end) = end {
            let epoch = rcgen::date_time_ymd(1970, 1, 1);
            let since = |at: Timestamp| Duration::from_micros(u64::try_from(at.as_micros()).unwrap_or(0));
            params.not_before = epoch + since(wall_clock()).saturating_sub(DAY);
            params.not_after = epoch + since(end);
        }
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Issued {
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            certificate: certificate.der().clone(),
            key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        })
    }

    /// As `issue`, signed by an intermediate authority whose certificate is in the chain.
    ///
    /// # Errors
    /// A name that cannot stand in a certificate.
    pub fn issue_below_intermediate(&self, names: &[&str]) -> Result<Issued, rcgen::Error> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name.push(DnType::CommonName, "Signpost playground intermediate");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let (der, pem) = (certificate.der().clone(), certificate.pem());
        let between = Self { certificate: der, pem: pem.clone(), issuer: Issuer::new(params, key) };
        let issued = between.issue(names)?;
        Ok(Issued { certificate_pem: format!("{}{pem}", issued.certificate_pem), ..issued })
    }

    /// The root in PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The root in DER.
    #[must_use]
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.certificate
    }
}
