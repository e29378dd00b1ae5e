//! Atlassian Statuspage, version 2: every endpoint of its public API, single incidents, and what it posts to subscribers.
//!
//! incident.io's imitation is read by the same code: it lacks components, begin and link. `affected_components` names a component as `Group - Name`;
//! where the group's own entry is missing, the group is taken from there. Updates come newest first and are shown by `display_at`.

use crate::build::{Draft, incident_of, update};
use crate::document::{Affected, Component, Format, Incident, Kind, Page, StateChange, Update};
use crate::json::Node;
use crate::notes::{AlarmKind, Notes};
use crate::plain;
use crate::words::{self, Phase, Severity, State, Word};
use model::Timestamp;
use std::collections::BTreeMap;

/// Written and shown at almost the same moment is no edit.
const EDIT_OVER_SECONDS: u64 = 2;

/// What `/api/v2/*.json` says.
pub(crate) fn api(format: Format, root: &Node<'_>, now: Timestamp) -> Draft {
    let mut draft = Draft::new(format, now);
    page(root, &mut draft);
    if let Some(status) = root.key("status") {
        draft.overall = Some(overall(&status, &mut draft.notes));
    }
    let names = component_names(root);
    for node in root.list("components").into_iter().chain(root.list("component")) {
        component(&node, &names, &mut draft);
    }
    for (list, kind) in [
        ("incidents", Kind::Incident),
        ("incident", Kind::Incident),
        ("scheduled_maintenances", Kind::Maintenance),
        ("scheduled_maintenance", Kind::Maintenance),
        ("maintenance", Kind::Maintenance),
    ] {
        for node in root.list(list) {
            entry(&node, kind, &names, &mut draft);
        }
    }
    // A bare incident, or a list of such.
    let bare = root.entries().into_iter().filter(|node| node.has("incident_updates"));
    for node in bare {
        entry(&node, Kind::Incident, &names, &mut draft);
    }
    draft
}

/// What it posts: one incident, one maintenance or the change of one component.
pub(crate) fn webhook(root: &Node<'_>, now: Timestamp) -> Draft {
    let mut draft = api(Format::StatuspageWebhook, root, now);
    if let Some(page) = root.key("page") {
        let word = page.first(&["status_indicator", "status"]);
        if word.is_some() {
            draft.overall = Some(draft.notes.word(word.as_ref(), "state", indicator, State::Unknown));
        }
    }
    draft
}

fn page(root: &Node<'_>, draft: &mut Draft) {
    let Some(page) = root.key("page") else { return };
    draft.page = Page {
        native_id: page.text("id").map(|id| plain::line(&id)),
        name: page.text("name").map(|name| plain::line(&name)),
        url: page.text("url").and_then(|url| plain::url(&url)),
        updated_at: draft.notes.time(&page, &["updated_at", "updatedAt"]),
    };
}

/// `none | minor | major | critical`, and `maintenance`, which is not documented (Asana, 2026).
fn indicator(word: &str) -> Option<State> {
    if words::key(word) == "none" {
        Some(State::Operational)
    } else {
        words::severity(word).and_then(of_severity)
    }
}

fn of_severity(severity: Severity) -> Option<State> {
    match severity {
        Severity::None => Some(State::Operational),
        Severity::Maintenance => Some(State::UnderMaintenance),
        Severity::Minor => Some(State::DegradedPerformance),
        Severity::Major => Some(State::PartialOutage),
        Severity::Critical => Some(State::MajorOutage),
        Severity::Unknown => None,
    }
}

fn overall(status: &Node<'_>, notes: &mut Notes) -> Word<State> {
    let node = status.first(&["indicator", "description"]).unwrap_or_else(|| status.clone());
    notes.word(Some(&node), "state", indicator, State::Unknown)
}

/// Id of a component to its group and name; the group only if its own entry is there.
type Names = BTreeMap<String, (Option<String>, String)>;

