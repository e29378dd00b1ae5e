//! TLS of our listeners.

use super::{Presenter, TlsError, provider, verifiers};
use rustls::ServerConfig;
use serde::Deserialize;
use std::sync::Arc;

/// Whether a connector is asked for its certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientCertificates {
    None,
    /// Asked for, not demanded: the handshake succeeds without.
    #[default]
    Request,
    /// A handshake without one fails.
    Require,
}

/// The server side of one listener; what it presents may change while it works.
///
/// # Errors
/// If the provider knows no version of TLS, which would be a fault of this build.
pub fn server_config(
    presenter: Arc<Presenter>,
    ask: ClientCertificates,
) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = provider();
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = match ask {
        ClientCertificates::None => builder.with_no_client_auth(),
        ClientCertificates::Request | ClientCertificates::Require => {
            let mandatory = ask == ClientCertificates::Require;
            builder.with_client_cert_verifier(Arc::new(verifiers::AnyClient { provider, mandatory }))
        }
    };
    Ok(Arc::new(builder.with_cert_resolver(presenter)))
}
