//! Conduct told: each subject with its step, its figures and its reasons.

use crate::Sentry;
use guard::conduct::{Finding, Life, Permit, PermitKind, Step, Suspicion};
use model::{SourceName, TenantName, Timestamp};
use serde::Serialize;

/// One sender, or a tenant as a whole.
#[derive(Debug, Clone, Serialize)]
pub struct SenderShown {
    pub tenant: TenantName,
    /// Absent: the tenant as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    pub step: Step,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Recipients in this hour, and with what that is compared.
    pub volume: u32,
    pub baseline: f64,
    pub seen_first: Timestamp,
    pub seen_last: Timestamp,
    /// The reasons, as sentences.
    pub because: Vec<String>,
    /// The same in figures.
    pub findings: Vec<Finding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permit: Option<PermitShown>,
    /// The sources that it may use, if it is suspect, and the listing for which it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspect: Option<SuspectShown>,
}

/// An operator's word.
#[derive(Debug, Clone, Serialize)]
pub struct PermitShown {
    pub kind: PermitKind,
    pub by: String,
    pub note: String,
    pub until: Timestamp,
}

/// A suspicion.
#[derive(Debug, Clone, Serialize)]
pub struct SuspectShown {
    pub source: SourceName,
    pub since: Timestamp,
    pub until: Timestamp,
    pub sources: Vec<SourceName>,
    pub because: Vec<String>,
}

impl Sentry {
    /// Tenants and senders that stand anywhere but on the ground, or with `all` every one that is remembered; the highest step first.
    #[must_use]
    pub fn senders(&self, tenant: Option<&TenantName>, all: bool) -> Vec<SenderShown> {
        let now = self.0.clock.now();
        let conducts = self.0.conduct.lock();
        let mut shown = Vec::new();
        for (name, whole) in
            conducts.tenants().iter().filter(|(name, _)| tenant.is_none_or(|one| one == *name))
        {
            shown.push(show(name, None, &whole.whole, now));
            shown.extend(whole.senders.iter().map(|(sender, life)| show(name, Some(sender), life, now)));
        }
        drop(conducts);
        shown.retain(|one| all || one.step > Step::Free || one.permit.is_some() || one.suspect.is_some());
        shown.sort_by(|one, other| {
            (other.step, &one.tenant, &one.sender).cmp(&(one.step, &other.tenant, &other.sender))
        });
        shown
    }

    /// One of them, if it is remembered.
    #[must_use]
    pub fn sender(&self, tenant: &TenantName, sender: Option<&str>) -> Option<SenderShown> {
        let now = self.0.clock.now();
        let conducts = self.0.conduct.lock();
        let whole = conducts.tenants().get(tenant)?;
        let life = match sender {
            Some(sender) => whole.senders.get(sender)?,
            None => &whole.whole,
        };
        Some(show(tenant, sender, life, now))
    }
}

fn show(tenant: &TenantName, sender: Option<&str>, life: &Life, now: Timestamp) -> SenderShown {
    let standing = &life.standing;
    let step = standing.step(now);
    let is_up = step > Step::Free && standing.permit(now).is_none();
    let findings = if is_up { standing.because.clone() } else { Vec::new() };
    let permit = |one: &Permit| PermitShown {
        kind: one.kind,
        by: one.by.clone(),
        note: one.note.clone(),
        until: one.until,
    };
    let suspect = |one: &Suspicion| SuspectShown {
        source: one.source.clone(),
        since: one.since,
        until: one.until,
        sources: one.sources.clone(),
        because: one.because.iter().map(ToString::to_string).collect(),
    };
    SenderShown {
        tenant: tenant.clone(),
        sender: sender.map(str::to_owned),
        step,
        since: is_up.then_some(standing.since),
        until: is_up.then_some(standing.until),
        volume: life.volume(now),
        baseline: life.baseline(now),
        seen_first: life.since,
        seen_last: life.last,
        because: findings.iter().map(ToString::to_string).collect(),
        findings,
        permit: standing.permit(now).map(permit),
        suspect: standing.suspicion(now).map(suspect),
    }
}
