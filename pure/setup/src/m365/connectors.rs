//! The two connectors: out to us, and back from us.

use super::checks::{About, Checks};
use super::{inbound_name, outbound_name, tls_settings};
use crate::powershell::{list, literal};
use crate::readback::{Field, Readback, Record};
use crate::{Plan, State};

pub(super) fn compare(plan: &Plan, readback: &Readback, checks: &mut Checks) {
    let outbound = named(readback, "OutboundConnectors", &outbound_name(plan));
    if let Some(record) = found("outbound", outbound, &outbound_name(plan), checks) {
        self::outbound(plan, &record, checks);
    }
    let inbound = named(readback, "InboundConnectors", &inbound_name(plan));
    if let Some(record) = found("inbound", inbound, &inbound_name(plan), checks) {
        self::inbound(plan, &record, checks);
    }
}

/// The record with this name: missing list, or nothing in it, or the record.
pub(super) fn named(readback: &Readback, key: &'static str, name: &str) -> Option<Option<Record>> {
    let records = readback.records(key)?;
    let is_it =
        |record: &Record| record.word("Name").set().is_some_and(|known| known.eq_ignore_ascii_case(name));
    Some(records.into_iter().find(is_it))
}

fn found(
    which: &'static str,
    record: Option<Option<Record>>,
    name: &str,
    checks: &mut Checks,
) -> Option<Record> {
    let (check, why) = match which {
        "outbound" => ("outbound", "without it the rule has no way to us"),
        _ => ("inbound", "without it returned mail is a stranger's: it is not relayed to the outside"),
    };
    let about = About { check, key: "", why, mend: "run the script with -Step prepare" };
    let state = match &record {
        None => State::Unknown,
        Some(None) => State::Fail,
        Some(Some(_)) => State::Ok,
    };
    let is = if state == State::Ok { name } else { "missing" };
    checks.add(about, state, is, name);
    record.flatten()
}

fn outbound(plan: &Plan, record: &Record, checks: &mut Checks) {
    let identity = literal(&outbound_name(plan));
    let set = |rest: &str| format!("Set-OutboundConnector -Identity {identity} {rest}");
    let host = &plan.entry.host;
    let mend = set("-Enabled $true");
    checks.flag(
        About::new(
            "outbound.enabled",
            "Enabled",
            "a rule that names a connector which is off makes mail wait",
            &mend,
        ),
        record,
        true,
    );
    let mend = set("-ConnectorType OnPremises");
    checks.word(
        About::new(
            "outbound.type",
            "ConnectorType",
            "only this type keeps the marks of internal mail",
            &mend,
        ),
        record,
        "OnPremises",
    );
    let mend = set("-IsTransportRuleScoped $true");
    let why =
        "a connector without a rule of its own takes mail that no rule chose, and no rule can switch it off";
    checks.flag(About::new("outbound.rule_scoped", "IsTransportRuleScoped", why, &mend), record, true);
    let mend = set(&format!("-UseMXRecord $false -SmartHosts {}", literal(host)));
    let why = "mail has to come to the listener";
    checks.flag(About::new("outbound.use_mx", "UseMXRecord", why, &mend), record, false);
    checks.entry(About::new("outbound.smart_host", "SmartHosts", why, &mend), record, host, |word| {
        word.eq_ignore_ascii_case(host)
    });
    let level = tls_settings(plan);
    let mend = set(&format!("-TlsSettings {level}"));
    let why = "the level has to fit the listener's certificate, or no connection is made";
    checks.word(About::new("outbound.tls", "TlsSettings", why, &mend), record, level);
    if plan.entry.verified {
        let mend = set(&format!("-TlsSettings {level} -TlsDomain {}", literal(host)));
        checks.word(About::new("outbound.tls_domain", "TlsDomain", why, &mend), record, host);
    }
    let mend = set("-RouteAllMessagesViaOnPremises $false");
    let why = "true sends the whole organisation's mail by this connector";
    checks.flag(About::new("outbound.route_all", "RouteAllMessagesViaOnPremises", why, &mend), record, false);
    let mend = set("-CloudServicesMailEnabled $true");
    checks.flag(
        About::new("outbound.cloud_services", "CloudServicesMailEnabled", EQUAL, &mend),
        record,
        true,
    );
}

