//! TLS of our listeners.

use super::{Identity, TlsError, provider, verifiers};
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

/// The server side of one listener.
///
/// # Errors
/// If certificate and key do not fit together.
pub fn server_config(identity: Identity, ask: ClientCertificates) -> Result<Arc<ServerConfig>, TlsError> {
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
    Ok(Arc::new(builder.with_single_cert(identity.chain, identity.key)?))
}
