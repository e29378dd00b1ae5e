//! `[connector]`: how a tenant proves who it is.
//!
//! Network and domain always have to hold (there is never an open relay); further checks are those of `require`. The values of a
//! secret are kept out of every debug output.

use super::proofs::{self, Account, Certificates};
use super::{Outside, Secret};
use crate::written::{Report, Table, Value};
use core::net::IpAddr;
use ipnet::IpNet;
use model::Domain;
use std::collections::BTreeSet;

/// `[connector]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connector {
    /// Which mail system sends to us. Default: address.
    pub kind: ConnectorKind,
    /// Ids of the Microsoft 365 organisations that are this tenant, in lower case: up to 100. Default: none.
    pub m365_tenants: Vec<String>,
    /// A header that only this tenant's transport rule sets. Default: none.
    pub secret_header: Option<SecretHeader>,
    /// Networks from which it may send: up to 1,000. Default: none, with a warning, since nobody can send then.
    pub networks: Vec<IpNet>,
    /// Client certificates that are this tenant's. Default: none.
    pub certificates: Certificates,
    /// The host name of ours under which the tenant calls us, as TLS tells it (SNI). Default: none.
    pub server_name: Option<Domain>,
    /// `auth`: who may log in as this tenant, not with Exchange Online: up to 10. Default: nobody.
    pub accounts: Vec<Account>,
    /// The text of the TXT record `_signpost-verify.DOMAIN` of each domain: 8 to 128 characters. Default: none.
    pub domain_proof: Option<String>,
    /// Which checks must hold. Network and domain are always in it.
    pub require: BTreeSet<Check>,
}

/// Which mail system sends to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectorKind {
    M365,
    Google,
    Postfix,
    Exim,
    Exchange,
    /// Whoever sends from one of `networks`.
    Address,
}

/// One proof of who is sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// The peer's address is in `networks`.
    Network,
    /// The domain of MAIL FROM is one of `domains`.
    Domain,
    /// The peer shows a client certificate of the tenant; with Exchange Online, Microsoft's, beside another proof.
    Certificate,
    /// TLS was asked for `server_name`.
    ServerName,
    /// The peer has logged in with one of `accounts`.
    Auth,
    /// The domain of the sender has the TXT record with `domain_proof`.
    DomainProof,
    /// The header's From names people of `domains` only. It always holds in egress mode deliver.
    From,
    /// `X-MS-Exchange-CrossTenant-Id` is one of `m365_tenants`.
    TenantId,
    /// `X-OriginatorOrg` is one of `domains`.
    OriginatorOrg,
    /// The secret header has one of its values.
    Secret,
}

impl Check {
    /// As `require` writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        CHECKS.iter().find(|(_, check)| *check == self).map_or("", |(word, _)| word)
    }
}

/// A header that carries a shared secret; it is taken out of every message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretHeader {
    /// The header's name.
    pub name: String,
    /// The values that are set: one, or two while rotating. Empty if none is set and no check needs it.
    pub values: Vec<Secret>,
}

const TENANTS_MAX: usize = 100;
const NETWORKS_MAX: usize = 1_000;
const HEADER_NAME_LEN_MAX: usize = 64;
/// Shortest secret that is not warned about: 128 bits in hexadecimal are twice as long.
const SECRET_LEN_GOOD: usize = 16;
const SECRET_LEN_MAX: usize = 256;

const KINDS: [(&str, ConnectorKind); 6] = [
    ("m365", ConnectorKind::M365),
    ("google", ConnectorKind::Google),
    ("postfix", ConnectorKind::Postfix),
    ("exim", ConnectorKind::Exim),
    ("exchange", ConnectorKind::Exchange),
    ("address", ConnectorKind::Address),
];

const CHECKS: [(&str, Check); 10] = [
    ("network", Check::Network),
    ("domain", Check::Domain),
    ("certificate", Check::Certificate),
    ("server_name", Check::ServerName),
    ("auth", Check::Auth),
    ("domain_proof", Check::DomainProof),
    ("from", Check::From),
    ("tenant_id", Check::TenantId),
    ("originator_org", Check::OriginatorOrg),
    ("secret", Check::Secret),
];

