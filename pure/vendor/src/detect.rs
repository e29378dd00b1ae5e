//! Which format a document has: by its shape first, by its address where the shape leaves it open.
//!
//! A server's word on the type of a document is not believed: feeds come as text/html and JSON as text/plain. Every known shape is named here once.

use crate::json::{self, Node};
use crate::xml::{self, Element};
use crate::{Format, Given, ReadError, bytes, mapped, plain};
use serde_json::Value;

/// Entries that are looked at.
const ENTRIES: usize = 5;

/// A document as a tree.
#[derive(Debug)]
pub(crate) enum Parsed {
    Json(Value),
    Xml { text: String, root: Element },
}

pub(crate) fn parse(bytes: &[u8], given: &Given<'_>) -> Result<Parsed, ReadError> {
    let text = bytes::text(bytes, given.content_type)?;
    let start: String = text.trim_start().chars().take(200).collect::<String>().to_lowercase();
    if start.starts_with(['{', '[']) {
        return json::parse(&text).map(Parsed::Json);
    }
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return Err(ReadError::WebPage);
    }
    let is_tag = start
        .strip_prefix('<')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '!' | '?')));
    if !is_tag {
        return Err(ReadError::NeitherJsonNorXml(plain::line(&start.chars().take(30).collect::<String>())));
    }
    let root = xml::parse(&text)?;
    if root.name == "html" { Err(ReadError::WebPage) } else { Ok(Parsed::Xml { text, root }) }
}

pub(crate) fn format(parsed: &Parsed, given: &Given<'_>) -> Result<Format, ReadError> {
    match parsed {
        Parsed::Xml { root, .. } => feed_format(root),
        Parsed::Json(_) if given.mapping.is_some() => Ok(Format::Mapped),
        Parsed::Json(value @ Value::Array(_)) => list_format(&Node::root(value), given),
        Parsed::Json(value) => object_format(&Node::root(value)),
    }
}

fn feed_format(root: &Element) -> Result<Format, ReadError> {
    let text = |element: &Element, name: &str| {
        element.child(name).map(|child| child.text.clone()).unwrap_or_default()
    };
    match root.name.as_str() {
        "feed" => {
            let ids: Vec<String> = root.all("entry").take(ENTRIES).map(|entry| text(entry, "id")).collect();
            let has = |part: &str| ids.iter().any(|id| id.contains(part));
            let is_instatus = |entry: &Element| {
                let id = text(entry, "id");
                let tail = id.rsplit('/').next().unwrap_or_default().to_owned();
                // Statuspage numbers its entries, Instatus has cuids.
                id.contains(":Maintenance/")
                    || (id.contains(":Incident/") && tail.starts_with('c') && tail.len() >= 20)
            };
            if root.all("entry").take(ENTRIES).any(is_instatus) {
                return Ok(Format::InstatusFeed);
            }
            let is_history = text(root, "id").ends_with("/history");
            Ok(if has(":Incident/") || is_history { Format::StatuspageFeed } else { Format::Atom })
        }
        "rss" | "rdf" => {
            let channel = root.child("channel").unwrap_or(root);
            let about = text(channel, "title") + &text(channel, "generator") + &text(channel, "link");
            let is_aws = about.contains("AWS Service Health") || about.contains("Amazon Web Services");
            let is_statuspage =
                channel.all("item").take(ENTRIES).any(|item| text(item, "description").contains("data-var="));
            Ok(if is_aws || about.contains("status.aws.amazon.com") {
                Format::AwsFeed
            } else if is_statuspage {
                Format::StatuspageFeed
            } else {
                Format::Rss
            })
        }
        "error" => Err(ReadError::VendorError(plain::line(
            &root.children.iter().map(|child| child.text.as_str()).collect::<Vec<_>>().join(" "),
        ))),
        other => Err(ReadError::UnknownFormat(format!("<{}> is neither Atom nor RSS", plain::line(other)))),
    }
}

fn list_format(root: &Node<'_>, given: &Given<'_>) -> Result<Format, ReadError> {
    let entries = root.entries();
    let has =
        |names: &[&str]| entries.iter().take(ENTRIES).any(|entry| names.iter().all(|name| entry.has(name)));
    let found = if has(&["raw", "vendor", "native_id"]) {
        Format::Archive
    } else if has(&["arn", "event_log"]) || has(&["region_name", "service_name", "status"]) {
        Format::AwsEvents
    } else if has(&["external_desc"]) || has(&["begin", "service_name"]) || has(&["affected_products"]) {
        Format::Google
    } else if has(&["notes", "date_created"]) {
        Format::Slack
    } else if has(&["incident_updates"]) {
        Format::Statuspage
    } else if has(&["lastModifiedDateTime"]) {
        Format::Microsoft365
    } else if entries.is_empty() {
        empty_list(given.url.unwrap_or_default())
    } else {
        return guessed(root);
    };
    Ok(found)
}

/// An empty list says nothing of its format: its address may.
fn empty_list(url: &str) -> Format {
    let has = |part: &str| url.contains(part);
    if has("slack") {
        Format::Slack
    } else if has("aws") || has("amazon") {
        Format::AwsEvents
    } else if has("google") {
        Format::Google
    } else {
        Format::Guessed
    }
}

