//! The two transport rules: the one that routes to us, and the one before it that keeps automatic replies from being routed.

use super::checks::{About, Checks, shown};
use super::connectors::named;
use super::{outbound_name, reply_rule_name, route_rule_name};
use crate::plan::PROCESSED_HEADER;
use crate::powershell::{list, literal};
use crate::readback::{Field, Readback, Record};
use crate::{Plan, State};
use sha2::{Digest as _, Sha256};

const RULES: &str = "TransportRules";
const GROUP_HEADER: &str = "X-MS-Exchange-UnifiedGroup-SubmittedViaGroupAddress";
const GROUP_PATTERN: &str = "/o=ExchangeLabs/ou=Exchange Administrative Group";
const PREPARE: &str = "run the script with -Step prepare";

pub(super) fn compare(plan: &Plan, readback: &Readback, checks: &mut Checks) {
    let route = named(readback, RULES, &route_rule_name(plan));
    let reply = named(readback, RULES, &reply_rule_name(plan));
    presence("route_rule", &route, "without it no mail comes to us", checks);
    if let Some(Some(record)) = &route {
        state(plan, readback, record, checks);
        action(plan, record, checks);
        exceptions(plan, record, checks);
        restricted(plan, readback.top(), record, checks);
        order(plan, record, checks);
        scope(plan, record, checks);
    }
    let why = "without it automatic replies are routed to us and, having no sender, may be refused on their way back";
    presence("reply_rule", &reply, why, checks);
    if let Some(Some(record)) = &reply {
        replies(plan, record, checks);
    }
}

fn presence(check: &'static str, rule: &Option<Option<Record>>, why: &'static str, checks: &mut Checks) {
    let (state, is) = match rule {
        None => (State::Unknown, "not in the file"),
        Some(None) => (State::Fail, "missing"),
        Some(Some(_)) => (State::Ok, "there"),
    };
    checks.add(About { check, key: "", why, mend: PREPARE }, state, is, "there");
}

/// On only after a test, and on at last.
fn state(plan: &Plan, readback: &Readback, record: &Record, checks: &mut Checks) {
    let outbound = named(readback, "OutboundConnectors", &outbound_name(plan)).flatten();
    let tested = outbound.map_or(Field::Missing, |outbound| outbound.flag("IsValidated"));
    let is_on = record.word("State").set().is_some_and(|state| state.eq_ignore_ascii_case("Enabled"));
    let mend = if tested == Field::Set(true) {
        "run the script with -Step enable (if it was switched off in an emergency: when that is over)"
    } else {
        "run the script with -Step test -Recipient ADDRESS, then with -Step enable"
    };
    let why = "while the rule is off, mail leaves without a signature; a change takes up to one hour";
    checks.word(About { check: "route_rule.state", key: "State", why, mend }, record, "Enabled");
    if is_on && tested != Field::Set(true) {
        let why = "a rule that is on sends everybody's mail by a connector that nobody has tried";
        let mend = "run the script with -Step disable, then -Step test -Recipient ADDRESS, then -Step enable";
        let about = About { check: "route_rule.tested", key: "IsValidated", why, mend };
        checks.add(
            about,
            State::Fail,
            "the rule is on, the connector was never validated",
            "validated before the rule is on",
        );
    }
    let mend = format!("Set-TransportRule -Identity {} -Mode Enforce", literal(&route_rule_name(plan)));
    let why = "in any other mode the rule only watches";
    checks.word(About { check: "route_rule.mode", key: "Mode", why, mend: &mend }, record, "Enforce");
    let mend =
        format!("Set-TransportRule -Identity {} -RuleErrorAction Ignore", literal(&route_rule_name(plan)));
    let why = "if a rule cannot be evaluated, mail should leave without a signature rather than wait";
    checks.word(
        About { check: "route_rule.error_action", key: "RuleErrorAction", why, mend: &mend },
        record,
        "Ignore",
    );
}

fn action(plan: &Plan, record: &Record, checks: &mut Checks) {
    let set =
        |rest: String| format!("Set-TransportRule -Identity {} {rest}", literal(&route_rule_name(plan)));
    let outbound = outbound_name(plan);
    let mend = set(format!("-RouteMessageOutboundConnector {}", literal(&outbound)));
    let why = "the rule has to name our connector";
    let about =
        About { check: "route_rule.connector", key: "RouteMessageOutboundConnector", why, mend: &mend };
    checks.word(about, record, &outbound);
    let mend = set("-StopRuleProcessing $true".to_owned());
    let why = "later rules run when the message is back; running twice, they would act twice";
    let about = About { check: "route_rule.stop", key: "StopRuleProcessing", why, mend: &mend };
    checks.flag(about, record, true);
    let Some(secret) = &plan.secret else { return };
    let why = "Signpost takes this organisation's mail only with the value that its rule sets";
    let about = About { check: "route_rule.secret_header", key: "SetHeaderName", why, mend: PREPARE };
    checks.word(about, record, &secret.name);
    let about = About { check: "route_rule.secret_value", key: "SetHeaderValueHash", why, mend: PREPARE };
    let should = "the hash of a value of connector.secret_header";
    let known: Vec<String> = secret.values.iter().map(|value| hash(value.reveal())).collect();
    match record.word(about.key) {
        _ if known.is_empty() => checks.add(
            about,
            State::Unknown,
            "no value is known here: set what connector.secret_header names",
            should,
        ),
        Field::Set(is) if known.contains(&is.to_ascii_lowercase()) => {
            checks.add(about, State::Ok, "a value that we know", should)
        }
        Field::Set(_) => checks.add(about, State::Fail, "another value", should),
        Field::Empty => checks.add(about, State::Fail, "nothing", should),
        Field::Number(_) | Field::Missing => checks.add(about, State::Unknown, "not in the file", should),
    }
}