/// Reads `[connector]`.
pub(super) fn read(top: &mut Table<'_>, outside: &Outside<'_>, report: &mut Report) -> Connector {
    let mut connector = Connector {
        kind: ConnectorKind::Address,
        m365_tenants: Vec::new(),
        secret_header: None,
        networks: Vec::new(),
        certificates: Certificates::default(),
        server_name: None,
        accounts: Vec::new(),
        domain_proof: None,
        require: BTreeSet::from([Check::Network, Check::Domain]),
    };
    let start = top.start();
    if let Some(mut table) = top.table("connector", report) {
        if let Some(kind) = table.take("kind").and_then(|value| value.word(&KINDS, report)) {
            connector.kind = kind;
        }
        if let Some(value) = table.take("require") {
            let checks = value.list(report);
            connector.require.extend(checks.iter().filter_map(|check| check.word(&CHECKS, report)));
        }
        let tenants = table.take("m365_tenants");
        connector.m365_tenants = tenants.map(|value| tenant_ids(&value, report)).unwrap_or_default();
        let networks = table.take("networks");
        connector.networks = networks.map(|value| self::networks(&value, report)).unwrap_or_default();
        let needed = connector.require.contains(&Check::Secret);
        let header = table.table("secret_header", report);
        connector.secret_header = header.and_then(|header| secret_header(header, needed, outside, report));
        connector.certificates = proofs::certificates(&mut table, report);
        connector.server_name = proofs::server_name(&mut table, report);
        let needed = connector.require.contains(&Check::Auth);
        connector.accounts = proofs::accounts(&mut table, needed, outside, report);
        connector.domain_proof = proofs::domain_proof(&mut table, report);
        needs(&connector, &table, report);
        warn_of_shared_networks(&connector, &table, report);
        table.finish(report);
    }
    if connector.networks.is_empty() {
        report.warn(
            start,
            "`connector.networks` is empty: nobody can hand over mail; name the tenant's networks",
        );
    }
    connector
}

/// A required check without anything to check against would refuse everything.
fn needs(connector: &Connector, table: &Table<'_>, report: &mut Report) {
    let is_m365 = connector.kind == ConnectorKind::M365;
    let requires = |check| connector.require.contains(&check);
    let missing = [
        (
            Check::TenantId,
            connector.m365_tenants.is_empty(),
            "tenant_id, but `connector.m365_tenants` is empty",
        ),
        (
            Check::Secret,
            connector.secret_header.is_none(),
            "secret, but there is no `connector.secret_header`",
        ),
        (
            Check::Certificate,
            !is_m365 && connector.certificates.is_empty(),
            "certificate, but neither `connector.certificate_names` nor `connector.certificate_fingerprints` names one",
        ),
        (
            Check::Certificate,
            is_m365 && !requires(Check::TenantId) && !requires(Check::Secret),
            "certificate, which with Exchange Online proves Microsoft and no tenant; add tenant_id or secret",
        ),
        (
            Check::ServerName,
            connector.server_name.is_none(),
            "server_name, but there is no `connector.server_name`",
        ),
        (
            Check::Auth,
            connector.accounts.is_empty(),
            "auth, but `connector.auth` has no account that can be used",
        ),
        (
            Check::DomainProof,
            connector.domain_proof.is_none(),
            "domain_proof, but there is no `connector.domain_proof`",
        ),
    ];
    for (check, is_missing, what) in missing {
        if is_missing && requires(check) {
            report.at(table.start(), format!("`connector.require` names {what}"));
        }
    }
    if is_m365 && !connector.accounts.is_empty() {
        report.at(
            table.start(),
            "`connector.auth` is of no use with kind m365: Exchange Online does not log in",
        );
    }
}

/// Microsoft's and Google's addresses are those of all their customers.
fn warn_of_shared_networks(connector: &Connector, table: &Table<'_>, report: &mut Report) {
    let is_shared = match connector.kind {
        ConnectorKind::M365 | ConnectorKind::Google => connector.networks.iter().any(is_public),
        ConnectorKind::Postfix | ConnectorKind::Exim | ConnectorKind::Exchange | ConnectorKind::Address => {
            false
        }
    };
    let tells = match connector.kind {
        ConnectorKind::M365 => [Check::TenantId, Check::Secret].as_slice(),
        ConnectorKind::Google
        | ConnectorKind::Postfix
        | ConnectorKind::Exim
        | ConnectorKind::Exchange
        | ConnectorKind::Address => &[Check::Secret, Check::Auth, Check::Certificate],
    };
    if is_shared && !tells.iter().any(|check| connector.require.contains(check)) {
        report.warn(
            table.start(),
            "the networks are shared with every other customer of the provider, so anyone there can send as this \
             tenant; let `connector.require` name secret",
        );
    }
}

