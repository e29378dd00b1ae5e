//! Where a message goes and from which of our addresses: the one place that picks a source.
//!
//! A route says which recipients share a next hop. A path is a route with a source and the hosts to try, in order. The same message
//! gets the same source on every attempt unless that one is excluded: a retry whose first end is unknown must not come from
//! elsewhere. The guard is asked anew for every message, so a source that is listed carries nothing more. A name that does not resolve is a
//! failure to be judged, not an error.

mod eligible;
mod exchangers;
mod explain;
mod fallback;
mod guarded;
mod policies;
mod shapes;

pub(crate) use exchangers::Territory;
pub use explain::{RouteExplained, SourceExplained};
pub(crate) use guarded::receiver;
pub(crate) use policies::Policies;
pub use policies::{DaneConfig, MtaStsConfig, PolicyConfig};

use crate::tls_reports::{Counts, Watched};
use bounce::Failure;
use dispatch::{Claim, Excluded, Reach, Rules, Shape, Site, Sites, Weighed, best};
use model::{
    Domain, EnhancedCode, HostPort, MessageId, Recipient, Redirect, Source, SourceName, TenantName,
    Timestamp, TlsPolicy,
};
use net::{Families, Resolver};
use sentry::Sentry;
use shapes::Shapes;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tenant::Snapshot;
use tenant::settings::{Egress, EgressMode, Fallback, SmartHost};
use tlspolicy::{Destinations, HostPolicy, OfSender};

/// Hosts and addresses of one path that are tried.
const HOPS_MAX: usize = 5;

/// Recipients with one next hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    /// Numbers in the envelope.
    pub(crate) recipients: Vec<usize>,
    pub(crate) target: SmartHost,
    pub(crate) over: Over,
    /// Not used while there is another.
    pub(crate) avoid: Option<SourceName>,
    /// An operator's act chose the target.
    pub(crate) redirect: Option<Redirect>,
    pub(crate) sender: OfSender,
}

impl Route {
    fn tls(&self, egress: &Egress) -> TlsPolicy {
        self.redirect.as_ref().and_then(|redirect| redirect.tls).unwrap_or(egress.tls)
    }

    fn reach(&self, egress: &Egress) -> Reach {
        match (self.over, egress.mode) {
            _ if self.redirect.is_some() => Reach::SmartHost,
            (Over::Notice | Over::TlsReport, _) | (Over::Pool, EgressMode::Deliver) => Reach::Exchanger,
            (Over::Pool, EgressMode::Return) => Reach::SmartHost,
        }
    }
}

/// Which of our addresses a route may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// Those that the tenant's mail may use.
    Pool,
    /// Those for reports and notices; TLS is opportunistic there and shows no certificate of the tenant.
    Notice,
    /// The same for reports on TLS, which come through whatever a policy says of TLS, and are counted in none (RFC 8460 §3).
    TlsReport,
}

/// One host that may take the message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Hop {
    /// The name that its certificate must show.
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    /// What TLS with it has to prove.
    pub(crate) policy: HostPolicy,
}

/// How hosts are to be reached, as far as that says which may be.
#[derive(Debug, Clone, Copy)]
struct Wish<'e> {
    reach: Reach,
    tls: TlsPolicy,
    destinations: &'e Destinations,
    sender: OfSender,
    /// Whether what is published of a domain counts.
    published: bool,
    /// Where it is counted that a host is not written to.
    counts: Option<&'e Counts>,
}

impl<'e> Wish<'e> {
    fn of(route: &Route, reach: Reach, egress: &'e Egress) -> Self {
        let published = match route.over {
            Over::Pool | Over::Notice => reach == Reach::Exchanger,
            Over::TlsReport => false,
        };
        let (destinations, sender) = (&egress.destinations, route.sender);
        Self { reach, tls: egress.tls, destinations, sender, published, counts: None }
    }
}

/// Where a message can be taken.
#[derive(Debug, Default)]
struct Found {
    hops: Vec<Hop>,
    watched: Option<Arc<Watched>>,
}

