//! Our clocks beside the vendor's: what was first seen when, what changed since, what every text said before.
//!
//! An entry that the vendor had posted longer than one poll before we saw it is imported: nobody may say that we detected it. What falls out of a
//! vendor's window stays as it was last seen. Texts that were edited or withdrawn are kept, and every version of a record by its content hash.

use crate::document::{Document, Incident, Update};
use model::{Duration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Older ones go first.
pub(crate) const VERSIONS_MAX: usize = 50;
pub(crate) const EDITS_MAX: usize = 200;
/// Longest unchanged go first; only those that are over.
pub(crate) const RECORDS_MAX: usize = 20_000;

/// How we came to know of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sighting {
    /// Within one poll of its being posted.
    Live,
    /// It was there before we looked.
    Imported,
}

/// The vendor's record as it was at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub sha256: String,
    pub seen: Timestamp,
    pub raw: String,
}

/// A text that was changed or withdrawn after we had seen it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    pub seen: Timestamp,
    pub update: Option<String>,
    pub display_at: Option<Timestamp>,
    pub before: String,
    /// Absent if it was withdrawn.
    pub after: Option<String>,
}

/// An entry with our clocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub incident: Incident,
    pub first_seen: Timestamp,
    pub sighting: Sighting,
    /// When we last saw it different from before.
    pub last_changed: Timestamp,
    pub last_seen: Timestamp,
    pub edits: Vec<Edit>,
    /// Oldest first.
    pub versions: Vec<Version>,
}

/// What a document brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    New { native_id: String, sighting: Sighting },
    Changed { native_id: String, edits: usize },
}

/// All entries of one vendor.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Records {
    entries: BTreeMap<String, Record>,
}

impl Records {
    /// By the vendor's id.
    #[must_use]
    pub fn get(&self, native_id: &str) -> Option<&Record> {
        self.entries.get(native_id)
    }

    /// In the order of ids.
    pub fn iter(&self) -> impl Iterator<Item = &Record> {
        self.entries.values()
    }

    /// Ids of what went on when it was last seen, at `since` or later: if a document has one of them no more, how it ended is told elsewhere or nowhere.
    #[must_use]
    pub fn underway(&self, since: Timestamp) -> Vec<String> {
        let is_open = |record: &Record| record.incident.is_underway() && record.last_seen >= since;
        let open = self.entries.iter().filter(|(_, record)| is_open(record));
        open.map(|(id, _)| id.clone()).collect()
    }

    /// Takes what a document says at `now`; the vendor is asked every `poll`.
    pub fn take(&mut self, document: &Document, now: Timestamp, poll: Duration) -> Vec<Change> {
        self.seen(document, now, Some(poll))
    }

    /// Takes the first document of a vendor: all that is new in it was there before we looked.
    pub fn import(&mut self, document: &Document, now: Timestamp) -> Vec<Change> {
        self.seen(document, now, None)
    }

    fn seen(&mut self, document: &Document, now: Timestamp, poll: Option<Duration>) -> Vec<Change> {
        let mut changes = Vec::new();
        for incident in &document.incidents {
            let id = incident.native_id.clone();
            match self.entries.get_mut(&id) {
                None => {
                    let record = new(incident, now, poll);
                    changes.push(Change::New { native_id: id.clone(), sighting: record.sighting });
                    self.entries.insert(id, record);
                }
                Some(record) => {
                    record.last_seen = record.last_seen.max(now);
                    if record.incident.raw_sha256 != incident.raw_sha256 {
                        let edits = renew(record, incident, now);
                        changes.push(Change::Changed { native_id: id, edits });
                    } else if record.incident.flags != incident.flags {
                        // Time alone makes silence: the vendor changed nothing.
                        record.incident.flags.clone_from(&incident.flags);
                    }
                }
            }
        }
        self.forget();
        changes
    }

    fn forget(&mut self) {
        while self.entries.len() > RECORDS_MAX {
            let over = self.entries.iter().filter(|(_, record)| !record.incident.is_underway());
            let oldest =
                over.min_by_key(|(_, record)| record.last_seen).or_else(|| self.entries.iter().next());
            let Some(id) = oldest.map(|(id, _)| id.clone()) else { return };
            self.entries.remove(&id);
        }
    }
}

fn new(incident: &Incident, now: Timestamp, poll: Option<Duration>) -> Record {
    let posted = incident.clocks.posted.or(incident.clocks.started);
    let is_recent = posted.zip(poll).is_some_and(|(posted, poll)| now.since(posted) <= poll);
    let is_live = is_recent && incident.archived_at.is_none();
    Record {
        incident: incident.clone(),
        first_seen: now,
        sighting: if is_live { Sighting::Live } else { Sighting::Imported },
        last_changed: now,
        last_seen: now,
        edits: Vec::new(),
        versions: vec![version(incident, now)],
    }
}

fn version(incident: &Incident, seen: Timestamp) -> Version {
    Version { sha256: incident.raw_sha256.clone(), seen, raw: incident.raw.clone() }
}

/// Takes the newer state, and keeps what it replaces; says how many texts were edited.
fn renew(record: &mut Record, incident: &Incident, now: Timestamp) -> usize {
    let before = record.edits.len();
    for old in &record.incident.updates {
        let new = incident.updates.iter().find(|new| is_same(old, new));
        if new.is_none_or(|new| new.text != old.text) {
            record.edits.push(Edit {
                seen: now,
                update: old.native_id.clone(),
                display_at: old.display_at,
                before: old.text.clone(),
                after: new.map(|new| new.text.clone()),
            });
        }
    }
    let edits = record.edits.len() - before;
    record.edits.drain(..record.edits.len().saturating_sub(EDITS_MAX));
    record.versions.push(version(incident, now));
    record.versions.drain(..record.versions.len().saturating_sub(VERSIONS_MAX));
    record.incident = incident.clone();
    record.last_changed = record.last_changed.max(now);
    edits
}

/// By its id, else by its time.
fn is_same(one: &Update, other: &Update) -> bool {
    match (&one.native_id, &other.native_id) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.display_at == other.display_at && one.phase.ours == other.phase.ours,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

#[cfg(test)]
mod tests;
