//! The script under a grammar, and comparisons: one read-back that is right, and one for each thing that can be wrong.

use crate::plan::Secrets;
use crate::powershell::literal;
use crate::support::{Nasty, parse_errors, plan, plan_of};
use crate::{Finding, Readback, State, System, compare, instructions};
use serde_json::{Value, json};

#[test]
fn the_script_is_powershell_whatever_the_values_are() {
    for nasty in Nasty::all() {
        let plan = plan_of(&nasty);
        for secrets in [Secrets::Hidden, Secrets::Shown] {
            for system in [System::M365, System::Exchange] {
                let script = instructions(system, &plan, secrets);
                assert!(script.is_ascii(), "another encoding would change it");
                assert_eq!(parse_errors(&script), Vec::<String>::new(), "{nasty:?}\n{script}");
                let value = if secrets == Secrets::Shown { &nasty.secret } else { &plan.tenant };
                assert!(script.contains(&literal(value)), "{nasty:?}");
            }
        }
    }
}

#[test]
fn the_grammar_finds_a_deliberate_mistake() {
    let script = instructions(System::M365, &plan(), Secrets::Hidden);
    for (from, to) in [
        ("function Invoke-Prepare {", "function Invoke-Prepare {{"),
        ("$OutboundName = 'Signpost send acme'", "$OutboundName = 'Signpost send acme"),
        ("if ($Pilot -ne '') {", "if ($Pilot -ne '' {"),
    ] {
        assert!(script.contains(from), "{from}");
        assert!(!parse_errors(&script.replacen(from, to, 1)).is_empty(), "{to}");
    }
}

#[test]
fn a_secret_is_asked_for_unless_it_is_to_be_shown() {
    let plan = plan();
    let hidden = instructions(System::M365, &plan, Secrets::Hidden);
    assert!(!hidden.contains("0123456789abcdef") && hidden.contains("Read-Host"));
    assert!(
        instructions(System::M365, &plan, Secrets::Shown)
            .contains("$known = '0123456789abcdef0123456789abcdef'")
    );
}

#[test]
fn every_step_has_its_function_and_the_switch_its_undo() {
    let script = instructions(System::M365, &plan(), Secrets::Hidden);
    for step in ["Prepare", "Test", "Enable", "Disable", "Readback", "Remove"] {
        assert!(script.contains(&format!("function Invoke-{step} {{")), "{step}");
        assert!(script.contains(&format!("'{}' {{ Invoke-{step} }}", step.to_lowercase())), "{step}");
    }
    assert!(
        script.contains("@('127.0.1.1', '127.0.1.2')"),
        "spares are sources too, notice sources are none"
    );
    assert!(script.contains("-Enabled $false -Priority $Priority"), "new rules are off");
    assert!(script.contains("up to one hour") && script.contains("Undo: -Step enable"));
}

/// The committed read-back of an organisation that is set up as it should be.
fn right() -> Value {
    serde_json::from_str(include_str!("../../tests/readback/right.json")).unwrap()
}

fn findings(value: &Value) -> Vec<Finding> {
    compare(&plan(), &Readback::read(value.to_string().as_bytes()).unwrap())
}

fn worse(findings: &[Finding]) -> Vec<(&'static str, State)> {
    findings
        .iter()
        .filter(|finding| finding.state != State::Ok)
        .map(|finding| (finding.check, finding.state))
        .collect()
}

#[test]
fn a_right_organisation_has_no_finding() {
    let findings = findings(&right());
    assert_eq!(worse(&findings), []);
    assert!(findings.len() > 40, "{}", findings.len());
}

