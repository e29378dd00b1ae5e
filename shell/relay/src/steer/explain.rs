//! The choice told instead of taken: for a route every source with its draw and what speaks against it, and the hosts.
//!
//! It asks the same questions as `path` and sends nothing; names are resolved now, so a later try may find others.

use super::{HOPS_MAX, Hop, Route, Steer, Wish, eligible, guarded};
use dispatch::{Bounds, Excluded, Rules, Shown, Site, best};
use model::{MessageId, SourceName};
use serde::Serialize;
use std::collections::BTreeSet;
use std::net::IpAddr;
use tenant::Snapshot;
use tenant::settings::{Egress, SmartHost};
use tlspolicy::Because;

/// How a message would go now to some of its recipients.
#[derive(Debug, Clone, Serialize)]
pub struct RouteExplained {
    pub recipients: Vec<String>,
    /// As the tenant's file writes it: `host:port` or `mx:domain`.
    pub target: String,
    /// `redirect`, `smart_host` or `mx`.
    pub kind: &'static str,
    pub tls: &'static str,
    /// Whether the tenant's own client certificate is shown.
    pub client_certificate: bool,
    /// In the order in which they are tried: `host [address]`, and what it has to prove if somebody else says so.
    pub hosts: Vec<String>,
    /// Why the next hop has no address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_resolved: Option<String>,
    /// Who counts what comes from us together, and what it takes from one source; `None` without an address.
    #[serde(skip)]
    pub site: Option<Site>,
    #[serde(rename = "site", skip_serializing_if = "Option::is_none")]
    pub site_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<Bounds>,
    /// How the way from the chosen source to it stands, if anything is known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way: Option<Shown>,
    pub sources: Vec<SourceExplained>,
    /// The source of the next try; `None`: there is none.
    pub chosen: Option<SourceName>,
}

/// One source, for one message.
#[derive(Debug, Clone, Serialize)]
pub struct SourceExplained {
    pub name: SourceName,
    pub address: IpAddr,
    pub weight: u32,
    /// Weight over the message's own logarithm: the highest of those that are eligible is chosen.
    pub draw: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excluded: Option<Excluded>,
    /// What the guard says of it, and since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

impl Steer {
    /// Where `route` leads for a message, and from which source.
    pub(crate) async fn explain(
        &self,
        snapshot: &Snapshot,
        id: MessageId,
        route: &Route,
        recipients: Vec<String>,
    ) -> RouteExplained {
        let egress = eligible::egress(&snapshot.settings.egress, route.over);
        let egress = Egress { tls: route.tls(&egress), ..egress };
        let (hops, not_resolved) =
            match self.hops(id, &route.target, Wish::of(route, route.reach(&egress), &egress)).await {
                Ok(found) => (Some(found.hops), None),
                Err(no_path) => (None, Some(no_path.told().1.to_string())),
            };
        let names = hops.as_deref().map(|hops| hops.iter().map(|hop| hop.name.as_str()));
        let (site, shape) = names.map(|names| self.shapes.of(names, route.reach(&egress))).unzip();
        let weighed = self.weigh(snapshot, id, route, &BTreeSet::new(), hops.as_deref(), Rules::Guarded);
        let chosen = best(&weighed);
        let to = hops.as_deref().and_then(<[Hop]>::first).map(|hop| guarded::receiver(&hop.name));
        let hosts = hops.iter().flatten();
        let hosts = hosts.filter(|hop| chosen.is_none_or(|source| is_like(hop, source.address)));
        RouteExplained {
            recipients,
            target: route.target.to_string(),
            kind: kind(route),
            tls: egress.tls.word(),
            client_certificate: egress.certificate.is_some(),
            hosts: hosts.take(HOPS_MAX).map(shown).collect(),
            not_resolved,
            site_name: site.as_ref().map(ToString::to_string),
            site,
            limits: shape.map(Bounds::from),
            way: None,
            chosen: chosen.map(|source| source.name.clone()),
            sources: weighed
                .iter()
                .map(|one| SourceExplained {
                    name: one.source.name.clone(),
                    address: one.source.address,
                    weight: one.source.weight,
                    draw: one.draw,
                    excluded: one.excluded(),
                    because: to.as_ref().and_then(|to| self.because(one, to)),
                })
                .collect(),
        }
    }

    /// The source that a message would leave by, as far as that is known without asking the name server.
    pub(crate) fn first_choice(&self, snapshot: &Snapshot, id: MessageId) -> Option<SourceName> {
        let route = Self::route_to_smart_host(snapshot, &[]);
        let weighed = self.weigh(snapshot, id, &route, &BTreeSet::new(), None, Rules::Guarded);
        best(&weighed).map(|source| source.name.clone())
    }
}

fn is_like(hop: &Hop, address: IpAddr) -> bool {
    hop.address.is_ipv4() == address.is_ipv4()
}

fn shown(hop: &Hop) -> String {
    let Hop { name, address, policy } = hop;
    match policy.because {
        Because::Setting => format!("{name} [{address}]"),
        Because::Sender
        | Because::Destination(_)
        | Because::Dane
        | Because::DaneUnusable
        | Because::MtaSts
        | Because::MtaStsTesting { .. } => format!("{name} [{address}]; tls {policy}"),
    }
}

fn kind(route: &Route) -> &'static str {
    if route.redirect.is_some() {
        return "redirect";
    }
    match route.target {
        SmartHost::Mx(_) => "mx",
        SmartHost::Name { .. } | SmartHost::Address(_) => "smart_host",
    }
}
