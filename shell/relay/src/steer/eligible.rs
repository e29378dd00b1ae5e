//! The sources among which one is chosen: those of the tenant's mail, or those of reports and notices.
//!
//! A notice source carries no mail of tenants, so that its name does not depend on what they send. Where none is marked, reports leave by
//! the first source of the pool that was not just refused.

use super::{Over, Route};
use model::{Source, SourceName};
use std::collections::BTreeSet;
use tenant::settings::{Egress, TlsPolicy};
use tlspolicy::Destinations;

/// The sources that the route may use, without those in `without`, and without the one to avoid if another is left.
pub(super) fn sources<'s>(
    all: &'s [Source],
    egress: &Egress,
    route: &Route,
    without: &BTreeSet<SourceName>,
) -> Vec<&'s Source> {
    let usable = || all.iter().filter(|source| source.weight > 0 && !without.contains(&source.name));
    match route.over {
        Over::Pool => {
            let is_tenants =
                |source: &&Source| egress.sources.is_empty() || egress.sources.contains(&source.name);
            let pool = usable().filter(|source| !source.notice).filter(is_tenants);
            not_avoided(pool.collect(), route)
        }
        Over::Notice | Over::TlsReport => {
            let marked = not_avoided(usable().filter(|source| source.notice).collect(), route);
            if !marked.is_empty() {
                return marked;
            }
            not_avoided(usable().collect(), route).into_iter().take(1).collect()
        }
    }
}

/// How connections of the route are made.
pub(super) fn egress(tenants: &Egress, over: Over) -> Egress {
    match over {
        Over::Pool => tenants.clone(),
        // RFC 7435: a report in clear is better than none. The certificate is for the tenant's own system only.
        Over::Notice | Over::TlsReport => Egress {
            tls: TlsPolicy::Opportunistic,
            destinations: Destinations::default(),
            certificate: None,
            ..tenants.clone()
        },
    }
}

fn not_avoided<'s>(sources: Vec<&'s Source>, route: &Route) -> Vec<&'s Source> {
    let is_other = |source: &&Source| route.avoid.as_ref() != Some(&source.name);
    if sources.iter().any(is_other) { sources.into_iter().filter(is_other).collect() } else { sources }
}

#[cfg(test)]
mod tests;
