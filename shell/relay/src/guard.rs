//! What the relay tells the guard of each try, and what it keeps until the guard gives a source back.
//!
//! Told is what a source met at a receiver: taken, put off, or refused for who we are, with the whole reply. Not told is what went over a tenant's
//! fallback or to a host that an operator named: that says nothing of our addresses.

use crate::Parts;
use crate::conduct;
use crate::steer::{Over, receiver};
use crate::transport::Sent;
use crate::verdict::Missed;
use bounce::{Classified, Failure};
use dispatch::{Opening, is_for_our_address, kept_from};
use model::{Duration, MessageId, ReplyClass, Scope, SourceName, TenantName};
use sentry::{Refusal, Sentry};
use spool::{Accepted, Going, Seen};
use std::collections::BTreeSet;
use tenant::Snapshot;

/// Whether one recipient met a refusal that another source may not meet.
pub(crate) fn is_ours_to_bear(
    parts: &Parts,
    accepted: &Accepted,
    snapshot: &Snapshot,
    missed: &Missed,
) -> bool {
    let classified = parts.verdict.judging.classified(accepted, snapshot, missed);
    classified.is_some_and(|classified| is_for_our_address(&classified))
}

/// A transaction reached somebody.
pub(crate) fn accepted(sentry: &Sentry, sent: &Sent, took: Duration) {
    if !sent.is_fallback && sent.results.iter().any(|(.., result)| result.is_ok()) {
        sentry.accepted(&sent.source, &receiver(&sent.host), took);
    }
}

/// One recipient was not reached over a source of ours; `ours` says what the refusal means if it was for our address.
pub(crate) fn missed(
    sentry: &Sentry,
    missed: &Missed,
    ours: Option<&Classified>,
    is_verified: bool,
    (message, tenant): (MessageId, &TenantName),
) {
    let (Some(source), Some(host)) = (&missed.source, &missed.host) else { return };
    let Failure::Reply(reply) = &missed.failure else {
        return sentry.missed(source, &receiver(host), false);
    };
    sentry.missed(source, &receiver(host), reply.class() == ReplyClass::Permanent);
    let Some(classified) = ours else { return };
    sentry.refused(Refusal {
        source: source.clone(),
        receiver: receiver(host),
        host: host.clone(),
        is_verified,
        list: classified.list.clone(),
        is_public: classified.scope == Scope::Source,
        names: classified.address,
        reply: reply.to_string(),
        message,
        tenant: tenant.clone(),
    });
}

/// Mail that one state of the guard keeps: whose it is, over which sources it may go, and to which host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Waiting {
    tenant: TenantName,
    is_ours: bool,
    /// Its sender is suspect: what other sources may do is no news for it.
    only: Option<Vec<SourceName>>,
    host: String,
    /// The host has refused it.
    was_asked: bool,
}

/// For what a message waits that was refused for our address, or was never sent for its sake.
pub(crate) fn waits<'s>(parts: &'s Parts, seen: &'s Seen<'_>) -> impl Iterator<Item = Waiting> + 's {
    seen.park_reasons().filter_map(|reason| {
        let kept = kept_from(reason)?;
        let host = kept.host.split_whitespace().next()?.to_owned();
        let (tenant, is_ours) = (seen.tenant().clone(), seen.is_ours());
        let only = conduct::only(parts, seen);
        Some(Waiting { tenant, is_ours, only, host, was_asked: kept.was_asked })
    })
}

/// Everything that mail waits for.
pub(crate) fn waiting(parts: &Parts) -> BTreeSet<Waiting> {
    let mut waiting = BTreeSet::new();
    parts.spool.scan_parked(|seen| {
        waiting.extend(waits(parts, seen));
        Going::On
    });
    waiting
}

/// Whether it may go now.
pub(crate) fn opening(parts: &Parts, waiting: &Waiting) -> Option<Opening> {
    let snapshot = parts.tenants.current(&waiting.tenant)?;
    let over = if waiting.is_ours { Over::Notice } else { Over::Pool };
    parts.steer.opening(&snapshot, (over, waiting.only.as_deref()), (&waiting.host, waiting.was_asked))
}
