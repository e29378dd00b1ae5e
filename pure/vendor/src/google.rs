//! Google Cloud and Google Workspace: `incidents.json`.
//!
//! `status_impact` counts, `severity` disagrees with it. An incident without `end` goes on. `begin` is when it began, hours before `created`: one of the
//! few pages with an honest begin. Links are relative to the page.

use crate::build::{Draft, affected, incident_of, update};
use crate::document::{Incident, Kind};
use crate::json::Node;
use crate::notes::Notes;
use crate::plain;
use crate::words::{self, Phase, Severity, Word};
use crate::{Format, Given};

const CLOUD: &str = "https://status.cloud.google.com/";
const WORKSPACE: &str = "https://www.google.com/appsstatus/dashboard/";

pub(crate) fn incidents(root: &Node<'_>, given: &Given<'_>) -> Draft {
    let mut draft = Draft::new(Format::Google, given.now);
    let is_workspace = given.url.is_some_and(|url| url.contains("appsstatus"));
    draft.page.url = Some(if is_workspace { WORKSPACE } else { CLOUD }.to_owned());
    draft.page.name = Some(if is_workspace { "Google Workspace" } else { "Google Cloud" }.to_owned());
    for node in root.entries() {
        let incident = incident(&node, draft.page.url.as_deref().unwrap_or(CLOUD), &mut draft.notes);
        draft.incident(incident);
    }
    draft
}

/// One incident; its link is relative to `base`.
pub(crate) fn incident(node: &Node<'_>, base: &str, notes: &mut Notes) -> Incident {
    let mut incident =
        incident_of(node, Kind::Incident, &["id", "number"], &["external_desc", "service_name"], notes);
    let uri = node.text("uri");
    incident.url = uri.and_then(|uri| {
        if uri.contains("://") {
            plain::url(&uri)
        } else {
            plain::url(&format!("{base}{}", uri.trim_start_matches('/')))
        }
    });
    incident.severity =
        notes.word(node.key("status_impact").as_ref(), "severity", severity, Severity::Unknown);
    incident.clocks.started = notes.time(node, &["begin"]);
    incident.clocks.posted = notes.time(node, &["created"]);
    incident.clocks.changed = notes.time(node, &["modified"]);
    incident.clocks.resolved = notes.time(node, &["end"]);
    incident.updates = node.list("updates").iter().map(|said| of_update(said, notes)).collect();
    if incident.updates.is_empty() {
        incident.updates =
            node.list("most_recent_update").iter().map(|said| of_update(said, notes)).collect();
    }
    let ours = if incident.clocks.resolved.is_some() { Phase::Resolved } else { Phase::Investigating };
    let last = incident.updates.iter().max_by_key(|update| update.display_at);
    incident.phase = Word { ours, theirs: last.and_then(|update| update.phase.theirs.clone()) };
    for product in node.list("affected_products") {
        let name = product.text("title").or_else(|| product.own_text());
        let mut one = affected(None, &name.unwrap_or_else(|| "(no name)".to_owned()));
        one.native_id = product.text("id").map(|id| plain::line(&id));
        incident.components.push(one);
    }
    if incident.components.is_empty() {
        incident.components.extend(node.text("service_name").map(|name| affected(None, &name)));
    }
    // `global` is one of them: it means every region.
    for name in ["currently_affected_locations", "previously_affected_locations"] {
        for place in node.list(name) {
            let title = place.text_of(&["id", "title"]).or_else(|| place.own_text());
            let title = title.map(|title| plain::line(&title));
            incident.regions.extend(title.filter(|title| !incident.regions.contains(title)));
            incident.regions.truncate(REGIONS_MAX);
        }
    }
    incident
}

const REGIONS_MAX: usize = 200;

fn severity(word: &str) -> Option<Severity> {
    match words::key(word).as_str() {
        "serviceinformation" => Some(Severity::None),
        "servicedisruption" => Some(Severity::Major),
        "serviceoutage" => Some(Severity::Critical),
        _ => None,
    }
}

/// The word of an update is how the service was then; `AVAILABLE` ends it.
fn phase(word: &str) -> Option<Phase> {
    match words::key(word).as_str() {
        "available" => Some(Phase::Resolved),
        "serviceinformation" | "servicedisruption" | "serviceoutage" => Some(Phase::Unknown),
        _ => None,
    }
}

fn of_update(node: &Node<'_>, notes: &mut Notes) -> crate::Update {
    let word = notes.word(node.key("status").as_ref(), "phase", phase, Phase::Unknown);
    let mut one = update(word, &node.text("text").unwrap_or_default());
    one.display_at = notes.time(node, &["when"]);
    one.created_at = notes.time(node, &["created"]);
    let modified = notes.time(node, &["modified"]);
    one.edited_at = modified.filter(|modified| one.created_at.is_some_and(|created| *modified > created));
    // `# Incident Report` is the text that explains it afterwards.
    let is_report = one.text.trim_start_matches(['#', ' ']).to_lowercase();
    if ["incident report", "mini incident report", "preliminary incident report"]
        .iter()
        .any(|start| is_report.starts_with(start))
    {
        one.phase.ours = Phase::Postmortem;
    }
    one
}

#[cfg(test)]
mod tests;
