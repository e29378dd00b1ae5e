//! `dnsbl`: what block lists say of this node's addresses and domains, and the cases that somebody works on.

use super::{ask_node, print, print_json, table, text_of};
use crate::cli::DnsblCommand;
use crate::control::Request;
use anyhow::Result;
use serde_json::Value;
use std::fmt::Write as _;

pub(crate) fn dnsbl(command: DnsblCommand) -> Result<()> {
    match command {
        DnsblCommand::Ls { all, data, json } => {
            let answer = ask_node(&data, &Request::DnsblList)?;
            if json { print_json(&answer) } else { print(&list(&answer, all)) }
        }
        DnsblCommand::Show { subject, data, json } => {
            let answer = ask_node(&data, &Request::DnsblShow { subject })?;
            if json { print_json(&answer) } else { print(&show(&answer)) }
        }
        DnsblCommand::Asked { subject, zone, data, json } => {
            let case = ask_node(&data, &Request::DnsblAsked { subject, zone })?;
            if json {
                return print_json(&case);
            }
            let (subject, zone) = (text_of(&case, "subject"), text_of(&case["listing"], "zone"));
            print(&format!("{subject} in {zone}: asked for; due {}\n", minute(&case, "due")))
        }
    }
}

fn list(answer: &Value, all: bool) -> String {
    let zones: Vec<Vec<String>> = entries(answer, "zones")
        .map(|zone| {
            let words = ["zone", "tier", "trust"].map(|key| text_of(zone, key));
            let mut row = Vec::from(words);
            row.extend(["good", "next"].map(|key| minute(zone, key)));
            row.push(text_of(zone, "why"));
            row
        })
        .collect();
    let mut text = table(&["list", "tier", "trust", "last good poll", "next", ""], &zones);
    let lines = entries(answer, "lines");
    let shown: Vec<Vec<String>> = lines
        .filter(|line| all || text_of(line, "standing") != "clean")
        .map(|line| {
            let whose = whose(line);
            let words = ["zone", "standing"].map(|key| text_of(line, key));
            let [zone, standing] = words;
            vec![
                text_of(line, "subject"),
                whose,
                zone,
                standing,
                minute(line, "since"),
                minute(line, "polled"),
            ]
        })
        .collect();
    text.push('\n');
    if shown.is_empty() {
        text.push_str("Every address and domain is clean in every list; --all shows them.\n");
    } else {
        text.push_str(&table(&["subject", "of", "list", "standing", "since", "last poll"], &shown));
    }
    let open: Vec<&Value> =
        entries(answer, "cases").filter(|case| text_of(case, "state") != "closed").collect();
    for case in open {
        let _infallible = write!(text, "\n{}", case_text(case));
    }
    text
}

fn show(answer: &Value) -> String {
    let mut text = String::new();
    for line in entries(answer, "lines") {
        let zone = text_of(line, "zone");
        let _infallible = writeln!(
            text,
            "{} in {zone} (tier {}): {} since {}, next poll {}",
            text_of(line, "subject"),
            text_of(line, "tier"),
            text_of(line, "standing"),
            minute(line, "since"),
            minute(line, "next"),
        );
        let polls = answer["polls"][&zone].as_array().into_iter().flatten();
        for poll in polls {
            let count = if poll["counts"] == true { "" } else { "  (does not count)" };
            let (at, witness) = (point(poll, "at", "2026-01-01T00:00:00".len()), text_of(poll, "witness"));
            let _infallible = writeln!(text, "  {at}  {witness}  {}{count}", finding(&poll["finding"]));
        }
    }
    for case in entries(answer, "cases") {
        let _infallible = write!(text, "\n{}", case_text(case));
    }
    text
}

fn entries<'a>(answer: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    answer[key].as_array().into_iter().flatten()
}

fn whose(line: &Value) -> String {
    let sources: Vec<&str> = entries(line, "sources").filter_map(Value::as_str).collect();
    if sources.is_empty() { text_of(line, "tenant") } else { sources.join(", ") }
}

/// `Clean`, or an object with one key.
fn finding(finding: &Value) -> String {
    let names =
        |listing: &Value| entries(listing, "names").filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
    match (&finding["Listed"], &finding["Unknown"]) {
        (Value::Null, Value::Null) => "clean".to_owned(),
        (Value::Null, unknown) => {
            let why = unknown.as_object().and_then(|why| why.values().next()).and_then(Value::as_str);
            format!("unknown: {}", why.unwrap_or_default())
        }
        (listing, _) => format!("listed: {}", names(listing)),
    }
}

fn case_text(case: &Value) -> String {
    let listing = &case["listing"];
    let names: Vec<&str> = entries(listing, "names").filter_map(Value::as_str).collect();
    let mut text = format!(
        "case: {} in {} ({}), opened {}",
        text_of(case, "subject"),
        text_of(case, "zone"),
        names.join(", "),
        minute(case, "opened")
    );
    match text_of(case, "listed_again").as_str() {
        "0" => {}
        times => text.push_str(&format!(", came back {times} times")),
    }
    text.push('\n');
    let reason = text_of(listing, "text");
    if !reason.is_empty() {
        let _infallible = writeln!(text, "  reason:  {reason}");
    }
    let state = match text_of(case, "state").as_str() {
        "asked" => format!(
            "removal asked for by {} at {}, due {}",
            text_of(case, "by"),
            minute(case, "at"),
            minute(case, "due")
        ),
        "closed" => format!("closed {}", minute(case, "at")),
        _ => "open: find the cause, ask for removal, then tell it by `signpost dnsbl asked`".to_owned(),
    };
    let (link, takes) = (text_of(case, "removal_link"), text_of(case, "removal_takes"));
    let _infallible = writeln!(text, "  state:   {state}\n  removal: {link}\n           ({takes})");
    text
}

/// A point in time to the minute, or a dash.
fn minute(value: &Value, key: &str) -> String {
    point(value, key, "2026-01-01T00:00".len())
}

fn point(value: &Value, key: &str, len: usize) -> String {
    let text = text_of(value, key);
    match text.get(..len) {
        Some(point) => format!("{}Z", point.replace('T', " ")),
        None => "-".to_owned(),
    }
}
