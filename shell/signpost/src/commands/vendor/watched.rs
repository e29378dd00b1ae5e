//! `vendor watch` and `vendor show`: what a running node knows of the vendors that it watches.
//!
//! The vendor's clocks stand first, ours below; what is imported says so, so that nobody reads our first sight of it as a detection.

use super::show::{minute, one};
use crate::commands::{table, text_of};
use anyhow::{Context as _, Result, bail};
use model::Timestamp;
use serde_json::Value;
use std::fmt::Write as _;
use vendor::{Record, Sighting};

pub(super) fn lines(answer: &Value) -> String {
    let lines = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    if lines.is_empty() {
        return "No vendor is watched; `signpost vendor add NAME|URL` adds one to the operator's file.\n"
            .to_owned();
    }
    let row = |line: &Value| {
        let mut row = Vec::from(["name", "state", "open", "alarms"].map(|key| text_of(line, key)));
        row.extend(["good", "next"].map(|key| point(line, key)));
        row.push(match text_of(line, "failures").as_str() {
            "0" => String::new(),
            count => format!("{count} failed: {}", text_of(line, "problem")),
        });
        row
    };
    let rows: Vec<_> = lines.iter().map(row).collect();
    table(&["vendor", "state", "open", "alarms", "last good look", "next", ""], &rows)
}

/// Of all lines the one of this vendor.
pub(super) fn only(answer: &Value, name: &str) -> Result<Value> {
    let lines = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    match lines.iter().find(|line| text_of(line, "name") == name) {
        Some(line) => Ok(Value::Array(vec![line.clone()])),
        None => bail!("no vendor {name} is watched; `signpost vendor watch` lists those that are"),
    }
}

/// What an order to look came to.
pub(super) fn looked(answer: &Value) -> String {
    let mut text = lines(&answer["vendors"]);
    for later in answer["later"].as_array().into_iter().flatten() {
        let at = text_of(later, "at").get(11..19).unwrap_or_default().to_owned();
        let name = text_of(later, "name");
        let _infallible =
            writeln!(text, "{name} was asked less than a minute ago; it is asked again at {at}");
    }
    if answer["in_time"] == false {
        text.push_str("Some looks still go on; `signpost vendor watch` shows what they bring.\n");
    }
    text
}

pub(super) fn story(answer: &Value) -> Result<String> {
    let line = &answer["line"];
    let mut text = lines(&Value::Array(vec![line.clone()]));
    let _infallible = writeln!(text, "\n{}  {}", text_of(line, "page"), text_of(line, "url"));
    for alarm in answer["said"]["document"]["alarms"].as_array().into_iter().flatten() {
        let [kind, place, said] = ["kind", "place", "text"].map(|key| text_of(alarm, key));
        let _infallible = writeln!(text, "! {kind}: {place}: {said}");
    }
    let records = answer["records"].as_array().map(Vec::as_slice).unwrap_or_default();
    for value in records {
        let read = serde_json::from_value::<Record>(value.clone());
        let record = read.context("the node answers in another version's words")?;
        one(&record.incident, &mut text);
        ours(&record, value["is_listed"] == true, &mut text);
    }
    let count = answer["records_count"].as_u64().unwrap_or_default();
    match (count, u64::try_from(records.len()).unwrap_or(count)) {
        (0, _) => text.push_str("\nno incidents\n"),
        (count, shown) if count > shown => {
            let _infallible = writeln!(text, "\n{} older ones are not shown", count - shown);
        }
        (_, _) => {}
    }
    Ok(text)
}

fn ours(record: &Record, is_listed: bool, text: &mut String) {
    let how = match record.sighting {
        Sighting::Live => "seen live",
        Sighting::Imported => "imported: it was there before we looked",
    };
    let gone = if is_listed {
        String::new()
    } else {
        format!("; no longer in the document, last there {}", minute(record.last_seen))
    };
    let _infallible = writeln!(
        text,
        "  ours: first seen {} ({how}), last changed {}, {} versions, {} texts edited{gone}",
        minute(record.first_seen),
        minute(record.last_changed),
        record.versions.len(),
        record.edits.len(),
    );
}

fn point(value: &Value, key: &str) -> String {
    text_of(value, key).parse::<Timestamp>().map_or_else(|_| "-".to_owned(), minute)
}

#[cfg(test)]
mod tests;
