//! Tenants whose next hop was too slow a moment ago: their mail is stored first for a while, so that a host that hangs does not keep
//! every session of its tenant waiting.

use model::{Duration, TenantName, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

const PAUSE: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub(crate) struct Pauses(Mutex<HashMap<TenantName, Timestamp>>);

impl Pauses {
    /// The tenant's next hop did not answer in time.
    pub(super) fn begin(&self, tenant: &TenantName, now: Timestamp) {
        let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        until.insert(tenant.clone(), now + PAUSE);
    }

    pub(super) fn holds(&self, tenant: &TenantName, now: Timestamp) -> bool {
        let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = until.get(tenant).is_some_and(|until| now < *until);
        if !holds {
            until.remove(tenant);
        }
        holds
    }
}

#[cfg(test)]
mod tests;
