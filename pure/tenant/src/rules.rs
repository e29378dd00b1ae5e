//! `rules.toml`: rules and policy, with what they name checked against the rest of the folder.
//!
//! A rule that names a signature, a column or a word that does not exist could never do what its writer meant; it is a problem with
//! the line of the value. A group that nobody is in may be one that is still to be filled, and is a warning.

use crate::people::{Directory, column_hint};
use crate::suggest::hint;
use crate::written::{Report, Table, Value};
use signatures::place::ClientSignature;
use signatures::{
    Conditions, MessageKind, OlderSignatures, Policy, RecipientKind, Rule, SignatureName, Templates, Then,
    UnknownPerson,
};
use std::collections::BTreeSet;

/// The file's name in a folder.
pub(crate) const FILE: &str = "rules.toml";
const RULES_MAX: usize = 1_000;
const NAME_LEN_MAX: usize = 200;
const ENTRIES_MAX: usize = 10_000;
const PATTERNS_MAX: usize = 100;
const MARKER_LEN: core::ops::RangeInclusive<usize> = 3..=64;

const RECIPIENTS: [(&str, RecipientKind); 5] = [
    ("any", RecipientKind::Any),
    ("internal", RecipientKind::Internal),
    ("external", RecipientKind::External),
    ("mixed", RecipientKind::Mixed),
    ("", RecipientKind::Any),
];
const MESSAGES: [(&str, MessageKind); 3] =
    [("new", MessageKind::New), ("reply", MessageKind::Reply), ("forward", MessageKind::Forward)];
const THEN: [(&str, Then); 2] = [("stop", Then::Stop), ("continue", Then::Continue)];
const CLIENT_SIGNATURE: [(&str, ClientSignature); 3] =
    [("replace", ClientSignature::Replace), ("keep", ClientSignature::Keep), ("skip", ClientSignature::Skip)];
const OLDER_SIGNATURES: [(&str, OlderSignatures); 2] =
    [("keep", OlderSignatures::Keep), ("fold", OlderSignatures::Fold)];

/// What rules may name.
pub(crate) struct Known<'k> {
    pub(crate) templates: &'k Templates,
    pub(crate) directory: &'k Directory,
}

/// Reads the whole file.
pub(crate) fn read(
    mut top: Table<'_>,
    known: &Known<'_>,
    report: &mut Report,
) -> Option<(Vec<Rule>, Policy)> {
    let tables = top.take("rule").map(|value| value.tables(report)).unwrap_or_default();
    if tables.len() > RULES_MAX {
        report.whole(format!("has more than {RULES_MAX} rules"));
        return None;
    }
    let mut names = BTreeSet::new();
    let mut rules = Vec::new();
    for (place, table) in tables.into_iter().enumerate() {
        let start = table.start();
        let Some(rule) = rule(table, place, known, report) else { continue };
        if !names.insert(rule.name.clone()) {
            report.at(
                start,
                format!("two rules have the name `{}`; the trail could not tell them apart", rule.name),
            );
        }
        rules.push(rule);
    }
    let policy = policy(&mut top, known, report);
    top.finish(report);
    Some((rules, policy))
}

/// The policy of a folder that says nothing.
pub(crate) fn default_policy() -> Policy {
    Policy {
        client_signature: ClientSignature::Replace,
        marker: Some("{EMAILSIGNATURE}".to_owned()),
        older_signatures: OlderSignatures::Keep,
        unknown_person: UnknownPerson::Nothing,
    }
}

fn policy(top: &mut Table<'_>, known: &Known<'_>, report: &mut Report) -> Policy {
    let mut policy = default_policy();
    let Some(mut table) = top.table("policy", report) else { return policy };
    let client = table.take("client_signature").and_then(|value| value.word(&CLIENT_SIGNATURE, report));
    if let Some(chosen) = client {
        policy.client_signature = chosen;
    }
    if let Some(value) = table.take("marker") {
        policy.marker = marker(&value, report);
    }
    let older = table.take("older_signatures").and_then(|value| value.word(&OLDER_SIGNATURES, report));
    policy.older_signatures = older.unwrap_or_default();
    if let Some(value) = table.take("unknown_person") {
        policy.unknown_person = unknown_person(&value, known, report).unwrap_or_default();
    }
    table.finish(report);
    policy
}

/// A word that is found in text as people type it; an empty one switches the search off.
fn marker(value: &Value<'_>, report: &mut Report) -> Option<String> {
    let text = value.text(report).filter(|text| !text.is_empty())?;
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'&'));
    if !plain || !MARKER_LEN.contains(&text.len()) {
        value.problem(
            report,
            format!("`{text}` is not 3 to 64 printable ASCII characters without space, <, > and &"),
        );
    }
    Some(text.to_owned())
}

