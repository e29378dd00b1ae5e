//! From a domain to the hosts that take its mail, in the order in which they are tried (RFC 5321 §5.1).
//!
//! Equal exchangers come in an order that is random over messages and always the same for one. Where the list leads back to us, only
//! what is preferred to us counts, or mail would turn in a circle. Addresses that are nobody's on the public internet are not
//! written to, because a stranger's name may lead into the operator's own network. Everything asked for is bounded.

use super::policies::OfDomain;
use super::{Found, HOPS_MAX, Hop, NoPath, Steer, Wish};
use crate::tls_reports::{Counts, Watched};
use dispatch::Reach;
use ipnet::IpNet;
use model::{Domain, EnhancedCode, MessageId};
use net::{Exchanger, Exchangers, Located, ResolveError};
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tlspolicy::{HostPolicy, NotAllowed};

/// Exchangers of a domain that are looked up for one message.
const HOSTS_MAX: usize = 10;
/// Addresses of one host.
const ADDRESSES_MAX: usize = 10;

/// RFC 3463 §3.2 and RFC 7505 §4.
const NO_DOMAIN: EnhancedCode = EnhancedCode::new(5, 1, 2);
const NULL_MX: EnhancedCode = EnhancedCode::new(5, 1, 10);

/// Where exchangers may lead, and where they lead back to us.
#[derive(Debug, Clone, Default)]
pub(crate) struct Territory {
    /// Networks that are written to although they are not public.
    pub(crate) private: Vec<IpNet>,
    /// What we call ourselves, in small letters.
    pub(crate) names: BTreeSet<String>,
    pub(crate) listeners: BTreeSet<SocketAddr>,
    pub(crate) sources: BTreeSet<IpAddr>,
}

impl Territory {
    pub(crate) fn may_lead_to(&self, address: IpAddr) -> bool {
        net::is_public(address) || self.is_allowed(address)
    }

    fn is_allowed(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.private.iter().any(|network| network.contains(&address))
    }

    /// Another program may listen on an address from which we send: the operator says so by allowing it.
    fn is_us(&self, address: SocketAddr) -> bool {
        let is_source = self.sources.contains(&address.ip()) && !self.is_allowed(address.ip());
        self.listeners.contains(&address) || is_source
    }
}

/// Why one exchanger gave nothing.
enum Unusable {
    Unresolved(ResolveError),
    /// All its addresses are in networks that are not written to.
    Private(String),
    /// It cannot prove what is demanded of it.
    NotAllowed(String, NotAllowed),
}

impl Steer {
    /// The hosts of a domain with their addresses, best first.
    pub(super) async fn exchangers(
        &self,
        id: MessageId,
        domain: &Domain,
        wish: Wish<'_>,
    ) -> Result<Found, NoPath> {
        let name = domain.as_str();
        let reach = wish.reach;
        // What the tenant demands of its own system is in its folder.
        let wanted = match wish.published {
            true => Some(self.policies.of(domain, wish).await),
            false => None,
        };
        let watched =
            wanted.as_ref().filter(|_| self.counts.is_some()).and_then(OfDomain::watched).map(Arc::new);
        let counts = wish.counts.zip(watched.as_deref());
        let unpublished = HostPolicy::unpublished(wish.tls, wish.sender);
        let wanted = Wanted { of_domain: wanted.as_ref(), unpublished: &unpublished, counts };
        if domain.is_literal() {
            let located = self.resolver.addresses(name).await.map_err(unresolved)?;
            let hops = self.reachable(name, located, reach).map_err(|refused| told(name, vec![refused]))?;
            let policy = wanted.policy(name, &Located::default(), self.exchanger_port).await;
            let policy = policy.map_err(|refused| told(name, vec![refused]))?;
            let hops = hops.into_iter().map(|address| hop(name, address, &policy)).collect();
            return Ok(Found { hops, watched });
        }
        let found = self.resolver.exchangers(domain).await.map_err(unresolved)?;
        let (hops, unusable) = self.hosts(name, ordered(id, found), reach, wanted).await?;
        if hops.is_empty() { Err(told(name, unusable)) } else { Ok(Found { hops, watched }) }
    }

    async fn hosts(
        &self,
        domain: &str,
        found: Exchangers,
        reach: Reach,
        wanted: Wanted<'_>,
    ) -> Result<(Vec<Hop>, Vec<Unusable>), NoPath> {
        let mut unusable = Vec::new();
        let mut hops: Vec<(u16, Hop)> = Vec::new();
        let mut bound = self.preference_of_us(&found.hosts);
        for exchanger in found.hosts.into_iter().take(HOSTS_MAX) {
            if bound.is_some_and(|bound| exchanger.preference >= bound) || is_enough(&hops) {
                break;
            }
            let located = match self.resolver.locate(&exchanger.host, self.families).await {
                Ok(located) => located,
                Err(error) => {
                    unusable.push(Unusable::Unresolved(error));
                    continue;
                }
            };
            let is_us = |ip: &IpAddr| self.territory.is_us(SocketAddr::new(*ip, self.exchanger_port));
            if located.addresses.iter().any(is_us) {
                bound = Some(exchanger.preference);
                continue;
            }
            let found = match self.reachable(&exchanger.host, located.addresses.clone(), reach) {
                Ok(found) => found,
                Err(refused) => {
                    unusable.push(refused);
                    continue;
                }
            };
            match wanted.policy(&exchanger.host, &located, self.exchanger_port).await {
                Ok(policy) => {
                    let found = found.into_iter().map(|address| hop(&exchanger.host, address, &policy));
                    hops.extend(found.map(|hop| (exchanger.preference, hop)));
                }
                Err(refused) => unusable.push(refused),
            }
        }
        hops.retain(|(preference, _)| bound.is_none_or(|bound| *preference < bound));
        if hops.is_empty() && bound.is_some() {
            let why =
                format!("mail for {domain} would come back to us: its best exchanger is this relay itself");
            return Err(NoPath::NotResolved(why));
        }
        Ok((hops.into_iter().map(|(_, hop)| hop).collect(), unusable))
    }

