//! What refusals say of a tenant's own set-up: that its connector does not know us.
//!
//! Only mail with a sender speaks for or against the connector: Exchange attributes a null sender without a certificate by its recipient
//! (2023-11-01), so a report is taken where mail is not, and refused where mail is taken.

use super::{Missed, Verdict};
use crate::custody::Custody;
use crate::holds::Begun;
use bounce::{Sign, sign};
use model::{Envelope, Timestamp};
use spool::Lease;
use tenant::Snapshot;
use tenant::settings::EgressMode;

/// Whether this refusal says that the connector did not match.
fn names_the_connector(snapshot: &Snapshot, envelope: &Envelope, missed: &Missed) -> bool {
    let domains = &snapshot.settings.domains;
    let recipient = envelope.recipients.get(missed.recipient);
    let is_tenants = recipient.is_some_and(|recipient| domains.contains(&recipient.address.domain()));
    snapshot.settings.egress.mode == EgressMode::Return
        && sign(&missed.failure, is_tenants) == Some(Sign::NotAttributed)
}

/// Whether a message parks for the tenant's set-up.
pub(super) fn said(snapshot: &Snapshot, lease: &Lease, missed: &Missed) -> bool {
    lease.redirect().is_none() && names_the_connector(snapshot, &lease.accepted().envelope, missed)
}

/// Whether all `members` of a transaction were refused so: another source may be known where this one is not.
pub(crate) fn is_unknown_to_the_tenant(snapshot: &Snapshot, missed: &[Missed], members: usize) -> bool {
    let says = |one: &Missed| sign(&one.failure, true) == Some(Sign::NotAttributed);
    snapshot.settings.egress.mode == EgressMode::Return && missed.len() == members && missed.iter().all(says)
}

/// Notes what was refused; a hold that begins is told.
pub(super) fn refused<'m>(
    verdict: &Verdict,
    envelope: &Envelope,
    snapshot: &Snapshot,
    left: impl IntoIterator<Item = &'m Missed>,
    now: Timestamp,
) {
    if envelope.mail_from.mailbox().is_none() {
        return;
    }
    let Some(missed) = left.into_iter().find(|one| names_the_connector(snapshot, envelope, one)) else {
        return;
    };
    let (tenant, why) = (&snapshot.settings.name, missed.failure.to_string());
    let begun = verdict.holds.refused(tenant, &why, now);
    verdict.metrics.tenants_held.set(verdict.holds.count());
    if begun == Begun::Tell {
        verdict.metrics.alarms.add_one();
        tracing::warn!(
            %tenant, why,
            "the tenant's connector does not take our mail: it parks here, new mail is asked to wait, one message is tried at intervals; \
             look at the certificate and the addresses of the tenant's inbound connector"
        );
    }
}

/// Notes what was accepted; a hold that ends is told.
pub(super) fn accepted(verdict: &Verdict, custody: Custody<'_>, snapshot: &Snapshot, now: Timestamp) {
    let has_sender = custody.accepted().envelope.mail_from.mailbox().is_some();
    if !has_sender || custody.redirect().is_some() || snapshot.settings.egress.mode != EgressMode::Return {
        return;
    }
    let tenant = &snapshot.settings.name;
    if let Some(held) = verdict.holds.accepted(tenant, now) {
        verdict.metrics.tenants_held.set(verdict.holds.count());
        let seconds = now.since(held.since).as_secs();
        tracing::info!(%tenant, seconds, "the tenant's connector takes our mail again: parked mail is tried");
    }
}