const EQUAL: &str =
    "both connectors need the same value, or the marks of internal mail are stripped on the way back";

fn inbound(plan: &Plan, record: &Record, checks: &mut Checks) {
    let identity = literal(&inbound_name(plan));
    let set = |rest: &str| format!("Set-InboundConnector -Identity {identity} {rest}");
    let mend = set("-Enabled $true");
    let why = "returned mail is nobody's while it is off, and refused (5.7.64)";
    checks.flag(About::new("inbound.enabled", "Enabled", why, &mend), record, true);
    let mend = set("-ConnectorType OnPremises");
    let why = "only this type lets returned mail be relayed to the outside";
    checks.word(About::new("inbound.type", "ConnectorType", why, &mend), record, "OnPremises");
    let mend = set("-SenderDomains 'smtp:*;1'");
    let why = "with fewer domains some returned mail matches no connector";
    checks.entry(
        About::new("inbound.sender_domains", "SenderDomains", why, &mend),
        record,
        "smtp:*;1",
        |word| {
            let domain = word.trim_start_matches("smtp:").trim_start_matches("SMTP:");
            domain.split(';').next() == Some("*")
        },
    );
    identity_of_ours(plan, record, checks);
    let mend = set("-RestrictDomainsToCertificate $false -RestrictDomainsToIPAddresses $false");
    let why = "a restriction refuses other partners' mail, for it holds for every sender domain";
    checks.flag(
        About::new("inbound.restrict_certificate", "RestrictDomainsToCertificate", why, &mend),
        record,
        false,
    );
    checks.flag(
        About::new("inbound.restrict_addresses", "RestrictDomainsToIPAddresses", why, &mend),
        record,
        false,
    );
    let mend = set("-EFSkipLastIP $true");
    let why = "without it spam filtering judges our address instead of the one before us";
    checks.flag(About::new("inbound.skip_last_ip", "EFSkipLastIP", why, &mend), record, true);
    let mend = set("-CloudServicesMailEnabled $true");
    checks.flag(About::new("inbound.cloud_services", "CloudServicesMailEnabled", EQUAL, &mend), record, true);
}

/// By what the connector knows us: the certificate's name, or without one our addresses.
fn identity_of_ours(plan: &Plan, record: &Record, checks: &mut Checks) {
    let set =
        |rest: String| format!("Set-InboundConnector -Identity {} {rest}", literal(&inbound_name(plan)));
    let why = "the connector knows our mail by this only; else it is refused as a stranger's (5.7.64 TenantAttribution)";
    let Some(name) = plan.certificate_names.first() else {
        let addresses: Vec<String> =
            plan.source_addresses().into_iter().filter(|address| !address.contains(':')).collect();
        let mend = set(format!("-SenderIPAddresses {}", list(addresses.iter().map(String::as_str))));
        for address in &addresses {
            let about = About { check: "inbound.address", key: "SenderIPAddresses", why, mend: &mend };
            checks.entry(about, record, address, |word| covers(word, address));
        }
        return;
    };
    let mend = set(format!("-RequireTls $true -TlsSenderCertificateName {}", literal(name)));
    let about =
        About { check: "inbound.certificate_name", key: "TlsSenderCertificateName", why, mend: &mend };
    let shown = plan.certificate_names.join(" or ");
    match record.word(about.key) {
        Field::Set(is) => {
            let state = if plan.certificate_names.iter().any(|name| matches(&is, name)) {
                State::Ok
            } else {
                State::Fail
            };
            checks.add(about, state, is, shown);
        }
        Field::Empty => checks.add(about, State::Fail, "nothing", shown),
        Field::Number(_) | Field::Missing => checks.add(about, State::Unknown, "not in the file", shown),
    }
    let about = About { check: "inbound.require_tls", key: "RequireTls", ..about };
    checks.flag(about, record, true);
}

/// `*.relay.example` stands for every name below.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    match pattern.strip_prefix("*.") {
        Some(domain) => name.ends_with(&format!(".{domain}")),
        None => pattern == *name,
    }
}

fn covers(entry: &str, address: &str) -> bool {
    let network = entry.parse::<ipnet::IpNet>();
    entry == address
        || network
            .ok()
            .zip(address.parse().ok())
            .is_some_and(|(network, address)| network.contains::<&core::net::IpAddr>(&address))
}
