//! What refusals say of a tenant's own set-up: that its connector does not know us.
//!
//! Only mail with a sender speaks for or against the connector: Exchange attributes a null sender without a certificate by its recipient
//! (2023-11-01), so a report is taken where mail is not, and refused where mail is taken.

use super::{Missed, Verdict};
use crate::custody::Custody;
use bounce::{Context, Judgement, judge};
use dispatch::Begun;
use model::Timestamp;
use spool::Accepted;
use tenant::Snapshot;
use tenant::settings::EgressMode;

impl Verdict {
    /// Whether this refusal says that the connector did not match.
    fn names_the_connector(&self, snapshot: &Snapshot, accepted: &Accepted, missed: &Missed) -> bool {
        let context = self.judging.context(accepted, snapshot, missed);
        snapshot.settings.egress.mode == EgressMode::Return
            && judge(&missed.failure, context) == Judgement::HoldTenant
    }

    /// Whether all `members` of a transaction were refused so, whoever they are: another source may be known where this one is not.
    pub(crate) fn is_unknown_to_the_tenant(
        &self,
        snapshot: &Snapshot,
        accepted: &Accepted,
        (missed, members): (&[Missed], usize),
    ) -> bool {
        let says = |one: &Missed| {
            let context = self.judging.context(accepted, snapshot, one);
            let whoever = Context { recipient_is_tenants: true, ..context };
            judge(&one.failure, whoever) == Judgement::HoldTenant
        };
        let is_return = snapshot.settings.egress.mode == EgressMode::Return;
        is_return && missed.len() == members && missed.iter().all(says)
    }
}

/// Notes what was refused; a hold that begins is told.
pub(super) fn refused<'m>(
    verdict: &Verdict,
    accepted: &Accepted,
    snapshot: &Snapshot,
    left: impl IntoIterator<Item = &'m Missed>,
    now: Timestamp,
) {
    if accepted.envelope.mail_from.mailbox().is_none() {
        return;
    }
    let Some(missed) = left.into_iter().find(|one| verdict.names_the_connector(snapshot, accepted, one))
    else {
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
