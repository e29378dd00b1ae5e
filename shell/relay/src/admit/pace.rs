//! How many messages a tenant may hand over in a minute.
//!
//! A count for the running minute and tenant, no more; over it the tenant's system is asked to come again.

use super::Refusal;
use model::{EnhancedCode, Reply, TenantName, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tenant::Snapshot;

const MINUTE_MICROS: i64 = 60_000_000;

#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// The minute and the messages in it.
    counts: Mutex<HashMap<TenantName, (i64, u32)>>,
}

impl Pace {
    /// Counts one message, unless the tenant's limit is reached.
    pub(super) fn take(&self, snapshot: &Snapshot, now: Timestamp) -> Result<(), Refusal> {
        let Some(max) = snapshot.settings.limits.messages_per_minute else { return Ok(()) };
        let minute = now.as_micros() / MINUTE_MICROS;
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(snapshot.settings.name.clone()).or_insert((minute, 0));
        if count.0 != minute {
            *count = (minute, 0);
        }
        if count.1 >= max {
            let text = format!("more than {max} messages in this minute, try again in the next");
            let reply = Reply::new(451, Some(EnhancedCode::new(4, 7, 1)), text);
            return Err(Refusal { reply, alarm: None });
        }
        count.1 += 1;
        Ok(())
    }
}
