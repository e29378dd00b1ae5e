//! Better Stack: `/index.json`, which is JSON:API.
//!
//! Sections are groups, resources components, reports incidents. A report's end is often absent although it is over: its state says so, and its last
//! update tells when.

use crate::build::{Draft, affected, incident_of, update};
use crate::document::{Component, Kind, Page};
use crate::json::Node;
use crate::notes::Notes;
use crate::plain;
use crate::words::{self, Phase, Severity, State, Word};
use model::Timestamp;
use std::collections::BTreeMap;

/// Id to the entry, of one type.
type ById<'a> = BTreeMap<String, Node<'a>>;

pub(crate) fn index(root: &Node<'_>, now: Timestamp) -> Draft {
    let mut draft = Draft::new(crate::Format::BetterStack, now);
    if let Some(page) = root.key("data").and_then(|data| data.key("attributes")) {
        let domain = page.text("custom_domain").map(|domain| format!("https://{domain}"));
        let sub = page.text("subdomain").map(|name| format!("https://{name}.betteruptime.com"));
        draft.page = Page {
            native_id: root.key("data").and_then(|data| data.text("id")),
            name: page.text("company_name").map(|name| plain::line(&name)),
            url: domain.or(sub).and_then(|url| plain::url(&url)),
            updated_at: draft.notes.time(&page, &["updated_at"]),
        };
        draft.overall = page.key("aggregate_state").map(|state| draft.notes.state(Some(&state)));
    }
    let of = |kind: &str| -> ById<'_> {
        let entries =
            root.list("included").into_iter().filter(|node| node.text("type").as_deref() == Some(kind));
        entries.filter_map(|node| Some((node.text("id")?, node))).collect()
    };
    let (sections, resources) = (of("status_page_section"), of("status_page_resource"));
    let names: BTreeMap<String, (Option<String>, String)> =
        resources.iter().filter_map(|(id, node)| Some((id.clone(), name(node, &sections)?))).collect();
    for node in root
        .list("included")
        .iter()
        .filter(|node| node.text("type").as_deref() == Some("status_page_resource"))
    {
        component(node, &names, &mut draft);
    }
    let reports = of("status_report");
    let tied = tied(&reports);
    let mut said: BTreeMap<String, Vec<Node<'_>>> = BTreeMap::new();
    for (id, node) in of("status_update") {
        let named = node.key("attributes").and_then(|fields| fields.text("status_report_id"));
        said.entry(named.or_else(|| tied.get(&id).cloned()).unwrap_or_default()).or_default().push(node);
    }
    for (id, node) in reports {
        report(&node, said.remove(&id).unwrap_or_default(), &names, &mut draft);
    }
    draft
}

/// The report of each update that only the report's relationships name.
fn tied(reports: &ById<'_>) -> BTreeMap<String, String> {
    let mut tied = BTreeMap::new();
    for (id, report) in reports {
        let named = report.key("relationships").and_then(|ties| ties.key("status_updates"));
        for update in named.map(|named| named.list("data")).unwrap_or_default() {
            tied.extend(update.text("id").map(|update| (update, id.clone())));
        }
    }
    tied
}

/// Section and name of a resource.
fn name(node: &Node<'_>, sections: &ById<'_>) -> Option<(Option<String>, String)> {
    let fields = node.key("attributes")?;
    let section = fields.text("status_page_section_id").and_then(|id| sections.get(&id));
    let group = section.and_then(|section| section.key("attributes")?.text("name"));
    Some((group.map(|group| plain::line(&group)), plain::line(&fields.text("public_name")?)))
}

fn component(node: &Node<'_>, names: &BTreeMap<String, (Option<String>, String)>, draft: &mut Draft) {
    let (Some(id), Some(fields)) = (node.text("id"), node.key("attributes")) else { return };
    let Some((group, name)) = names.get(&id).cloned() else { return };
    let component = Component {
        native_id: Some(plain::line(&id)),
        group,
        name,
        state: draft.notes.state(fields.key("status").as_ref()),
        updated_at: None,
    };
    draft.component(component);
}

