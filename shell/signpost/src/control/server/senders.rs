//! What is asked about senders: their conduct, an operator's word, complaints.

use super::{Control, recorded};
use crate::control::SenderOrder;
use anyhow::{Context as _, Result, bail};
use model::{Address, Duration, TenantName};
use sentry::{Permit, PermitKind, SenderShown, Subject};
use serde_json::{Value, json};

impl Control {
    pub(super) fn senders(&self, tenant: Option<&TenantName>, all: bool) -> Value {
        json!(self.sentry.senders(tenant, all))
    }

    pub(super) fn sender(&self, tenant: &TenantName, sender: Option<&Address>) -> Result<Value> {
        let sender = sender.map(Address::folded);
        let shown = self.sentry.sender(tenant, sender.as_deref());
        let shown = shown.with_context(|| match &sender {
            Some(sender) => {
                format!("nothing is known of {sender} of {tenant}; `signpost sender ls --all` shows all")
            }
            None => format!("nothing is known of {tenant}; `signpost sender ls --all` shows all"),
        })?;
        Ok(json!(shown))
    }

    /// Answers when the order holds.
    pub(super) async fn order_sender(
        &self,
        (tenant, sender): (TenantName, Option<Address>),
        kind: SenderOrder,
        (hours, note): (u64, String),
        by: String,
    ) -> Result<Value> {
        self.snapshot(&tenant)?;
        let kind = match kind {
            SenderOrder::Allow => PermitKind::Allow,
            SenderOrder::Hold => PermitKind::Hold,
        };
        let now = self.sentry.now();
        let until = now + Duration::from_secs(hours * 3600);
        let sender = sender.as_ref().map(Address::folded);
        let subject = Subject { tenant: tenant.clone(), sender: sender.clone() };
        let given_back = self.sentry.given_back();
        self.sentry.permit(&subject, Some(Permit { kind, by, note, since: now, until }));
        let holds = |shown: &SenderShown| shown.permit.as_ref().is_some_and(|one| one.until == until);
        let look = || self.sentry.sender(&tenant, sender.as_deref()).filter(holds);
        match recorded(given_back, look).await {
            Some(shown) => Ok(json!(shown)),
            None => bail!("the order could not be recorded, so it does not hold; the log tells why"),
        }
    }

    pub(super) fn complain(&self, tenant: &TenantName, sender: &Address, count: u32) -> Result<Value> {
        self.snapshot(tenant)?;
        self.sentry.complained(tenant, sender, count);
        self.sender(tenant, Some(sender))
    }
}