/// Everything that a connection depends on.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    pub(crate) tenant: TenantName,
    pub(crate) egress: Egress,
    pub(crate) source: Source,
    pub(crate) hops: Vec<Hop>,
    /// Whether hosts have addresses that this source does not reach, being of the other family.
    pub(crate) has_other_family: bool,
    /// All hosts that receive there, whether or not they are tried.
    pub(crate) site: Site,
    /// What the site takes from one source.
    pub(crate) shape: Shape,
    /// What the host wants to know of us: that of the tenant's fallback.
    pub(crate) login: Option<Fallback>,
    /// Whether the guard's word binds on the way, too.
    pub(crate) rules: Rules,
    /// Whether it leads to the tenant's own system, as its folder names it.
    pub(crate) is_home: bool,
    /// What sessions with its hosts are counted by; nothing: they are not.
    pub(crate) watched: Option<Arc<Watched>>,
}

/// Why there is no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoPath {
    /// The tenant has no source that is not out for this message.
    NoSource(String),
    /// It has some, and the guard keeps them back from this host.
    Withheld { host: String, why: String },
    /// Those that stand in for others take over no more until then.
    Full { host: String, until: Timestamp },
    /// The next hop has no address, or none that a source reaches.
    NotResolved(String),
    /// No host of the domain can prove what is demanded of it.
    NotProven { host: String, why: String },
    /// The domain says so itself: there is none, or it takes no mail.
    Nowhere(EnhancedCode, String),
}

impl NoPath {
    /// As a failure to be judged, the host that it is about, and when to ask again if that is known.
    pub(crate) fn told(self) -> (Option<String>, Failure, Option<Timestamp>) {
        match self {
            Self::NoSource(why) => (None, Failure::Connect(why), None),
            Self::Withheld { host, why } => (Some(host), Failure::Withheld(why), None),
            Self::Full { host, until } => {
                let why =
                    "the sources that are left stand in for others and take over no more for some minutes";
                (Some(host), Failure::Connect(why.to_owned()), Some(until))
            }
            Self::NotResolved(why) => (None, Failure::Resolve(why), None),
            Self::NotProven { host, why } => (Some(host), Failure::Tls(why), None),
            Self::Nowhere(status, why) => (None, Failure::Nowhere(status, why), None),
        }
    }
}

pub(crate) struct Steer {
    sources: Vec<Source>,
    sentry: Sentry,
    resolver: Resolver,
    /// Where exchangers listen: 25 outside of tests and playgrounds.
    exchanger_port: u16,
    territory: Territory,
    /// Those of our sources and listeners: an address of another one is neither written to nor ours.
    families: Families,
    policies: Policies,
    shapes: Shapes,
    /// How TLS goes, for reports; none: nobody is told.
    counts: Option<Arc<Counts>>,
}

impl Steer {
    pub(crate) fn new(
        sources: Vec<Source>,
        resolver: Resolver,
        (exchanger_port, territory, policies, sites): (u16, Territory, Policies, Sites),
        (sentry, counts): (Sentry, Option<Arc<Counts>>),
    ) -> Self {
        let own = sources.iter().map(|source| source.address);
        let families = Families::of(own.chain(territory.listeners.iter().map(SocketAddr::ip)));
        let shapes = Shapes::new(sites);
        Self { sources, sentry, resolver, exchanger_port, territory, families, policies, shapes, counts }
    }

    /// What the operator says of sites.
    pub(crate) fn sites(&self) -> Arc<Sites> {
        self.shapes.get()
    }

    /// Holds for every path from now on.
    pub(crate) fn set_sites(&self, sites: Arc<Sites>) {
        self.shapes.set(sites);
    }

    /// For what else is asked of the DNS on a message's way.
    pub(crate) fn resolver(&self) -> &Resolver {
        &self.resolver
    }

    /// The recipients by next hop: all of them to the tenant's own system, or each to its domain.
    pub(crate) fn routes(
        snapshot: &Snapshot,
        recipients: &[(usize, Recipient)],
        (redirect, sender): (Option<Redirect>, OfSender),
    ) -> Vec<Route> {
        let routes = Self::routes_of_any(snapshot, recipients, redirect);
        routes.into_iter().map(|route| Route { sender, ..route }).collect()
    }

