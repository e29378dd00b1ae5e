//! What the guard's journal keeps at a start: rows and standings are whole, so of each the newest is enough.

use crate::record::Record;
use guard::Place;
use guard::conduct::Subject;
use model::SourceName;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use store::journal::JournalError;

pub(crate) type Journal = store::journal::Journal<Record>;

const NAME: &str = "journal-v1.jsonl";
/// Evidence that a new journal takes over from the old one.
const EVIDENCE_KEPT: usize = 1000;
/// Standings that it takes over.
const STANDINGS_KEPT: usize = 10_000;

/// Reads the journal and begins a new one with what counts.
pub(crate) fn open(directory: &Path) -> Result<(Journal, Vec<Record>), JournalError> {
    Journal::open(directory, NAME, Arc::new(newest))
}

/// The newest row of each place, the newest standing of each subject, and the newest evidence, in their order.
pub(crate) fn newest(records: Vec<Record>) -> Vec<Record> {
    let mut last: BTreeMap<(SourceName, Place), usize> = BTreeMap::new();
    let mut standing: BTreeMap<Subject, usize> = BTreeMap::new();
    for (number, record) in records.iter().enumerate() {
        match record {
            Record::Change(change) => {
                let known = last.entry((change.source.clone(), change.place.clone())).or_insert(number);
                // Of two that were decided one behind the other the later may have come to the journal first.
                let is_overtaken = matches!(&records[*known], Record::Change(newer)
                    if change.row.version < newer.row.version && change.at <= newer.at);
                if !is_overtaken {
                    *known = number;
                }
            }
            Record::Conduct(moved) => {
                standing.insert(moved.subject.clone(), number);
            }
            Record::Evidence(_) => {}
        }
    }
    let oldest = oldest_that_counts(&standing);
    let evidence = records.iter().filter(|record| matches!(record, Record::Evidence(_))).count();
    let mut skip = evidence.saturating_sub(EVIDENCE_KEPT);
    let mut number = 0;
    let mut kept = records;
    kept.retain(|record| {
        number += 1;
        match record {
            Record::Evidence(_) if skip > 0 => {
                skip -= 1;
                false
            }
            Record::Evidence(_) => true,
            Record::Change(change) => {
                last.get(&(change.source.clone(), change.place.clone())) == Some(&(number - 1))
            }
            Record::Conduct(moved) => number > oldest && standing.get(&moved.subject) == Some(&(number - 1)),
        }
    });
    kept
}

/// Standings are many, and the file of histories has them too: the newest are enough.
fn oldest_that_counts(standing: &BTreeMap<Subject, usize>) -> usize {
    let mut numbers: Vec<usize> = standing.values().copied().collect();
    numbers.sort_unstable();
    numbers.len().checked_sub(STANDINGS_KEPT + 1).map_or(0, |at| numbers[at] + 1)
}

#[cfg(test)]
mod tests;