fn report(
    node: &Node<'_>,
    said: Vec<Node<'_>>,
    names: &BTreeMap<String, (Option<String>, String)>,
    draft: &mut Draft,
) {
    let Some(fields) = node.key("attributes") else { return };
    let notes = &mut draft.notes;
    let is_planned = fields.text("report_type").as_deref() == Some("maintenance");
    let kind = if is_planned { Kind::Maintenance } else { Kind::Incident };
    let mut incident = incident_of(&fields, kind, &["id", "title"], &["title"], notes);
    if let Some(id) = node.text("id") {
        incident.native_id = crate::build::id(&id);
    }
    let state = fields.key("aggregate_state").map(|state| notes.state(Some(&state)));
    let starts = notes.time(&fields, &["starts_at"]);
    let ends = notes.time(&fields, &["ends_at"]);
    for update_node in said {
        let Some(inner) = update_node.key("attributes") else { continue };
        let mut one =
            update(Word { ours: Phase::Unknown, theirs: None }, &inner.text("message").unwrap_or_default());
        one.native_id = update_node.text("id").map(|id| plain::line(&id));
        one.display_at = notes.time(&inner, &["published_at"]);
        let worst = worst(&inner, notes);
        one.phase.ours = if worst == Some(State::Operational) { Phase::Resolved } else { Phase::Unknown };
        incident.updates.push(one);
    }
    incident.updates.sort_by_key(|update| update.display_at);
    let is_well = state.as_ref().is_some_and(|state| state.ours == State::Operational);
    let last = incident.updates.last().and_then(|update| update.display_at);
    let ours = phase(kind, is_well, starts, ends, draft.now);
    incident.phase = Word { ours, theirs: state.as_ref().and_then(|state| state.theirs.clone()) };
    incident.clocks.started = starts;
    if kind == Kind::Maintenance {
        incident.clocks.scheduled_for = starts;
        incident.clocks.scheduled_until = ends;
    }
    incident.clocks.changed = last;
    incident.clocks.resolved = if ours.is_over() { ends.or(last) } else { None };
    let mut worst_of = None;
    for touched in fields.list("affected_resources") {
        let id = touched.text("status_page_resource_id").unwrap_or_default();
        let (group, name) =
            names.get(&id).cloned().unwrap_or((None, format!("resource {}", plain::line(&id))));
        let mut one = affected(group, &name);
        one.native_id = Some(plain::line(&id));
        one.worst = touched.text("status").and_then(|word| words::state(&word));
        worst_of = worst_of.max(one.worst);
        incident.components.push(one);
    }
    incident.severity.ours = match kind {
        Kind::Maintenance => Severity::Maintenance,
        Kind::Incident | Kind::Notice => worst_of
            .or(state.filter(|_| !is_well).map(|state| state.ours))
            .map_or(Severity::Unknown, Severity::of),
    };
    draft.incident(incident);
}

fn worst(inner: &Node<'_>, notes: &mut Notes) -> Option<State> {
    let touched = inner.list("affected_resources");
    touched.iter().map(|one| notes.state(one.key("status").as_ref()).ours).max()
}

fn phase(
    kind: Kind,
    is_well: bool,
    starts: Option<Timestamp>,
    ends: Option<Timestamp>,
    now: Timestamp,
) -> Phase {
    match kind {
        Kind::Maintenance if starts.is_some_and(|starts| starts > now) => Phase::Scheduled,
        Kind::Maintenance if ends.is_some_and(|ends| ends <= now) => Phase::Completed,
        Kind::Maintenance => Phase::InProgress,
        Kind::Incident | Kind::Notice if is_well || ends.is_some_and(|ends| ends <= now) => Phase::Resolved,
        Kind::Incident | Kind::Notice => Phase::Investigating,
    }
}

#[cfg(test)]
mod tests;
