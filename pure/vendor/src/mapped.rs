//! JSON of no known format, by a mapping: where the lists stand, what their fields are called, what their words mean.
//!
//! A mapping is checked when it is saved, against its own rules and against a sample. Without one, a mapping is guessed from the keys; what is read by
//! a guess carries an alarm and is never shown as all well.

mod check;
mod guess;
mod path;

pub use check::MappingProblem;
pub(crate) use guess::guess;

use crate::build::{self, Draft, affected, update};
use crate::document::{Component, Incident, Kind};
use crate::json::{Node, canonical};
use crate::notes::{AlarmKind, Notes};
use crate::plain;
use crate::words::{self, Phase, Severity, State};
use crate::{Format, Given, ReadError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a document is read. Paths are names with dots between; `a|b` takes the first that is there; `@key` and `@value` are an entry's own name and value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// The page's name, as it is to be shown.
    pub name: Option<String>,
    /// Where the word for the whole stands.
    pub overall: Option<String>,
    /// Where the address of the next page stands.
    pub next: Option<String>,
    pub components: Option<ComponentFields>,
    pub incidents: Option<IncidentFields>,
    /// The vendor's words and ours.
    pub states: BTreeMap<String, State>,
    pub severities: BTreeMap<String, Severity>,
    pub phases: BTreeMap<String, Phase>,
}

/// Where components stand, and their fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ComponentFields {
    /// The list, or the object whose values are the components; empty for the document itself.
    pub at: String,
    pub name: String,
    pub state: String,
    pub id: Option<String>,
    pub group: Option<String>,
    pub updated: Option<String>,
}

/// Where incidents stand, and their fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IncidentFields {
    pub at: String,
    pub title: String,
    /// All entries are maintenance.
    pub is_maintenance: bool,
    pub id: Option<String>,
    pub url: Option<String>,
    pub phase: Option<String>,
    pub severity: Option<String>,
    pub started: Option<String>,
    pub posted: Option<String>,
    pub changed: Option<String>,
    pub resolved: Option<String>,
    /// A text of the incident itself.
    pub text: Option<String>,
    /// A list of names, or of objects with `name`.
    pub components: Option<String>,
    pub regions: Option<String>,
    pub updates: Option<UpdateFields>,
}

/// Where updates stand within an incident, and their fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UpdateFields {
    pub at: String,
    pub text: String,
    pub time: Option<String>,
    pub phase: Option<String>,
    pub id: Option<String>,
}

pub(crate) fn document(root: &Node<'_>, given: &Given<'_>) -> Result<Draft, ReadError> {
    match given.mapping {
        Some(mapping) => by(root, mapping, Format::Mapped, given),
        None => {
            let guessed = guess(root).unwrap_or_default();
            let mut draft = by(root, &guessed, Format::Guessed, given)?;
            let text = "no known format: read by a mapping that was guessed from its keys; save one";
            draft.notes.alarm(AlarmKind::Guessed, &root.place, text);
            Ok(draft)
        }
    }
}

fn by(root: &Node<'_>, mapping: &Mapping, format: Format, given: &Given<'_>) -> Result<Draft, ReadError> {
    let mut draft = Draft::new(format, given.now);
    draft.page.name = mapping.name.as_deref().map(plain::line);
    draft.page.url = given.url.and_then(plain::url);
    let words = Words { mapping };
    if let Some(path) = &mapping.overall {
        let node = path::one(root, path);
        draft.overall = node.map(|node| {
            draft.notes.word(Some(&node.node), "state", |word| words.state(word), State::Unknown)
        });
    }
    draft.next_page =
        mapping.next.as_ref().and_then(|path| path::text(root, path)).and_then(|url| plain::url(&url));
    if let Some(fields) = &mapping.components {
        for entry in found(root, &fields.at, "components")? {
            component(&entry, fields, &words, &mut draft);
        }
    }
    if let Some(fields) = &mapping.incidents {
        for entry in found(root, &fields.at, "incidents")? {
            let incident = read(&entry, fields, &words, &mut draft.notes);
            draft.incident(incident);
        }
    }
    Ok(draft)
}

/// The entries of a list that the mapping names. A list that is gone is an error: the document has changed its shape.
fn found<'a>(root: &Node<'a>, at: &str, what: &str) -> Result<Vec<path::Entry<'a>>, ReadError> {
    path::entries(root, at).ok_or_else(|| ReadError::Shape {
        place: if at.is_empty() { "the document".to_owned() } else { at.to_owned() },
        reason: format!("there is no list of {what}; the document has another shape than its mapping says"),
    })
}

/// The mapping's words first, then the common ones.
struct Words<'a> {
    mapping: &'a Mapping,
}

impl Words<'_> {
    fn state(&self, word: &str) -> Option<State> {
        own(&self.mapping.states, word).or_else(|| words::state(word))
    }

    fn severity(&self, word: &str) -> Option<Severity> {
        own(&self.mapping.severities, word).or_else(|| words::severity(word))
    }

    fn phase(&self, word: &str) -> Option<Phase> {
        own(&self.mapping.phases, word).or_else(|| words::phase(word))
    }
}

fn own<T: Copy>(table: &BTreeMap<String, T>, word: &str) -> Option<T> {
    let key = words::key(word);
    table.iter().find(|(known, _)| *known == word || words::key(known) == key).map(|(_, value)| *value)
}

