//! A shorter journal that makes the same board: an incident that is over is one line, with everything that it came to.
//!
//! It is for a start, before anything new is written. What happens to such an incident later (an edit, a postmortem, the same cause again) follows
//! behind its line as behind any other. A component that has not changed for longer than any history shows keeps its last change: it is what it is since then.

use crate::component::history::DAYS;
use crate::{Board, Change, Changed, ComponentId, IncidentId, Settings};
use model::{Duration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Into what each incident was merged.
type Merged = BTreeMap<IncidentId, BTreeSet<IncidentId>>;

/// The shorter journal. Changes of components that are older than any history shows are left out, and so is what the board forgot.
#[must_use]
pub fn condensed(settings: &Settings, journal: Vec<Change>) -> Vec<Change> {
    let Some(newest) = journal.iter().map(|change| change.at).max() else { return journal };
    let board = Board::restore(settings.clone(), journal.iter().cloned(), newest, newest);
    let mut last: BTreeMap<IncidentId, u64> = BTreeMap::new();
    let mut merged = Merged::new();
    for change in &journal {
        if let Some(id) = change.what.about() {
            last.insert(id.clone(), change.number);
        }
        if let Changed::Merged { incident, into, .. } = &change.what {
            merged.entry(incident.clone()).or_default().insert(into.clone());
        }
    }
    let closed: BTreeSet<IncidentId> =
        last.keys().filter(|id| is_closed(&board, id, &merged, &mut BTreeSet::new())).cloned().collect();
    let oldest = newest - Duration::from_secs(u64::from(DAYS + 2) * 86_400);
    // What a component was when the time that is shown began.
    let mut standing: BTreeMap<ComponentId, u64> = BTreeMap::new();
    for change in journal.iter().filter(|change| change.at < oldest) {
        if let Changed::ComponentChanged { component, .. } = &change.what {
            standing.insert(component.clone(), change.number);
        }
    }
    let standing: BTreeSet<u64> = standing.into_values().collect();
    journal
        .into_iter()
        .filter_map(|change| shorter(change, &board, (&last, &standing, &closed), oldest))
        .collect()
}

fn shorter(
    change: Change,
    board: &Board,
    (last, standing, closed): (&BTreeMap<IncidentId, u64>, &BTreeSet<u64>, &BTreeSet<IncidentId>),
    oldest: Timestamp,
) -> Option<Change> {
    let Some(id) = change.what.about() else {
        return (change.at >= oldest || standing.contains(&change.number)).then_some(change);
    };
    let Some(incident) = board.incident(id) else {
        let is_known = board.maintenances().iter().any(|maintenance| maintenance.id == *id);
        return is_known.then_some(change);
    };
    if !closed.contains(id) {
        return Some(change);
    }
    let what = Changed::Opened { incident: Box::new(incident.clone()) };
    (last.get(id) == Some(&change.number)).then_some(Change { what, ..change })
}

/// Whether nothing of it, nor of what it ever became part of, is open: facts of a merged one are read again into the open one, also where the same
/// cause was opened anew since under its id.
fn is_closed(board: &Board, id: &IncidentId, merged: &Merged, seen: &mut BTreeSet<IncidentId>) -> bool {
    let is_over = board.incident(id).is_none_or(|incident| !incident.is_open());
    let mut into = merged.get(id).into_iter().flatten();
    is_over && (!seen.insert(id.clone()) || into.all(|into| is_closed(board, into, merged, seen)))
}

#[cfg(test)]
mod tests;