    fn preference_of_us(&self, exchangers: &[Exchanger]) -> Option<u16> {
        let is_us = |exchanger: &&Exchanger| self.territory.names.contains(&exchanger.host);
        exchangers.iter().find(is_us).map(|exchanger| exchanger.preference)
    }

    /// A tenant's own system may well stand in a private network: its settings name the domain, as they could name the host.
    fn reachable(
        &self,
        host: &str,
        addresses: Vec<IpAddr>,
        reach: Reach,
    ) -> Result<Vec<SocketAddr>, Unusable> {
        let may = |address: &IpAddr| reach == Reach::SmartHost || self.territory.may_lead_to(*address);
        let good = addresses.into_iter().filter(may).take(ADDRESSES_MAX);
        let good: Vec<SocketAddr> = good.map(|ip| SocketAddr::new(ip, self.exchanger_port)).collect();
        if good.is_empty() { Err(Unusable::Private(host.to_owned())) } else { Ok(good) }
    }
}

/// What the hosts of a domain have to prove.
#[derive(Clone, Copy)]
struct Wanted<'w> {
    of_domain: Option<&'w OfDomain<'w>>,
    unpublished: &'w HostPolicy,
    /// Where it is counted that a host is not written to.
    counts: Option<(&'w Counts, &'w Watched)>,
}

impl Wanted<'_> {
    async fn policy(&self, host: &str, located: &Located, port: u16) -> Result<HostPolicy, Unusable> {
        let Some(of_domain) = self.of_domain else { return Ok(self.unpublished.clone()) };
        let policy = of_domain.host(host, located, port).await;
        policy.map_err(|why| {
            if let Some((counts, watched)) = self.counts {
                counts.refused(watched, host, &why);
            }
            Unusable::NotAllowed(host.to_owned(), why)
        })
    }
}

fn hop(host: &str, address: SocketAddr, policy: &HostPolicy) -> Hop {
    Hop { name: host.to_owned(), address, policy: policy.clone() }
}

/// Enough of both families, since the source is not chosen yet.
fn is_enough(hops: &[(u16, Hop)]) -> bool {
    let v4 = hops.iter().filter(|(_, hop)| hop.address.is_ipv4()).count();
    v4 >= HOPS_MAX && hops.len() - v4 >= HOPS_MAX
}

/// By preference, and among equals by a draw of the message.
fn ordered(id: MessageId, mut found: Exchangers) -> Exchangers {
    found.hosts.sort_by_cached_key(|exchanger| {
        // With fixed keys: the same in every process of one release.
        let mut hasher = DefaultHasher::new();
        id.to_bytes().hash(&mut hasher);
        exchanger.host.hash(&mut hasher);
        (exchanger.preference, hasher.finish())
    });
    let mut seen = BTreeSet::new();
    found.hosts.retain(|exchanger| seen.insert(exchanger.host.clone()));
    found
}

fn unresolved(error: ResolveError) -> NoPath {
    match error {
        ResolveError::NullMx(_) => NoPath::Nowhere(NULL_MX, error.to_string()),
        ResolveError::Nowhere(..) => NoPath::Nowhere(NO_DOMAIN, error.to_string()),
        ResolveError::Absent(_) | ResolveError::Failed { .. } | ResolveError::SetUp(_) => {
            NoPath::NotResolved(error.to_string())
        }
    }
}

/// A name server that does not answer says more about later than a host that cannot prove itself, and this more than an address that is not
/// written to.
fn told(domain: &str, unusable: Vec<Unusable>) -> NoPath {
    let mut last = NoPath::NotResolved(format!("{domain} has no exchanger that can be used"));
    for one in unusable {
        match (one, &last) {
            (Unusable::Unresolved(error), _) => return NoPath::NotResolved(error.to_string()),
            (Unusable::NotAllowed(host, why), _) => {
                last = NoPath::NotProven { host, why: why.to_string() };
            }
            (Unusable::Private(_), NoPath::NotProven { .. }) => {}
            (Unusable::Private(host), _) => {
                last = NoPath::NotResolved(format!(
                    "{host} has only addresses outside of the public internet, which are not written to; \
                     an operator may allow them by `deliver.private_networks`"
                ));
            }
        }
    }
    last
}

#[cfg(test)]
mod tests;
