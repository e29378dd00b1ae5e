//! Of what a vendor posts somebody wants to hear: a rule of vendor, component, region, severity and words; and what of a record is worth telling.
//!
//! All that a rule names must hold, and of a list one entry suffices. A record is told once for each phase, severity and newest word of it: an edit of a
//! text wakes nobody. What was there before we looked is told only while it goes on.

use crate::document::Incident;
use crate::record::{Record, Sighting};
use crate::words::Severity;
use model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// Older changes are no news.
pub const ALERT_FOR: Duration = Duration::from_secs(86_400);
/// Entries of a rule's list.
pub const RULE_ENTRIES_MAX: usize = 50;
/// Letters of an entry.
pub const RULE_ENTRY_CHARS_MAX: usize = 100;

/// Which posts of vendors somebody wants to hear of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertRule {
    /// By their names in the operator's file. None: all.
    pub vendors: Vec<String>,
    /// Parts of `EU > Server-side`.
    pub components: Vec<String>,
    /// Parts of a region's or a group's name.
    pub regions: Vec<String>,
    /// That or worse; what has no known severity passes only where none is wished.
    pub severity: Option<Severity>,
    /// In its title or a text.
    pub words: Vec<String>,
}

impl AlertRule {
    /// Why it cannot be kept, if so.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let lists = [&self.vendors, &self.components, &self.regions, &self.words];
        let is_long =
            |entry: &String| entry.trim().is_empty() || entry.chars().count() > RULE_ENTRY_CHARS_MAX;
        let is_wrong = lists.iter().any(|list| list.len() > RULE_ENTRIES_MAX || list.iter().any(is_long));
        is_wrong.then(|| {
            format!("each list has at most {RULE_ENTRIES_MAX} entries of 1 to {RULE_ENTRY_CHARS_MAX} letters")
        })
    }

    /// Whether it is about this incident of the vendor that is called so here.
    #[must_use]
    pub fn takes(&self, vendor: &str, incident: &Incident) -> bool {
        let paths: Vec<String> = incident.components.iter().map(super::Affected::path).collect();
        let groups = incident.components.iter().filter_map(|part| part.group.clone());
        let regions: Vec<String> = incident.regions.iter().cloned().chain(groups).collect();
        let texts = incident.updates.iter().map(|update| update.text.clone());
        let texts: Vec<String> = texts.chain([incident.title.clone()]).collect();
        let is_named = self.vendors.is_empty() || self.vendors.iter().any(|name| name == vendor);
        // Worse stands higher; unknown stands below minor.
        let is_bad = self.severity.is_none_or(|least| incident.severity.ours >= least);
        is_named
            && is_bad
            && any(&self.components, &paths)
            && any(&self.regions, &regions)
            && any(&self.words, &texts)
    }
}

/// Whether one of the wishes is part of one of the texts; no wish is fulfilled.
fn any(wishes: &[String], texts: &[String]) -> bool {
    let lower: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    wishes.is_empty()
        || wishes.iter().any(|wish| lower.iter().any(|text| text.contains(&wish.to_lowercase())))
}

/// Something that is worth telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// The same for the same news, over restarts too.
    pub id: String,
    /// Whether the vendor's incident is as it was when we saw it first.
    pub is_first: bool,
    /// When we saw it so.
    pub at: Timestamp,
}

/// What of a record is news at `now`.
#[must_use]
pub fn alert(vendor: &str, record: &Record, now: Timestamp) -> Option<Alert> {
    let incident = &record.incident;
    let is_first = record.versions.len() <= 1 && record.last_changed == record.first_seen;
    let is_old = record.sighting == Sighting::Imported && is_first && !incident.is_underway();
    if is_old || now.since(record.last_changed) > ALERT_FOR {
        return None;
    }
    let newest = incident.updates.last();
    let told = newest.map(|update| {
        let at = update.display_at.map(Timestamp::as_micros).unwrap_or_default();
        update.native_id.clone().unwrap_or_else(|| at.to_string())
    });
    let (phase, severity) = (incident.phase.ours.as_str(), incident.severity.ours.as_str());
    let id = format!("vendor/{vendor}/{}/{phase}/{severity}/{}", incident.key(), told.unwrap_or_default());
    Some(Alert { id, is_first, at: record.last_changed })
}

#[cfg(test)]
mod tests;
