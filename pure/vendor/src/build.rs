//! What every reader does with an entry that it has read: order, bounds, what follows from the rest.
//!
//! Nothing is filled in that the vendor did not say, but for the time of the first word, which its first update tells.

use crate::bytes::sha256;
use crate::document::{
    Affected, Component, Document, Format, Incident, Kind, Lengths, Page, Update, VendorClocks,
};
use crate::flags;
use crate::json::{Node, canonical};
use crate::notes::{AlarmKind, Notes};
use crate::place::Place;
use crate::plain;
use crate::words::{Phase, Severity, State, Word};
use model::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// More are not kept.
pub const INCIDENTS_MAX: usize = 5_000;
pub const COMPONENTS_MAX: usize = 5_000;
pub const UPDATES_MAX: usize = 1_000;
const IDS_LEN_MAX: usize = 200;

/// A document that is being read.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) format: Format,
    pub(crate) page: Page,
    pub(crate) overall: Option<Word<State>>,
    pub(crate) components: Vec<Component>,
    pub(crate) incidents: Vec<Incident>,
    pub(crate) next_page: Option<String>,
    pub(crate) notes: Notes,
    pub(crate) now: Timestamp,
    /// All updates of an incident are told, so that the first one is its first word.
    pub(crate) tells_all: bool,
    /// Groups and names of components without an id.
    nameless: BTreeSet<(Option<String>, String)>,
}

impl Draft {
    pub(crate) fn new(format: Format, now: Timestamp) -> Self {
        Self {
            format,
            page: Page::default(),
            overall: None,
            components: Vec::new(),
            incidents: Vec::new(),
            next_page: None,
            notes: Notes::default(),
            now,
            tells_all: true,
            nameless: BTreeSet::new(),
        }
    }

    /// Takes a component, unless the same one is there already.
    pub(crate) fn component(&mut self, component: Component) {
        if self.components.len() >= COMPONENTS_MAX {
            return;
        }
        // With an id of its own each is one; without, the same name in the same group is the same.
        let is_new = component.native_id.is_some()
            || self.nameless.insert((component.group.clone(), component.name.clone()));
        if is_new {
            self.components.push(component);
        }
    }

    /// Takes an entry that is read: puts it in order and looks what it contradicts itself in.
    pub(crate) fn incident(&mut self, mut incident: Incident) {
        if self.incidents.len() >= INCIDENTS_MAX {
            return;
        }
        in_order(&mut incident.updates);
        incident.updates.truncate(UPDATES_MAX);
        incident.components = without_doubles(core::mem::take(&mut incident.components));
        let written = |update: &Update| update.created_at.or(update.display_at);
        let first = incident.updates.iter().filter_map(written).min().filter(|_| self.tells_all);
        incident.clocks.posted = incident.clocks.posted.or(first);
        flags::judge(&mut incident, self.now);
        self.incidents.push(incident);
    }

    /// The whole, with its hash still to be set.
    pub(crate) fn finish(mut self) -> Document {
        let place = Place::default();
        if self.incidents.len() >= INCIDENTS_MAX {
            self.notes.alarm(
                AlarmKind::TooMuch,
                &place,
                format!("{INCIDENTS_MAX} incidents are read, not more"),
            );
        }
        if self.components.len() >= COMPONENTS_MAX {
            self.notes.alarm(
                AlarmKind::TooMuch,
                &place,
                format!("{COMPONENTS_MAX} components are read, not more"),
            );
        }
        Document {
            format: self.format,
            sha256: String::new(),
            page: self.page,
            overall: self.overall,
            components: self.components,
            incidents: self.incidents,
            next_page: self.next_page,
            alarms: self.notes.finish(),
        }
    }
}

/// An entry of which only this is known.
pub(crate) fn incident(native_id: &str, kind: Kind, title: &str, raw: String) -> Incident {
    Incident {
        native_id: id(native_id),
        kind,
        title: plain::line(title),
        url: None,
        severity: Word { ours: Severity::Unknown, theirs: None },
        phase: Word { ours: Phase::Unknown, theirs: None },
        clocks: VendorClocks::default(),
        lengths: Lengths::default(),
        components: Vec::new(),
        regions: Vec::new(),
        updates: Vec::new(),
        flags: Vec::new(),
        archived_at: None,
        raw_sha256: sha256(raw.as_bytes()),
        raw,
    }
}

/// An entry from a node: its id by the first of these names, else what can stand for it.
pub(crate) fn incident_of(
    node: &Node<'_>,
    kind: Kind,
    ids: &[&str],
    titles: &[&str],
    notes: &mut Notes,
) -> Incident {
    let raw = canonical(node.value);
    let title = node.text_of(titles);
    if title.is_none() {
        notes.alarm(
            AlarmKind::Missing,
            &node.place,
            format!("there is no `{}`", titles.first().unwrap_or(&"title")),
        );
    }
    let title = title.unwrap_or_else(|| "(no title)".to_owned());
    let native_id = node.text_of(ids).unwrap_or_else(|| {
        notes.alarm(
            AlarmKind::Missing,
            &node.place,
            format!("there is no `{}`", ids.first().unwrap_or(&"id")),
        );
        // What changes least: two reads of the same entry have to find it again.
        format!("untitled-{}", &sha256(title.as_bytes())[..16])
    });
    incident(&native_id, kind, &title, raw)
}

/// A vendor's id as one short word.
pub(crate) fn id(text: &str) -> String {
    let line = plain::line(text);
    if line.chars().count() > IDS_LEN_MAX { sha256(line.as_bytes()) } else { line }
}

pub(crate) fn update(phase: Word<Phase>, text: &str) -> Update {
    Update {
        native_id: None,
        phase,
        text: plain::text(text),
        display_at: None,
        created_at: None,
        edited_at: None,
        changes: Vec::new(),
    }
}

pub(crate) fn affected(group: Option<String>, name: &str) -> Affected {
    Affected { native_id: None, group, name: plain::line(name), state: None, worst: None }
}

/// Oldest first, by the time under which each is shown and then by that at which it was written. One without any time stays where it is.
fn in_order(updates: &mut [Update]) {
    for update in updates.iter_mut() {
        update.display_at = update.display_at.or(update.created_at);
    }
    let key = |update: &Update| (update.display_at, update.created_at);
    let is_newest_first = match (updates.first(), updates.last()) {
        (Some(first), Some(last)) => key(first) > key(last),
        (None, _) | (_, None) => false,
    };
    if is_newest_first {
        updates.reverse();
    }
    updates.sort_by_key(key);
}

/// The same name in the same group is the same component; in another group it is another.
fn without_doubles(components: Vec<Affected>) -> Vec<Affected> {
    let mut kept: Vec<Affected> = Vec::new();
    let mut known = BTreeMap::new();
    for component in components.into_iter().take(COMPONENTS_MAX) {
        let key = (component.group.clone(), component.name.clone());
        match known.get(&key).and_then(|place: &usize| kept.get_mut(*place)) {
            Some(first) => {
                first.worst = first.worst.max(component.worst);
                let of = |word: &Option<Word<State>>| word.as_ref().map(|word| word.ours);
                if of(&component.state) > of(&first.state) {
                    first.state = component.state;
                }
            }
            None => {
                known.insert(key, kept.len());
                kept.push(component);
            }
        }
    }
    kept
}