    fn routes_of_any(
        snapshot: &Snapshot,
        recipients: &[(usize, Recipient)],
        redirect: Option<Redirect>,
    ) -> Vec<Route> {
        if let Some(redirect) = redirect {
            let target = match redirect.to.clone() {
                HostPort::Name { host, port } => SmartHost::Name { host, port },
                HostPort::Address(address) => SmartHost::Address(address),
            };
            let route = Self::route_to_smart_host(snapshot, recipients);
            return vec![Route { target, redirect: Some(redirect), ..route }];
        }
        let egress = &snapshot.settings.egress;
        match egress.mode {
            EgressMode::Return => vec![Self::route_to_smart_host(snapshot, recipients)],
            EgressMode::Deliver => by_domain(recipients, Over::Pool),
        }
    }

    /// All recipients to the tenant's own system.
    pub(crate) fn route_to_smart_host(snapshot: &Snapshot, recipients: &[(usize, Recipient)]) -> Route {
        let recipients = recipients.iter().map(|(number, _)| *number).collect();
        let target = snapshot.settings.egress.smart_host.clone();
        Route { recipients, target, over: Over::Pool, avoid: None, redirect: None, sender: OfSender::Silent }
    }

    /// What we write ourselves goes to the exchangers of its recipients' domains, whatever the tenant's mail does.
    pub(crate) fn notice_routes(recipients: &[(usize, Recipient)]) -> Vec<Route> {
        by_domain(recipients, Over::Notice)
    }

    /// Reports on TLS go like that, whatever TLS proves.
    pub(crate) fn tls_report_routes(recipients: &[(usize, Recipient)]) -> Vec<Route> {
        by_domain(recipients, Over::TlsReport)
    }

    /// Whether the route could use a source other than `source`.
    pub(crate) fn has_another(&self, snapshot: &Snapshot, route: &Route, source: &SourceName) -> bool {
        let without = BTreeSet::from([source.clone()]);
        !eligible::sources(&self.sources, &snapshot.settings.egress, route, &without).is_empty()
    }

    /// All sources whose addresses are of the family of this one's.
    pub(crate) fn like(&self, source: &SourceName) -> Vec<SourceName> {
        let family = |one: &Source| one.address.is_ipv4();
        let of_this = self.sources.iter().find(|one| one.name == *source).map(family);
        let alike = self.sources.iter().filter(|one| Some(family(one)) == of_this);
        alike.map(|one| one.name.clone()).collect()
    }

    /// Whether the route could use a source that is not in `without`.
    pub(crate) fn has_any(&self, snapshot: &Snapshot, route: &Route, without: &BTreeSet<SourceName>) -> bool {
        !eligible::sources(&self.sources, &snapshot.settings.egress, route, without).is_empty()
    }

    /// A way for the route, over none of the sources in `without` and none that the guard keeps back.
    pub(crate) async fn path(
        &self,
        snapshot: &Arc<Snapshot>,
        id: MessageId,
        route: &Route,
        without: &BTreeSet<SourceName>,
        rules: Rules,
    ) -> Result<Path, NoPath> {
        let egress = eligible::egress(&snapshot.settings.egress, route.over);
        let egress = Egress { tls: route.tls(&egress), ..egress };
        if !self.has_any(snapshot, route, without) {
            return Err(NoPath::NoSource(no_source(snapshot, without)));
        }
        let wish = Wish::of(route, route.reach(&egress), &egress);
        let wish = Wish { counts: self.counts.as_deref(), ..wish };
        let Found { mut hops, watched } = self.hops(id, &route.target, wish).await?;
        let (site, shape) = self.shapes.of(hops.iter().map(|hop| hop.name.as_str()), route.reach(&egress));
        let weighed = self.weigh(snapshot, id, route, without, Some(&hops), rules);
        let probed = hops.first().and_then(|hop| self.probed(&weighed, &guarded::receiver(&hop.name)));
        let Some(source) = probed.or_else(|| best(&weighed)).cloned() else {
            return Err(self.no_way(&weighed, &hops, route));
        };
        let all = hops.len();
        hops.retain(|hop| hop.address.is_ipv4() == source.address.is_ipv4());
        let has_other_family = hops.len() < all;
        hops.truncate(HOPS_MAX);
        let is_home = egress.mode == EgressMode::Return && route.target == egress.smart_host;
        let tenant = snapshot.settings.name.clone();
        let login = None;
        Ok(Path {
            tenant,
            egress,
            source,
            hops,
            has_other_family,
            site,
            shape,
            login,
            rules,
            is_home,
            watched,
        })
    }

