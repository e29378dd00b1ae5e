//! Where a tenant's administrator looks up what an incident that is open did to the tenant's mail, for the notice that mail waits.
//!
//! Somebody else knows incidents and makes links; where nobody does, or no incident is known to harm the tenant, a notice has none.

use model::{TenantName, Timestamp};
use std::fmt;
use std::sync::Arc;

type Make = dyn Fn(&TenantName) -> Option<(String, Timestamp)> + Send + Sync;

/// Gives links, with the time until which they are good. Clones ask the same one.
#[derive(Clone, Default)]
pub struct Links(Option<Arc<Make>>);

impl Links {
    /// Links that `make` gives.
    #[must_use]
    pub fn by(make: impl Fn(&TenantName) -> Option<(String, Timestamp)> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(make)))
    }

    pub(crate) fn of(&self, tenant: &TenantName) -> Option<(String, Timestamp)> {
        self.0.as_ref().and_then(|make| make(tenant))
    }
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").field("is_known", &self.0.is_some()).finish()
    }
}
