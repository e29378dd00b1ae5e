//! Microsoft 365: `serviceAnnouncement` of Graph, issues, overviews and messages.
//!
//! A post has no state of its own: fixed words lead its parts (`Current status:`, `Next update by:`, `Final status:`), and those are read. A message of
//! the message centre is a notice. Lists go on at `@odata.nextLink`.

use crate::build::{Draft, affected, incident_of, update};
use crate::clock::Scan;
use crate::document::{Component, Incident, Kind, Page};
use crate::json::Node;
use crate::notes::Notes;
use crate::plain;
use crate::words::{self, Phase, Severity, State, Word};
use crate::{Format, Given};
use model::Timestamp;

pub(crate) fn announcements(root: &Node<'_>, given: &Given<'_>) -> Draft {
    let mut draft = Draft::new(Format::Microsoft365, given.now);
    draft.page = Page { name: Some("Microsoft 365".to_owned()), ..Page::default() };
    draft.next_page = root.text("@odata.nextLink").and_then(|url| plain::url(&url));
    let entries = match root.key("value") {
        Some(list) => list.entries(),
        None => root.entries(),
    };
    for node in entries.into_iter().filter(|node| node.value.is_object()) {
        let is_overview = node.has("service") && node.has("status") && !node.has("title");
        if is_overview {
            overview(&node, &mut draft);
        } else {
            let incident = issue(&node, &mut draft.notes);
            draft.incident(incident);
        }
    }
    draft
}

fn overview(node: &Node<'_>, draft: &mut Draft) {
    let component = Component {
        native_id: node.text("id").map(|id| plain::line(&id)),
        group: None,
        name: plain::line(&node.text("service").unwrap_or_default()),
        state: draft.notes.word(node.key("status").as_ref(), "state", state, State::Unknown),
        updated_at: None,
    };
    draft.component(component);
    for issue_node in node.list("issues") {
        let incident = issue(&issue_node, &mut draft.notes);
        draft.incident(incident);
    }
}

fn state(word: &str) -> Option<State> {
    match words::key(word).as_str() {
        "serviceoperational"
        | "servicerestored"
        | "falsepositive"
        | "postincidentreviewpublished"
        | "resolved"
        | "resolvedexternal" => Some(State::Operational),
        "investigating" | "servicedegradation" | "restoringservice" | "verifyingservice"
        | "extendedrecovery" | "confirmed" | "reported" | "mitigated" | "mitigatedexternal" => {
            Some(State::DegradedPerformance)
        }
        "serviceinterruption" => Some(State::MajorOutage),
        "investigationsuspended" => Some(State::Unknown),
        _ => None,
    }
}

fn phase(word: &str) -> Option<Phase> {
    match words::key(word).as_str() {
        "investigating" | "servicedegradation" | "serviceinterruption" | "confirmed" | "reported" => {
            Some(Phase::Investigating)
        }
        "restoringservice" => Some(Phase::Identified),
        "verifyingservice"
        | "extendedrecovery"
        | "mitigated"
        | "mitigatedexternal"
        | "investigationsuspended" => Some(Phase::Monitoring),
        "servicerestored" | "serviceoperational" | "falsepositive" | "resolved" | "resolvedexternal" => {
            Some(Phase::Resolved)
        }
        "postincidentreviewpublished" => Some(Phase::Postmortem),
        _ => None,
    }
}

/// `advisory` is none; an incident is at least minor, an interruption major.
fn severity(node: &Node<'_>, notes: &mut Notes) -> Word<Severity> {
    let table = |word: &str| match words::key(word).as_str() {
        "advisory" => Some(Severity::None),
        "incident" => Some(Severity::Minor),
        _ => None,
    };
    let mut word = notes.word(node.key("classification").as_ref(), "severity", table, Severity::Unknown);
    if node.text("status").is_some_and(|status| words::key(&status) == "serviceinterruption") {
        word.ours = Severity::Major;
    }
    word
}

fn issue(node: &Node<'_>, notes: &mut Notes) -> Incident {
    let is_message = node.has("category") || node.has("isMajorChange") || node.has("body");
    let kind = if is_message { Kind::Notice } else { Kind::Incident };
    let mut incident = incident_of(node, kind, &["id"], &["title", "impactDescription"], notes);
    incident.clocks.started = notes.time(node, &["startDateTime"]);
    incident.clocks.changed = notes.time(node, &["lastModifiedDateTime"]);
    if is_message {
        incident.severity =
            Word { ours: Severity::None, theirs: node.text("category").map(|word| plain::line(&word)) };
        incident.clocks.scheduled_until = notes.time(node, &["endDateTime", "actionRequiredByDateTime"]);
        incident.components = node
            .list("services")
            .iter()
            .filter_map(Node::own_text)
            .map(|name| affected(None, &name))
            .collect();
        incident.updates.extend(node.key("body").map(|body| {
            let mut one = update(incident.phase.clone(), &body.text("content").unwrap_or_default());
            one.display_at = incident.clocks.changed;
            one
        }));
        return incident;
    }
    incident.phase = notes.word(node.key("status").as_ref(), "phase", phase, Phase::Unknown);
    incident.severity = severity(node, notes);
    let is_resolved = node.flag("isResolved") == Some(true) || incident.phase.ours.is_over();
    incident.clocks.resolved = notes.time(node, &["endDateTime"]).filter(|_| is_resolved);
    incident.components.extend(node.text("service").map(|service| {
        let feature = node.text("feature").filter(|feature| *feature != service);
        match feature {
            Some(feature) => affected(Some(plain::line(&service)), &feature),
            None => affected(None, &service),
        }
    }));
    incident.updates = node.list("posts").iter().map(|post| of_post(post, notes)).collect();
    incident.updates.sort_by_key(|update| update.display_at);
    if let Some(last) = incident.updates.last() {
        incident.clocks.next_update = after(&last.text, &["Next update by:", "Next Update:", "Next update:"]);
        let began = || after(&last.text, &["Incident Start Time:", "Start time:"]);
        incident.clocks.started = incident.clocks.started.or_else(began);
    }
    incident
}

fn of_post(post: &Node<'_>, notes: &mut Notes) -> crate::Update {
    let description = post.key("description");
    let content = description.as_ref().and_then(|said| said.text("content").or_else(|| said.own_text()));
    let mut one = update(Word { ours: Phase::Unknown, theirs: None }, &content.unwrap_or_default());
    one.display_at = notes.time(post, &["createdDateTime"]);
    let text = one.text.to_lowercase();
    if text.contains("post-incident report") || text.contains("post incident review") {
        one.phase.ours = Phase::Postmortem;
    } else if text.contains("final status:") {
        one.phase.ours = Phase::Resolved;
    }
    one
}

/// The time behind one of these words.
fn after(text: &str, leads: &[&str]) -> Option<Timestamp> {
    let (at, lead) = leads.iter().find_map(|lead| text.rfind(lead).map(|at| (at, lead)))?;
    let rest = text[at + lead.len()..].trim_start();
    Scan::new(rest).moment(None).filter(|moment| !moment.is_date).map(|moment| moment.at)
}

#[cfg(test)]
mod tests;
