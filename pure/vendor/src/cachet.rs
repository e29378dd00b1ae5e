//! Cachet, versions 2 and 3: components, groups, incidents and schedules, each by an endpoint of its own.
//!
//! States are numbers in both. Version 2 writes times without a zone, in UTC; component 0 means the whole page. Version 3 is JSON:API, with pairs of a
//! number and a word, and times with a text for people. What is hidden from guests is left out.

use crate::build::{Draft, affected, incident_of, update};
use crate::document::{Component, Incident, Kind};
use crate::json::Node;
use crate::notes::Notes;
use crate::plain;
use crate::words::{self, Phase, Severity, State, Word};
use crate::{Format, Given};
use std::collections::BTreeMap;

/// Version 2.
pub(crate) fn second(root: &Node<'_>, given: &Given<'_>) -> Draft {
    let mut draft = Draft::new(Format::Cachet2, given.now);
    draft.notes.is_utc = true;
    let links = root.key("meta").and_then(|meta| meta.key("pagination")).and_then(|pages| pages.key("links"));
    draft.next_page = links.and_then(|links| links.text("next_page")).and_then(|url| plain::url(&url));
    let Some(data) = root.key("data") else { return draft };
    if overall(&data, &mut draft) {
        return draft;
    }
    for node in data.entries() {
        if node.has("enabled_components") {
            let name = node.text("name").map(|name| plain::line(&name));
            for component in node.list("enabled_components") {
                component_of(&component, &component, name.clone(), &mut draft);
            }
        } else if ["component_id", "message", "latest_status", "scheduled_at"]
            .iter()
            .any(|name| node.has(name))
        {
            entry(&node, &node, given, &mut draft);
        } else if node.flag("enabled") != Some(false) {
            component_of(&node, &node, None, &mut draft);
        }
    }
    draft
}

/// Version 3: the same fields, in `attributes`.
pub(crate) fn third(root: &Node<'_>, given: &Given<'_>) -> Draft {
    let mut draft = Draft::new(Format::Cachet3, given.now);
    draft.notes.is_utc = true;
    draft.next_page = root.key("links").and_then(|links| links.text("next")).and_then(|url| plain::url(&url));
    let Some(data) = root.key("data") else { return draft };
    if overall(&data, &mut draft) {
        return draft;
    }
    let groups = group_names(root);
    for node in data.entries() {
        let Some(attributes) = node.key("attributes") else { continue };
        match words::key(&node.text("type").unwrap_or_default()).as_str() {
            "components" | "component" if attributes.flag("enabled") != Some(false) => {
                let name = group_name(&node, &groups);
                component_of(&node, &attributes, name, &mut draft);
            }
            "incidents" | "incident" | "schedules" | "schedule" => {
                entry(&node, &attributes, given, &mut draft)
            }
            // Groups are read with their components, the rest tells of no incident.
            _ => {}
        }
    }
    draft
}

/// `/status` of both: a word and a sentence.
fn overall(data: &Node<'_>, draft: &mut Draft) -> bool {
    let is_status = data.has("status") && data.has("message") && !data.has("id") && !data.has("name");
    if is_status {
        draft.overall =
            Some(draft.notes.word(data.key("status").as_ref(), "state", overall_state, State::Unknown));
    }
    is_status
}

/// `info` means that something is wrong with some, `danger` with most.
fn overall_state(word: &str) -> Option<State> {
    match word {
        "info" => Some(State::DegradedPerformance),
        other => words::state(other),
    }
}

/// Names of groups by their ids.
fn group_names(root: &Node<'_>) -> BTreeMap<String, String> {
    let all = root.list("data").into_iter().chain(root.list("included"));
    let groups = all.filter(|node| words::key(&node.text("type").unwrap_or_default()).contains("group"));
    groups
        .filter_map(|node| Some((node.text("id")?, plain::line(&node.key("attributes")?.text("name")?))))
        .collect()
}

