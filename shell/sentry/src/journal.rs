//! The guard's journal: lines of JSON, synced, written anew at every start with what still counts.
//!
//! A line that is torn at the end was never acknowledged and is left out. A damaged line in the middle costs that record and an alarm: the rows behind
//! it are whole, because each change carries its whole row.

use crate::record::Record;
use guard::Place;
use guard::conduct::Subject;
use model::SourceName;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

const NAME: &str = "journal-v1.jsonl";
/// Evidence that a new journal takes over from the old one.
const EVIDENCE_KEPT: usize = 1000;
/// Standings that it takes over.
const STANDINGS_KEPT: usize = 10_000;

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error(
        "the guard's journal {path} cannot be {what}: {error}; which sources must not be used is not known without it"
    )]
    Io { path: PathBuf, what: &'static str, error: io::Error },
    #[error("the guard's journal {path} failed before: {error}")]
    Broken { path: PathBuf, error: String },
}

pub(crate) struct Journal {
    path: PathBuf,
    file: Arc<Mutex<File>>,
    /// Why the last write failed: a sync is never tried twice on one file.
    broken: Option<String>,
}

impl Journal {
    /// Reads the journal and begins a new one with what counts.
    pub(crate) fn open(directory: &Path) -> Result<(Self, Vec<Record>), JournalError> {
        let path = directory.join(NAME);
        let failed = |what| {
            let path = path.clone();
            move |error| JournalError::Io { path, what, error }
        };
        std::fs::create_dir_all(directory).map_err(failed("made"))?;
        let text = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(failed("read")(error)),
        };
        let kept = newest(read(&text, &path));
        let new = path.with_extension("new");
        let mut file = File::create(&new).map_err(failed("written"))?;
        file.write_all(&lines(&kept)).and_then(|()| file.sync_all()).map_err(failed("written"))?;
        std::fs::rename(&new, &path).map_err(failed("written"))?;
        File::open(directory).and_then(|folder| folder.sync_all()).map_err(failed("written"))?;
        let file = OpenOptions::new().append(true).open(&path).map_err(failed("opened"))?;
        Ok((Self { path, file: Arc::new(Mutex::new(file)), broken: None }, kept))
    }

    /// Returns when the records are on the disk.
    pub(crate) async fn append(&mut self, records: Vec<Record>) -> Result<(), JournalError> {
        if let Some(error) = &self.broken {
            self.renew(error.clone())?;
        }
        let file = Arc::clone(&self.file);
        let written = tokio::task::spawn_blocking(move || {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.write_all(&lines(&records))?;
            file.sync_data()
        });
        let result = written.await.unwrap_or_else(|error| Err(io::Error::other(error)));
        result.map_err(|error| {
            self.broken = Some(error.to_string());
            JournalError::Io { path: self.path.clone(), what: "written", error }
        })
    }

    /// After an error nothing is known of the file's end: it is read and begun anew.
    fn renew(&mut self, error: String) -> Result<(), JournalError> {
        let broken = || JournalError::Broken { path: self.path.clone(), error };
        let directory = self.path.parent().ok_or_else(broken)?;
        let (new, _) = Self::open(directory)?;
        *self = new;
        Ok(())
    }
}

fn lines(records: &[Record]) -> Vec<u8> {
    let mut text = Vec::new();
    for record in records {
        // Writing to memory fails only for a map whose keys are no strings: there is none in a record.
        if serde_json::to_writer(&mut text, record).is_ok() {
            text.push(b'\n');
        }
    }
    text
}

fn read(text: &[u8], path: &Path) -> Vec<Record> {
    let mut records = Vec::new();
    for (number, line) in text.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(record) => records.push(record),
            Err(error) => {
                tracing::warn!(path = %path.display(), line = number + 1, %error, "a line of the guard's journal is left out");
            }
        }
    }
    records
}

/// The newest row of each place, the newest standing of each subject, and the newest evidence, in their order.
fn newest(records: Vec<Record>) -> Vec<Record> {
    let mut last: BTreeMap<(SourceName, Place), usize> = BTreeMap::new();
    let mut standing: BTreeMap<Subject, usize> = BTreeMap::new();
    for (number, record) in records.iter().enumerate() {
        match record {
            Record::Change(change) => {
                last.insert((change.source.clone(), change.place.clone()), number);
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
