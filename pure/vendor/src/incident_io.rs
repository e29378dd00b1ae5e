//! incident.io's widget: `/api/v1/summary`, `/api/widget`, and the richer `/proxy/<host>`.
//!
//! It lists only what goes on: an incident that is missing is over or forgotten, nobody says which. Its other API imitates Statuspage and is read by
//! that reader.

use crate::build::{Draft, affected, incident_of, update};
use crate::document::{Component, Incident, Kind, Page};
use crate::json::Node;
use crate::notes::Notes;
use crate::plain;
use crate::words::{Phase, Severity, State, Word};
use model::Timestamp;
use std::collections::BTreeMap;

/// What the widget shows.
pub(crate) fn widget(root: &Node<'_>, now: Timestamp) -> Draft {
    let mut draft = Draft::new(crate::Format::IncidentIo, now);
    draft.tells_all = false;
    let inner = root.key("summary").unwrap_or_else(|| root.clone());
    draft.page = Page {
        native_id: inner.text("id").map(|id| plain::line(&id)),
        name: inner.text_of(&["page_title", "name"]).map(|name| plain::line(&name)),
        url: inner.text_of(&["page_url", "public_url"]).and_then(|url| plain::url(&url)),
        updated_at: None,
    };
    components(&inner, &mut draft);
    for (list, kind, phase) in [
        ("ongoing_incidents", Kind::Incident, Phase::Unknown),
        ("in_progress_maintenances", Kind::Maintenance, Phase::InProgress),
        ("scheduled_maintenances", Kind::Maintenance, Phase::Scheduled),
    ] {
        for node in inner.list(list) {
            let incident = event(&node, kind, phase, &mut draft.notes);
            draft.incident(incident);
        }
    }
    draft
}

/// The proxy lists all, names those that are hit, and tells the groups in a tree of its own.
fn components(inner: &Node<'_>, draft: &mut Draft) {
    let hit: BTreeMap<String, Node<'_>> = inner
        .list("affected_components")
        .into_iter()
        .filter_map(|node| {
            Some((node.text_of(&["component_id", "id"])?, node.first(&["status", "current_status"])?))
        })
        .collect();
    let groups: BTreeMap<String, String> = inner
        .key("structure")
        .map(|structure| structure.list("items"))
        .unwrap_or_default()
        .iter()
        .filter_map(|item| item.key("group"))
        .flat_map(|group| {
            let name = plain::line(&group.text("name").unwrap_or_default());
            let ids =
                group.list("components").into_iter().filter_map(|one| one.text_of(&["component_id", "id"]));
            ids.map(|id| (id, name.clone())).collect::<Vec<_>>()
        })
        .collect();
    let tells_hit = inner.has("affected_components");
    for node in inner.list("components") {
        let Some(name) = node.text("name") else { continue };
        let id = node.text("id");
        let own = node.first(&["current_status", "status"]);
        let status = own.or_else(|| id.as_ref().and_then(|id| hit.get(id).cloned()));
        let mut state = draft.notes.state(status.as_ref());
        if status.is_none() && tells_hit {
            // Who is not in the list of those that are hit is well: that is what the list says.
            state.ours = State::Operational;
        }
        let group = node.text("group_name").map(|name| plain::line(&name));
        draft.component(Component {
            group: group.or_else(|| id.as_ref().and_then(|id| groups.get(id).cloned())),
            native_id: id.map(|id| plain::line(&id)),
            name: plain::line(&name),
            state,
            updated_at: None,
        });
    }
}

fn event(node: &Node<'_>, kind: Kind, phase: Phase, notes: &mut Notes) -> Incident {
    let mut incident = incident_of(node, kind, &["id"], &["name"], notes);
    incident.phase = match node.key("status") {
        Some(status) => notes.phase(Some(&status)),
        None => Word { ours: phase, theirs: None },
    };
    incident.severity = match node.first(&["current_worst_impact", "worst_impact", "impact"]) {
        Some(impact) => notes.severity(Some(&impact)),
        None if kind == Kind::Maintenance => Word { ours: Severity::Maintenance, theirs: None },
        None => Word { ours: Severity::Unknown, theirs: None },
    };
    incident.url = node.text("url").and_then(|url| plain::url(&url));
    incident.clocks.started = notes.time(node, &["started_at"]);
    incident.clocks.posted = notes.time(node, &["created_at", "published_at"]);
    incident.clocks.changed = notes.time(node, &["last_update_at", "updated_at"]);
    incident.clocks.resolved = notes.time(node, &["resolved_at"]);
    if kind == Kind::Maintenance {
        incident.clocks.scheduled_for = notes.time(node, &["starts_at", "started_at"]);
        incident.clocks.scheduled_until = notes.time(node, &["scheduled_end_at", "ends_at"]);
    }
    for component in node.list("affected_components") {
        let group = component.text("group_name").map(|name| plain::line(&name));
        let mut one = affected(group, &component.text("name").unwrap_or_else(|| "(no name)".to_owned()));
        one.native_id = component.text_of(&["id", "component_id"]).map(|id| plain::line(&id));
        let status = component.first(&["current_status", "status"]);
        one.state = status.map(|status| notes.state(Some(&status)));
        one.worst = one.state.as_ref().map(|word| word.ours);
        incident.components.push(one);
    }
    incident.updates = updates(node, &incident, notes);
    incident
}

/// The widget tells only the last word; the proxy tells all.
fn updates(node: &Node<'_>, incident: &Incident, notes: &mut Notes) -> Vec<crate::Update> {
    let listed: Vec<_> = node
        .list("updates")
        .iter()
        .map(|said| {
            let phase = notes.phase(said.first(&["to_status", "status"]).as_ref());
            let mut one =
                update(phase, &said.text_of(&["message_string", "message", "body"]).unwrap_or_default());
            one.native_id = said.text("id").map(|id| plain::line(&id));
            one.display_at = notes.time(said, &["published_at", "created_at"]);
            one
        })
        .collect();
    let last = node.text("last_update_message").filter(|_| listed.is_empty());
    match last {
        Some(text) => {
            let mut one = update(incident.phase.clone(), &text);
            one.display_at = incident.clocks.changed;
            vec![one]
        }
        None => listed,
    }
}

#[cfg(test)]
mod tests;