fn object_format(root: &Node<'_>) -> Result<Format, ReadError> {
    let has = |name: &str| root.has(name);
    let any = |names: &[&str]| names.iter().any(|name| root.has(name));
    let page = root.key("page");
    let page_has = |name: &str| page.as_ref().is_some_and(|page| page.has(name));
    let summary_has = |name: &str| root.key("summary").is_some_and(|summary| summary.has(name));
    if has("status_overall") || root.key("result").is_some_and(|result| result.has("status_overall")) {
        return Ok(Format::StatusIo);
    }
    if root.list("components").iter().take(ENTRIES).any(|component| component.has("containers")) {
        return Ok(Format::StatusIo);
    }
    if any(&["ongoing_incidents", "page_title"]) || summary_has("ongoing_incidents") {
        return Ok(Format::IncidentIo);
    }
    if has("active_incidents") {
        return Ok(Format::Slack);
    }
    if any(&["@odata.context", "@odata.nextLink", "lastModifiedDateTime"]) || is_graph(root) {
        return Ok(Format::Microsoft365);
    }
    let is_entry = any(&["incident", "maintenance", "component_update"]);
    if (is_entry && (has("meta") || has("event_type"))) || page_has("status_indicator") {
        return Ok(Format::StatuspageWebhook);
    }
    if let Some(found) = data_format(root) {
        return Ok(found);
    }
    if any(&["activeIncidents", "activeMaintenances"])
        || is_instatus_page(page.as_ref())
        || has_upper_case(root)
    {
        return Ok(Format::Instatus);
    }
    let lists = [
        "components",
        "incidents",
        "scheduled_maintenances",
        "incident",
        "scheduled_maintenance",
        "incident_updates",
    ];
    let is_statuspage = any(&lists) && (page.is_some() || is_statuspage_shaped(root));
    if is_statuspage || root.key("status").is_some_and(|status| status.has("indicator")) {
        return Ok(if is_incident_io(root) { Format::IncidentIoCompatible } else { Format::Statuspage });
    }
    if has("external_desc") {
        return Ok(Format::Google);
    }
    if let Some(error) = root.first(&["error", "errors", "error_description"]) {
        let said = error
            .own_text()
            .or_else(|| error.text_of(&["message", "code"]))
            .unwrap_or_else(|| error.value.to_string());
        return Err(ReadError::VendorError(plain::line(&said)));
    }
    guessed(root)
}

fn is_graph(root: &Node<'_>) -> bool {
    let entries = root.list("value");
    let is_health =
        |entry: &Node<'_>| entry.has("startDateTime") || (entry.has("service") && entry.has("status"));
    entries.iter().take(ENTRIES).any(is_health)
}

fn data_format(root: &Node<'_>) -> Option<Format> {
    let data = root.key("data")?;
    let kind = data.text("type").unwrap_or_default();
    let is_of_page =
        |entry: &Node<'_>| entry.text("type").is_some_and(|kind| kind.starts_with("status_page_"));
    if kind == "status_page" || root.list("included").iter().take(ENTRIES).any(is_of_page) {
        return Some(Format::BetterStack);
    }
    let first = data.entries().into_iter().next();
    let is_api = first.as_ref().is_some_and(|first| first.has("attributes") && first.has("type"));
    if is_api {
        return Some(Format::Cachet3);
    }
    if root.key("meta").is_some_and(|meta| meta.has("pagination")) {
        return Some(Format::Cachet2);
    }
    let is_second = first.as_ref().is_some_and(|first| {
        ["component_id", "human_status", "latest_human_status", "status_name", "enabled_components"]
            .iter()
            .any(|name| first.has(name))
    });
    let is_status = data.has("status") && data.has("message");
    if is_second || is_status {
        let word = data.text("status").unwrap_or_default();
        let is_third = is_status && !matches!(word.as_str(), "success" | "info" | "danger");
        return Some(if is_third { Format::Cachet3 } else { Format::Cachet2 });
    }
    None
}

fn is_instatus_page(page: Option<&Node<'_>>) -> bool {
    let word = page.and_then(|page| page.text("status"));
    word.is_some_and(|word| matches!(word.as_str(), "UP" | "HASISSUES" | "UNDERMAINTENANCE"))
}

/// Components of Instatus come without a page, in capitals.
fn has_upper_case(root: &Node<'_>) -> bool {
    let is_upper = |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    root.list("components")
        .iter()
        .take(ENTRIES)
        .any(|component| component.text("status").is_some_and(|word| is_upper(&word)))
}

/// Lists of Statuspage without the page around them.
fn is_statuspage_shaped(root: &Node<'_>) -> bool {
    let entries = ["components", "incidents", "scheduled_maintenances", "incident", "scheduled_maintenance"];
    let all = entries.iter().flat_map(|name| root.list(name).into_iter().take(ENTRIES));
    root.has("incident_updates")
        || all.into_iter().any(|entry| {
            entry.has("incident_updates")
                || entry.has("page_id")
                || entry.has("showcase")
                || entry.has("only_show_if_degraded")
        })
}

/// incident.io's ids are ULIDs: 26 letters and digits in capitals.
fn is_incident_io(root: &Node<'_>) -> bool {
    let is_ulid = |id: String| {
        id.len() == 26
            && id.starts_with("01")
            && id.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    };
    let of_page = root.key("page").and_then(|page| page.text("id"));
    let of_entry = root.list("incidents").first().and_then(|entry| entry.text("id"));
    of_page.or(of_entry).is_some_and(is_ulid)
}

fn guessed(root: &Node<'_>) -> Result<Format, ReadError> {
    if mapped::guess(root).is_some() {
        return Ok(Format::Guessed);
    }
    let keys: Vec<String> = match root.value {
        Value::Object(entries) => entries.keys().take(8).map(|key| plain::line(key)).collect(),
        Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    Err(ReadError::UnknownFormat(if keys.is_empty() {
        "a list of unknown entries".to_owned()
    } else {
        format!("an object with {}", keys.join(", "))
    }))
}

#[cfg(test)]
mod tests;
