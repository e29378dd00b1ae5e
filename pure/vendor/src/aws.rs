//! Amazon Web Services: current events, and the feed of updates.
//!
//! Current events are a snapshot in UTF-16. The feed has updates, not incidents, and ids that name only the item: those of one service within a day
//! of each other belong together, and `[RESOLVED]` or `Service is operating normally` ends them. The true begin stands only in prose.

mod items;

pub(crate) use items::{Item, grouped, joined};

use crate::build::{Draft, affected, incident_of, update};
use crate::document::{Incident, Kind, Page};
use crate::json::Node;
use crate::notes::Notes;
use crate::plain;
use crate::words::{Phase, Severity, State, Word};
use model::Timestamp;
use serde_json::Value;

const PAGE: &str = "https://health.aws.amazon.com/health/status";

pub(crate) fn events(root: &Node<'_>, now: Timestamp) -> Draft {
    let mut draft = Draft::new(crate::Format::AwsEvents, now);
    draft.page = page();
    for node in root.entries().into_iter().filter(|node| node.value.is_object()) {
        let incident = event(&node, &mut draft.notes);
        draft.incident(incident);
    }
    draft
}

pub(crate) fn page() -> Page {
    Page { name: Some("Amazon Web Services".to_owned()), url: Some(PAGE.to_owned()), ..Page::default() }
}

/// 0 resolved, 1 informational, 2 degraded, 3 disruption.
fn severity(code: &str) -> Option<Severity> {
    match code {
        "0" | "1" => Some(Severity::None),
        "2" => Some(Severity::Minor),
        "3" => Some(Severity::Critical),
        _ => None,
    }
}

fn state(code: &str) -> Option<State> {
    match code {
        "0" | "1" => Some(State::Operational),
        "2" => Some(State::DegradedPerformance),
        "3" => Some(State::MajorOutage),
        _ => None,
    }
}

fn event(node: &Node<'_>, notes: &mut Notes) -> Incident {
    let mut incident =
        incident_of(node, Kind::Incident, &["arn", "date"], &["summary", "service_name"], notes);
    incident.url = Some(PAGE.to_owned());
    let is_over = node.text("status").as_deref() == Some("0") || is_resolved(&incident.title);
    incident.title = without_mark(&incident.title);
    incident.severity = notes.word(node.key("status").as_ref(), "severity", severity, Severity::Unknown);
    let ours = if is_over { Phase::Resolved } else { Phase::Investigating };
    incident.phase = Word { ours, theirs: node.text("status").map(|status| plain::line(&status)) };
    incident.clocks.started = notes.time(node, &["date"]);
    incident.clocks.resolved = notes.time(node, &["end_time"]).filter(|_| is_over);
    incident.regions = region(node).into_iter().collect();
    for said in node.list("event_log") {
        let title = said.text("summary").unwrap_or_default();
        let is_last = is_resolved(&title) || said.text("status").as_deref() == Some("0");
        let ours = if is_last { Phase::Resolved } else { Phase::Investigating };
        let phase = Word { ours, theirs: said.text("status").map(|status| plain::line(&status)) };
        let mut one = update(phase, &said.text("message").unwrap_or_default());
        one.display_at = notes.time(&said, &["timestamp"]);
        incident.updates.push(one);
    }
    incident.components = services(node, notes);
    // An event that is over says 0 of itself: how bad it was its services tell.
    let worst = incident.components.iter().filter_map(|one| one.worst).max();
    if let Some(worst) = worst.filter(|_| is_over) {
        incident.severity.ours = Severity::of(worst);
    }
    if incident.components.is_empty() {
        incident
            .components
            .extend(node.text_of(&["service_name", "service"]).map(|name| affected(None, &name)));
    }
    incident
}

/// `Oregon`, else what the ARN says.
fn region(node: &Node<'_>) -> Option<String> {
    let arn = node.text("arn").and_then(|arn| arn.split(':').nth(3).map(str::to_owned));
    arn.filter(|region| !region.is_empty())
        .or_else(|| node.text("region_name"))
        .map(|region| plain::line(&region))
}

fn services(node: &Node<'_>, notes: &mut Notes) -> Vec<crate::Affected> {
    let Some(list) = node.key("impacted_services") else { return Vec::new() };
    let Value::Object(entries) = list.value else { return Vec::new() };
    let mut found = Vec::new();
    for id in entries.keys() {
        let Some(service) = list.key(id) else { continue };
        let mut one = affected(None, &service.text("service_name").unwrap_or_else(|| id.clone()));
        one.native_id = Some(plain::line(id));
        one.state =
            service.key("current").map(|code| notes.word(Some(&code), "state", state, State::Unknown));
        one.worst =
            service.key("max").map(|code| notes.word(Some(&code), "state", state, State::Unknown).ours);
        found.push(one);
    }
    found
}

/// `[RESOLVED] Increased API Error Rates`, `Service is operating normally: ...`.
pub(crate) fn is_resolved(title: &str) -> bool {
    let title = title.to_lowercase();
    title.contains("[resolved]") || title.starts_with("service is operating normally")
}

/// The title without what marks its state.
pub(crate) fn without_mark(title: &str) -> String {
    let mut title = title.trim();
    for mark in [
        "Service is operating normally:",
        "Service impact:",
        "Service degradation:",
        "Service disruption:",
        "Informational message:",
        "[RESOLVED]",
    ] {
        title = title.strip_prefix(mark).unwrap_or(title).trim_start();
    }
    if title.is_empty() { "(no title)".to_owned() } else { title.to_owned() }
}

#[cfg(test)]
mod tests;
