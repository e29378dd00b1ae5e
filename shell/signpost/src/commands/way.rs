//! `way`: what a receiver takes from one of our addresses: what is set for it, and what holds now.

use super::{ask_node, print, print_json, table, text_of};
use crate::cli::WayCommand;
use crate::control::Request;
use anyhow::Result;
use serde_json::Value;

pub(crate) fn way(command: WayCommand) -> Result<()> {
    match command {
        WayCommand::Ls { data, json } => {
            let answer = ask_node(&data, &Request::WayList)?;
            if json { print_json(&answer) } else { print(&list(&answer)) }
        }
        WayCommand::Show { hosts, data, json } => {
            let answer = ask_node(&data, &Request::WayShow { hosts })?;
            if json { print_json(&answer) } else { print(&show(&answer)) }
        }
    }
}

fn list(answer: &Value) -> String {
    let rows: Vec<Vec<String>> = answer["ways"].as_array().into_iter().flatten().map(row).collect();
    if rows.is_empty() {
        return "Nothing is under way, and every receiver takes what is set for it.\n".to_owned();
    }
    table(&["source", "site", "under way", "now", "most", "gap", "line", "listed", "state"], &rows)
}

fn row(way: &Value) -> Vec<String> {
    let of = |key| text_of(way, key);
    let most = text_of(&way["limits"], "connections");
    vec![
        of("source"),
        of("site"),
        of("active"),
        of("at_once"),
        most,
        gap(way),
        of("standing"),
        of("listed"),
        state(way),
    ]
}

/// Between two transactions.
fn gap(way: &Value) -> String {
    match way["gap_ms"].as_u64() {
        None | Some(0) => "none".to_owned(),
        Some(millis) => format!("{}.{:03} s", millis / 1_000, millis % 1_000),
    }
}

/// Why it is not as free as it could be.
fn state(way: &Value) -> String {
    if let Some(rest) = way.get("rest") {
        return format!("rests until {}: {}", text_of(rest, "until"), text_of(rest, "why"));
    }
    let heard = if way["heard"] == true { "slowed by its word" } else { "free" };
    match way.get("next") {
        Some(_) => format!("{heard}, the next one at {}", text_of(way, "next")),
        None => heard.to_owned(),
    }
}

/// How one way stands, in words.
pub(super) fn now(way: &Value) -> String {
    let of = |key| text_of(way, key);
    format!(
        "{} of {} under way, gap {}, {} in the line, {} listed; {}",
        of("active"),
        of("at_once"),
        gap(way),
        of("standing"),
        of("listed"),
        state(way)
    )
}

fn show(answer: &Value) -> String {
    let mut text = format!(
        "{}\n  {}\n  {}\n",
        text_of(answer, "site"),
        limits(&answer["limits"]),
        text_of(answer, "because")
    );
    if answer["ways"].as_array().is_some_and(|ways| !ways.is_empty()) {
        text += "\n";
        text += &list(answer);
    }
    text
}

/// What is set for a site, in words.
pub(super) fn limits(limits: &Value) -> String {
    let of = |key| text_of(limits, key);
    let rate = match of("rate") {
        rate if rate.is_empty() => String::new(),
        rate => format!(", {rate}"),
    };
    format!(
        "at first {} at once, at most {}; {} messages a connection, {} recipients a transaction{rate}",
        of("connections_first"),
        of("connections"),
        of("messages"),
        of("recipients"),
    )
}

#[cfg(test)]
mod tests;
