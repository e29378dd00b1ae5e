//! How `tenant.toml` may be written: the second of its two readings.
//!
//! Every key is taken here exactly once with its bounds; a missing one gets the default that its sentence in `settings` names. A
//! wrong value gets the default too, but has been reported, so nothing made of it is ever published.

use super::{Limits, OnFailure, Results, Settings, Stamping};
use super::{connector, dkim, egress};
use crate::Folder;
use crate::written::{Report, Table, Value};
use model::{Address, ByteCount, Domain, RegionName, TenantName};

/// Where the values come from that the file only names.
pub(crate) struct Outside<'o> {
    pub(crate) folder: &'o Folder,
    pub(crate) secrets: &'o dyn Fn(&str) -> Option<String>,
}

const DISPLAY_NAME_LEN_MAX: usize = 200;
const DOMAINS_MAX: usize = 1_000;
const CONTACTS_MAX: usize = 20;
const STAMP_SIZE_DEFAULT: ByteCount = ByteCount(25 << 20);
const STAMP_SIZE_MAX: ByteCount = ByteCount(150 << 20);
const MESSAGE_SIZE_MAX: ByteCount = ByteCount(1 << 30);
const RECIPIENTS_DEFAULT: u32 = 1_000;

/// Reads the whole file. The name comes apart, because problems are told with it also where there are no settings.
pub(crate) fn settings(
    mut top: Table<'_>,
    outside: &Outside<'_>,
    report: &mut Report,
) -> Option<(TenantName, Option<Settings>)> {
    let name = top.require("name", report).and_then(|value| value.parse::<TenantName>(report));
    let display_name = top.take("display_name").and_then(|value| value.line(DISPLAY_NAME_LEN_MAX, report));
    let display_name = display_name.map(str::to_owned);
    let domains = top.require("domains", report).map(|value| domains(&value, report));
    let region = top.require("region", report).and_then(|value| value.parse::<RegionName>(report));
    let cross_region = top.take("cross_region").and_then(|value| value.flag(report)).unwrap_or(false);
    let language = top.take("language").and_then(|value| language(&value, report));
    let contacts = contacts(&mut top, report);
    let connector = connector::read(&mut top, outside, report);
    let egress = egress::read(&mut top, domains.as_deref().unwrap_or_default(), outside, report);
    let stamping = stamping(&mut top, name.as_ref(), report);
    let dkim = dkim::read(&mut top, domains.as_deref().unwrap_or_default(), outside, report);
    let arrival = arrival(&mut top, report);
    let limits = limits(&mut top, report);
    top.finish(report);
    let name = name?;
    let settings = domains.zip(region).zip(egress).map(|((domains, region), egress)| Settings {
        name: name.clone(),
        display_name: display_name.unwrap_or_else(|| name.to_string()),
        domains,
        region,
        cross_region,
        language: language.unwrap_or_else(|| "en".to_owned()),
        contacts,
        connector,
        egress,
        stamping,
        dkim,
        arrival,
        limits,
    });
    Some((name, settings))
}

fn domains(value: &Value<'_>, report: &mut Report) -> Vec<Domain> {
    let entries = value.list(report);
    if entries.is_empty() {
        value.problem(report, "needs at least one domain in which the tenant's people send");
    }
    if entries.len() > DOMAINS_MAX {
        value.problem(report, format!("has more than {DOMAINS_MAX} entries"));
    }
    let mut known: Vec<Domain> = Vec::new();
    for entry in &entries {
        let Some(domain) = entry.parse::<Domain>(report) else { continue };
        if domain.is_literal() {
            entry.problem(report, format!("`{domain}` is an address in brackets; write a domain name"));
        } else if known.contains(&domain) {
            entry.problem(report, format!("`{domain}` is listed twice"));
        } else {
            known.push(domain);
        }
    }
    known
}

