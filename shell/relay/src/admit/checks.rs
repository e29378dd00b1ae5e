//! The checks, one small function each: does it hold, and if not, why, in words for the tenant's administrator.
//!
//! They look and never decide: what a failed check leads to is `verdict`'s business in the page above. Those of the connection come
//! before those of the header, cheap ones first, so the first that fails is the one to tell.

use super::header::Header;
use crate::accept::Caller;
use crate::proofs::DomainProofs;
use model::{Domain, TenantName, Timestamp};
use std::collections::BTreeSet;
use tenant::Snapshot;
use tenant::settings::{Check, ConnectorKind, EgressMode, SecretHeader, is_microsoft};

const TENANT_ID: &str = "X-MS-Exchange-CrossTenant-Id";
const ORIGINATOR_ORG: &str = "X-OriginatorOrg";

/// What is known of a message and its session.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'e> {
    pub(super) caller: &'e Caller,
    /// The tenant as whom the session has logged in.
    pub(super) login: Option<&'e TenantName>,
    /// Of MAIL FROM; none of a null sender.
    pub(super) sender: Option<&'e Domain>,
    /// Known at the end of data.
    pub(super) header: Option<&'e Header<'e>>,
    pub(super) proofs: &'e DomainProofs,
    pub(super) now: Timestamp,
}

/// A check that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) check: Check,
    pub(super) why: String,
    /// Whether an entry in the tenant's folder could mend it.
    pub(super) is_mendable: bool,
}

/// In the order in which they are asked.
const OF_THE_CONNECTION: [Check; 5] =
    [Check::Network, Check::ServerName, Check::Certificate, Check::Auth, Check::DomainProof];
const OF_THE_HEADER: [Check; 4] = [Check::From, Check::TenantId, Check::OriginatorOrg, Check::Secret];

/// The tenant's checks that ask the header.
pub(super) fn of_the_header(snapshot: &Snapshot) -> impl Iterator<Item = Check> {
    // In mode deliver nobody judges the author after us.
    let is_last = snapshot.settings.egress.mode == EgressMode::Deliver;
    required(snapshot, OF_THE_HEADER, move |check| is_last && check == Check::From)
}

/// The tenant's checks that ask the connection and the sender.
fn of_the_connection(snapshot: &Snapshot) -> impl Iterator<Item = Check> {
    required(snapshot, OF_THE_CONNECTION, |check| check == Check::Network)
}

fn required<const N: usize>(
    snapshot: &Snapshot,
    order: [Check; N],
    always: impl Fn(Check) -> bool,
) -> impl Iterator<Item = Check> {
    let listed: &BTreeSet<Check> = &snapshot.settings.connector.require;
    order.into_iter().filter(move |check| always(*check) || listed.contains(check))
}

/// The first check that does not hold; those of the header only once it is there.
pub(super) fn first_failed(snapshot: &Snapshot, evidence: &Evidence<'_>) -> Result<(), Failed> {
    for check in of_the_connection(snapshot) {
        holds(check, snapshot, evidence)?;
    }
    if evidence.header.is_some() {
        for check in of_the_header(snapshot) {
            holds(check, snapshot, evidence)?;
        }
    }
    Ok(())
}

fn holds(check: Check, snapshot: &Snapshot, evidence: &Evidence<'_>) -> Result<(), Failed> {
    let failed = |why| Failed { check, why, is_mendable: true };
    match check {
        Check::Network => network(snapshot, evidence.caller).map_err(failed),
        // Whose domain it is has chosen the tenant.
        Check::Domain => Ok(()),
        Check::ServerName => server_name(snapshot, evidence.caller).map_err(failed),
        Check::Certificate => certificate(snapshot, evidence.caller).map_err(failed),
        Check::Auth => login(snapshot, evidence.login).map_err(failed),
        Check::DomainProof => domain_proof(snapshot, evidence).map_err(failed),
        Check::From => author(snapshot, evidence.header),
        Check::TenantId => tenant_id(snapshot, evidence.header).map_err(failed),
        Check::OriginatorOrg => originator_org(snapshot, evidence.header).map_err(failed),
        Check::Secret => secret(snapshot, evidence.header).map_err(failed),
    }
}

fn network(snapshot: &Snapshot, caller: &Caller) -> Result<(), String> {
    if has_peer(snapshot, caller) {
        return Ok(());
    }
    Err(format!("{} is in none of the tenant's networks", caller.peer))
}

/// Whether the peer's address is in the tenant's networks.
pub(super) fn has_peer(snapshot: &Snapshot, caller: &Caller) -> bool {
    snapshot.settings.connector.networks.iter().any(|network| network.contains(&caller.peer))
}

fn server_name(snapshot: &Snapshot, caller: &Caller) -> Result<(), String> {
    let wanted = snapshot.settings.connector.server_name.as_ref().map(Domain::as_str);
    let asked = caller.tls.as_ref().and_then(|tls| tls.server_name.as_deref());
    match asked {
        Some(asked) if wanted.is_some_and(|wanted| wanted.eq_ignore_ascii_case(asked)) => Ok(()),
        Some(_) => Err("TLS was asked for another host name than the tenant's".to_owned()),
        None => Err("TLS was not asked for the tenant's host name".to_owned()),
    }
}

