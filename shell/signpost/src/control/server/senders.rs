//! What is asked about senders: their conduct, an operator's word, complaints.

use super::Control;
use crate::control::SenderOrder;
use anyhow::{Context as _, Result, bail};
use model::{Address, Duration, TenantName};
use sentry::{Permit, PermitKind, SenderShown, Subject};
use serde_json::{Value, json};

/// How long an order may take to be recorded.
const RECORDED_WITHIN: std::time::Duration = std::time::Duration::from_secs(10);

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
        let mut given_back = self.sentry.given_back();
        self.sentry.permit(&subject, Some(Permit { kind, by, note, since: now, until }));
        let holds = |shown: &SenderShown| shown.permit.as_ref().is_some_and(|one| one.until == until);
        let recorded = tokio::time::timeout(RECORDED_WITHIN, async {
            loop {
                match self.sentry.sender(&tenant, sender.as_deref()).filter(holds) {
                    Some(shown) => return Some(shown),
                    None => given_back.changed().await.ok()?,
                }
            }
        });
        match recorded.await {
            Ok(Some(shown)) => Ok(json!(shown)),
            Ok(None) | Err(_) => {
                bail!("the order could not be recorded, so it does not hold; the log tells why")
            }
        }
    }

    pub(super) fn complain(&self, tenant: &TenantName, sender: &Address, count: u32) -> Result<Value> {
        self.snapshot(tenant)?;
        self.sentry.complained(tenant, sender, count);
        self.sender(tenant, Some(sender))
    }
}