fn component_names(root: &Node<'_>) -> Names {
    let nodes: Vec<Node<'_>> = root.list("components").into_iter().chain(root.list("component")).collect();
    let name = |node: &Node<'_>| plain::line(&node.text("name").unwrap_or_default());
    let groups: BTreeMap<String, String> = nodes
        .iter()
        .filter(|node| node.flag("group") == Some(true))
        .filter_map(|node| Some((node.text("id")?, name(node))))
        .collect();
    let group = |node: &Node<'_>| node.text("group_id").and_then(|id| groups.get(&id).cloned());
    nodes.iter().filter_map(|node| Some((node.text("id")?, (group(node), name(node))))).collect()
}

fn component(node: &Node<'_>, names: &Names, draft: &mut Draft) {
    if node.flag("group") == Some(true) {
        return;
    }
    let Some(name) = node.text("name") else {
        draft.notes.alarm(AlarmKind::Missing, &node.place, "the component has no `name`");
        return;
    };
    let id = node.text("id");
    let group = id.as_ref().and_then(|id| names.get(id)).and_then(|(group, _)| group.clone());
    let component = Component {
        native_id: id.map(|id| plain::line(&id)),
        group,
        name: plain::line(&name),
        state: draft.notes.state(node.key("status").as_ref()),
        updated_at: draft.notes.time(node, &["updated_at"]),
    };
    draft.component(component);
}

fn entry(node: &Node<'_>, kind: Kind, names: &Names, draft: &mut Draft) {
    let incident = incident(node, kind, names, &mut draft.notes);
    draft.incident(incident);
}

/// One incident or maintenance.
pub(crate) fn incident(node: &Node<'_>, kind: Kind, names: &Names, notes: &mut Notes) -> Incident {
    let mut incident = incident_of(node, kind, &["id"], &["name", "title"], notes);
    incident.phase = notes.phase(node.first(&["status", "state"]).as_ref());
    let impact = node.first(&["impact_override", "impact"]);
    incident.severity = notes.severity(impact.as_ref());
    let is_planned = node.first(&["scheduled_for", "scheduled_until"]).is_some();
    if is_planned || incident.phase.ours.is_of_maintenance() {
        incident.kind = Kind::Maintenance;
    }
    // Old maintenances carry the words of incidents (Discord), new ones `maintenance`.
    if incident.kind == Kind::Maintenance && incident.severity.ours == Severity::Unknown && impact.is_none() {
        incident.severity = Word { ours: Severity::Maintenance, theirs: None };
    }
    incident.url = node.text_of(&["shortlink", "url"]).and_then(|url| plain::url(&url));
    incident.clocks.started = notes.time(node, &["started_at", "started", "start"]);
    incident.clocks.posted = notes.time(node, &["created_at"]);
    incident.clocks.changed = notes.time(node, &["updated_at"]);
    incident.clocks.monitoring = notes.time(node, &["monitoring_at"]);
    incident.clocks.resolved = notes.time(node, &["resolved_at", "completed_at"]);
    incident.clocks.scheduled_for = notes.time(node, &["scheduled_for"]);
    incident.clocks.scheduled_until = notes.time(node, &["scheduled_until"]);
    for name in ["incident_updates", "maintenance_updates"] {
        incident.updates.extend(node.list(name).iter().map(|update| of_update(update, names, notes)));
    }
    // They come newest first; order keeps those of one moment as they were posted.
    incident.updates.reverse();
    postmortem(node, &mut incident, notes);
    incident.components = affected(node, names, notes);
    incident
}

