//! `queue`: what waits, shown and changed.
//!
//! The node answers with JSON; here it is laid out for people, or printed as it came.

mod act;
mod explain;
mod ls;

use super::{ask_node, print, print_bytes, print_json, table, text_of};
use crate::cli::{ActArgs, Data, QueueCommand, SelectionArgs};
use crate::control::{Client, Request};
use crate::desk::Order;
use anyhow::Result;
use model::MessageId;
use serde_json::Value;
use spool::ActKind;

pub(crate) fn queue(command: QueueCommand) -> Result<()> {
    match command {
        QueueCommand::Ls { selection, messages, limit, data, json } => {
            ls::ls(selection.named_or_all(), messages.then_some(limit), &data, json)
        }
        QueueCommand::Show { id, explain, headers, raw, data, json } => {
            let request = Request::QueueShow { id, raw, headers, explain };
            let (answer, bytes) = Client::new(&data.dir).ask(&request, &[])?;
            match (raw || headers, json) {
                (true, _) => print_bytes(&bytes),
                (false, true) => print_json(&answer),
                (false, false) => print(&shown(&answer)),
            }
        }
        QueueCommand::Explain { id, data, json } => explain(id, &data, json),
        QueueCommand::Hold { selection, act } => order(selection, ActKind::Hold, &act),
        QueueCommand::Release { selection, act } => order(selection, ActKind::Release, &act),
        QueueCommand::Retry { selection, act } => order(selection, ActKind::Retry, &act),
        QueueCommand::Bounce { selection, text, act } => order(selection, ActKind::Bounce { text }, &act),
        QueueCommand::Redirect { selection, to, tls, act } => {
            order(selection, ActKind::Redirect { to: model::Redirect { to, tls } }, &act)
        }
        QueueCommand::Acts { limit, data, json } => act::list(limit, &data, json),
        QueueCommand::Undo { undone, act } => act::order(Order::undo(undone, act.reason.clone()), &act),
    }
}

fn order(selection: SelectionArgs, kind: ActKind, args: &ActArgs) -> Result<()> {
    act::order(Order { kind, selection: selection.named(), reason: args.reason.clone() }, args)
}

fn explain(id: MessageId, data: &Data, json: bool) -> Result<()> {
    let request = Request::QueueShow { id, raw: false, headers: false, explain: true };
    let answer = ask_node(data, &request)?;
    if json { print_json(&answer["explanation"]) } else { print(&explain::explained(&answer)) }
}

fn shown(entry: &Value) -> String {
    let mut lines = Vec::new();
    for key in
        ["id", "standing", "tenant", "snapshot", "size", "received", "due", "expires", "tries", "about"]
    {
        let value = text_of(entry, key);
        if !value.is_empty() {
            lines.push(format!("{:<10} {value}", if key == "standing" { "state" } else { key }));
        }
    }
    lines.push(format!("{:<10} {}", "from", ls::sender(entry)));
    let outcomes = entry["outcomes"].as_array().cloned().unwrap_or_default();
    for (number, recipient) in ls::recipients(entry).iter().enumerate() {
        let outcome = outcomes.get(number).map(outcome).unwrap_or_default();
        lines.push(format!("{:<10} {recipient}: {outcome}", "to"));
    }
    let why = ls::why(entry);
    if !why.is_empty() {
        lines.push(format!("{:<10} {why}", "why"));
    }
    if let Some(last) = explain::last_try(&entry["last_try"]) {
        lines.push(format!("{:<10} {last}", "last try"));
    }
    if let Some(redirect) = entry.get("redirect") {
        lines.push(format!("{:<10} {}", "redirect", explain::redirect(redirect)));
    }
    for act in entry["acts"].as_array().into_iter().flatten() {
        lines.push(format!("{:<10} {}", "act", act.as_str().unwrap_or_default()));
    }
    let mut text = lines.join("\n") + "\n";
    if entry.get("explanation").is_some() {
        text.push_str(&explain::explained(entry));
    }
    text
}

fn outcome(outcome: &Value) -> String {
    match outcome.get("final") {
        None => "pending".to_owned(),
        Some(end) => format!("{} {}", text_of(end, "outcome"), text_of(end, "reply")),
    }
}