fn unknown_person(value: &Value<'_>, known: &Known<'_>, report: &mut Report) -> Option<UnknownPerson> {
    match value.text(report)? {
        "nothing" => Some(UnknownPerson::Nothing),
        "hold" => Some(UnknownPerson::Hold),
        _ => signature(value, known, report).flatten().map(UnknownPerson::Signature),
    }
}

fn rule(mut table: Table<'_>, place: usize, known: &Known<'_>, report: &mut Report) -> Option<Rule> {
    let name = table.take("name").and_then(|value| value.line(NAME_LEN_MAX, report)).unwrap_or_default();
    let name = if name.is_empty() { format!("rule {}", place + 1) } else { name.to_owned() };
    let chosen = table.require("signature", report).and_then(|value| signature(&value, known, report));
    let for_replies = match table.take("reply_signature") {
        Some(value) => signature(&value, known, report),
        None => chosen.clone(),
    };
    let then = table.take("then").and_then(|value| value.word(&THEN, report)).unwrap_or_default();
    let when = table.table("when", report).map(|table| conditions(table, known, report));
    let except = table.table("except", report).map(|table| conditions(table, known, report));
    table.finish(report);
    Some(Rule {
        name,
        signature: chosen?,
        reply_signature: for_replies?,
        then,
        when: when.unwrap_or_default(),
        except: except.unwrap_or_default(),
    })
}

/// A signature that exists, or nothing for `""`. The outer `None` is a problem.
fn signature(value: &Value<'_>, known: &Known<'_>, report: &mut Report) -> Option<Option<SignatureName>> {
    let text = value.text(report)?;
    if text.is_empty() {
        return Some(None);
    }
    let name: SignatureName = value.parse(report)?;
    if known.templates.contains(&name) {
        return Some(Some(name));
    }
    let hint = hint(text, known.templates.names().map(SignatureName::as_str));
    value.problem(report, format!("there is no signatures/{text}.html or signatures/{text}.txt{hint}"));
    None
}

fn conditions(mut table: Table<'_>, known: &Known<'_>, report: &mut Report) -> Conditions {
    let start = table.start();
    let mut conditions = Conditions::default();
    if let Some(value) = table.take("senders") {
        conditions.senders = value.parse_list(ENTRIES_MAX, report);
    }
    if let Some(value) = table.take("groups") {
        conditions.groups = groups(&value, known.directory, report);
    }
    if let Some(value) = table.take("domains") {
        conditions.domains = value.parse_list(ENTRIES_MAX, report);
    }
    if let Some(attributes) = table.table("attributes", report) {
        conditions.attributes = self::attributes(&attributes, known.directory, report);
    }
    if let Some(recipients) = table.take("recipients").and_then(|value| value.word(&RECIPIENTS, report)) {
        conditions.recipients = recipients;
    }
    if let Some(value) = table.take("recipient_domains") {
        conditions.recipient_domains = value.parse_list(ENTRIES_MAX, report);
    }
    if let Some(value) = table.take("subject") {
        conditions.subject = value.parse_list(PATTERNS_MAX, report);
    }
    if let Some(value) = table.take("body") {
        conditions.body = value.parse_list(PATTERNS_MAX, report);
    }
    if let Some(value) = table.take("message") {
        let words = value.list(report);
        conditions.message = words.iter().filter_map(|word| word.word(&MESSAGES, report)).collect();
    }
    conditions.from = table.take("from").and_then(|value| value.time(report));
    conditions.until = table.take("until").and_then(|value| value.time(report));
    if let (Some(from), Some(until)) = (conditions.from, conditions.until)
        && until <= from
    {
        report.at(start, "`until` is not after `from`; the rule would never match");
    }
    table.finish(report);
    conditions
}

fn groups(value: &Value<'_>, directory: &Directory, report: &mut Report) -> Vec<String> {
    let mut groups = Vec::new();
    for entry in value.list(report) {
        let Some(group) = entry.line(NAME_LEN_MAX, report) else { continue };
        if !directory.people.iter().any(|person| person.is_in(group)) {
            let known = directory.people.iter().flat_map(|person| &person.groups).map(String::as_str);
            report.warn(entry.start(), format!("nobody is in the group `{group}`{}", hint(group, known)));
        }
        groups.push(group.to_owned());
    }
    groups
}

fn attributes(
    table: &Table<'_>,
    directory: &Directory,
    report: &mut Report,
) -> std::collections::BTreeMap<String, String> {
    let mut attributes = std::collections::BTreeMap::new();
    for (column, value) in table.pairs() {
        if !directory.columns.iter().any(|known| known == column) {
            let hint = column_hint(column, &directory.columns);
            value.problem(report, format!("people.csv has no column `{column}`{hint}"));
        }
        if let Some(text) = value.line(NAME_LEN_MAX, report) {
            attributes.insert(column.to_owned(), text.to_owned());
        }
    }
    attributes
}