fn hash(value: &str) -> String {
    Sha256::digest(value.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn exceptions(plan: &Plan, record: &Record, checks: &mut Checks) {
    let set =
        |rest: String| format!("Set-TransportRule -Identity {} {rest}", literal(&route_rule_name(plan)));
    let word = &plan.processed_word;
    let why = "without this exception a returned message is sent to us again: a loop";
    let mend = set(format!(
        "-ExceptIfHeaderContainsMessageHeader '{PROCESSED_HEADER}' -ExceptIfHeaderContainsWords {}",
        literal(word)
    ));
    let header = About {
        check: "exception.processed_header",
        key: "ExceptIfHeaderContainsMessageHeader",
        why,
        mend: &mend,
    };
    checks.word(header, record, PROCESSED_HEADER);
    let words = About { check: "exception.processed_word", key: "ExceptIfHeaderContainsWords", ..header };
    checks.entry(words, record, word, |is| is == word);
    let why = "a message that a group expands would be signed and sent once more";
    let mend = set(format!(
        "-ExceptIfHeaderMatchesMessageHeader '{GROUP_HEADER}' -ExceptIfHeaderMatchesPatterns '{GROUP_PATTERN}'"
    ));
    let group = About {
        check: "exception.group_header",
        key: "ExceptIfHeaderMatchesMessageHeader",
        why,
        mend: &mend,
    };
    checks.word(group, record, GROUP_HEADER);
    let pattern = About { check: "exception.group_pattern", key: "ExceptIfHeaderMatchesPatterns", ..group };
    checks.entry(pattern, record, GROUP_PATTERN, |is| is == GROUP_PATTERN);
    let why = "reports and receipts have no sender and no need of a signature, and may be refused on their way back";
    let mend = set("-ExceptIfFromAddressMatchesPatterns '<>' -SenderAddressLocation Envelope".to_owned());
    let null =
        About { check: "exception.null_sender", key: "ExceptIfFromAddressMatchesPatterns", why, mend: &mend };
    checks.entry(null, record, "<>", |is| is == "<>");
    let location = About { check: "exception.null_sender_place", key: "SenderAddressLocation", ..null };
    checks.word(location, record, "Envelope");
    let why = "an invitation that takes the way over us can become an ordinary message";
    let mend = set("-ExceptIfMessageTypeMatches Calendaring".to_owned());
    let calendar = About { check: "exception.calendar", key: "ExceptIfMessageTypeMatches", why, mend: &mend };
    checks.word(calendar, record, "Calendaring");
    size(plan, record, &set(format!("-ExceptIfMessageSizeOver {}B", plan.size_max.0)), checks);
}

fn size(plan: &Plan, record: &Record, mend: &str, checks: &mut Checks) {
    let why = "what is larger gets no signature, so its way over us is for nothing, or it is refused";
    let about = About { check: "exception.size", key: "ExceptIfMessageSizeOver", why, mend };
    let should = format!("{} bytes", plan.size_max.0);
    match record.word(about.key) {
        Field::Set(text) => match bytes(&text) {
            Some(is) if is == 0 || is > plan.size_max.0 => checks.add(about, State::Fail, text, should),
            Some(_) => checks.add(about, State::Ok, text, should),
            None => checks.add(about, State::Unknown, text, should),
        },
        Field::Number(text) => {
            let is = text.parse().unwrap_or(u64::MAX);
            let state = if is > plan.size_max.0 { State::Fail } else { State::Ok };
            checks.add(about, state, format!("{text} bytes"), should);
        }
        Field::Empty => checks.add(about, State::Fail, "nothing", should),
        Field::Missing => checks.add(about, State::Unknown, "not in the file", should),
    }
}

/// `25 MB (26,214,400 bytes)`, as Exchange prints a size, or a plain number.
fn bytes(text: &str) -> Option<u64> {
    let exact = text.split_once('(').map_or(text, |(_, rest)| rest);
    let digits: String =
        exact.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(|c| *c != ',').collect();
    let rest = exact.trim_start_matches(|c: char| c.is_ascii_digit() || c == ',').trim_start();
    let plain = rest.is_empty() || rest.starts_with("bytes") || rest.eq_ignore_ascii_case("b");
    digits.parse().ok().filter(|_| plain)
}

/// Rooms and restricted groups.
fn restricted(plan: &Plan, top: &Record, record: &Record, checks: &mut Checks) {
    let known = top.words("RestrictedRecipients");
    let excepted = record.words("ExceptIfAnyOfToCcHeader");
    let why = "rooms and restricted groups refuse returned mail, because it comes from no signed-in user (5.7.133 to 5.7.136)";
    let (Some(known), Some(excepted)) = (known, excepted) else {
        let about = About { check: "exception.restricted", key: "", why, mend: PREPARE };
        return checks.add(about, State::Unknown, "not in the file", "every room and restricted group");
    };
    let has = |one: &&String| !excepted.iter().any(|other| other.eq_ignore_ascii_case(one));
    let missing: Vec<String> = known.iter().filter(has).cloned().collect();
    let all = excepted.iter().chain(&missing).map(String::as_str);
    let mend = format!(
        "Set-TransportRule -Identity {} -ExceptIfAnyOfToCcHeader {}",
        literal(&route_rule_name(plan)),
        list(all)
    );
    let about = About { check: "exception.restricted", key: "", why, mend: &mend };
    let should = format!("{} rooms and restricted groups", known.len());
    if missing.is_empty() {
        checks.add(about, State::Ok, should.clone(), should);
    } else {
        checks.add(about, State::Fail, format!("not excepted: {}", shown(&missing)), should);
    }
}

fn order(plan: &Plan, record: &Record, checks: &mut Checks) {
    let why = "a rule before it could send the message elsewhere or end the rules, and replies have to be marked first";
    let mend = format!(
        "Set-TransportRule -Identity {} -Priority 0; Set-TransportRule -Identity {} -Priority 1",
        literal(&reply_rule_name(plan)),
        literal(&route_rule_name(plan))
    );
    let about = About { check: "route_rule.priority", key: "Priority", why, mend: &mend };
    priority(about, record, 1, checks);
}

fn priority(about: About<'_>, record: &Record, should: u64, checks: &mut Checks) {
    match record.number(about.key) {
        Field::Set(is) => {
            let state = if is == should { State::Ok } else { State::Fail };
            checks.add(about, state, is.to_string(), should.to_string());
        }
        Field::Empty | Field::Missing | Field::Number(_) => {
            checks.add(about, State::Unknown, "not in the file", should.to_string());
        }
    }
}

fn scope(plan: &Plan, record: &Record, checks: &mut Checks) {
    let set = |rest: &str| format!("Set-TransportRule -Identity {} {rest}", literal(&route_rule_name(plan)));
    let mend = set("-FromScope InOrganization");
    let why = "mail from outside has no place at the relay, which refuses it";
    checks.word(
        About { check: "route_rule.from_scope", key: "FromScope", why, mend: &mend },
        record,
        "InOrganization",
    );
    let mend = set("-FromMemberOf $null");
    let why = "the rule is limited to a pilot group: others get no signature";
    let about = About { check: "route_rule.pilot", key: "FromMemberOf", why, mend: &mend };
    match record.words(about.key) {
        None => checks.add(about, State::Unknown, "not in the file", "everybody"),
        Some(groups) if groups.is_empty() => checks.add(about, State::Ok, "everybody", "everybody"),
        Some(groups) => checks.add(about, State::Warn, shown(&groups), "everybody"),
    }
}

fn replies(plan: &Plan, record: &Record, checks: &mut Checks) {
    let name = literal(&reply_rule_name(plan));
    let why = "it marks automatic replies before the other rule sees them";
    let mend = format!("Enable-TransportRule -Identity {name} -Confirm:$false");
    checks.word(About { check: "reply_rule.state", key: "State", why, mend: &mend }, record, "Enabled");
    let mend = format!("Set-TransportRule -Identity {name} -Mode Enforce -RuleErrorAction Ignore");
    checks.word(About { check: "reply_rule.mode", key: "Mode", why, mend: &mend }, record, "Enforce");
    let mend = format!("Set-TransportRule -Identity {name} -Priority 0");
    priority(About { check: "reply_rule.priority", key: "Priority", why, mend: &mend }, record, 0, checks);
    let mend = format!("Set-TransportRule -Identity {name} -MessageTypeMatches OOF");
    checks.word(
        About { check: "reply_rule.type", key: "MessageTypeMatches", why, mend: &mend },
        record,
        "OOF",
    );
    let word = &plan.processed_word;
    let mend = format!(
        "Set-TransportRule -Identity {name} -SetHeaderName '{PROCESSED_HEADER}' -SetHeaderValue {}",
        literal(word)
    );
    let about = About { check: "reply_rule.header", key: "SetHeaderName", why, mend: &mend };
    checks.word(about, record, PROCESSED_HEADER);
    // A header's value is read back as its hash, because the other rule's is a secret.
    let about = About { check: "reply_rule.value", key: "SetHeaderValueHash", ..about };
    let before = checks.0.len();
    checks.word(about, record, &hash(word));
    for finding in &mut checks.0[before..] {
        finding.should = format!("the hash of {word}");
        if finding.state == State::Ok {
            finding.is.clone_from(&finding.should);
        }
    }
}
