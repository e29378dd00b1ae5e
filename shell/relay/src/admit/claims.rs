//! Who is proven by what came along, tenant by tenant: it decides whether a refusal is final, and never lets anything in.
//!
//! Three things prove a tenant: its login, its own certificate, its secret. Of one that requires no secret its organisation does too, over a
//! session that is provably Microsoft's. When one of them proves somebody else, the mail is a forgery or a stray of the other one, however good the rest looks.

use super::checks::{self, Evidence};
use crate::Tenants;
use model::TenantName;
use smtp::PeerCertificate;
use std::collections::BTreeSet;
use std::sync::Arc;
use tenant::Snapshot;
use tenant::settings::{Check, is_microsoft};

/// Where all consumers of Outlook.com are: no organisation.
const CONSUMERS: &str = "84df9e7f-e9f6-40af-b435-aaaaaaaaaaaa";

/// The tenants that one kind of proof names; none if it was not shown or names nobody here.
type Named = BTreeSet<TenantName>;

/// Everything that was proven.
#[derive(Debug, Default)]
pub(super) struct Claims {
    proofs: Vec<Named>,
    /// Organisations only said to be somebody's, and whether it is the one of the consumers.
    said: Named,
    is_consumers: bool,
}

impl Claims {
    pub(super) fn of(tenants: &Tenants, evidence: &Evidence<'_>) -> Self {
        let all = tenants.all();
        let named = |is_it: &dyn Fn(&Snapshot) -> bool| -> Named {
            all.iter().filter(|one| is_it(one)).map(|one| one.settings.name.clone()).collect()
        };
        let shown = certificate(evidence);
        let is_services = shown.is_some_and(|shown| is_microsoft(&shown.names));
        let id = checks::organisation(evidence.header).ok();
        let of_id =
            |one: &Snapshot| id.as_ref().is_some_and(|id| one.settings.connector.m365_tenants.contains(id));
        let by_secret =
            |one: &Snapshot| evidence.header.is_some_and(|header| checks::shows_secret(one, header));
        let said = named(&of_id);
        // Where a secret is required, an id alone would make it pointless.
        let of_services = |one: &Snapshot| {
            is_services && of_id(one) && !one.settings.connector.require.contains(&Check::Secret)
        };
        let proofs = vec![
            evidence.login.cloned().into_iter().collect(),
            by_certificate(&all, shown),
            named(&by_secret),
            named(&of_services),
        ];
        Self { proofs, said, is_consumers: id.as_deref() == Some(CONSUMERS) }
    }

    /// Whether something proves this tenant.
    pub(super) fn prove(&self, tenant: &TenantName) -> bool {
        self.proofs.iter().any(|named| named.contains(tenant))
    }

    /// Whether something names others and not this tenant.
    pub(super) fn contradict(&self, tenant: &TenantName) -> bool {
        let others = |named: &Named| !named.is_empty() && !named.contains(tenant);
        self.is_consumers || others(&self.said) || self.proofs.iter().any(others)
    }

    /// The one tenant that is proven and that nothing contradicts.
    pub(super) fn only(&self) -> Option<TenantName> {
        let proven: BTreeSet<&TenantName> = self.proofs.iter().flatten().collect();
        let mut uncontradicted = proven.into_iter().filter(|tenant| !self.contradict(tenant));
        uncontradicted.next().cloned().filter(|_| uncontradicted.next().is_none())
    }
}

fn certificate<'e>(evidence: &Evidence<'e>) -> Option<&'e PeerCertificate> {
    evidence.caller.tls.as_ref().and_then(|tls| tls.peer_certificate.as_ref())
}

/// The tenants whose own certificate this is.
fn by_certificate(tenants: &[Arc<Snapshot>], shown: Option<&PeerCertificate>) -> Named {
    let Some(shown) = shown else { return Named::new() };
    let own =
        |one: &&Arc<Snapshot>| one.settings.connector.certificates.include(&shown.names, &shown.fingerprint);
    tenants.iter().filter(own).map(|one| one.settings.name.clone()).collect()
}
