//! What a message's own header proves: whose it is when MAIL said nobody, and the checks that a tenant demands beyond its network.
//!
//! A field that proves something must occur once: two of them prove nothing, since readers differ on which one counts.

use super::Refusal;
use message::{Index, decode_words, mailboxes};
use model::{Address, Domain};
use std::sync::Arc;
use tenant::Snapshot;
use tenant::settings::Check;

const TENANT_ID: &str = "X-MS-Exchange-CrossTenant-Id";
const ORIGINATOR_ORG: &str = "X-OriginatorOrg";

/// The one of `tenants` to which the single header From belongs.
pub(super) fn author(tenants: &[Arc<Snapshot>], header: &[u8]) -> Result<Arc<Snapshot>, Refusal> {
    let index = Index::of(header);
    let refused = |why: &str| {
        Refusal::stranger(format!("a null sender's tenant is found by its From field, and {why}"))
    };
    let value = single(&index, header, "From").ok_or_else(|| refused("there is not exactly one"))?;
    let found = mailboxes(&value);
    let [only] = found.as_slice() else { return Err(refused("it does not name exactly one address")) };
    let address: Address = only.address.parse().map_err(|_| refused("its address cannot be read"))?;
    let domain = address.domain();
    let of_domain = |snapshot: &&Arc<Snapshot>| snapshot.settings.domains.contains(&domain);
    tenants
        .iter()
        .find(of_domain)
        .cloned()
        .ok_or_else(|| refused("its domain may not send from this address"))
}

/// Every further check of the tenant's connector.
pub(super) fn header(snapshot: &Snapshot, header: &[u8]) -> Result<(), Refusal> {
    let connector = &snapshot.settings.connector;
    let index = Index::of(header);
    for check in &connector.require {
        let holds = match check {
            // Held at MAIL, for every message.
            Check::Network | Check::Domain => true,
            Check::TenantId => single(&index, header, TENANT_ID)
                .is_some_and(|id| connector.m365_tenants.contains(&id.to_ascii_lowercase())),
            Check::OriginatorOrg => single(&index, header, ORIGINATOR_ORG)
                .and_then(|organisation| organisation.parse::<Domain>().ok())
                .is_some_and(|domain| snapshot.settings.domains.contains(&domain)),
            Check::Secret => connector.secret_header.as_ref().is_some_and(|secret| {
                let given = single(&index, header, &secret.name);
                given.is_some_and(|given| secret.values.iter().any(|value| same(value.reveal(), &given)))
            }),
            // Nothing says yet which certificate is whose.
            Check::Certificate => false,
        };
        if !holds {
            let name = &snapshot.settings.name;
            let alarm =
                format!("tenant {name}: a message does not pass the check {check:?} of connector.require");
            return Err(Refusal::set_up(
                "the connector's proof does not fit, the administrator is told",
                alarm,
            ));
        }
    }
    Ok(())
}

fn single(index: &Index, header: &[u8], name: &str) -> Option<String> {
    let block = index.header();
    let value = block.value(header, name).filter(|_| block.count(header, name) == 1)?;
    Some(decode_words(&value))
}

/// Compares in a time that tells nothing of where two secrets differ.
fn same(secret: &str, given: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(secret.as_bytes(), given.as_bytes()).is_ok()
}
