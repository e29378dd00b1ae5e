//! An explanation laid out: why, when, how far, and every source with what speaks for or against it.

use super::text_of;
use crate::commands::way::{limits, now};
use serde_json::Value;

/// The lines behind those of `queue show`.
pub(super) fn explained(entry: &Value) -> String {
    let told = &entry["explanation"];
    let of = |key| text_of(told, key);
    let mut lines = vec![line("because", &of("because"))];
    lines.push(line("tenant", &tenant(told)));
    if told.get("tenant_held").is_some() {
        lines.push(line("held", &of("tenant_held")));
    }
    lines.push(line("next", &next(told)));
    let limits = &told["limits"];
    let bound = |now, max| format!("{} of {}", text_of(limits, now), text_of(limits, max));
    let (own, all) =
        (bound("tenant_delivering", "tenant_delivering_max"), bound("delivering", "delivering_max"));
    lines.push(line("limits", &format!("{own} places of its tenant and {all} of the node are taken")));
    if let Some(last) = last_try(&told["last_try"]) {
        lines.push(line("last try", &last));
    }
    for route in told["routes"].as_array().into_iter().flatten() {
        lines.extend(route_lines(route));
    }
    lines.join("\n") + "\n"
}

fn line(key: &str, value: &str) -> String {
    format!("{key:<10} {value}")
}

fn tenant(told: &Value) -> String {
    let (name, used, current) =
        (text_of(told, "tenant"), text_of(told, "snapshot"), text_of(told, "current_snapshot"));
    match (used.is_empty(), current.is_empty()) {
        (true, _) => format!("{name} is not published"),
        (false, true) => format!("{name}, snapshot {used}; no current one is published"),
        (false, false) if used == current => format!("{name}, published; snapshot {used}, the current one"),
        (false, false) => {
            format!("{name}, published; snapshot {used} as at acceptance (the current one is {current})")
        }
    }
}

fn next(told: &Value) -> String {
    let waits = told["waits"].as_array().into_iter().flatten();
    let waits: Vec<String> = waits.map(|wait| format!("{wait} s")).collect();
    let (due, tries, expires) = (text_of(told, "due"), text_of(told, "tries"), text_of(told, "expires"));
    format!(
        "due {due} after {tries} tries; waits behind the next tries: {}; expires {expires}",
        waits.join(", ")
    )
}

/// What the last try met.
pub(super) fn last_try(tried: &Value) -> Option<String> {
    if tried.is_null() {
        return None;
    }
    let from = match text_of(tried, "source") {
        source if source.is_empty() => String::new(),
        source => format!("from {source} "),
    };
    let to = match text_of(tried, "host") {
        host if host.is_empty() => String::new(),
        host => format!("to {host}"),
    };
    let met = &tried["met"];
    let met = match met.is_null() {
        true => "its end is not known".to_owned(),
        false => format!("{} ({}), judged: {}", text_of(met, "text"), text_of(met, "stage"), judgement(met)),
    };
    let path = format!("{from}{to}");
    Some(if path.trim().is_empty() { met } else { format!("{}: {met}", path.trim()) })
}

/// What was decided, and because of what.
fn judgement(met: &Value) -> String {
    let decided = text_of(met, "judgement").replace('_', " ");
    let because: Vec<String> = ["category", "owner"]
        .map(|key| text_of(met, key))
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect();
    if because.is_empty() { decided } else { format!("{decided} ({})", because.join(", ")) }
}

/// A redirect as the command line writes it.
pub(super) fn redirect(redirect: &Value) -> String {
    match text_of(redirect, "tls") {
        tls if tls.is_empty() => text_of(redirect, "to"),
        tls => format!("{} (tls {tls})", text_of(redirect, "to")),
    }
}

fn route_lines(route: &Value) -> Vec<String> {
    let recipients: Vec<&str> =
        route["recipients"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let to = match recipients.as_slice() {
        [first, _, ..] => format!("{first} and {} more", recipients.len() - 1),
        few => few.join(", "),
    };
    let certificate =
        if route["client_certificate"] == true { ", showing the tenant's certificate" } else { "" };
    let kind = text_of(route, "kind").replace('_', " ");
    let mut lines = vec![line(
        "route",
        &format!("{kind} {} for {to}; tls {}{certificate}", text_of(route, "target"), text_of(route, "tls")),
    )];
    for host in route["hosts"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        lines.push(line("  host", host));
    }
    let not_resolved = text_of(route, "not_resolved");
    if !not_resolved.is_empty() {
        lines.push(line("  host", &format!("not resolved now: {not_resolved}")));
    }
    let site = text_of(route, "site");
    if !site.is_empty() {
        lines.push(line("  site", &format!("{site}: {}", limits(&route["limits"]))));
    }
    if let Some(way) = route.get("way") {
        lines.push(line("  way", &now(way)));
    }
    let chosen = text_of(route, "chosen");
    let sources: Vec<&Value> = route["sources"].as_array().into_iter().flatten().collect();
    let eligible = sources.iter().filter(|source| source.get("excluded").is_none()).count();
    lines.extend(sources.into_iter().map(|source| line("  source", &source_line(source, &chosen, eligible))));
    if chosen.is_empty() {
        lines.push(line("  source", "none can be used: the message waits"));
    }
    lines
}

fn source_line(source: &Value, chosen: &str, eligible: usize) -> String {
    let of = |key| text_of(source, key);
    let verdict = match of("excluded").as_str() {
        "" if of("name") == chosen => format!("chosen: the highest draw of {eligible} eligible"),
        "" => "eligible".to_owned(),
        "weight" => "out: its weight is 0".to_owned(),
        "not_of_the_tenant" => {
            "out: not in egress.sources of the tenant, kept for reports, or just refused".to_owned()
        }
        "failed" => "out: it could not be used a moment ago".to_owned(),
        "family" => "out: the next hop has no address of its family".to_owned(),
        other => match of("because").as_str() {
            "" => format!("out: {other}"),
            why => format!("out: {why}"),
        },
    };
    let draw = source["draw"].as_f64().unwrap_or_default();
    format!("{} {} weight {} draw {draw:.2}  {verdict}", of("name"), of("address"), of("weight"))
}
