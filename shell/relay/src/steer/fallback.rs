//! The tenant's other way out, once no source of its pool is left: a host with a password.
//!
//! It proves who we are by credentials, so the address may be any that the system takes; the host has to prove its name, because who has a password
//! to lose wants to know to whom it is said. What we write ourselves never goes this way.

use super::{HOPS_MAX, NoPath, Over, Path, Route, Steer, Wish};
use dispatch::{Reach, Rules};
use model::{MessageId, Source};
use std::net::Ipv4Addr;
use tenant::Snapshot;
use tenant::settings::{Egress, SmartHost, TlsPolicy};

/// Under this name it is recorded, as if it were a source.
const NAME: &str = "fallback";

impl Steer {
    /// The way, if the tenant has one; to be asked where no source may be used.
    pub(crate) async fn fallback(
        &self,
        snapshot: &Snapshot,
        id: MessageId,
        route: &Route,
    ) -> Option<Result<Path, NoPath>> {
        let egress = &snapshot.settings.egress;
        let login = egress.fallback.clone().filter(|_| route.over == Over::Pool)?;
        let target = SmartHost::Name { host: login.host.clone(), port: login.port };
        let egress = Egress { tls: TlsPolicy::Verify, certificate: None, ..egress.clone() };
        let mut hops = match self.hops(id, &target, Wish::of(route, Reach::SmartHost, &egress)).await {
            Ok(found) => found.hops,
            Err(no_path) => return Some(Err(no_path)),
        };
        hops.retain(|hop| hop.address.is_ipv4());
        hops.truncate(HOPS_MAX);
        if hops.is_empty() {
            return Some(Err(NoPath::NotResolved(format!("{target} has no IPv4 address"))));
        }
        let ehlo = self.sources.first().map_or_else(|| "localhost".to_owned(), |source| source.ehlo.clone());
        let source = Source {
            name: NAME.parse().ok()?,
            address: Ipv4Addr::UNSPECIFIED.into(),
            ehlo,
            weight: 1,
            network: NAME.to_owned(),
            notice: false,
        };
        let tenant = snapshot.settings.name.clone();
        let (site, shape) = self.shapes.of(hops.iter().map(|hop| hop.name.as_str()), Reach::SmartHost);
        let (login, rules, is_home) = (Some(login), Rules::LastTry, false);
        Some(Ok(Path {
            tenant,
            egress,
            source,
            hops,
            has_other_family: false,
            site,
            shape,
            login,
            rules,
            is_home,
            watched: None,
        }))
    }
}