fn component(entry: &path::Entry<'_>, fields: &ComponentFields, words: &Words<'_>, draft: &mut Draft) {
    let text = |path: &Option<String>| {
        path.as_ref().and_then(|path| entry.text(path)).map(|text| plain::line(&text))
    };
    let Some(name) = entry.text(&fields.name) else {
        draft.notes.alarm(AlarmKind::Missing, &entry.node.place, format!("there is no `{}`", fields.name));
        return;
    };
    let state = entry.one(&fields.state);
    let updated = fields.updated.as_ref().and_then(|path| entry.one(path));
    let component = Component {
        native_id: text(&fields.id),
        group: text(&fields.group),
        name: plain::line(&name),
        state: draft.notes.word(state.as_ref(), "state", |word| words.state(word), State::Unknown),
        updated_at: updated.and_then(|node| draft.notes.time_of(&node)),
    };
    draft.component(component);
}

/// An entry by fields alone, with the common words.
pub(crate) fn incident(
    node: &Node<'_>,
    fields: &IncidentFields,
    notes: &mut Notes,
) -> Result<Incident, ReadError> {
    let mapping = Mapping::default();
    Ok(read(&path::Entry { node: node.clone(), key: None }, fields, &Words { mapping: &mapping }, notes))
}

fn read(entry: &path::Entry<'_>, fields: &IncidentFields, words: &Words<'_>, notes: &mut Notes) -> Incident {
    let one = |path: &Option<String>| path.as_ref().and_then(|path| entry.one(path));
    let title = entry.text(&fields.title);
    if title.is_none() {
        notes.alarm(AlarmKind::Missing, &entry.node.place, format!("there is no `{}`", fields.title));
    }
    let title = title.unwrap_or_else(|| "(no title)".to_owned());
    let time = |path: &Option<String>, notes: &mut Notes| one(path).and_then(|node| notes.time_of(&node));
    let started = time(&fields.started, notes);
    let id = one(&fields.id)
        .and_then(|node| node.own_text())
        .unwrap_or_else(|| format!("{title}@{}", started.map_or_else(String::new, |at| at.to_string())));
    let kind = if fields.is_maintenance { Kind::Maintenance } else { Kind::Incident };
    let mut incident = build::incident(&id, kind, &title, canonical(entry.node.value));
    incident.url = one(&fields.url).and_then(|node| plain::url(&node.own_text()?));
    incident.phase =
        notes.word(one(&fields.phase).as_ref(), "phase", |word| words.phase(word), Phase::Unknown);
    incident.severity = notes.word(
        one(&fields.severity).as_ref(),
        "severity",
        |word| words.severity(word),
        Severity::Unknown,
    );
    incident.clocks.started = started;
    incident.clocks.posted = time(&fields.posted, notes);
    incident.clocks.changed = time(&fields.changed, notes);
    incident.clocks.resolved = time(&fields.resolved, notes);
    if incident.phase.theirs.is_none() && incident.clocks.resolved.is_some() {
        incident.phase.ours = Phase::Resolved;
    }
    if incident.phase.ours.is_of_maintenance() {
        incident.kind = Kind::Maintenance;
    }
    incident.updates = updates(entry, fields, words, &incident, notes);
    for name in names(entry, fields.components.as_deref()) {
        incident.components.push(affected(None, &name));
    }
    incident.regions = names(entry, fields.regions.as_deref());
    incident
}

fn updates(
    entry: &path::Entry<'_>,
    fields: &IncidentFields,
    words: &Words<'_>,
    incident: &Incident,
    notes: &mut Notes,
) -> Vec<crate::Update> {
    let mut said = Vec::new();
    if let Some(text) = fields.text.as_ref().and_then(|path| entry.text(path)) {
        let mut one = update(incident.phase.clone(), &text);
        one.display_at = incident.clocks.posted.or(incident.clocks.started);
        said.push(one);
    }
    let Some(fields) = &fields.updates else { return said };
    for node in path::entries(&entry.node, &fields.at).unwrap_or_default() {
        let phase = fields.phase.as_ref().and_then(|path| node.one(path));
        let phase = notes.word(phase.as_ref(), "phase", |word| words.phase(word), Phase::Unknown);
        let mut one = update(phase, &node.text(&fields.text).unwrap_or_default());
        one.native_id = fields.id.as_ref().and_then(|path| node.text(path)).map(|id| plain::line(&id));
        let at = fields.time.as_ref().and_then(|path| node.one(path));
        one.display_at = at.and_then(|at| notes.time_of(&at));
        said.push(one);
    }
    said
}

/// Names of a list of words, or of objects with a name.
fn names(entry: &path::Entry<'_>, path: Option<&str>) -> Vec<String> {
    const NAMES_MAX: usize = 200;
    let Some(list) = path.and_then(|path| entry.one(path)) else { return Vec::new() };
    let entries = list.entries();
    let single = list.own_text().filter(|_| entries.is_empty());
    let texts =
        entries.iter().filter_map(|node| node.own_text().or_else(|| node.text_of(&["name", "title", "id"])));
    texts.chain(single).take(NAMES_MAX).map(|name| plain::line(&name)).collect()
}

/// The archive's own words for an entry.
pub(crate) fn archive_fields() -> IncidentFields {
    let some = |text: &str| Some(text.to_owned());
    IncidentFields {
        title: "title".to_owned(),
        id: some("native_id"),
        url: some("url"),
        phase: some("status"),
        severity: some("impact"),
        started: some("started_at"),
        resolved: some("resolved_at"),
        components: some("components"),
        updates: Some(UpdateFields {
            at: "updates".to_owned(),
            text: "body".to_owned(),
            time: some("created_at"),
            phase: some("status"),
            id: some("native_id"),
        }),
        ..IncidentFields::default()
    }
}

#[cfg(test)]
mod tests;
