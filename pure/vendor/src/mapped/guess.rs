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

// Names as `words::key` leaves them: without case and joints. Those in front are taken first.
const TITLES: [&str; 11] = [
    "title",
    "name",
    "incidentname",
    "summary",
    "subject",
    "headline",
    "externaldesc",
    "label",
    "eventname",
    "description",
    "message",
];
const NAMES: [&str; 9] =
    ["name", "system", "publicname", "title", "service", "component", "displayname", "label", "key"];
const STATES: [&str; 8] =
    ["status", "state", "currentstatus", "statustext", "statusclass", "health", "condition", "color"];
const IDS: [&str; 8] = ["id", "uuid", "guid", "key", "number", "slug", "arn", "incidentid"];
const URLS: [&str; 6] = ["url", "link", "permalink", "shortlink", "htmlurl", "href"];
const STARTS: [&str; 22] = [
    "startedat",
    "starttime",
    "started",
    "startdate",
    "start",
    "begin",
    "beginsat",
    "beganat",
    "startsat",
    "occurredat",
    "openedat",
    "datecreated",
    "createdat",
    "createdtime",
    "createddate",
    "publishedat",
    "publisheddate",
    "posteddate",
    "date",
    "datetime",
    "timestamp",
    "time",
];
const ENDS: [&str; 12] = [
    "resolvedat",
    "resolveddate",
    "resolvedtime",
    "solveddate",
    "endedat",
    "endtime",
    "enddate",
    "endsat",
    "completedat",
    "closedat",
    "end",
    "endedtime",
];
const CHANGES: [&str; 9] = [
    "updatedat",
    "modifiedat",
    "lastmodifiedat",
    "lastmodified",
    "modified",
    "dateupdated",
    "updateddate",
    "lastupdate",
    "lastupdatetime",
];
const PHASES: [&str; 8] = [
    "phase",
    "currentstatus",
    "incidentstatus",
    "lateststatus",
    "lastupdatestatus",
    "status",
    "state",
    "stage",
];
const SEVERITIES: [&str; 5] = ["severity", "impact", "level", "priority", "criticality"];
const TEXTS: [&str; 7] = ["body", "message", "text", "description", "content", "details", "comment"];
const UPDATES: [&str; 10] = [
    "updates",
    "incidentupdates",
    "eventupdates",
    "messages",
    "timeline",
    "posts",
    "history",
    "events",
    "notes",
    "comments",
];
const TOUCHED: [&str; 8] = [
    "components",
    "affectedcomponents",
    "componentsaffected",
    "services",
    "affectedservices",
    "affected",
    "products",
    "affectedproducts",
];
const REGIONS: [&str; 4] = ["regions", "locations", "region", "zones"];
const GROUPS: [&str; 5] = ["group", "groupname", "region", "category", "section"];

/// Where pages have their one word for everything.
const OVERALL: [&str; 9] = [
    "status",
    "state",
    "page.state",
    "page.status",
    "summaryStatus",
    "overall",
    "overall_status",
    "status.state",
    "status.status",
];

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
    let is_word =
        |path: &&&str| super::path::text(root, path).is_some_and(|word| words::state(&word).is_some());
    mapping.overall = OVERALL.iter().find(is_word).map(|path| (*path).to_owned());
    let says_anything =
        mapping.components.is_some() || mapping.incidents.is_some() || mapping.overall.is_some();
    says_anything.then_some(mapping)
}

/// The first of the wanted names that any entry carries, as the document writes it.
fn named(entries: &[Node<'_>], wanted: &[&str]) -> Option<String> {
    let keys: std::collections::BTreeSet<&String> = entries
        .iter()
        .filter_map(|entry| entry.value.as_object())
        .flat_map(|entry| entry.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key).take(KEYS))
        .filter(|key| !key.contains(['.', '|', '@']))
        .collect();
    wanted
        .iter()
        .find_map(|wanted| keys.iter().find(|key| words::key(key) == **wanted))
        .map(|key| (*key).clone())
}

fn look_at_list(path: &str, node: &Node<'_>, mapping: &mut Mapping) {
    let entries: Vec<Node<'_>> =
        node.entries().into_iter().take(ENTRIES).filter(|entry| entry.value.is_object()).collect();
    let some = |wanted: &[&str]| named(&entries, wanted);
    let start = some(&STARTS).filter(|name| entries.iter().any(|entry| is_time(entry, name)));
    let state = some(&STATES).filter(|name| entries.iter().any(|entry| is_state(entry, name)));
    let title = some(&TITLES).filter(|_| mapping.incidents.is_none());
    if let (Some(start), Some(title)) = (start, title) {
        mapping.incidents = Some(IncidentFields {
            at: path.to_owned(),
            id: some(&IDS),
            url: some(&URLS),
            phase: some(&PHASES),
            severity: some(&SEVERITIES),
            started: Some(start),
            changed: some(&CHANGES),
            resolved: some(&ENDS),
            text: some(&TEXTS).filter(|name| *name != title),
            components: some(&TOUCHED),
            regions: some(&REGIONS),
            updates: updates(&entries),
            title,
            ..IncidentFields::default()
        });
    } else if let (true, Some(name), Some(state)) = (mapping.components.is_none(), some(&NAMES), state) {
        mapping.components = Some(ComponentFields {
            at: path.to_owned(),
            id: some(&IDS).filter(|id| *id != name),
            group: some(&GROUPS),
            updated: some(&CHANGES),
            name,
            state,
        });
    }
}

fn updates(entries: &[Node<'_>]) -> Option<UpdateFields> {
    let at = named(entries, &UPDATES)?;
    let said: Vec<Node<'_>> = entries
        .iter()
        .flat_map(|entry| entry.list(&at).into_iter().take(ENTRIES))
        .filter(|said| said.value.is_object())
        .collect();
    Some(UpdateFields {
        text: named(&said, &TEXTS)?,
        time: named(&said, &STARTS).or_else(|| named(&said, &CHANGES)),
        phase: named(&said, &PHASES),
        id: named(&said, &IDS),
        at,
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
