//! `queue ls`: sums, or lines.

use super::{print, print_json, table, text_of};
use crate::cli::Data;
use crate::control::{Client, Request};
use crate::desk::{Group, Summary};
use anyhow::Result;
use model::Selection;
use serde_json::Value;

/// Characters of a reason in a table.
const REASON_LEN_MAX: usize = 90;

pub(super) fn ls(selection: Selection, lines: Option<usize>, data: &Data, json: bool) -> Result<()> {
    let client = Client::new(&data.dir);
    let Some(limit) = lines else {
        let (answer, _) = client.ask(&Request::QueueSummary { selection }, &[])?;
        if json {
            return print_json(&answer);
        }
        return print(&summed(&serde_json::from_value(answer)?));
    };
    let (answer, _) = client.ask(&Request::QueueList { selection, limit }, &[])?;
    if json {
        return print_json(&answer);
    }
    let rows: Vec<Vec<String>> = answer.as_array().into_iter().flatten().map(row).collect();
    if rows.is_empty() {
        return print("no message of the queue is meant\n");
    }
    print(&table(&["id", "state", "tenant", "size", "due", "from", "to", "why"], &rows))
}

fn summed(summary: &Summary) -> String {
    if summary.messages == 0 {
        return "no message of the queue is meant\n".to_owned();
    }
    let rows: Vec<Vec<String>> = summary.groups.iter().map(group).collect();
    let headings = [
        "tenant",
        "state",
        "host tried last",
        "messages",
        "recipients",
        "bytes",
        "oldest",
        "next due",
        "mostly because",
    ];
    let Summary { messages, recipients, .. } = summary;
    let bytes = size(summary.bytes);
    format!("{messages} messages to {recipients} recipients, {bytes}\n{}", table(&headings, &rows))
}

fn group(group: &Group) -> Vec<String> {
    let time = |time: model::Timestamp| time.to_string().chars().take(19).collect::<String>();
    let reason = group.reason.as_ref().map_or_else(String::new, |(reason, count)| {
        let short: String = reason.chars().take(REASON_LEN_MAX).collect();
        if *count == group.messages { short } else { format!("{count} x {short}") }
    });
    vec![
        group.tenant.to_string(),
        group.state.to_string(),
        group.site.clone().unwrap_or_else(|| "-".to_owned()),
        group.messages.to_string(),
        group.recipients.to_string(),
        size(group.bytes),
        time(group.oldest),
        group.next_due.map_or_else(|| "-".to_owned(), time),
        reason,
    ]
}

/// Bytes as people read them.
fn size(bytes: u64) -> String {
    let units = [(1_u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / unit as f64),
        None => format!("{bytes} B"),
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
    vec![of("id"), of("standing"), of("tenant"), of("size"), due, sender(entry), to, why(entry)]
}

pub(super) fn sender(entry: &Value) -> String {
    let mail_from = &entry["envelope"]["mail_from"];
    mail_from["mailbox"].as_str().unwrap_or("<>").to_owned()
}

pub(super) fn recipients(entry: &Value) -> Vec<String> {
    let list = entry["envelope"]["recipients"].as_array().into_iter().flatten();
    list.map(|recipient| text_of(recipient, "address")).collect()
}

/// Why it is kept, or what the last try met.
pub(super) fn why(entry: &Value) -> String {
    let kept = entry["kept"].as_array().into_iter().flatten();
    let kept = kept.map(|one| format!("; one recipient is parked, {}", why_parked(&one["why"])));
    let parked = &entry["parked"];
    let text = if parked.is_null() { text_of(entry, "why") } else { why_parked(parked) };
    format!("{text}{}", kept.collect::<String>())
}

fn why_parked(parked: &Value) -> String {
    let text = match parked["reason"].as_str() {
        None => String::new(),
        Some("refused" | "tenant_setup") => {
            format!("{}: {}", text_of(parked, "host"), text_of(parked, "reply"))
        }
        Some("operator") => format!("held by {} {}", text_of(parked, "by"), text_of(parked, "note")),
        Some(reason) => format!("{reason}: {}", text_of(parked, "detail")),
    };
    text.trim().to_owned()
}