fn is_public(network: &IpNet) -> bool {
    match network.addr() {
        IpAddr::V4(address) => !(address.is_loopback() || address.is_private() || address.is_link_local()),
        IpAddr::V6(address) => !(address.is_loopback() || address.is_unique_local()),
    }
}

fn tenant_ids(value: &Value<'_>, report: &mut Report) -> Vec<String> {
    let entries = value.list(report);
    if entries.len() > TENANTS_MAX {
        value.problem(report, format!("has more than {TENANTS_MAX} entries"));
    }
    let mut ids = Vec::new();
    for entry in &entries {
        let Some(text) = entry.text(report) else { continue };
        if is_guid(text) {
            ids.push(text.to_ascii_lowercase());
        } else {
            let example = "7c1a2f60-0000-4000-8000-0000000acae1";
            entry.problem(report, format!("`{text}` is not the id of an organisation such as {example}"));
        }
    }
    ids
}

fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn networks(value: &Value<'_>, report: &mut Report) -> Vec<IpNet> {
    let entries = value.list(report);
    if entries.len() > NETWORKS_MAX {
        value.problem(report, format!("has more than {NETWORKS_MAX} entries"));
    }
    let mut networks = Vec::new();
    for entry in &entries {
        let Some(text) = entry.text(report) else { continue };
        match network(text) {
            Ok(network) => networks.push(network),
            Err(reason) => entry.problem(report, reason),
        }
    }
    networks
}

/// `192.0.2.0/24`, or a single address. Set bits behind the prefix are an error, because one of the two is a slip.
fn network(text: &str) -> Result<IpNet, String> {
    let form = format!("`{text}` is not a network such as 192.0.2.0/24 or 2001:db8::/32");
    let network = match text.parse::<core::net::IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => text.parse::<IpNet>().map_err(|_| form)?,
    };
    if network.addr() == network.network() {
        return Ok(network);
    }
    Err(format!("`{text}` has bits behind its prefix; write {}", network.trunc()))
}

fn secret_header(
    mut table: Table<'_>,
    needed: bool,
    outside: &Outside<'_>,
    report: &mut Report,
) -> Option<SecretHeader> {
    let name = table.require("name", report).and_then(|value| header_name(&value, report));
    let mut values = Vec::new();
    if let Some(list) = table.require("values", report) {
        let entries = list.list(report);
        if !matches!(entries.len(), 1..=2) {
            list.problem(report, "needs one value, or two while rotating");
        }
        values.extend(entries.iter().filter_map(|entry| secret(entry, needed, outside, report)));
        if needed && values.is_empty() && report.is_good() {
            list.problem(report, "has no value that is set, and `connector.require` names secret");
        }
    }
    table.finish(report);
    Some(SecretHeader { name: name?, values })
}

/// RFC 5322 §2.2: printable ASCII but the colon. Headers that mail itself uses are no place for a secret.
fn header_name(value: &Value<'_>, report: &mut Report) -> Option<String> {
    let text = value.text(report)?;
    let good = matches!(text.len(), 1..=HEADER_NAME_LEN_MAX)
        && text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-"))
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    if !good {
        value.problem(report, format!("`{text}` is not the name of a header such as X-Signpost-Key"));
    }
    good.then(|| text.to_owned())
}

/// A value that the file names (`env:NAME`, `file:PATH`) or, with a warning, holds.
pub(super) fn secret(
    value: &Value<'_>,
    needed: bool,
    outside: &Outside<'_>,
    report: &mut Report,
) -> Option<Secret> {
    let text = value.text(report)?;
    let named = text.starts_with("env:") || text.starts_with("file:");
    let found = if named { (outside.secrets)(text) } else { Some(text.to_owned()) };
    let Some(found) = found else {
        let reason = format!("`{text}` is not set");
        if needed {
            value.problem(report, format!("{reason}, and a required check needs it; set it and try again"));
        } else {
            report.warn(value.start(), format!("{reason}; no required check needs it"));
        }
        return None;
    };
    let secret = found.trim();
    if !matches!(secret.len(), 1..=SECRET_LEN_MAX) || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        value.problem(report, "its value is empty, too long or holds something other than printable ASCII");
        return None;
    }
    if !named {
        report
            .warn(value.start(), "a secret is written in the file; name it as env:NAME or file:PATH instead");
    }
    if secret.len() < SECRET_LEN_GOOD {
        report.warn(value.start(), format!("the secret is shorter than {SECRET_LEN_GOOD} characters"));
    }
    Some(Secret::new(secret.to_owned()))
}