fn group_name(node: &Node<'_>, names: &BTreeMap<String, String>) -> Option<String> {
    let group = node.key("relationships")?.key("group")?.key("data")?.text("id")?;
    names.get(&group).cloned()
}

/// A number, or a pair of a number and a word.
fn value<'a>(node: &Node<'a>, name: &str) -> Option<Node<'a>> {
    let found = node.key(name)?;
    Some(found.key("value").unwrap_or(found))
}

fn human(node: &Node<'_>, name: &str) -> Option<String> {
    node.key(name)?
        .text("human")
        .or_else(|| node.text_of(&["status_name", "human_status", "latest_human_status"]))
}

fn component_of(node: &Node<'_>, fields: &Node<'_>, group: Option<String>, draft: &mut Draft) {
    let Some(name) = fields.text("name") else { return };
    let mut state = draft.notes.word(value(fields, "status").as_ref(), "state", state_number, State::Unknown);
    state.theirs = human(fields, "status").map(|word| plain::line(&word)).or(state.theirs);
    let component = Component {
        native_id: node.text("id").map(|id| plain::line(&id)),
        group: group.or_else(|| fields.text("group_name").map(|name| plain::line(&name))),
        name: plain::line(&name),
        state,
        updated_at: time(fields, &["updated", "updated_at"], &mut draft.notes),
    };
    draft.component(component);
}

fn state_number(word: &str) -> Option<State> {
    match word {
        "1" => Some(State::Operational),
        "2" => Some(State::DegradedPerformance),
        "3" => Some(State::PartialOutage),
        "4" => Some(State::MajorOutage),
        "0" | "5" => Some(State::Unknown),
        "6" => Some(State::UnderMaintenance),
        other => words::state(other),
    }
}

fn phase_number(word: &str, kind: Kind) -> Option<Phase> {
    match (word, kind) {
        ("0", Kind::Maintenance) => Some(Phase::Scheduled),
        ("1", Kind::Maintenance) => Some(Phase::InProgress),
        ("2", Kind::Maintenance) => Some(Phase::Completed),
        ("0", Kind::Incident | Kind::Notice) => Some(Phase::Unknown),
        ("1", Kind::Incident | Kind::Notice) => Some(Phase::Investigating),
        ("2", Kind::Incident | Kind::Notice) => Some(Phase::Identified),
        ("3", Kind::Incident | Kind::Notice) => Some(Phase::Monitoring),
        ("4", Kind::Incident | Kind::Notice) => Some(Phase::Resolved),
        (other, _) => words::phase(other),
    }
}

/// A text, or an object with one for people and one for programs.
fn time(node: &Node<'_>, names: &[&str], notes: &mut Notes) -> Option<model::Timestamp> {
    let found = node.first(names)?;
    let text = found.key("string").unwrap_or(found);
    notes.time_of(&text)
}

fn entry(node: &Node<'_>, fields: &Node<'_>, given: &Given<'_>, draft: &mut Draft) {
    if fields.text("visible").is_some_and(|visible| matches!(visible.as_str(), "0" | "false" | "hidden")) {
        return;
    }
    let kind = kind(node, fields, given);
    let notes = &mut draft.notes;
    let mut incident = incident_of(fields, kind, &["id", "guid", "name"], &["name"], notes);
    // In version 3 the id stands beside the attributes.
    if let Some(id) = node.text("id") {
        incident.native_id = crate::build::id(&id);
    }
    let status = value(fields, "latest_status").or_else(|| value(fields, "status"));
    incident.phase = notes.word(status.as_ref(), "phase", |word| phase_number(word, kind), Phase::Unknown);
    incident.phase.theirs = human(fields, "status").map(|word| plain::line(&word)).or(incident.phase.theirs);
    incident.url = fields.text_of(&["permalink", "url"]).and_then(|url| plain::url(&url));
    incident.clocks.started = time(fields, &["occurred", "occurred_at"], notes);
    incident.clocks.posted = time(fields, &["published", "created", "created_at"], notes);
    incident.clocks.changed = time(fields, &["updated", "updated_at"], notes);
    incident.clocks.scheduled_for = time(fields, &["scheduled", "scheduled_at"], notes);
    incident.clocks.scheduled_until = time(fields, &["completed", "completed_at"], notes);
    body(fields, &mut incident, kind, notes);
    components(node, fields, &mut incident, notes);
    draft.incident(incident);
}

