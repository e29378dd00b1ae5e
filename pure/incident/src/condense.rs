//! A shorter journal that makes the same board: an incident that is over is one line, with everything that it came to.
//!
//! It is for a start, before anything new is written. What happens to such an incident later (an edit, a postmortem, the same cause again) follows
//! behind its line as behind any other. A component that has not changed for longer than any history shows keeps its last change: it is what it is since then.

use crate::component::history::DAYS;
use crate::{Board, Change, Changed, ComponentId, IncidentId, Settings};
use model::{Duration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// The shorter journal. Changes of components that are older than any history shows are left out, and so is what the board forgot.
#[must_use]
pub fn condensed(settings: &Settings, journal: Vec<Change>) -> Vec<Change> {
    let Some(newest) = journal.iter().map(|change| change.at).max() else { return journal };
    let board = Board::restore(settings.clone(), journal.iter().cloned(), newest, newest);
    let mut last: BTreeMap<IncidentId, u64> = BTreeMap::new();
    for change in &journal {
        if let Some(id) = change.what.about() {
            last.insert(id.clone(), change.number);
        }
    }
    let oldest = newest - Duration::from_secs(u64::from(DAYS + 2) * 86_400);
    // What a component was when the time that is shown began.
    let mut standing: BTreeMap<ComponentId, u64> = BTreeMap::new();
    for change in journal.iter().filter(|change| change.at < oldest) {
        if let Changed::ComponentChanged { component, .. } = &change.what {
            standing.insert(component.clone(), change.number);
        }
    }
    let standing: BTreeSet<u64> = standing.into_values().collect();
    journal.into_iter().filter_map(|change| shorter(change, &board, (&last, &standing), oldest)).collect()
}

fn shorter(
    change: Change,
    board: &Board,
    (last, standing): (&BTreeMap<IncidentId, u64>, &BTreeSet<u64>),
    oldest: Timestamp,
) -> Option<Change> {
    let Some(id) = change.what.about() else {
        return (change.at >= oldest || standing.contains(&change.number)).then_some(change);
    };
    let Some(incident) = board.incident(id) else {
        let is_known = board.maintenances().iter().any(|maintenance| maintenance.id == *id);
        return is_known.then_some(change);
    };
    if !is_closed(board, id) {
        return Some(change);
    }
    let what = Changed::Opened { incident: Box::new(incident.clone()) };
    (last.get(id) == Some(&change.number)).then_some(Change { what, ..change })
}

/// Whether nothing of it, nor of what it became part of, is open: facts of a merged one are read again into the open one.
fn is_closed(board: &Board, id: &IncidentId) -> bool {
    let Some(incident) = board.incident(id) else { return true };
    // What is merged already is never a target, so that this ends.
    !incident.is_open() && incident.merged_into.as_ref().is_none_or(|into| is_closed(board, into))
}

#[cfg(test)]
mod tests;