fn certificate(snapshot: &Snapshot, caller: &Caller) -> Result<(), String> {
    let Some(tls) = &caller.tls else { return Err("the session has no TLS, so no certificate".to_owned()) };
    let Some(shown) = &tls.peer_certificate else { return Err("no client certificate was shown".to_owned()) };
    let connector = &snapshot.settings.connector;
    let is_services = connector.kind == ConnectorKind::M365 && is_microsoft(&shown.names);
    if is_services || connector.certificates.include(&shown.names, &shown.fingerprint) {
        return Ok(());
    }
    Err(match &shown.unverified {
        Some(why) => format!("the client certificate proves no name: {why}"),
        None => "the client certificate is not the tenant's".to_owned(),
    })
}

fn login(snapshot: &Snapshot, login: Option<&TenantName>) -> Result<(), String> {
    if login == Some(&snapshot.settings.name) {
        return Ok(());
    }
    Err("the session has not logged in as the tenant".to_owned())
}

fn domain_proof(snapshot: &Snapshot, evidence: &Evidence<'_>) -> Result<(), String> {
    let settings = &snapshot.settings;
    // A null sender has no domain of its own; its author's is a domain of the tenant.
    let (Some(value), Some(domain)) = (&settings.connector.domain_proof, evidence.sender) else {
        return Ok(());
    };
    if evidence.proofs.hold(&settings.name, domain, value, evidence.now) {
        return Ok(());
    }
    Err(format!("the domain {domain} has not shown the TXT record of the tenant"))
}

/// Everybody in From is of the tenant, so Sender and send-on-behalf within it are as they should be. Several authors
/// need a Sender (RFC 5322 §3.6.2), who is of the tenant too.
fn author(snapshot: &Snapshot, header: Option<&Header<'_>>) -> Result<(), Failed> {
    let failed = |is_mendable, why| Failed { check: Check::From, why, is_mendable };
    let header = header.ok_or_else(|| failed(false, "there is no header".to_owned()))?;
    let authors = header.authors().map_err(|why| failed(false, why))?;
    if let Some(foreign) = authors.iter().find(|author| owned(snapshot, author).is_none()) {
        let why = format!("the author's domain {} is none of the tenant's", foreign.domain());
        return Err(failed(true, why));
    }
    if authors.len() == 1 {
        return Ok(());
    }
    let sender = header.single("Sender").ok().and_then(|sender| sender_of(&sender));
    match sender.filter(|sender| owned(snapshot, sender).is_some()) {
        Some(_) => Ok(()),
        None => Err(failed(
            false,
            "From names several people and Sender none of them who is the tenant's".to_owned(),
        )),
    }
}

fn sender_of(value: &str) -> Option<model::Address> {
    let found = message::mailboxes(value);
    let [only] = found.as_slice() else { return None };
    only.address.parse().ok()
}

/// The tenant's domain in which an address lies. Letters beyond ASCII have to be the very same: no two that only look alike.
pub(super) fn owned<'s>(snapshot: &'s Snapshot, address: &model::Address) -> Option<&'s Domain> {
    let written = address.domain_text().to_ascii_lowercase();
    snapshot.settings.domains.iter().find(|domain| domain.as_str() == written)
}

/// The organisation that Exchange Online vouches for.
pub(super) fn organisation(header: Option<&Header<'_>>) -> Result<String, String> {
    let header = header.ok_or("there is no header")?;
    header.single(TENANT_ID).map(|id| id.to_ascii_lowercase())
}

fn tenant_id(snapshot: &Snapshot, header: Option<&Header<'_>>) -> Result<(), String> {
    let id = organisation(header)?;
    if snapshot.settings.connector.m365_tenants.contains(&id) {
        return Ok(());
    }
    Err(format!("the organisation {} is none of the tenant's", shown(&id)))
}

fn originator_org(snapshot: &Snapshot, header: Option<&Header<'_>>) -> Result<(), String> {
    let header = header.ok_or("there is no header")?;
    let domain = header.single(ORIGINATOR_ORG)?.to_ascii_lowercase();
    if snapshot.settings.domains.iter().any(|own| own.as_str() == domain) {
        return Ok(());
    }
    Err(format!("{ORIGINATOR_ORG} {} is none of the tenant's domains", shown(&domain)))
}

fn secret(snapshot: &Snapshot, header: Option<&Header<'_>>) -> Result<(), String> {
    let header = header.ok_or("there is no header")?;
    let Some(secret) = &snapshot.settings.connector.secret_header else {
        return Err("none is set".to_owned());
    };
    let given = header.single(&secret.name)?;
    if is_one_of(secret, &given) { Ok(()) } else { Err(format!("{} has another value", secret.name)) }
}

/// Whether the header shows the tenant's secret.
pub(super) fn shows_secret(snapshot: &Snapshot, header: &Header<'_>) -> bool {
    let secret = snapshot.settings.connector.secret_header.as_ref();
    secret.is_some_and(|secret| header.single(&secret.name).is_ok_and(|given| is_one_of(secret, &given)))
}

/// Every value is compared, each in a time that tells nothing of where it differs.
fn is_one_of(secret: &SecretHeader, given: &str) -> bool {
    let same = |value: &tenant::settings::Secret| {
        aws_lc_rs::constant_time::verify_slices_are_equal(value.reveal().as_bytes(), given.as_bytes()).is_ok()
    };
    secret.values.iter().fold(false, |found, value| found | same(value))
}

/// A stranger's words in our logs: short and plain.
fn shown(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(64).collect()
}