/// A tag as BCP 47 writes it: two or three letters, then parts of up to eight letters or digits.
fn language(value: &Value<'_>, report: &mut Report) -> Option<String> {
    let text = value.text(report)?;
    let mut parts = text.split('-');
    let primary = parts.next().unwrap_or_default();
    let good = matches!(primary.len(), 2..=3)
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts
            .all(|part| matches!(part.len(), 1..=8) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if !good {
        value.problem(report, format!("`{text}` is not a language tag such as `de` or `pt-BR`"));
    }
    good.then(|| text.to_owned())
}

fn contacts(top: &mut Table<'_>, report: &mut Report) -> Vec<Address> {
    let contacts =
        top.take("contacts").map(|value| value.parse_list(CONTACTS_MAX, report)).unwrap_or_default();
    if contacts.is_empty() {
        report.warn(top.start(), "`contacts` is empty: nobody can be told when mail waits; name an address");
    }
    contacts
}

fn arrival(top: &mut Table<'_>, report: &mut Report) -> Results {
    let words = [("chain", Results::Chain), ("always", Results::Always)];
    let Some(mut table) = top.table("arrival", report) else { return Results::default() };
    let results = table.take("results").and_then(|value| value.word(&words, report));
    table.finish(report);
    results.unwrap_or_default()
}

fn stamping(top: &mut Table<'_>, name: Option<&TenantName>, report: &mut Report) -> Stamping {
    let mut stamping = Stamping {
        on_failure: OnFailure::Pass,
        processed_word: format!("{}-signed", name.map(TenantName::as_str).unwrap_or_default()),
        size_max: STAMP_SIZE_DEFAULT,
        result_headers: true,
        images_url: None,
    };
    let Some(mut table) = top.table("stamping", report) else { return stamping };
    let words = [("pass", OnFailure::Pass), ("hold", OnFailure::Hold)];
    if let Some(chosen) = table.take("on_failure").and_then(|value| value.word(&words, report)) {
        stamping.on_failure = chosen;
    }
    if let Some(word) = table.take("processed_word").and_then(|value| processed_word(&value, report)) {
        stamping.processed_word = word;
    }
    let bounds = ByteCount(0)..=STAMP_SIZE_MAX;
    if let Some(size) = table.take("size_max").and_then(|value| value.size(bounds, report)) {
        stamping.size_max = size;
    }
    if let Some(flag) = table.take("result_headers").and_then(|value| value.flag(report)) {
        stamping.result_headers = flag;
    }
    stamping.images_url = table.take("images_url").and_then(|value| match value.text(report)? {
        "" => None,
        _ => value.parse(report),
    });
    table.finish(report);
    stamping
}

/// The word stands between spaces in a header that a transport rule matches by words, hence its narrow alphabet.
fn processed_word(value: &Value<'_>, report: &mut Report) -> Option<String> {
    let text = value.text(report)?;
    let good =
        matches!(text.len(), 4..=64) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !good {
        value.problem(report, format!("`{text}` is not 4 to 64 letters, digits and dashes"));
    }
    good.then(|| text.to_owned())
}

fn limits(top: &mut Table<'_>, report: &mut Report) -> Limits {
    let mut limits = Limits {
        messages_per_minute: None,
        recipients_per_message: Some(RECIPIENTS_DEFAULT),
        recipients_per_minute: None,
        sender_messages_per_minute: None,
        sender_recipients_per_minute: None,
        message_size: None,
        connections: None,
    };
    let Some(mut table) = top.table("limits", report) else { return limits };
    for (key, place) in [
        ("messages_per_minute", &mut limits.messages_per_minute),
        ("recipients_per_message", &mut limits.recipients_per_message),
        ("recipients_per_minute", &mut limits.recipients_per_minute),
        ("sender_messages_per_minute", &mut limits.sender_messages_per_minute),
        ("sender_recipients_per_minute", &mut limits.sender_recipients_per_minute),
        ("connections", &mut limits.connections),
    ] {
        if let Some(value) = table.take(key) {
            *place = limit(&value, report);
        }
    }
    let bounds = ByteCount(0)..=MESSAGE_SIZE_MAX;
    let size = table.take("message_size").and_then(|value| value.size(bounds, report));
    limits.message_size = size.filter(|size| size.0 > 0);
    table.finish(report);
    limits
}

fn limit(value: &Value<'_>, report: &mut Report) -> Option<u32> {
    let number = value.number(0..=u64::from(u32::MAX), report)?;
    u32::try_from(number).ok().filter(|number| *number > 0)
}
