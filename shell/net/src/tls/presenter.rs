//! What a listener presents: one certificate for everybody, further ones by the host name that a client asks for.
//!
//! It is changed while the listener works: the next handshake sees the change, sessions under way do not. A chain whose key does
//! not fit is refused, and what was presented before stays.

use super::{Identity, TlsError, provider};
use arc_swap::ArcSwap;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::CertificateDer;
use std::collections::HashMap;
use std::sync::Arc;

/// Shared by a listener and by who renews its certificates.
#[derive(Debug)]
pub struct Presenter(ArcSwap<Shown>);

#[derive(Debug, Clone)]
struct Shown {
    default: Arc<CertifiedKey>,
    /// By host name in lower case.
    by_name: HashMap<String, Arc<CertifiedKey>>,
}

impl Presenter {
    /// Presents `identity` to everybody.
    ///
    /// # Errors
    /// If certificate and key do not fit together.
    pub fn new(identity: &Identity) -> Result<Self, TlsError> {
        let shown = Shown { default: certified(identity)?, by_name: HashMap::new() };
        Ok(Self(ArcSwap::from_pointee(shown)))
    }

    /// From the next handshake on presents `identity` to those who ask for `hostname`, or without one to all others.
    ///
    /// # Errors
    /// If certificate and key do not fit together; nothing is changed then.
    pub fn present(&self, hostname: Option<&str>, identity: &Identity) -> Result<(), TlsError> {
        let key = certified(identity)?;
        self.0.rcu(|shown| {
            let mut next = Shown::clone(shown);
            match hostname {
                Some(hostname) => drop(next.by_name.insert(hostname.to_ascii_lowercase(), Arc::clone(&key))),
                None => next.default = Arc::clone(&key),
            }
            next
        });
        Ok(())
    }

    /// The certificate that a client asking for `hostname` is shown now.
    #[must_use]
    pub fn leaf(&self, hostname: Option<&str>) -> Option<CertificateDer<'static>> {
        self.0.load().choose(hostname).cert.first().cloned()
    }
}

impl Shown {
    fn choose(&self, hostname: Option<&str>) -> &Arc<CertifiedKey> {
        let named = hostname.and_then(|hostname| self.by_name.get(&hostname.to_ascii_lowercase()));
        named.unwrap_or(&self.default)
    }
}

impl ResolvesServerCert for Presenter {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(self.0.load().choose(hello.server_name())))
    }
}

fn certified(identity: &Identity) -> Result<Arc<CertifiedKey>, TlsError> {
    let key = CertifiedKey::from_der(identity.chain.clone(), identity.key.clone_key(), &provider())?;
    Ok(Arc::new(key))
}
