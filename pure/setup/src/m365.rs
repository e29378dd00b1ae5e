//! Microsoft 365: one script that sets everything, and the comparison with what it reads back.
//!
//! Objects are found by their names, which are fixed for a tenant, so running a step again mends instead of doubling. Exchange Online
//! sends to port 25 only; an entry on another port is told in the script's first lines.

mod checks;
mod compare;
mod connectors;
mod rules;

pub use compare::compare;

use crate::plan::PROCESSED_HEADER;
use crate::powershell::{list, literal};
use crate::template::fill;
use crate::{Plan, Secrets};

const TEMPLATE: &str = include_str!("templates/m365.ps1");

pub(crate) fn outbound_name(plan: &Plan) -> String {
    format!("Signpost send {}", plan.short_name())
}

pub(crate) fn inbound_name(plan: &Plan) -> String {
    format!("Signpost receive {}", plan.short_name())
}

pub(crate) fn route_rule_name(plan: &Plan) -> String {
    format!("Signpost route {}", plan.short_name())
}

pub(crate) fn reply_rule_name(plan: &Plan) -> String {
    format!("Signpost replies {}", plan.short_name())
}

pub(crate) fn tls_settings(plan: &Plan) -> &'static str {
    if plan.entry.verified { "DomainValidation" } else { "EncryptionOnly" }
}

pub(crate) fn script(plan: &Plan, secrets: Secrets) -> String {
    let addresses = plan.source_addresses();
    let header = plan.secret.as_ref().map_or("", |secret| &secret.name);
    let values = [
        ("SOURCES", list(addresses.iter().map(String::as_str))),
        ("TENANT", literal(&plan.tenant)),
        ("DISPLAY_NAME", literal(&plan.display_name)),
        ("OUTBOUND", literal(&outbound_name(plan))),
        ("INBOUND", literal(&inbound_name(plan))),
        ("ROUTE_RULE", literal(&route_rule_name(plan))),
        ("REPLY_RULE", literal(&reply_rule_name(plan))),
        ("HOST", literal(&plan.entry.host)),
        ("TLS_SETTINGS", literal(tls_settings(plan))),
        ("CERTIFICATE", literal(plan.certificate_names.first().map_or("", String::as_str))),
        ("PROCESSED_HEADER", literal(PROCESSED_HEADER)),
        ("WORD", literal(&plan.processed_word)),
        ("SECRET_HEADER", literal(header)),
        ("SECRET", literal(plan.shown_secret(secrets).unwrap_or_default())),
        ("SIZE_MAX", literal(&format!("{}B", plan.size_max.0))),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    format!("{}{}", notes(plan), fill(TEMPLATE, &values))
}

/// What the operator has to know first, as comments. Nothing of a tenant's free text stands in them.
fn notes(plan: &Plan) -> String {
    let mut notes = Vec::new();
    if plan.entry.port != 25 {
        notes.push(format!(
            "Exchange Online sends to port 25 only, and the listener has port {}: forward port 25 of its host name to it.",
            plan.entry.port
        ));
    }
    if !plan.entry.verified {
        notes.push(
            "The listener has a self-signed certificate: mail is encrypted to it, but it proves no name."
                .to_owned(),
        );
    }
    if plan.certificate_names.is_empty() {
        notes.push(
            "Signpost has no client certificate for this tenant (`egress.certificate`): returned mail is known by its address only."
                .to_owned(),
        );
    }
    if plan.sources.iter().any(|source| is_private(source.address)) {
        notes.push("Some sources have addresses that the internet does not see: call with -Sources and the public ones.".to_owned());
    }
    notes.iter().map(|note| format!("# NOTE: {note}\n")).collect()
}

/// Whether an address means something only on this machine or network.
fn is_private(address: core::net::IpAddr) -> bool {
    match address {
        core::net::IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        core::net::IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

#[cfg(test)]
mod tests;
