//! Messages for a site that takes no more at the moment: found out before they are stamped, put on the list of their way, called up from it.
//!
//! One that is called up goes the whole way of a message anew: operators, the guard and the limits are asked then. It is called only if it
//! waits for nothing else.

use crate::conduct::Bounds;
use crate::custody::Custody;
use crate::transport::{CalledUp, NotSent, Shaped};
use crate::verdict::Missed;
use crate::{Parts, missed};
use dispatch::Passage;
use model::{Recipient, Stage, Standing, TenantName, Timestamp};
use spool::{Lease, Seen};
use tenant::Snapshot;
use tenant::settings::EgressMode;

/// Everybody who is left of a message for one domain, if it would be sent away for others of its tenant that wait for the same way.
pub(crate) fn is_behind(
    parts: &Parts,
    lease: &Lease,
    snapshot: &Snapshot,
    (members, bounds): (&[(usize, Recipient)], &Bounds),
) -> Option<Vec<Missed>> {
    if !parts.transport.has_lists() {
        return None;
    }
    let domain = members.first()?.1.address.domain();
    let is_over = lease.accepted().expires <= parts.clock.now();
    let is_for_one = members.iter().all(|(_, recipient)| recipient.address.domain() == domain);
    let is_bound = is_over || !is_for_one || bounds.only.is_some();
    if snapshot.settings.egress.mode != EgressMode::Deliver || is_bound || !may_be_called(lease) {
        return None;
    }
    let source = parts.steer.first_choice(snapshot, lease.id())?;
    match parts.transport.is_behind((lease.id(), &snapshot.settings.name), (&domain, &source))? {
        NotSent::Away(until, host, failure, shaped) => {
            let missed = missed(members, Stage::Connect, (Some(&host), Some(&source)), &failure);
            Some(sent_away(missed, until, &shaped))
        }
        NotSent::Source(_) | NotSent::All(..) | NotSent::Wait(..) | NotSent::Withdrawn => None,
    }
}

/// They come again then, or when they are called up.
pub(crate) fn sent_away(missed: Vec<Missed>, until: Timestamp, shaped: &Shaped) -> Vec<Missed> {
    let is_away = |one| Missed { limited: Some(until), away: Some(Box::new(shaped.clone())), ..one };
    missed.into_iter().map(is_away).collect()
}

/// A place on the list of a way.
pub(crate) struct Place {
    shaped: Box<Shaped>,
    /// One of those for whom it is: number in the envelope.
    recipient: usize,
    /// When the message comes by itself.
    due: Timestamp,
}

/// The place that a message is to have, if nothing else keeps anybody who is left of it.
pub(crate) fn place(lease: &Lease, left: &[Missed]) -> Option<Place> {
    let due = left.iter().map(|one| one.limited).collect::<Option<Vec<_>>>()?.into_iter().max()?;
    let of = |one: &Missed| Some(Place { shaped: one.away.clone()?, recipient: one.recipient, due });
    left.iter().find_map(of).filter(|_| may_be_called(lease))
}

/// A message has gone back to the queue, and waits there.
pub(crate) fn take_place(parts: &Parts, (id, accepted): (model::MessageId, &spool::Accepted), place: &Place) {
    let Place { shaped, recipient, due } = place;
    let domain = accepted.envelope.recipients.get(*recipient).map(|recipient| recipient.address.domain());
    parts.transport.list(shaped, (id, &accepted.tenant), domain, *due);
}

/// The next message for which there is room on its way, of a tenant that `may` have one more under way beside so many that were called up.
pub(crate) fn call_up(
    parts: &Parts,
    may: impl Fn(&TenantName, usize) -> bool,
    now: Timestamp,
) -> Option<(Lease, CalledUp)> {
    loop {
        let is_free = |tenant: &TenantName| parts.tenants.holds().exit(tenant, now) == Passage::Free;
        let called = parts.transport.call(|tenant, called| may(tenant, called) && is_free(tenant))?;
        let waits = |seen: &Seen<'_>| {
            let is_as_told = seen.standing == Standing::Waiting && seen.due() == called.due();
            is_as_told && seen.progress().redirect.is_none()
        };
        if let Ok(lease) = parts.spool.take(called.message(), waits) {
            return Some((lease, called));
        }
    }
}

fn may_be_called(lease: &Lease) -> bool {
    Custody::Lease(lease).called_by().is_some()
}
