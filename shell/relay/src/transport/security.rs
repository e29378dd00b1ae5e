//! What TLS has to do on a path: policy, the tenant's certificate, the name to prove.
//!
//! A configuration is built once for each verification and certificate and then shared, so that sessions can be resumed. Two tenants never
//! share one: a resumed session would show the other's certificate.

use crate::steer::{Hop, Path};
use model::TenantName;
use net::tls::{self, ServerJudge, Verification};
use rustls_pki_types::{CertificateDer, ServerName};
use smtp::ClientTls;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tlspolicy::report::Fault;
use tlspolicy::{Because, Demand};
use tokio_rustls::TlsConnector;

pub(super) struct PathSecurity {
    pub(super) wish: ClientTls,
    pub(super) may_go_in_clear: bool,
    pub(super) connector: TlsConnector,
    pub(super) name: ServerName<'static>,
    /// Tests what nothing follows from but what is reported: a policy in testing.
    test: Option<Arc<ServerJudge>>,
}

impl PathSecurity {
    /// What the certificate that a host showed lacks for a policy in testing.
    pub(super) fn tested(&self, chain: &[CertificateDer<'_>]) -> Result<(), Fault> {
        self.test.as_ref().map_or(Ok(()), |test| test.judge(chain, &self.name))
    }
}

/// A tenant, what is verified, and its certificate.
type Known = (TenantName, Verification, Option<String>);

pub(super) struct Security {
    roots: Vec<CertificateDer<'static>>,
    configs: Mutex<HashMap<Known, TlsConnector>>,
    /// Made when the first policy in testing is met.
    judge: OnceLock<Option<Arc<ServerJudge>>>,
}

impl Security {
    pub(super) fn new(roots: Vec<CertificateDer<'static>>) -> Self {
        Self { roots, configs: Mutex::default(), judge: OnceLock::new() }
    }

    pub(super) fn of(&self, path: &Path, hop: &Hop) -> Result<PathSecurity, String> {
        let (wish, verification) = match &hop.policy.demand {
            Demand::Clear => (ClientTls::Never, Verification::None),
            Demand::Opportunistic => (ClientTls::Opportunistic, Verification::None),
            Demand::Encrypted => (ClientTls::Required, Verification::None),
            Demand::Named => (ClientTls::Required, Verification::Name),
            Demand::Pinned(pins) => (ClientTls::Required, Verification::Pinned(pins.clone())),
        };
        let is_implicit = path.login.as_ref().is_some_and(|login| login.implicit_tls);
        let wish = if is_implicit { ClientTls::Implicit } else { wish };
        // RFC 7672 §8.1: a host is asked for the certificate of the name under which its records stand.
        let asked = match &verification {
            Verification::Pinned(pins) => &pins.base,
            Verification::None | Verification::Name => &hop.name,
        };
        let name = ServerName::try_from(asked.clone()).map_err(|_| {
            format!("`{asked}` cannot stand in a certificate; use a host name for tls = \"verify\"")
        })?;
        let connector = self.connector(path, verification)?;
        let is_in_testing = matches!(hop.policy.because, Because::MtaStsTesting { .. });
        let test = if is_in_testing && path.watched.is_some() { self.judge() } else { None };
        Ok(PathSecurity { wish, may_go_in_clear: wish == ClientTls::Opportunistic, connector, name, test })
    }

    fn judge(&self) -> Option<Arc<ServerJudge>> {
        let make = || match ServerJudge::new(&self.roots) {
            Ok(judge) => Some(Arc::new(judge)),
            Err(error) => {
                tracing::error!(%error, "certificates are not tested for policies in testing");
                None
            }
        };
        self.judge.get_or_init(make).clone()
    }

    fn connector(&self, path: &Path, verification: Verification) -> Result<TlsConnector, String> {
        let pem = path.egress.certificate.as_ref().map(|certificate| certificate.pem.reveal().to_owned());
        // A host's records are its own, and there are many hosts.
        let is_shared = !matches!(verification, Verification::Pinned(_));
        let key = (path.tenant.clone(), verification.clone(), pem);
        let mut configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connector) = configs.get(&key) {
            return Ok(connector.clone());
        }
        let what = || format!("the client certificate of the tenant {}", path.tenant);
        let identity = key.2.as_deref().map(|pem| tls::identity(pem.as_bytes(), pem.as_bytes(), &what()));
        let identity = identity.transpose().map_err(|error| error.to_string())?;
        let config =
            tls::client_config(verification, &self.roots, identity).map_err(|error| error.to_string())?;
        let connector = TlsConnector::from(Arc::clone(&config));
        if is_shared {
            configs.insert(key, connector.clone());
        }
        Ok(connector)
    }
}