fn of_update(node: &Node<'_>, names: &Names, notes: &mut Notes) -> Update {
    let phase = notes.phase(node.first(&["status", "state"]).as_ref());
    let mut said = update(phase, &node.text_of(&["body", "markdown", "message"]).unwrap_or_default());
    said.native_id = node.text("id").map(|id| plain::line(&id));
    said.display_at = notes.time(node, &["display_at"]);
    said.created_at = notes.time(node, &["created_at", "started"]);
    let edited = notes.time(node, &["updated_at"]);
    said.edited_at = edited.filter(|edited| {
        said.created_at.is_some_and(|created| edited.since(created).as_secs() >= EDIT_OVER_SECONDS)
    });
    for change in node.list("affected_components") {
        let word = |notes: &mut Notes, name: &str| change.key(name).map(|node| notes.state(Some(&node)));
        let from = word(notes, "old_status");
        let Some(to) = word(notes, "new_status") else { continue };
        let (group, name) = named(&change, names, notes);
        said.changes.push(StateChange {
            component: crate::document::path(group.as_deref(), &name),
            from,
            to,
        });
    }
    said
}

/// Group and name of an entry of `affected_components`.
fn named(change: &Node<'_>, names: &Names, notes: &mut Notes) -> (Option<String>, String) {
    if let Some(known) = change.text("code").and_then(|code| names.get(&code)) {
        return known.clone();
    }
    let name = change.text("name").map(|name| plain::line(&name));
    let name = name.unwrap_or_else(|| {
        notes.alarm(AlarmKind::Missing, &change.place, "the component has no `name`");
        "(no name)".to_owned()
    });
    (None, name)
}

/// A postmortem that is a field of the incident and no update.
fn postmortem(node: &Node<'_>, incident: &mut Incident, notes: &mut Notes) {
    let Some(body) = node.text("postmortem_body") else { return };
    if incident.updates.iter().any(|update| update.phase.ours == Phase::Postmortem) {
        return;
    }
    let mut said = update(Word { ours: Phase::Postmortem, theirs: None }, &body);
    said.display_at = notes.time(node, &["postmortem_published_at", "postmortem_body_last_updated_at"]);
    incident.updates.push(said);
}

/// Its components, with the state now and the worst that updates say.
fn affected(node: &Node<'_>, names: &Names, notes: &mut Notes) -> Vec<Affected> {
    let mut found: Vec<Affected> = Vec::new();
    for component in node.list("components") {
        let id = component.text("id");
        // Better Stack and Instatus post components without more than a name.
        let name =
            component.text("name").or_else(|| component.own_text()).unwrap_or_else(|| "(no name)".to_owned());
        let mut one = crate::build::affected(None, &name);
        one.group = id.as_ref().and_then(|id| names.get(id)).and_then(|(group, _)| group.clone());
        one.native_id = id.map(|id| plain::line(&id));
        one.state = component.key("status").map(|status| notes.state(Some(&status)));
        found.push(one);
    }
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (place, one) in found.iter().enumerate() {
        places.extend(one.native_id.clone().map(|id| (id, place)));
    }
    let mut quiet = Notes::default();
    for change in node.list("incident_updates").iter().flat_map(|update| update.list("affected_components")) {
        let states =
            ["old_status", "new_status"].map(|name| change.text(name).and_then(|word| words::state(&word)));
        let worst = states.into_iter().flatten().max();
        let code = change.text("code").map(|code| plain::line(&code));
        let (group, name) = named(&change, names, &mut quiet);
        let known = code.as_ref().and_then(|code| places.get(code)).copied();
        let place = known.unwrap_or_else(|| {
            found.push(crate::build::affected(group, &name));
            found.len() - 1
        });
        places.extend(code.clone().map(|code| (code, place)));
        let one = &mut found[place];
        one.native_id = one.native_id.take().or(code);
        one.worst = one.worst.max(worst);
        if one.group.is_none() {
            one.group = group_of(&name, &one.name);
        }
    }
    found
}

/// `EU` of `EU - Server-side`, if the component is called `Server-side`.
fn group_of(full: &str, name: &str) -> Option<String> {
    let group = full.strip_suffix(name)?.trim_end().strip_suffix('-')?.trim_end();
    (!group.is_empty()).then(|| group.to_owned())
}

/// Names that are known from nowhere.
pub(crate) fn no_names() -> Names {
    Names::new()
}

#[cfg(test)]
mod tests;
