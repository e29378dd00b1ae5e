//! DKIM: is the record of every signing key where verifiers look for it.

use super::look::{Look, Looked, View};
use crate::commands::dkim::find_record;
use model::{Domain, TenantName};
use setup::State;
use std::sync::Arc;
use tenant::settings::{DkimKey, KeyUse};

pub(super) fn looks(view: &Arc<View>) -> Vec<Look> {
    let mut looks = Vec::new();
    for (tenant, snapshot) in &view.tenants {
        for key in snapshot.settings.dkim.iter().flat_map(|dkim| &dkim.keys) {
            for domain in &key.domains {
                let subject = format!("{} ({tenant})", key.name(domain));
                let work = one(Arc::clone(view), tenant.clone(), key.clone(), domain.clone());
                looks.push(Look::new("dkim", subject, work));
            }
        }
    }
    looks
}

async fn one(view: Arc<View>, tenant: TenantName, key: DkimKey, domain: Domain) -> Vec<Looked> {
    let (word, detail) = find_record(&view.resolver, &key, &domain).await;
    let state = match (word, key.used) {
        ("good", _) => State::Ok,
        ("unknown", _) => State::Unknown,
        (_, KeyUse::Sign) => State::Fail,
        (_, KeyUse::Next | KeyUse::Old) => State::Warn,
    };
    let reason = if detail.is_empty() { "the record is that of the key".to_owned() } else { detail };
    let mend =
        format!("`signpost dkim show --tenant {tenant}` prints the record; publish it, or change `use`");
    vec![Looked::new("dkim", format!("{} ({tenant})", key.name(&domain)), state, reason, mend)]
}
