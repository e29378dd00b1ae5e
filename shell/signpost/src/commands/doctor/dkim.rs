//! DKIM: is the record of every signing key where verifiers look for it, of tenants and of the operator, who signs what Signpost writes itself.

use super::look::{Look, Looked, View};
use crate::commands::dkim::find_record;
use model::{Domain, TenantName};
use setup::State;
use std::sync::Arc;
use tenant::settings::{DkimKey, KeyUse};

pub(super) fn looks(view: &Arc<View>) -> Vec<Look> {
    let mut looks = Vec::new();
    let tenants = view.tenants.iter();
    let tenants = tenants.map(|(tenant, snapshot)| (Some(tenant), snapshot.settings.dkim.as_ref()));
    for (tenant, dkim) in tenants.chain([(None, view.site.config.own.dkim.as_ref())]) {
        for key in dkim.into_iter().flat_map(|dkim| &dkim.keys) {
            for domain in &key.domains {
                let subject = subject(tenant, key, domain);
                let work = one(Arc::clone(view), tenant.cloned(), key.clone(), domain.clone());
                looks.push(Look::new("dkim", subject, work));
            }
        }
    }
    looks
}

fn subject(tenant: Option<&TenantName>, key: &DkimKey, domain: &Domain) -> String {
    format!("{} ({})", key.name(domain), tenant.map_or("own", TenantName::as_str))
}

async fn one(view: Arc<View>, tenant: Option<TenantName>, key: DkimKey, domain: Domain) -> Vec<Looked> {
    let (word, detail) = find_record(&view.resolver, &key, &domain).await;
    let state = match (word, key.used) {
        ("good", _) => State::Ok,
        ("unknown", _) => State::Unknown,
        (_, KeyUse::Sign) => State::Fail,
        (_, KeyUse::Next | KeyUse::Old) => State::Warn,
    };
    let reason = if detail.is_empty() { "the record is that of the key".to_owned() } else { detail };
    let whose = tenant.as_ref().map(|tenant| format!(" --tenant {tenant}")).unwrap_or_default();
    let mend = format!("`signpost dkim show{whose}` prints the record; publish it, or change `use`");
    vec![Looked::new("dkim", subject(tenant.as_ref(), &key, &domain), state, reason, mend)]
}
