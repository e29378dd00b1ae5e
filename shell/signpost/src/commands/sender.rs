//! `sender`: who is out of line and in which figures, and an operator's word about it.

use super::{ask_node, print, print_json, table, text_of};
use crate::cli::{Data, OrderArgs, SenderCommand, SubjectArgs};
use crate::control::{Request, SenderOrder};
use anyhow::Result;
use serde_json::Value;
use std::fmt::Write as _;

pub(crate) fn sender(command: SenderCommand) -> Result<()> {
    match command {
        SenderCommand::Ls { tenant, all, data, json } => {
            let answer = ask_node(&data, &Request::SenderList { tenant, all })?;
            if json { print_json(&answer) } else { print(&list(&answer)) }
        }
        SenderCommand::Show { subject, data, json } => {
            let SubjectArgs { tenant, sender } = subject;
            let answer = ask_node(&data, &Request::SenderShow { tenant, sender })?;
            if json { print_json(&answer) } else { print(&show(&answer)) }
        }
        SenderCommand::Allow { subject, order, data, json } => {
            order_one(subject, order, SenderOrder::Allow, &data, json)
        }
        SenderCommand::Hold { subject, order, data, json } => {
            order_one(subject, order, SenderOrder::Hold, &data, json)
        }
        SenderCommand::Complaint { tenant, sender, count, data, json } => {
            let answer = ask_node(&data, &Request::SenderComplaint { tenant, sender, count })?;
            if json { print_json(&answer) } else { print(&show(&answer)) }
        }
    }
}

fn order_one(
    subject: SubjectArgs,
    order: OrderArgs,
    kind: SenderOrder,
    data: &Data,
    json: bool,
) -> Result<()> {
    let SubjectArgs { tenant, sender } = subject;
    let OrderArgs { hours, note } = order;
    let answer = ask_node(data, &Request::SenderOrder { tenant, sender, kind, hours, note })?;
    if json { print_json(&answer) } else { print(&show(&answer)) }
}

fn list(answer: &Value) -> String {
    let rows: Vec<Vec<String>> = answer.as_array().into_iter().flatten().map(row).collect();
    if rows.is_empty() {
        return "Nobody is out of line; --all shows every sender that is remembered.\n".to_owned();
    }
    table(&["tenant", "sender", "step", "since", "until", "this hour", "usual", "because"], &rows)
}

fn row(one: &Value) -> Vec<String> {
    let sender = match text_of(one, "sender") {
        sender if sender.is_empty() => "(the whole tenant)".to_owned(),
        sender => sender,
    };
    vec![
        text_of(one, "tenant"),
        sender,
        text_of(one, "step"),
        minute(one, "since"),
        minute(one, "until"),
        text_of(one, "volume"),
        one["baseline"].as_f64().map(|usual| format!("{usual:.0}")).unwrap_or_default(),
        reasons(one).join("; "),
    ]
}

/// Why it stands there: figures, an order, a listing.
fn reasons(one: &Value) -> Vec<String> {
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut reasons = texts(&one["because"]);
    if let Some(permit) = one.get("permit") {
        let (kind, by) = (text_of(permit, "kind"), text_of(permit, "by"));
        let (note, until) = (text_of(permit, "note"), minute(permit, "until"));
        let note = if note.is_empty() { note } else { format!(" ({note})") };
        reasons.push(format!("{kind} by order of {by} until {until}{note}"));
    }
    if let Some(suspect) = one.get("suspect") {
        let sources = texts(&suspect["sources"]).join(", ");
        let (source, why) = (text_of(suspect, "source"), texts(&suspect["because"]).join("; "));
        reasons.push(format!("suspect for the listing of {source}, uses only {sources}: {why}"));
    }
    reasons
}

fn show(one: &Value) -> String {
    let who = match text_of(one, "sender") {
        sender if sender.is_empty() => format!("tenant {}", text_of(one, "tenant")),
        sender => format!("{sender} of {}", text_of(one, "tenant")),
    };
    let mut text = format!("{who}: {}\n", text_of(one, "step"));
    let usual = one["baseline"].as_f64().unwrap_or_default();
    let volume = text_of(one, "volume");
    let _infallible = writeln!(text, "  this hour:  {volume} recipients, compared with {usual:.0}");
    let (first, last) = (minute(one, "seen_first"), minute(one, "seen_last"));
    let _infallible = writeln!(text, "  seen:       {first} to {last}");
    if one.get("until").is_some() {
        let (since, until) = (minute(one, "since"), minute(one, "until"));
        let _infallible = writeln!(text, "  this step:  {since} to {until}, longer if it goes on");
    }
    for reason in reasons(one) {
        let _infallible = writeln!(text, "  because:    {reason}");
    }
    text
}

/// A point in time to the minute, or a dash.
fn minute(value: &Value, key: &str) -> String {
    let text = text_of(value, key);
    match text.get(..16) {
        Some(minute) => format!("{}Z", minute.replace('T', " ")),
        None => "-".to_owned(),
    }
}
