//! Records of the archive weekly-incident: a list of entries, each with the vendor's own document under `raw`.
//!
//! The vendor's document is read, not the archive's words for it. When the archive saw an entry first is kept as such: an import is no detection.

use crate::aws::{self, Item};
use crate::build::Draft;
use crate::document::{Format, Incident, Kind};
use crate::json::Node;
use crate::notes::{AlarmKind, Notes};
use crate::{Given, ReadError, google, mapped, plain, slack, statuspage};
use serde_json::Value;

pub(crate) fn records(root: &Node<'_>, given: &Given<'_>) -> Result<Draft, ReadError> {
    let mut draft = Draft::new(Format::Archive, given.now);
    let vendors: std::collections::BTreeSet<String> =
        root.entries().iter().filter_map(|node| node.text("vendor")).collect();
    draft.page.name = Some(plain::line(&vendors.into_iter().collect::<Vec<_>>().join(", ")))
        .filter(|name| !name.is_empty());
    for node in root.entries() {
        let before = draft.incidents.len();
        if let Some(incident) = incident(&node, &mut draft)? {
            draft.incident(incident);
        }
        let archived = draft.notes.time(&node, &["first_seen_at"]);
        for incident in draft.incidents.iter_mut().skip(before) {
            incident.archived_at = archived;
            incident.url = incident.url.take().or_else(|| node.text("url").and_then(|url| plain::url(&url)));
            if let Some(id) = node.text("native_id") {
                incident.native_id = crate::build::id(&id);
            }
        }
    }
    Ok(draft)
}

/// The vendor's record by its shape. Items of AWS make their incident themselves.
fn incident(node: &Node<'_>, draft: &mut Draft) -> Result<Option<Incident>, ReadError> {
    let Some(raw) = node.key("raw") else { return normalised(node, &mut draft.notes).map(Some) };
    if raw.has("incident_updates") {
        return Ok(Some(statuspage::incident(
            &raw,
            Kind::Incident,
            &statuspage::no_names(),
            &mut draft.notes,
        )));
    }
    if raw.has("begin") || raw.has("external_desc") {
        return Ok(Some(google::incident(&raw, "https://status.cloud.google.com/", &mut draft.notes)));
    }
    if raw.has("notes") && raw.has("date_created") {
        return Ok(Some(slack::incident(&raw, &mut draft.notes)));
    }
    let items: Vec<Item> = match raw.value {
        Value::Array(_) => raw
            .entries()
            .iter()
            .filter(|item| item.has("guid"))
            .map(|item| of_item(item, &mut draft.notes))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => Vec::new(),
    };
    if items.is_empty() {
        return normalised(node, &mut draft.notes).map(Some);
    }
    aws::joined(items, draft);
    Ok(None)
}

fn of_item(item: &Node<'_>, notes: &mut Notes) -> Item {
    Item {
        title: item.text("title").unwrap_or_default(),
        text: item.text("description").unwrap_or_default(),
        guid: item.text("guid").unwrap_or_default(),
        at: notes.time(item, &["pub_date", "pubDate"]),
        raw: crate::json::canonical(item.value),
    }
}

/// The archive's own words, where the vendor's document is of a kind that is not known.
fn normalised(node: &Node<'_>, notes: &mut Notes) -> Result<Incident, ReadError> {
    notes.alarm(
        AlarmKind::Shape,
        &node.place,
        "the vendor's own record is not known: the archive's words are read",
    );
    mapped::incident(node, &mapped::archive_fields(), notes)
}

#[cfg(test)]
mod tests;
