//! What TLS has to do on a path: policy, the tenant's certificate, the name to prove.
//!
//! A configuration is built once for each verification and certificate and then shared, so that sessions can be resumed. Two tenants never
//! share one: a resumed session would show the other's certificate.

use crate::steer::{Hop, Path};
use model::TenantName;
use net::tls::{self, Verification};
use rustls_pki_types::{CertificateDer, ServerName};
use smtp::ClientTls;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tenant::settings::TlsPolicy;
use tokio_rustls::TlsConnector;

pub(super) struct PathSecurity {
    pub(super) wish: ClientTls,
    pub(super) may_go_in_clear: bool,
    pub(super) connector: TlsConnector,
    pub(super) name: ServerName<'static>,
}

/// A tenant, what is verified, and its certificate.
type Known = (TenantName, Verification, Option<String>);

pub(super) struct Security {
    roots: Vec<CertificateDer<'static>>,
    configs: Mutex<HashMap<Known, TlsConnector>>,
}

impl Security {
    pub(super) fn new(roots: Vec<CertificateDer<'static>>) -> Self {
        Self { roots, configs: Mutex::default() }
    }

    pub(super) fn of(&self, path: &Path, hop: &Hop) -> Result<PathSecurity, String> {
        let (wish, verification) = match path.egress.tls {
            TlsPolicy::Opportunistic => (ClientTls::Opportunistic, Verification::None),
            TlsPolicy::Require => (ClientTls::Required, Verification::None),
            TlsPolicy::Verify => (ClientTls::Required, Verification::Name),
        };
        let is_implicit = path.login.as_ref().is_some_and(|login| login.implicit_tls);
        let wish = if is_implicit { ClientTls::Implicit } else { wish };
        let name = ServerName::try_from(hop.name.clone()).map_err(|_| {
            format!("`{}` cannot stand in a certificate; use a host name for tls = \"verify\"", hop.name)
        })?;
        let connector = self.connector(path, verification)?;
        Ok(PathSecurity { wish, may_go_in_clear: wish == ClientTls::Opportunistic, connector, name })
    }

    fn connector(&self, path: &Path, verification: Verification) -> Result<TlsConnector, String> {
        let pem = path.egress.certificate.as_ref().map(|certificate| certificate.pem.reveal().to_owned());
        let key = (path.tenant.clone(), verification, pem);
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
        configs.insert(key, connector.clone());
        Ok(connector)
    }
}
