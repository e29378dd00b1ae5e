//! `source`: which of our addresses are used, what was said of them, and an operator's order.

use super::{ask_node, print, print_json, table, text_of};
use crate::cli::{SourceArgs, SourceCommand};
use crate::control::{Request, SourceOrder};
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::fmt::Write as _;

pub(crate) fn source(command: SourceCommand) -> Result<()> {
    match command {
        SourceCommand::Ls { data, json } => {
            let answer = ask_node(&data, &Request::SourceList)?;
            if json { print_json(&answer) } else { print(&list(&answer)) }
        }
        SourceCommand::Show { source, data, json } => {
            let answer = ask_node(&data, &Request::SourceList)?;
            let one = entries(&answer, "sources").find(|one| one["name"] == source.as_str());
            let one =
                one.with_context(|| format!("there is no source {source}; `signpost source ls` shows all"))?;
            if json { print_json(one) } else { print(&show(one)) }
        }
        SourceCommand::Quarantine(args) => order(args, SourceOrder::Quarantine),
        SourceCommand::Release(args) => order(args, SourceOrder::Release),
        SourceCommand::End(args) => order(args, SourceOrder::End),
        SourceCommand::Probe(args) => order(args, SourceOrder::Probe),
    }
}

fn order(args: SourceArgs, kind: SourceOrder) -> Result<()> {
    let SourceArgs { source, place, hours, note, data, json } = args;
    let answer = ask_node(&data, &Request::SourceOrder { source, place, kind, hours, note })?;
    if json {
        return print_json(&answer);
    }
    print(&format!("{}\n{}", text_of(&answer, "source"), at(&answer["at"])))
}

fn entries<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}

fn list(answer: &Value) -> String {
    let rows: Vec<Vec<String>> = entries(answer, "sources").map(row).collect();
    let mut text = table(&["source", "address", "network", "weight", "state", "elsewhere"], &rows);
    if answer["spreading"] == true {
        text += "\nTwo sources were taken out within a day: only senders with a clean history move to another one.\n";
    }
    let weather: Vec<Vec<String>> = entries(answer, "weather").map(weather).collect();
    if !weather.is_empty() {
        text += "\nThe last hour:\n";
        text += &table(
            &["source", "receiver", "state", "accepted", "deferred", "refused", "p50 ms", "p99 ms"],
            &weather,
        );
    }
    text
}

fn row(one: &Value) -> Vec<String> {
    let is_elsewhere = |place: &&Value| place["place"] != "everywhere" && place["state"] != "clean";
    let elsewhere = entries(one, "places").filter(is_elsewhere);
    let elsewhere: Vec<String> =
        elsewhere.map(|place| format!("{} {}", text_of(place, "place"), text_of(place, "state"))).collect();
    let weight = match one["notice"] == true {
        true => format!("{} (notices)", text_of(one, "weight")),
        false => text_of(one, "weight"),
    };
    let (name, address) = (text_of(one, "name"), text_of(one, "address"));
    vec![name, address, text_of(one, "network"), weight, text_of(one, "state"), elsewhere.join("; ")]
}

fn weather(one: &Value) -> Vec<String> {
    let keys = ["source", "receiver", "state", "accepted", "deferred", "refused", "p50_ms", "p99_ms"];
    keys.iter().map(|key| text_of(one, key)).collect()
}

fn show(one: &Value) -> String {
    let mut text = format!(
        "{} {} ({}): {}\n",
        text_of(one, "name"),
        text_of(one, "address"),
        text_of(one, "ehlo"),
        text_of(one, "state")
    );
    let mut places = entries(one, "places").peekable();
    if places.peek().is_none() {
        text += "  nothing was ever said against it\n";
    }
    for place in places {
        text += &at(place);
    }
    text
}

/// One place with its evidence.
fn at(place: &Value) -> String {
    let since = text_of(place, "since");
    let since = if since.starts_with("1970-") { String::new() } else { format!(" since {since}") };
    let mut text = format!("  {}: {}{since}\n", text_of(place, "place"), text_of(place, "state"));
    if place["is_last"] == true {
        text += "    it would be out, but it is the last source that is left\n";
    }
    if let Some(until) = place["until"].as_str() {
        let _infallible = writeln!(text, "    not before:   {until}");
    }
    let lists: Vec<&str> = entries(place, "lists").filter_map(Value::as_str).collect();
    if !lists.is_empty() {
        let _infallible = writeln!(text, "    has to be off: {}", lists.join(", "));
    }
    if let Some(order) = place.get("order") {
        let (kind, by, until) = (text_of(order, "kind"), text_of(order, "by"), text_of(order, "until"));
        let note = text_of(order, "note");
        let note = if note.is_empty() { note } else { format!(" ({note})") };
        let _infallible = writeln!(text, "    order:        {kind} by {by} until {until}{note}");
    }
    for evidence in entries(place, "evidence") {
        let said = match text_of(evidence, "kind").as_str() {
            "reply" => format!("{}: {}", text_of(evidence, "host"), text_of(evidence, "reply")),
            "poll" => format!(
                "{} says {} {}",
                text_of(evidence, "list"),
                text_of(evidence, "says"),
                text_of(evidence, "text")
            ),
            "order" => format!(
                "{} by {} {}",
                text_of(evidence, "act"),
                text_of(evidence, "by"),
                text_of(evidence, "note")
            ),
            _ => format!(
                "{} of {}: {}",
                text_of(evidence, "kind"),
                text_of(evidence, "tenant"),
                text_of(evidence, "sender")
            ),
        };
        let _infallible =
            writeln!(text, "    {} {} {}", text_of(evidence, "id"), text_of(evidence, "at"), said.trim_end());
    }
    text
}
