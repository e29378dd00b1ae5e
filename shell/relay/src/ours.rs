//! How reports and notices travel: to the exchangers of whom they are for, and only then the tenant's own way.
//!
//! The route that refused a message is a bad one for saying so. A report leaves from a notice source; refused there for who we are, it is tried
//! once from another source and once by the tenant's smart host, at once. A domain whose exchangers stay out of reach is
//! served by the smart host on every second try. What a mailbox of the reader's says is the end of it.

use crate::Parts;
use crate::conduct::Bounds;
use crate::custody::Custody;
use crate::form::Form;
use crate::guard;
use crate::house;
use crate::reroute::carry_over;
use crate::steer::{Route, Steer};
use crate::verdict::Missed;
use model::{Duration, Recipient, Timestamp};
use spool::{Accepted, Lease};
use std::collections::BTreeSet;
use std::sync::Arc;
use tenant::Snapshot;
use tenant::settings::EgressMode;

/// How long only the exchangers are tried.
const EXCHANGERS_ONLY: Duration = Duration::from_secs(30 * 60);

/// Whether we wrote the message.
pub(crate) fn is_ours(accepted: &Accepted) -> bool {
    accepted.about.is_some()
}

/// Sends the message; gives those who were not reached.
pub(crate) async fn carry(
    parts: &Parts,
    lease: &Lease,
    snapshot: &Arc<Snapshot>,
    form: &Form<'_>,
    members: &[(usize, Recipient)],
) -> Vec<Missed> {
    let mut left = Vec::new();
    for route in first_routes(lease, snapshot, members, parts.clock.now()) {
        let members = picked(members, |number| route.recipients.contains(&number));
        let way = (&route, &Bounds::default());
        let missed = carry_over(parts, Custody::Lease(lease), snapshot, way, form, &members).await;
        left.extend(other_ways(parts, lease, snapshot, &route, form, missed).await);
    }
    left
}

fn first_routes(
    lease: &Lease,
    snapshot: &Snapshot,
    members: &[(usize, Recipient)],
    now: Timestamp,
) -> Vec<Route> {
    let accepted = lease.accepted();
    let is_late = now.since(accepted.received) >= EXCHANGERS_ONLY && lease.tries() % 2 == 1;
    let routes = if is_late && snapshot.settings.egress.mode == EgressMode::Return {
        vec![Steer::route_to_smart_host(snapshot, members)]
    } else if house::wrote(accepted) {
        Steer::tls_report_routes(members)
    } else {
        Steer::notice_routes(members)
    };
    routes.into_iter().map(|route| Route { avoid: accepted.avoid.clone(), ..route }).collect()
}

/// What another way may bring through is tried from another source, and then the tenant's way.
async fn other_ways(
    parts: &Parts,
    lease: &Lease,
    snapshot: &Arc<Snapshot>,
    route: &Route,
    form: &Form<'_>,
    mut missed: Vec<Missed>,
) -> Vec<Missed> {
    // Who was refused for our address has been tried from another source already.
    let was_moved = |one: &Missed| guard::is_ours_to_bear(parts, lease.accepted(), snapshot, one);
    let refused = missed.iter().filter(|one| !was_moved(one)).find_map(|one| one.source.clone());
    let from_another = refused
        .filter(|source| parts.steer.has_another(snapshot, route, source))
        .map(|source| Route { avoid: Some(source), ..route.clone() });
    let is_return = snapshot.settings.egress.mode == EgressMode::Return;
    let by_smart_host = is_return.then(|| Steer::route_to_smart_host(snapshot, &[]));
    for other in from_another.into_iter().chain(by_smart_host) {
        let (refused, mut left): (Vec<_>, Vec<_>) =
            missed.into_iter().partition(|one| parts.verdict.may_pass_elsewhere(lease, snapshot, one));
        if refused.is_empty() {
            return left;
        }
        let numbers: BTreeSet<usize> = refused.iter().map(|one| one.recipient).collect();
        let members = picked(&lease.pending(), |number| numbers.contains(&number));
        tracing::info!(id = %lease.id(), target = %other.target, "a report was refused; it is tried another way");
        left.extend(
            carry_over(parts, Custody::Lease(lease), snapshot, (&other, &Bounds::default()), form, &members)
                .await,
        );
        missed = left;
    }
    missed
}

fn picked(members: &[(usize, Recipient)], is_meant: impl Fn(usize) -> bool) -> Vec<(usize, Recipient)> {
    members.iter().filter(|(number, _)| is_meant(*number)).cloned().collect()
}
