//! Slack: `/api/v2.0.0/current` and `/history`.
//!
//! It has neither severity nor end: the type tells how bad it is as far as anybody knows, and a resolved one ended when it was last changed. Its list
//! of incidents outranks its own word, which says `ok` beside active ones.

use crate::build::{Draft, affected, incident_of, update};
use crate::document::{Incident, Kind, Page};
use crate::json::Node;
use crate::notes::Notes;
use crate::plain;
use crate::words::{self, Phase, Severity, State, Word};
use model::Timestamp;

pub(crate) fn status(root: &Node<'_>, now: Timestamp) -> Draft {
    let mut draft = Draft::new(crate::Format::Slack, now);
    draft.page = Page {
        name: Some("Slack".to_owned()),
        url: Some("https://slack-status.com/".to_owned()),
        ..Page::default()
    };
    let is_current = root.has("active_incidents");
    let entries = if is_current { root.list("active_incidents") } else { root.entries() };
    for node in entries.into_iter().filter(|node| node.value.is_object()) {
        let incident = incident(&node, &mut draft.notes);
        draft.incident(incident);
    }
    if is_current {
        draft.page.updated_at = draft.notes.time(root, &["date_updated"]);
        let word = draft.notes.word(root.key("status").as_ref(), "state", overall, State::Unknown);
        let is_active = draft.incidents.iter().any(Incident::is_underway);
        let ours = if is_active && word.ours == State::Operational { State::Unknown } else { word.ours };
        draft.overall = Some(Word { ours, theirs: word.theirs });
    }
    draft
}

fn overall(word: &str) -> Option<State> {
    match words::key(word).as_str() {
        "ok" => Some(State::Operational),
        // Something is going on; how bad it is the incidents tell.
        "active" => Some(State::Unknown),
        _ => None,
    }
}

/// The mapping of the type: nothing finer is known.
fn severity(word: &str) -> Option<Severity> {
    match words::key(word).as_str() {
        "notice" => Some(Severity::None),
        "incident" => Some(Severity::Major),
        "outage" => Some(Severity::Critical),
        "maintenance" => Some(Severity::Maintenance),
        _ => None,
    }
}

pub(crate) fn incident(node: &Node<'_>, notes: &mut Notes) -> Incident {
    let kind = match node.text("type").as_deref() {
        Some("maintenance") => Kind::Maintenance,
        Some("notice") => Kind::Notice,
        Some(_) | None => Kind::Incident,
    };
    let mut incident = incident_of(node, kind, &["id"], &["title"], notes);
    // Older entries have no type.
    incident.severity = notes.word(node.key("type").as_ref(), "severity", severity, Severity::Unknown);
    incident.phase = notes.phase(node.key("status").as_ref());
    incident.url = node.text("url").and_then(|url| plain::url(&url));
    incident.clocks.started = notes.time(node, &["date_created"]);
    incident.clocks.posted = incident.clocks.started;
    incident.clocks.changed = notes.time(node, &["date_updated"]);
    incident.clocks.resolved = incident.clocks.changed.filter(|_| incident.phase.ours.is_over());
    incident.components =
        node.list("services").iter().filter_map(Node::own_text).map(|name| affected(None, &name)).collect();
    let said = Word { ours: Phase::Unknown, theirs: None };
    for note in node.list("notes") {
        let mut one = update(said.clone(), &note.text("body").unwrap_or_default());
        one.display_at = notes.time(&note, &["date_created"]);
        incident.updates.push(one);
    }
    incident
}

#[cfg(test)]
mod tests;
