//! TLS of the fake Exchange at both ends, with its own authority.
//!
//! Inbound, a client certificate is asked for and never makes a handshake fail: whether it chains to the authority is recorded, as
//! attribution is decided later and by name. Outbound, every server certificate is taken, unless the playground was told to look at their dates by a
//! clock that may be faster than ours: what is tested there is the relay as a server. Nothing here may be used outside loopback tests.

use crate::mailbox::TlsDetails;
use crate::{Authority, StartError, wall_clock};
use model::Timestamp;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, RootCertStore,
    ServerConfig, SignatureScheme,
};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// The configurations of both sides.
pub(super) struct Sides {
    pub(super) server: Arc<ServerConfig>,
    pub(super) client: Arc<ClientConfig>,
    pub(super) client_with_certificate: Arc<ClientConfig>,
    trust: Arc<dyn ClientCertVerifier>,
    pub(super) calendar: Arc<Calendar>,
}

/// By which clock the dates of server certificates are looked at.
#[derive(Debug, Default)]
pub(super) struct Calendar(Mutex<Option<(Timestamp, u32)>>);

impl Calendar {
    /// From now on dates count, and time passes `scale` times as fast.
    pub(super) fn begin(&self, scale: u32) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((wall_clock(), scale));
    }

    /// Seconds since 1970, if dates count.
    fn now(&self) -> Option<i64> {
        let (began, scale) = (*self.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        let passed = (wall_clock().as_micros() - began.as_micros()) * i64::from(scale);
        Some((began.as_micros() + passed) / 1_000_000)
    }

    fn look_at(&self, leaf: &CertificateDer<'_>) -> Result<(), Error> {
        let Some(now) = self.now() else { return Ok(()) };
        let (_, parsed) =
            X509Certificate::from_der(leaf).map_err(|_| Error::from(CertificateError::BadEncoding))?;
        let validity = parsed.validity();
        if now > validity.not_after.timestamp() {
            return Err(CertificateError::Expired.into());
        }
        if now < validity.not_before.timestamp() {
            return Err(CertificateError::NotValidYet.into());
        }
        Ok(())
    }
}

impl Sides {
    /// `resumes`: sessions towards the relay may go on from earlier ones; a certificate is looked at in a full handshake only.
    pub(super) fn new(
        authority: &Authority,
        smart_host: &str,
        address: IpAddr,
        resumes: bool,
    ) -> Result<Self, StartError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone())?;
        let trust =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?;
        let own = authority.issue(&[smart_host, "mail.protection.outlook.com", &address.to_string()])?;
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(Arc::new(TakeAnyClient(Arc::clone(&trust))))
            .with_single_cert(vec![own.certificate.clone()], own.key.clone_key())?;
        let calendar = Arc::new(Calendar::default());
        let builder = || {
            let taking_any = Arc::new(TakeAnyServer(Arc::clone(&provider), Arc::clone(&calendar)));
            let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
            let builder = builder.with_safe_default_protocol_versions()?;
            Ok::<_, Error>(builder.dangerous().with_custom_certificate_verifier(taking_any))
        };
        let finished = |mut client: ClientConfig| {
            if !resumes {
                client.resumption = Resumption::disabled();
            }
            Arc::new(client)
        };
        Ok(Self {
            server: Arc::new(server),
            client: finished(builder()?.with_no_client_auth()),
            client_with_certificate: finished(
                builder()?.with_client_auth_cert(vec![own.certificate], own.key)?,
            ),
            trust,
            calendar,
        })
    }

    /// What a finished inbound handshake tells.
    pub(super) fn describe(&self, session: &rustls::ServerConnection) -> TlsDetails {
        let presented = session.peer_certificates().unwrap_or_default();
        let trusted = presented
            .split_first()
            .is_some_and(|(leaf, chain)| self.trust.verify_client_cert(leaf, chain, UnixTime::now()).is_ok());
        TlsDetails {
            protocol: session
                .protocol_version()
                .and_then(|version| version.as_str())
                .unwrap_or("?")
                .to_owned(),
            cipher: session
                .negotiated_cipher_suite()
                .and_then(|suite| suite.suite().as_str())
                .unwrap_or("?")
                .to_owned(),
            server_name: session.server_name().map(str::to_owned),
            client_names: presented.first().map(|leaf| names_in(leaf)).unwrap_or_default(),
            client_trusted: trusted,
            resumed: session.handshake_kind() == Some(rustls::HandshakeKind::Resumed),
        }
    }
}

/// DNS names of the certificate, then its common name.
fn names_in(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return Vec::new() };
    let alternatives = parsed.subject_alternative_name().ok().flatten();
    let mut names: Vec<String> = alternatives
        .iter()
        .flat_map(|extension| &extension.value.general_names)
        .filter_map(|name| if let GeneralName::DNSName(dns) = name { Some((*dns).to_owned()) } else { None })
        .collect();
    let common = parsed.subject().iter_common_name().filter_map(|name| name.as_str().ok());
    names.extend(common.map(str::to_owned));
    names
}

/// Takes every client certificate whose key the client holds.
#[derive(Debug)]
struct TakeAnyClient(Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for TakeAnyClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // No hint: a client whose authority is another one shows its certificate all the same.
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _leaf: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, leaf, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, leaf, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// Takes every server certificate whose key the server holds, and whose dates are right where they count.
#[derive(Debug)]
struct TakeAnyServer(Arc<CryptoProvider>, Arc<Calendar>);

impl ServerCertVerifier for TakeAnyServer {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.1.look_at(leaf)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, leaf, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, leaf, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
