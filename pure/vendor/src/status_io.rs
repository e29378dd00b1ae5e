//! Status.io: `GET /1.0/status/<page>`, and the same page with the timelines of its past incidents as a scraper stores it.
//!
//! A component exists in containers, which are regions: each pair is a component here, the container in the group of the component. States are
//! numbers. A maintenance whose last message says that it is complete may still be listed as planned: it gets a flag, not another phase.

use crate::build::{Draft, affected, incident_of, update};
use crate::document::{Component, Incident, Kind, Page};
use crate::flags::{Flag, FlagRule};
use crate::json::Node;
use crate::notes::Notes;
use crate::plain;
use crate::words::{self, Phase, Severity, State, Word};
use model::Timestamp;

/// Regions and components of one incident; each pair of them is one entry.
const AFFECTED_MAX: usize = 60;

pub(crate) fn page(root: &Node<'_>, now: Timestamp) -> Draft {
    let mut draft = Draft::new(crate::Format::StatusIo, now);
    let result = root.key("result").unwrap_or_else(|| root.clone());
    if let Some(overall) = result.key("status_overall") {
        draft.overall = Some(state(&overall, &mut draft.notes));
        draft.page = Page { updated_at: draft.notes.time(&overall, &["updated"]), ..Page::default() };
    }
    for node in result.list("status").into_iter().chain(result.list("components")) {
        component(&node, &mut draft);
    }
    for node in result.list("incidents") {
        let incident = entry(&node, Kind::Incident, Phase::Unknown, &mut draft);
        draft.incident(incident);
    }
    for maintenance in result.list("maintenance") {
        for (list, phase) in [("active", Phase::InProgress), ("upcoming", Phase::Scheduled)] {
            for node in maintenance.list(list) {
                let incident = entry(&node, Kind::Maintenance, phase, &mut draft);
                let is_done = incident.updates.last().is_some_and(|last| says_complete(&last.text));
                draft.incident(incident);
                let is_new =
                    |last: &&mut Incident| last.flags.iter().all(|flag| flag.rule != FlagRule::StillListed);
                if let Some(last) = draft.incidents.last_mut().filter(|_| is_done).filter(is_new) {
                    let text =
                        format!("its last message says that it is complete, and it is listed as {list}");
                    last.flags.push(Flag { rule: FlagRule::StillListed, text });
                }
            }
        }
    }
    draft
}

/// `Scheduled maintenance is complete.` (Nintex, 2026-06-28).
fn says_complete(text: &str) -> bool {
    let text = text.to_lowercase();
    ["is complete", "been completed", "is now complete", "completed successfully"]
        .iter()
        .any(|end| text.contains(end))
}

/// The number, or the word beside it.
fn state(node: &Node<'_>, notes: &mut Notes) -> Word<State> {
    let code = node.first(&["status_code", "status"]);
    let said = node.text_of(&["status", "status_text"]);
    let by_code = |text: &str| code_state(text).or_else(|| words::state(text));
    let mut word = notes.word(code.as_ref(), "state", by_code, State::Unknown);
    word.theirs = said.map(|said| plain::line(&said)).or(word.theirs);
    word
}

fn code_state(code: &str) -> Option<State> {
    match code {
        "100" => Some(State::Operational),
        "200" => Some(State::UnderMaintenance),
        "300" => Some(State::DegradedPerformance),
        "400" => Some(State::PartialOutage),
        "500" | "600" => Some(State::MajorOutage),
        _ => None,
    }
}

/// The state of a message: the numbers of the API, the words of the page.
fn code_phase(code: &str, kind: Kind) -> Option<Phase> {
    match (code, kind) {
        ("100", Kind::Maintenance) => Some(Phase::Scheduled),
        ("200", Kind::Maintenance) => Some(Phase::InProgress),
        ("300", Kind::Maintenance) => Some(Phase::Verifying),
        ("400", Kind::Maintenance) => Some(Phase::Completed),
        ("100", Kind::Incident | Kind::Notice) => Some(Phase::Investigating),
        ("200", Kind::Incident | Kind::Notice) => Some(Phase::Identified),
        ("300", Kind::Incident | Kind::Notice) => Some(Phase::Monitoring),
        ("400", Kind::Incident | Kind::Notice) => Some(Phase::Resolved),
        _ => words::phase(code),
    }
}

