//! `queue ls|show|hold|release`.

use super::{print, print_json, table, text_of};
use crate::cli::QueueCommand;
use crate::control::{Client, Request};
use anyhow::Result;
use serde_json::Value;

pub(crate) fn queue(command: QueueCommand) -> Result<()> {
    match command {
        QueueCommand::Ls { limit, data, json } => {
            let (answer, _) = Client::new(&data.dir).ask(&Request::QueueList { limit }, &[])?;
            if json {
                return print_json(&answer);
            }
            let rows: Vec<Vec<String>> = answer.as_array().into_iter().flatten().map(row).collect();
            if rows.is_empty() {
                return print(b"the queue is empty\n");
            }
            print(table(&["id", "phase", "tenant", "size", "due", "from", "to", "why"], &rows).as_bytes())
        }
        QueueCommand::Show { id, original, data, json } => {
            let (answer, bytes) = Client::new(&data.dir).ask(&Request::QueueShow { id, original }, &[])?;
            match (original, json) {
                (true, _) => print(&bytes),
                (false, true) => print_json(&answer),
                (false, false) => print(shown(&answer).as_bytes()),
            }
        }
        QueueCommand::Hold { id, note, data } => {
            Client::new(&data.dir).ask(&Request::QueueHold { id, note }, &[])?;
            print(format!("{id} is held; `signpost queue release {id}` lets it go\n").as_bytes())
        }
        QueueCommand::Release { id, data } => {
            Client::new(&data.dir).ask(&Request::QueueRelease { id }, &[])?;
            print(format!("{id} is due now\n").as_bytes())
        }
    }
}

fn row(entry: &Value) -> Vec<String> {
    let recipients = recipients(entry);
    let to = match recipients.as_slice() {
        [only] => only.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        [] => String::new(),
    };
    let due = text_of(entry, "due").chars().take(19).collect();
    let of = |key| text_of(entry, key);
    vec![of("id"), of("phase"), of("tenant"), of("size"), due, sender(entry), to, why(entry)]
}

fn shown(entry: &Value) -> String {
    let mut lines = Vec::new();
    for key in ["id", "phase", "tenant", "snapshot", "size", "received", "due", "expires", "tries", "about"] {
        let value = text_of(entry, key);
        if !value.is_empty() {
            lines.push(format!("{key:<10} {value}"));
        }
    }
    lines.push(format!("{:<10} {}", "from", sender(entry)));
    let outcomes = entry["outcomes"].as_array().cloned().unwrap_or_default();
    for (number, recipient) in recipients(entry).iter().enumerate() {
        let outcome = outcomes.get(number).map(outcome).unwrap_or_default();
        lines.push(format!("{:<10} {recipient}: {outcome}", "to"));
    }
    let why = why(entry);
    if !why.is_empty() {
        lines.push(format!("{:<10} {why}", "why"));
    }
    lines.join("\n") + "\n"
}

fn sender(entry: &Value) -> String {
    let mail_from = &entry["envelope"]["mail_from"];
    mail_from["mailbox"].as_str().unwrap_or("<>").to_owned()
}

fn recipients(entry: &Value) -> Vec<String> {
    let list = entry["envelope"]["recipients"].as_array().into_iter().flatten();
    list.map(|recipient| text_of(recipient, "address")).collect()
}

fn outcome(outcome: &Value) -> String {
    match outcome.get("final") {
        None => "pending".to_owned(),
        Some(end) => format!("{} {}", text_of(end, "outcome"), text_of(end, "reply")),
    }
}

/// Why it is parked, or what the last try met.
fn why(entry: &Value) -> String {
    let parked = &entry["parked"];
    let text = match parked["reason"].as_str() {
        None => text_of(entry, "why"),
        Some("refused") => format!("{}: {}", text_of(parked, "host"), text_of(parked, "reply")),
        Some("operator") => format!("held by {} {}", text_of(parked, "by"), text_of(parked, "note")),
        Some(reason) => format!("{reason}: {}", text_of(parked, "detail")),
    };
    text.trim().to_owned()
}