/// Schedules have an endpoint of their own; version 2 also kept them among incidents, as number 0. There an incident may name a planned time too.
fn kind(node: &Node<'_>, fields: &Node<'_>, given: &Given<'_>) -> Kind {
    let is_schedule = words::key(&node.text("type").unwrap_or_default()).starts_with("schedule")
        || given.url.is_some_and(|url| url.contains("/schedules"))
        || (fields.first(&["scheduled", "scheduled_at"]).is_some()
            && !(fields.has("component_id") && fields.number("status").is_some_and(|status| status > 0)));
    if is_schedule { Kind::Maintenance } else { Kind::Incident }
}

fn body(fields: &Node<'_>, incident: &mut Incident, kind: Kind, notes: &mut Notes) {
    let said = fields.list("updates");
    if let Some(text) = fields.text("message") {
        // The first message belongs to the phase in which it was written, which later ones hide.
        let phase = if said.is_empty() {
            incident.phase.clone()
        } else {
            Word { ours: Phase::Unknown, theirs: None }
        };
        let mut first = update(phase, &text);
        first.display_at = incident.clocks.posted.or(incident.clocks.started);
        incident.updates.push(first);
    }
    for node in said {
        let inner = node.key("attributes").unwrap_or_else(|| node.clone());
        let status = value(&inner, "status");
        let phase = notes.word(status.as_ref(), "phase", |word| phase_number(word, kind), Phase::Unknown);
        let mut one = update(phase, &inner.text("message").unwrap_or_default());
        one.native_id = node.text("id").map(|id| plain::line(&id));
        one.display_at = time(&inner, &["created", "created_at"], notes);
        incident.updates.push(one);
    }
    let over = incident.updates.iter().filter(|update| update.phase.ours == Phase::Resolved);
    incident.clocks.resolved = over.filter_map(|update| update.display_at).max();
}

fn components(node: &Node<'_>, fields: &Node<'_>, incident: &mut Incident, notes: &mut Notes) {
    let listed = fields.list("components").into_iter().chain(node.list("components"));
    for component in listed.chain(fields.list("component")) {
        let inner = component.key("attributes").unwrap_or_else(|| component.clone());
        let mut one = affected(None, &inner.text("name").unwrap_or_else(|| "(no name)".to_owned()));
        one.native_id = component.text("id").map(|id| plain::line(&id));
        let pivot = inner.key("pivot").unwrap_or_else(|| inner.clone());
        let status = value(&pivot, "component_status").or_else(|| value(&inner, "status"));
        one.state = status.map(|status| notes.word(Some(&status), "state", state_number, State::Unknown));
        one.worst = one.state.as_ref().map(|word| word.ours);
        incident.components.push(one);
    }
    if let Some(id) = fields.text("component_id").filter(|_| incident.components.is_empty()) {
        let name = fields.text("component_name").unwrap_or_else(|| {
            if id == "0" { "the whole page".to_owned() } else { format!("component {id}") }
        });
        let mut one = affected(None, &name);
        one.native_id = Some(plain::line(&id));
        let status = value(fields, "component_status");
        one.state = status.map(|status| notes.word(Some(&status), "state", state_number, State::Unknown));
        incident.components.push(one);
    }
    let worst = incident.components.iter().filter_map(|one| one.state.as_ref()).map(|word| word.ours).max();
    // Cachet has no severity: what the components are is what is known.
    incident.severity.ours = match incident.kind {
        Kind::Maintenance => Severity::Maintenance,
        Kind::Incident | Kind::Notice => worst.map_or(Severity::Unknown, Severity::of),
    };
}

#[cfg(test)]
mod tests;