    /// Every source with its claim or what speaks against it, for a next hop with these addresses if they are known.
    fn weigh(
        &self,
        snapshot: &Snapshot,
        id: MessageId,
        route: &Route,
        without: &BTreeSet<SourceName>,
        hops: Option<&[Hop]>,
        rules: Rules,
    ) -> Vec<Weighed<'_>> {
        let egress = &snapshot.settings.egress;
        let eligible = eligible::sources(&self.sources, egress, route, without);
        let host = hops.and_then(<[Hop]>::first).map(|hop| hop.name.as_str());
        let guarded = self.guarded(host, rules);
        let shut: BTreeSet<SourceName> = guarded.shut().chain(without).cloned().collect();
        let open = eligible::sources(&self.sources, egress, route, &shut);
        let networks = self.networks(without);
        let mut weighed = dispatch::weigh(id, &self.sources, |source| {
            let is_in = |these: &[&Source]| these.iter().any(|one| one.name == source.name);
            let same_family = |hop: &Hop| hop.address.is_ipv4() == source.address.is_ipv4();
            if without.contains(&source.name) {
                return Err(Excluded::Failed);
            }
            let claim = match guarded.claim(&source.name) {
                Ok(claim) if is_in(&open) => Ok(claim),
                Err(kept_back) if is_in(&eligible) => Err(kept_back),
                Ok(_) | Err(_) => return Err(Excluded::NotOfTheTenant),
            };
            if hops.is_some_and(|hops| !hops.iter().any(same_family)) {
                return Err(Excluded::Family);
            }
            claim.map(|claim| Claim { is_beside: networks.contains(source.network.as_str()), ..claim })
        });
        if let (Some(host), Rules::Guarded) = (host, rules) {
            self.temper(&mut weighed, &guarded::receiver(host));
        }
        weighed
    }

    /// The networks of sources that are out for this message.
    fn networks(&self, without: &BTreeSet<SourceName>) -> BTreeSet<&str> {
        let out = self.sources.iter().filter(|source| without.contains(&source.name));
        out.map(|source| source.network.as_str()).filter(|network| !network.is_empty()).collect()
    }

    async fn hops(&self, id: MessageId, target: &SmartHost, wish: Wish<'_>) -> Result<Found, NoPath> {
        let policy = HostPolicy::unpublished(wish.tls, wish.sender);
        let named = |hops| Found { hops, watched: None };
        match target {
            SmartHost::Address(address) => {
                Ok(named(vec![Hop { name: address.ip().to_string(), address: *address, policy }]))
            }
            SmartHost::Name { host, port } => {
                let addresses = self.resolver.addresses(host.as_str()).await;
                let addresses = addresses.map_err(|error| NoPath::NotResolved(error.to_string()))?;
                Ok(named(hops_of(host.as_str(), *port, addresses, &policy)))
            }
            SmartHost::Mx(domain) => self.exchangers(id, domain, wish).await,
        }
    }
}

/// Each domain's recipients to its exchangers.
fn by_domain(recipients: &[(usize, Recipient)], over: Over) -> Vec<Route> {
    let mut by_domain: BTreeMap<Domain, Vec<usize>> = BTreeMap::new();
    for (number, recipient) in recipients {
        by_domain.entry(recipient.address.domain()).or_default().push(*number);
    }
    let route = |(domain, recipients)| Route {
        recipients,
        target: SmartHost::Mx(domain),
        over,
        avoid: None,
        redirect: None,
        sender: OfSender::Silent,
    };
    by_domain.into_iter().map(route).collect()
}

fn hops_of(name: &str, port: u16, addresses: Vec<IpAddr>, policy: &HostPolicy) -> Vec<Hop> {
    let name = name.trim_end_matches('.');
    let hop = |ip| Hop { name: name.to_owned(), address: SocketAddr::new(ip, port), policy: policy.clone() };
    addresses.into_iter().map(hop).collect()
}

fn no_source(snapshot: &Snapshot, without: &BTreeSet<SourceName>) -> String {
    let name = &snapshot.settings.name;
    if without.is_empty() {
        return format!("no source of this node is eligible for the tenant {name}; look at `egress.sources`");
    }
    let tried: Vec<&str> = without.iter().map(SourceName::as_str).collect();
    format!("no source is left for the tenant {name}: {} could not be used", tried.join(", "))
}
