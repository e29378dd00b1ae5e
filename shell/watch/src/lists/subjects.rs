//! Who is asked about: the addresses of the pool in lists of addresses; names that are ours or a tenant's in lists of domains.
//!
//! Ours are the EHLO names, whose domains are also those of our notices. Lists of domains hold what was registered and answer for a host below it only
//! at their pleasure, so each name is asked with what stands above it, down to two labels. Links and images are those of published templates.

use crate::config::TenantDomain;
use dnsbl::{Lists, Subject, Zone};
use model::{Domain, Source, SourceName, TenantName};
use std::collections::BTreeMap;

/// Names in one list; what is above it is left out, tenants' first.
const DOMAINS_MAX: usize = 200;
/// How far up a name is asked.
const ABOVE_MAX: usize = 3;

/// One subject and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Watched {
    pub(super) subject: Subject,
    pub(super) sources: Vec<SourceName>,
    pub(super) tenant: Option<TenantName>,
    /// An address of the pool that carries tenants' mail.
    pub(super) is_pool: bool,
}

/// What this list is asked about.
pub(super) fn of(zone: &Zone, sources: &[Source], tenants: &[TenantDomain]) -> Vec<Watched> {
    let takes = |source: &&Source| match zone.lists {
        Lists::Ip4 => source.address.is_ipv4(),
        Lists::Ip6 => source.address.is_ipv6(),
        Lists::Ip4AndIp6 => true,
        Lists::Domains => false,
    };
    let mut found: BTreeMap<Subject, Watched> = BTreeMap::new();
    for source in sources.iter().filter(takes) {
        let watched = entry(&mut found, Subject::Address(source.address));
        watched.sources.push(source.name.clone());
        watched.is_pool |= !source.notice;
    }
    if zone.lists == Lists::Domains {
        for source in sources {
            // A host that cannot be a domain cannot be listed either.
            let Ok(ehlo) = source.ehlo.parse::<Domain>() else { continue };
            let names = upwards(&ehlo);
            for (place, name) in names.into_iter().enumerate() {
                let watched = entry(&mut found, Subject::Domain(name));
                if place == 0 {
                    watched.sources.push(source.name.clone());
                }
            }
        }
        for TenantDomain { domain, tenant } in tenants {
            for name in upwards(domain) {
                let subject = Subject::Domain(name);
                if found.contains_key(&subject) || found.len() >= DOMAINS_MAX {
                    continue;
                }
                entry(&mut found, subject).tenant = Some(tenant.clone());
            }
        }
    }
    found.into_values().take(DOMAINS_MAX).collect()
}

fn entry(found: &mut BTreeMap<Subject, Watched>, subject: Subject) -> &mut Watched {
    found.entry(subject.clone()).or_insert_with(|| Watched {
        subject,
        sources: Vec::new(),
        tenant: None,
        is_pool: false,
    })
}

/// A name and what stands above it.
fn upwards(domain: &Domain) -> Vec<Domain> {
    let text = domain.as_str().trim_end_matches('.');
    let labels = text.split('.').count();
    let starts = std::iter::once(0).chain(text.match_indices('.').map(|(at, _)| at + 1));
    let names = starts.take(labels.saturating_sub(1).clamp(1, ABOVE_MAX));
    names.filter_map(|start| text.get(start..)?.parse().ok()).collect()
}
