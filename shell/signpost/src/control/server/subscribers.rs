//! What is asked about subscribers, and the operator's adding and removing.

use super::Control;
use crate::control::SubscriberWay;
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use status::subscribe::{HookKind, Standing, Subscriber, Wanted, Way};
use vendor::AlertRule;

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
        (parts, vendors): (&[String], Option<Box<AlertRule>>),
    ) -> Result<Value> {
        for name in vendors.iter().flat_map(|rule| &rule.vendors) {
            ensure!(self.vendors.story(name).is_some(), "{}", super::vendors::unknown(&self.vendors, name));
        }
        match way {
            SubscriberWay::Mail { address, language } => {
                match vendors {
                    Some(rule) => self.subscriptions.ask_vendors(&address, language, *rule)?,
                    None => self.subscriptions.ask(&address, language, parts)?,
                }
                Ok(json!({ "asked": address }))
            }
            SubscriberWay::Webhook { url, kind } => {
                let hook = (url, kind);
                let added = match vendors {
                    Some(rule) => self.subscriptions.add_vendor_hook(hook, contact, *rule).await?,
                    None => self.subscriptions.add_hook(hook, contact, parts).await?,
                };
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
    let (components, vendors) = match &one.wanted {
        Wanted::All => (None, None),
        Wanted::Parts(parts) => (Some(parts), None),
        Wanted::Vendors(rule) => (None, Some(rule)),
    };
    json!({
        "id": one.id, "kind": kind, "to": to, "language": language, "contact": contact, "standing": standing, "since": since,
        "why": why, "components": components, "vendors": vendors, "failing_since": one.failing_since,
    })
}