/// Changes one value and expects exactly these findings.
fn check(path: &str, value: Value, wanted: &[(&'static str, State)]) {
    let mut changed = right();
    match (changed.pointer_mut(path), value) {
        (Some(place), value) => *place = value,
        (None, _) => panic!("{path} is not in the fixture"),
    }
    let findings = findings(&changed);
    assert_eq!(worse(&findings), wanted, "{path}");
    for finding in findings.iter().filter(|finding| finding.state != State::Ok) {
        assert!(
            !finding.mend.is_empty() && !finding.why.is_empty() && finding.is != finding.should,
            "{finding:?}"
        );
    }
}

#[test]
fn each_wrong_thing_is_one_finding_with_its_command() {
    use State::{Fail, Unknown, Warn};
    check("/OutboundConnectors/0/IsValidated", json!(false), &[("route_rule.tested", Fail)]);
    check("/OutboundConnectors/0/Enabled", json!(false), &[("outbound.enabled", Fail)]);
    check(
        "/OutboundConnectors/0/SmartHosts",
        json!(["in.us.relay.example"]),
        &[("outbound.smart_host", Fail)],
    );
    check(
        "/OutboundConnectors/0/CloudServicesMailEnabled",
        json!(false),
        &[("outbound.cloud_services", Fail)],
    );
    check("/OutboundConnectors/0/IsTransportRuleScoped", json!(false), &[("outbound.rule_scoped", Fail)]);
    check("/OutboundConnectors/0/TlsSettings", json!(2), &[("outbound.tls", Unknown)]);
    check("/InboundConnectors/0/Enabled", json!(false), &[("inbound.enabled", Fail)]);
    check("/InboundConnectors/0/ConnectorType", json!("Partner"), &[("inbound.type", Fail)]);
    check("/InboundConnectors/0/CloudServicesMailEnabled", json!(false), &[("inbound.cloud_services", Fail)]);
    check("/InboundConnectors/0/EFSkipLastIP", json!(false), &[("inbound.skip_last_ip", Fail)]);
    check(
        "/InboundConnectors/0/SenderDomains",
        json!(["smtp:acme.example;1"]),
        &[("inbound.sender_domains", Fail)],
    );
    let name = "/InboundConnectors/0/TlsSenderCertificateName";
    check(name, json!("other.relay.example"), &[("inbound.certificate_name", Fail)]);
    check(name, Value::Null, &[("inbound.certificate_name", Fail)]);
    check("/IPAllowList", json!(["127.0.1.1"]), &[("allow_list.source", Fail)]);
    check("/IPBlockList", json!(["127.0.0.0/16"]), &[("block_list", Fail)]);
    check("/AcceptedDomains", json!([{"DomainName": "acme.example"}]), &[("accepted_domain", Fail)]);
    let parent = json!([{"DomainName": "relay.example", "MatchSubDomains": false}]);
    check("/AcceptedDomains", parent, &[("accepted_domain", Warn)]);
    let rule = |key: &str| format!("/TransportRules/1/{key}");
    check(&rule("State"), json!("Disabled"), &[("route_rule.state", Fail)]);
    check(&rule("Mode"), json!("Audit"), &[("route_rule.mode", Fail)]);
    check(&rule("Priority"), json!(4), &[("route_rule.priority", Fail)]);
    check(&rule("RuleErrorAction"), json!("Defer"), &[("route_rule.error_action", Fail)]);
    check(&rule("FromScope"), Value::Null, &[("route_rule.from_scope", Fail)]);
    check(&rule("FromMemberOf"), json!("pilot@acme.example"), &[("route_rule.pilot", Warn)]);
    check(&rule("RouteMessageOutboundConnector"), json!("Other"), &[("route_rule.connector", Fail)]);
    check(&rule("SetHeaderValueHash"), json!("00"), &[("route_rule.secret_value", Fail)]);
    check(&rule("ExceptIfHeaderContainsWords"), json!(["acme-old"]), &[("exception.processed_word", Fail)]);
    check(&rule("ExceptIfHeaderContainsMessageHeader"), Value::Null, &[("exception.processed_header", Fail)]);
    check(&rule("ExceptIfHeaderMatchesPatterns"), json!([]), &[("exception.group_pattern", Fail)]);
    check(&rule("ExceptIfFromAddressMatchesPatterns"), json!([]), &[("exception.null_sender", Fail)]);
    check(&rule("ExceptIfMessageTypeMatches"), Value::Null, &[("exception.calendar", Fail)]);
    check(&rule("ExceptIfMessageSizeOver"), json!("35 MB (36,700,160 bytes)"), &[("exception.size", Fail)]);
    check(&rule("ExceptIfMessageSizeOver"), Value::Null, &[("exception.size", Fail)]);
    check(&rule("ExceptIfAnyOfToCcHeader"), json!(["room1@acme.example"]), &[("exception.restricted", Fail)]);
    let reply = |key: &str| format!("/TransportRules/0/{key}");
    check(&reply("Name"), json!("something else"), &[("reply_rule", Fail)]);
    check(&reply("State"), json!("Disabled"), &[("reply_rule.state", Fail)]);
    check(&reply("MessageTypeMatches"), json!("Calendaring"), &[("reply_rule.type", Fail)]);
    check(&reply("SetHeaderValueHash"), json!("00"), &[("reply_rule.value", Fail)]);
    check("/TNEFEnabled", Value::Null, &[("remote_domain.tnef", Warn)]);
    check("/Tenant", json!("other"), &[("tenant", Fail)]);
}

#[test]
fn a_missing_key_is_unknown_and_never_right() {
    let right = right();
    let keys: Vec<String> = right
        .as_object()
        .unwrap()
        .keys()
        .filter(|key| *key != "Readback" && *key != "Taken")
        .cloned()
        .collect();
    for key in keys {
        let mut changed = right.clone();
        changed.as_object_mut().unwrap().remove(&key);
        assert!(worse(&findings(&changed)).iter().any(|(_, state)| *state == State::Unknown), "{key}");
    }
    for (list, place) in
        [("OutboundConnectors", 0), ("InboundConnectors", 0), ("TransportRules", 0), ("TransportRules", 1)]
    {
        let keys: Vec<String> = right[list][place].as_object().unwrap().keys().cloned().collect();
        // Addresses are looked at only where there is no certificate.
        let unread = ["LastValidationTimestamp", "Name", "SenderIPAddresses"];
        for key in keys.iter().filter(|key| !unread.contains(&key.as_str())) {
            let mut changed = right.clone();
            changed[list][place].as_object_mut().unwrap().remove(key);
            let is_read = match (list, place) {
                ("TransportRules", 0) => REPLY_KEYS.contains(&key.as_str()),
                ("TransportRules", _) => key != "MessageTypeMatches",
                (_, _) => true,
            };
            assert_eq!(!worse(&findings(&changed)).is_empty(), is_read, "{list} {key}");
        }
    }
}

/// What matters of the rule for automatic replies.
const REPLY_KEYS: [&str; 6] =
    ["State", "Mode", "Priority", "MessageTypeMatches", "SetHeaderName", "SetHeaderValueHash"];

#[test]
fn lists_of_one_words_for_flags_and_ranges_are_understood() {
    let mut value = right();
    let only = value["InboundConnectors"][0].clone();
    value["InboundConnectors"] = only;
    value["InboundConnectors"]["Enabled"] = json!("True");
    value["IPAllowList"] = json!(["127.0.1.0/24"]);
    value["OutboundConnectors"][0]["SmartHosts"] = json!("in.eu.relay.example");
    value["TransportRules"][1]["Priority"] = json!("1");
    value["TransportRules"][1]["State"] = json!({"value": 0, "Value": "Enabled"});
    assert_eq!(worse(&findings(&value)), []);
    value["IPAllowList"] = json!("127.0.1.1-127.0.1.9");
    assert_eq!(worse(&findings(&value)), []);
}

#[test]
fn an_empty_organisation_misses_every_object_once() {
    let value = json!({"Readback": "v1", "Tenant": "acme", "OutboundConnectors": [], "InboundConnectors": null, "TransportRules": [],
        "IPAllowList": [], "IPBlockList": [], "AcceptedDomains": [], "RestrictedRecipients": [], "TNEFEnabled": "False"});
    let found: Vec<&str> = worse(&findings(&value)).into_iter().map(|(check, _)| check).collect();
    assert_eq!(
        found,
        [
            "outbound",
            "inbound",
            "allow_list.source",
            "allow_list.source",
            "accepted_domain",
            "route_rule",
            "reply_rule"
        ]
    );
}
