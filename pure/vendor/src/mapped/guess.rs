//! A mapping guessed from the keys of a document.
//!
//! Entries with a title and a time are incidents, entries with a name and a known word are components, an object whose values are known words names
//! components by its keys. Nothing is guessed of what words mean.

use super::{ComponentFields, IncidentFields, Mapping, UpdateFields};
use crate::json::Node;
use crate::words;
use serde_json::Value;

/// How far down lists are looked for, and how many values of one level.
const DEPTH: usize = 4;
const KEYS: usize = 60;
const ENTRIES: usize = 5;

const TITLES: [&str; 10] = [
    "title",
    "name",
    "summary",
    "subject",
    "headline",
    "incident_name",
    "external_desc",
    "description",
    "message",
    "label",
];
const NAMES: [&str; 7] = ["name", "title", "public_name", "service", "label", "key", "component"];
const STATES: [&str; 7] =
    ["status", "state", "current_status", "status_text", "statusClass", "health", "color"];
const IDS: [&str; 8] = ["id", "_id", "uuid", "guid", "key", "number", "slug", "arn"];
const URLS: [&str; 6] = ["url", "link", "permalink", "shortlink", "html_url", "href"];
const STARTS: [&str; 22] = [
    "started_at",
    "startedAt",
    "start_time",
    "startTime",
    "started",
    "start",
    "begin",
    "begins_at",
    "began_at",
    "beganAt",
    "starts_at",
    "date_created",
    "created_at",
    "createdAt",
    "createdTime",
    "date",
    "datetime",
    "timestamp",
    "published_at",
    "publishedAt",
    "opened_at",
    "time",
];
const ENDS: [&str; 11] = [
    "resolved_at",
    "resolvedAt",
    "ended_at",
    "endedAt",
    "end_time",
    "endTime",
    "end",
    "ends_at",
    "completed_at",
    "closed_at",
    "endedTime",
];
const CHANGES: [&str; 6] =
    ["updated_at", "updatedAt", "modified", "date_updated", "last_update", "lastUpdated"];
const PHASES: [&str; 6] = ["phase", "status", "state", "incident_status", "latest_status", "stage"];
const SEVERITIES: [&str; 5] = ["severity", "impact", "level", "priority", "criticality"];
const TEXTS: [&str; 6] = ["body", "message", "description", "text", "content", "details"];
const UPDATES: [&str; 8] =
    ["updates", "incident_updates", "messages", "timeline", "posts", "history", "events", "notes"];
const TOUCHED: [&str; 7] = [
    "components",
    "affected_components",
    "services",
    "affected_services",
    "affected",
    "products",
    "affectedComponents",
];
const REGIONS: [&str; 4] = ["regions", "locations", "region", "zones"];

/// What the document seems to be.
pub(crate) fn guess(root: &Node<'_>) -> Option<Mapping> {
    if root.value.as_array().is_some_and(Vec::is_empty) {
        let at = String::new();
        return Some(Mapping {
            incidents: Some(IncidentFields { at, title: "title".to_owned(), ..IncidentFields::default() }),
            ..Mapping::default()
        });
    }
    let mut mapping = Mapping::default();
    let mut lists = vec![(String::new(), root.clone(), 0)];
    let mut next = 0;
    // From the top down: what stands higher is meant.
    while let Some((path, node, depth)) = lists.get(next).cloned() {
        next += 1;
        match node.value {
            Value::Array(_) => look_at_list(&path, &node, &mut mapping),
            Value::Object(entries) => {
                if mapping.components.is_none() && is_word_map(&node) {
                    mapping.components = Some(ComponentFields {
                        at: path.clone(),
                        name: "@key".to_owned(),
                        state: "@value".to_owned(),
                        ..ComponentFields::default()
                    });
                }
                let named =
                    entries.keys().take(KEYS).filter(|key| depth < DEPTH && !key.contains(['.', '|', '@']));
                for key in named {
                    let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    lists.extend(node.key(key).map(|node| (below, node, depth + 1)));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    (mapping.components.is_some() || mapping.incidents.is_some()).then_some(mapping)
}

fn look_at_list(path: &str, node: &Node<'_>, mapping: &mut Mapping) {
    let entries: Vec<Node<'_>> =
        node.entries().into_iter().take(ENTRIES).filter(|entry| entry.value.is_object()).collect();
    let named = |names: &'static [&'static str]| {
        names.iter().find(|name| entries.iter().any(|entry| entry.key(name).is_some()))
    };
    let some = |names: &'static [&'static str]| named(names).map(|name| (*name).to_owned());
    let start = named(&STARTS).filter(|name| entries.iter().any(|entry| is_time(entry, name)));
    let state = named(&STATES).filter(|name| entries.iter().any(|entry| is_state(entry, name)));
    let is_incident = mapping.incidents.is_none() && start.is_some();
    if let (true, Some(title)) = (is_incident, named(&TITLES)) {
        mapping.incidents = Some(IncidentFields {
            at: path.to_owned(),
            title: (*title).to_owned(),
            id: some(&IDS),
            url: some(&URLS),
            phase: some(&PHASES),
            severity: some(&SEVERITIES),
            started: start.map(|name| (*name).to_owned()),
            changed: some(&CHANGES),
            resolved: some(&ENDS),
            text: some(&TEXTS).filter(|name| name != title),
            components: some(&TOUCHED),
            regions: some(&REGIONS),
            updates: updates(&entries),
            ..IncidentFields::default()
        });
    } else if let (true, Some(name), Some(state)) = (mapping.components.is_none(), named(&NAMES), state) {
        mapping.components = Some(ComponentFields {
            at: path.to_owned(),
            name: (*name).to_owned(),
            state: (*state).to_owned(),
            id: some(&IDS).filter(|id| id != name),
            group: some(&["group", "group_name", "region", "category"]),
            updated: some(&CHANGES),
        });
    }
}

fn updates(entries: &[Node<'_>]) -> Option<UpdateFields> {
    let at = UPDATES.iter().find(|name| {
        entries.iter().any(|entry| entry.list(name).iter().any(|said| said.value.is_object()))
    })?;
    let said: Vec<Node<'_>> =
        entries.iter().flat_map(|entry| entry.list(at).into_iter().take(ENTRIES)).collect();
    let named = |names: &[&str]| {
        names
            .iter()
            .find(|name| said.iter().any(|one| one.key(name).is_some()))
            .map(|name| (*name).to_owned())
    };
    Some(UpdateFields {
        at: (*at).to_owned(),
        text: named(&TEXTS)?,
        time: named(&STARTS).or_else(|| named(&CHANGES)),
        phase: named(&PHASES),
        id: named(&IDS),
    })
}

fn is_time(entry: &Node<'_>, name: &str) -> bool {
    entry.text(name).is_some_and(|text| crate::clock::read(&text).is_ok())
}

fn is_state(entry: &Node<'_>, name: &str) -> bool {
    entry.text(name).is_some_and(|text| words::state(&text).is_some())
}

/// `{"mail": "operational", "web": "degraded"}`, two at least.
fn is_word_map(node: &Node<'_>) -> bool {
    let Value::Object(entries) = node.value else { return false };
    let words =
        entries.values().filter(|value| value.as_str().is_some_and(|word| words::state(word).is_some()));
    entries.len() >= 2 && words.count() == entries.len()
}