fn component(node: &Node<'_>, draft: &mut Draft) {
    let Some(name) = node.text("name").map(|name| plain::line(&name)) else { return };
    let containers = node.list("containers");
    let entries = if containers.is_empty() { vec![node.clone()] } else { containers.clone() };
    for entry in entries {
        let component = Component {
            native_id: None,
            group: if containers.is_empty() { None } else { Some(name.clone()) },
            name: entry.text("name").map_or_else(|| name.clone(), |name| plain::line(&name)),
            state: state(&entry, &mut draft.notes),
            updated_at: draft.notes.time(&entry, &["updated"]),
        };
        draft.component(component);
    }
}

fn entry(node: &Node<'_>, kind: Kind, phase: Phase, draft: &mut Draft) -> Incident {
    let notes = &mut draft.notes;
    let mut incident = incident_of(node, kind, &["_id", "id"], &["name", "title"], notes);
    incident.url = node.text("url").and_then(|url| plain::url(&url));
    let opened = notes.time(node, &["datetime_open"]);
    match kind {
        Kind::Maintenance => incident.clocks.posted = opened,
        Kind::Incident | Kind::Notice => incident.clocks.started = opened,
    }
    incident.clocks.resolved = notes.time(node, &["datetime_resolved", "datetime_close"]);
    incident.clocks.scheduled_for = notes.time(node, &["datetime_planned_start"]);
    incident.clocks.scheduled_until = notes.time(node, &["datetime_planned_end"]);
    let mut worst = None;
    for said in node.list("messages").into_iter().chain(node.list("timeline")) {
        let word =
            notes.word(said.key("state").as_ref(), "phase", |code| code_phase(code, kind), Phase::Unknown);
        let mut one = update(word, &said.text_of(&["details", "message"]).unwrap_or_default());
        one.display_at = notes.time(&said, &["datetime"]);
        worst = worst.max(Some(state_of_message(&said, notes)));
        incident.updates.push(one);
    }
    incident.phase = match incident.updates.last() {
        Some(last) if kind == Kind::Incident => last.phase.clone(),
        Some(_) | None => Word { ours: phase, theirs: None },
    };
    // It has no severity of its own: the worst of its messages is taken.
    incident.severity = Word { ours: worst.map_or(Severity::Unknown, Severity::of), theirs: None };
    if kind == Kind::Maintenance {
        incident.severity.ours = Severity::Maintenance;
    }
    incident.clocks.resolved = incident.clocks.resolved.or_else(|| {
        let last = incident.updates.last()?;
        last.display_at.filter(|_| last.phase.ours == Phase::Resolved)
    });
    let regions = names(node, "containers_affected").chain(names(node, "locations"));
    incident.regions = regions.take(AFFECTED_MAX).collect();
    let components = names(node, "components_affected").chain(names(node, "components"));
    for name in components.take(AFFECTED_MAX) {
        if incident.regions.is_empty() {
            incident.components.push(affected(None, &name));
        }
        let regions = incident.regions.iter().map(|region| affected(Some(name.clone()), region));
        incident.components.extend(regions);
    }
    incident
}

fn state_of_message(said: &Node<'_>, notes: &mut Notes) -> State {
    let code = said.first(&["status_code", "status"]);
    let table = |text: &str| code_state(text).or_else(|| words::state(text));
    notes.word(code.as_ref(), "state", table, State::Unknown).ours
}

/// Names of entries, which are objects or words.
fn names<'a>(node: &Node<'a>, list: &str) -> impl Iterator<Item = String> + use<'a> {
    let texts =
        node.list(list).into_iter().filter_map(|entry| entry.text("name").or_else(|| entry.own_text()));
    texts.map(|name| plain::line(&name))
}

#[cfg(test)]
mod tests;
