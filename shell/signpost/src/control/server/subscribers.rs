//! What is asked about subscribers, and the operator's adding and removing.

use super::Control;
use crate::control::SubscriberWay;
use anyhow::Result;
use serde_json::{Value, json};
use status::subscribe::{HookKind, Standing, Subscriber, Wanted, Way};

impl Control {
    pub(super) fn subscribers(&self) -> Value {
        let all: Vec<Value> = self.subscriptions.all().iter().map(line).collect();
        json!({ "subscribers": all, "waiting": self.subscriptions.waiting() })
    }

    /// An address is written to first, as when its reader filled in the form.
    pub(super) async fn add_subscriber(
        &self,
        way: SubscriberWay,
        contact: Option<String>,
        parts: &[String],
    ) -> Result<Value> {
        match way {
            SubscriberWay::Mail { address, language } => {
                self.subscriptions.ask(&address, language, parts)?;
                Ok(json!({ "asked": address }))
            }
            SubscriberWay::Webhook { url, kind } => {
                let added = self.subscriptions.add_hook((url, kind), contact, parts).await?;
                let mut shown = line(&added);
                if let Way::Hook { secret, .. } = &added.way {
                    shown["secret"] = secret.as_str().into();
                }
                Ok(shown)
            }
        }
    }

    pub(super) async fn remove_subscriber(&self, id: &str) -> Result<Value> {
        self.subscriptions.remove(id).await?;
        Ok(json!({ "removed": id }))
    }
}

/// Without the secret.
fn line(one: &Subscriber) -> Value {
    let (kind, to, language, contact) = match &one.way {
        Way::Mail { address, language } => ("mail", address, Some(language), None),
        Way::Hook { url, kind: HookKind::Statuspage, contact, .. } => {
            ("webhook", url, None, contact.as_ref())
        }
        Way::Hook { url, kind: HookKind::Slack, contact, .. } => ("slack", url, None, contact.as_ref()),
    };
    let (standing, since, why) = match &one.standing {
        Standing::Pending => ("pending", one.created_at, None),
        Standing::Active { since } => ("active", *since, None),
        Standing::Quarantined { since, why } => ("quarantined", *since, Some(why)),
    };
    let components = match &one.wanted {
        Wanted::All => None,
        Wanted::Parts(parts) => Some(parts),
    };
    json!({
        "id": one.id, "kind": kind, "to": to, "language": language, "contact": contact, "standing": standing, "since": since,
        "why": why, "components": components, "failing_since": one.failing_since,
    })
}
