//! What another vendor says, for those who wish to hear of it: by an operator's rule, over the same letters and webhooks as our own news.
//!
//! It is the vendor's text, with the vendor's link, and never stands on our page. Readers of the form cannot ask for it; whom the operator added changes the
//! rule by the link in each letter.

use super::record::{News, Part};
use crate::language::Language;
use crate::time;
use crate::view::PublicId;
use incident::{Impact, MaintenancePhase, Text};
use model::Timestamp;
use serde_json::{Value, json};
use vendor::{Incident, Phase, Severity, State};

/// Longest text in a letter.
const BODY_CHARS_MAX: usize = 8_000;

/// A vendor that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedVendor {
    /// As the operator's file calls it.
    pub name: String,
    /// As its page calls itself, if that is known.
    pub page: Option<String>,
}

/// One thing that a vendor says.
#[derive(Debug, Clone)]
pub struct VendorNews {
    /// The same for the same news, over restarts too.
    pub id: String,
    /// As the operator's file calls the vendor, and as its page calls itself.
    pub vendor: String,
    pub page: String,
    pub state: State,
    pub incident: Incident,
    pub is_first: bool,
    /// It was there before we looked.
    pub is_imported: bool,
    /// When we saw it so.
    pub at: Timestamp,
}

pub(super) fn news(told: &VendorNews) -> News {
    let incident = &told.incident;
    let newest = incident.updates.last().map(|update| update.text.as_str()).unwrap_or_default();
    let mut body: String = newest.chars().take(BODY_CHARS_MAX).collect();
    if told.is_imported && told.is_first {
        body.push_str("\n\n(It was there before we looked.)");
    }
    let part =
        |part: &vendor::Affected| Part { id: PublicId::of(&part.path()), name: Text::same(part.path()) };
    News {
        id: told.id.clone(),
        thread: format!("vendor.{}.{}", told.vendor, incident.key()),
        is_first: told.is_first,
        title: Text::same(format!("{}: {}", told.page, incident.title)),
        phase: pair(|language| phase(language, incident.phase.ours)),
        impact: Some(pair(|language| severity(language, incident.severity.ours))),
        body: Text::same(body),
        parts: incident.components.iter().map(part).collect(),
        at: told.at,
        posted_at: incident.updates.last().and_then(|update| update.display_at).or(incident.clocks.posted),
        path: String::new(),
        link: Some(incident.url.clone().unwrap_or_default()),
        for_machines: false,
        document: document(told),
    }
}

fn pair(word: impl Fn(Language) -> &'static str) -> Text {
    Text::new(word(Language::English), word(Language::German))
}

const fn phase(language: Language, phase: Phase) -> &'static str {
    match phase {
        Phase::Scheduled => language.maintenance(MaintenancePhase::Scheduled),
        Phase::InProgress => language.maintenance(MaintenancePhase::InProgress),
        Phase::Verifying => language.maintenance(MaintenancePhase::Verifying),
        Phase::Completed => language.maintenance(MaintenancePhase::Completed),
        Phase::Investigating => language.phase(incident::Phase::Investigating),
        Phase::Identified => language.phase(incident::Phase::Identified),
        Phase::Monitoring => language.phase(incident::Phase::Monitoring),
        Phase::Resolved => language.phase(incident::Phase::Resolved),
        Phase::Postmortem => language.phase(incident::Phase::Postmortem),
        Phase::Unknown => language.pick("Unknown", "Unbekannt"),
    }
}

/// Our word for how bad a vendor's incident is.
pub(super) const fn severity(language: Language, severity: Severity) -> &'static str {
    match severity {
        Severity::None => language.impact(Impact::None),
        Severity::Maintenance => language.pick("Maintenance", "Wartung"),
        Severity::Unknown => language.pick("Unknown", "Unbekannt"),
        Severity::Minor => language.impact(Impact::Minor),
        Severity::Major => language.impact(Impact::Major),
        Severity::Critical => language.impact(Impact::Critical),
    }
}

/// As Statuspage would have sent it; what the vendor did not say is null.
fn document(told: &VendorNews) -> Value {
    let incident = &told.incident;
    let moment = |at: Option<Timestamp>| at.map(time::millis);
    let updates = incident.updates.iter().rev().map(|update| {
        json!({
            "id": update.native_id, "status": update.phase.ours, "body": update.text,
            "created_at": moment(update.created_at), "display_at": moment(update.display_at),
        })
    });
    let components = incident.components.iter().map(|part| {
        json!({ "id": part.native_id, "name": part.path(), "status": part.state.as_ref().map(|state| state.ours) })
    });
    let indicator = match told.state {
        State::Operational => "none",
        State::UnderMaintenance => "maintenance",
        State::Unknown => "unknown",
        State::DegradedPerformance => Severity::Minor.as_str(),
        State::PartialOutage => Severity::Major.as_str(),
        State::MajorOutage => Severity::Critical.as_str(),
    };
    json!({
        "page": { "id": told.vendor, "status_indicator": indicator, "status_description": told.page },
        "incident": {
            "id": incident.native_id, "name": incident.title, "status": incident.phase.ours, "impact": incident.severity.ours,
            "created_at": moment(incident.clocks.posted), "started_at": moment(incident.clocks.started),
            "resolved_at": moment(incident.clocks.resolved), "shortlink": incident.url,
            "incident_updates": updates.collect::<Vec<_>>(), "components": components.collect::<Vec<_>>(),
        },
    })
}
