//! Instatus: `/summary.json` and `/components.json` in all versions.
//!
//! Its lists are absent when nothing is wrong; the length of maintenance is a text of minutes and has no end. Incidents name no components, and on older
//! pages have no id: their address tells them apart. History is only in its feed, which `feed` reads.

use crate::build::{Draft, incident_of, update};
use crate::document::{Component, Incident, Kind, Page};
use crate::json::Node;
use crate::notes::{AlarmKind, Notes};
use crate::plain;
use crate::words::{self, Severity, State, Word};
use model::{Duration, Timestamp};

/// A summary, or a list of components.
pub(crate) fn summary(root: &Node<'_>, now: Timestamp) -> Draft {
    let mut draft = Draft::new(crate::Format::Instatus, now);
    if let Some(page) = root.key("page") {
        draft.page = Page {
            native_id: page.text("id").map(|id| plain::line(&id)),
            name: page.text("name").map(|name| plain::line(&name)),
            url: page.text("url").and_then(|url| plain::url(&url)),
            updated_at: draft.notes.time(&page, &["updatedAt"]),
        };
        // Older readers expect `status.text`; pages send the word alone.
        let word = page.key("status").map(|status| status.key("text").unwrap_or(status));
        draft.overall = word.map(|word| draft.notes.word(Some(&word), "state", words::state, State::Unknown));
    }
    for node in root.list("components") {
        component(&node, None, &mut draft);
    }
    for node in root.list("activeIncidents").into_iter().chain(root.list("incidents")) {
        let incident = entry(&node, Kind::Incident, &mut draft.notes);
        draft.incident(incident);
    }
    for node in root.list("activeMaintenances").into_iter().chain(root.list("maintenances")) {
        let incident = entry(&node, Kind::Maintenance, &mut draft.notes);
        draft.incident(incident);
    }
    draft
}

/// A component, or a group with its children.
fn component(node: &Node<'_>, parent: Option<&str>, draft: &mut Draft) {
    let Some(name) = node.text("name").map(|name| plain::line(&name)) else {
        draft.notes.alarm(AlarmKind::Missing, &node.place, "the component has no `name`");
        return;
    };
    let children = node.list("children");
    if node.flag("isParent") == Some(true) || !children.is_empty() {
        // Groups have one level; a deeper one would be read as its own group.
        for child in children.into_iter().filter(|_| parent.is_none()) {
            component(&child, Some(&name), draft);
        }
        return;
    }
    let group = node.key("group").and_then(|group| group.own_text().or_else(|| group.text("name")));
    let component = Component {
        native_id: node.text("id").map(|id| plain::line(&id)),
        group: parent.map(str::to_owned).or_else(|| group.map(|name| plain::line(&name))),
        name,
        state: draft.notes.state(node.key("status").as_ref()),
        updated_at: draft.notes.time(node, &["updatedAt"]),
    };
    draft.component(component);
}

fn entry(node: &Node<'_>, kind: Kind, notes: &mut Notes) -> Incident {
    let mut incident = incident_of(node, kind, &["id", "url"], &["name"], notes);
    incident.phase = notes.phase(node.key("status").as_ref());
    incident.severity = match node.key("impact") {
        Some(impact) => notes.severity(Some(&impact)),
        None if kind == Kind::Maintenance => Word { ours: Severity::Maintenance, theirs: None },
        None => Word { ours: Severity::Unknown, theirs: None },
    };
    incident.url = node.text("url").and_then(|url| plain::url(&url));
    let started = notes.time(node, &["started", "start", "startedAt"]);
    incident.clocks.changed = notes.time(node, &["updatedAt"]);
    incident.clocks.resolved = notes.time(node, &["resolved", "resolvedAt"]);
    if kind == Kind::Maintenance {
        incident.clocks.scheduled_for = started;
        let minutes = node.number("duration").and_then(|minutes| u64::try_from(minutes).ok());
        let planned =
            minutes.filter(|minutes| *minutes < 1_000_000).map(|minutes| Duration::from_secs(minutes * 60));
        incident.clocks.scheduled_until = started.zip(planned).map(|(start, planned)| start + planned);
    } else {
        incident.clocks.started = started;
    }
    for said in node.list("updates") {
        let phase = notes.phase(said.key("status").as_ref());
        let mut one = update(phase, &said.text_of(&["message", "body"]).unwrap_or_default());
        one.native_id = said.text("id").map(|id| plain::line(&id));
        one.display_at = notes.time(&said, &["started", "createdAt"]);
        incident.updates.push(one);
    }
    incident
}

#[cfg(test)]
mod tests;
