//! A journal: lines of JSON in one file, synced, written anew at every start with what still counts.
//!
//! A line that is torn at the end was never acknowledged and is left out. A damaged line in the middle costs that record and a warning; whoever reads
//! must be able to go on without it. A sync is never tried twice on one file: after an error the file is read and begun anew, at the next write and, while
//! that fails too, at growing intervals.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between the first two tries to begin a failed journal anew; it doubles up to the second.
const RENEW_WAIT: Duration = Duration::from_secs(1);
const RENEW_WAIT_MAX: Duration = Duration::from_secs(60);

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("the journal {path} cannot be {what}: {error}")]
    Io { path: PathBuf, what: &'static str, error: io::Error },
    #[error("the journal {path} failed before: {error}")]
    Broken { path: PathBuf, error: String },
}

/// What of the records that were read still counts, in their order.
pub type Keep<R> = Arc<dyn Fn(Vec<R>) -> Vec<R> + Send + Sync>;

/// An open journal of records `R`.
pub struct Journal<R> {
    path: PathBuf,
    keep: Keep<R>,
    /// None while a journal that stood on a full disk at the start is not begun anew.
    file: Option<Arc<Mutex<File>>>,
    broken: Option<Broken>,
}

/// The last write failed.
#[derive(Debug, Clone)]
struct Broken {
    error: String,
    /// When it is tried to begin anew, and how long to wait if that fails.
    again: Instant,
    wait: Duration,
}

impl<R: Serialize + DeserializeOwned + Send + 'static> Journal<R> {
    /// Reads the journal `name` in `directory` and begins a new one with what counts, which it gives back. On a full disk what was read holds, and
    /// the new one is begun by the first write that finds space: a start must not fail for it.
    ///
    /// # Errors
    /// If it cannot be read, or not be written for another reason.
    pub fn open(directory: &Path, name: &str, keep: Keep<R>) -> Result<(Self, Vec<R>), JournalError> {
        match Self::begin(directory, name, Arc::clone(&keep)) {
            Err(JournalError::Io { error, path, .. }) if error.kind() == io::ErrorKind::StorageFull => {
                tracing::error!(path = %path.display(), %error, "a journal is not written until there is space");
                let text = std::fs::read(&path).unwrap_or_default();
                let kept = keep(read(&text, &path));
                let broken = Broken { error: error.to_string(), again: Instant::now(), wait: RENEW_WAIT };
                Ok((Self { path, keep, file: None, broken: Some(broken) }, kept))
            }
            begun => begun,
        }
    }

    fn begin(directory: &Path, name: &str, keep: Keep<R>) -> Result<(Self, Vec<R>), JournalError> {
        let path = directory.join(name);
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
        let kept = keep(read(&text, &path));
        let new = path.with_extension("new");
        let mut file = File::create(&new).map_err(failed("written"))?;
        file.write_all(&lines(&kept)).and_then(|()| file.sync_all()).map_err(failed("written"))?;
        std::fs::rename(&new, &path).map_err(failed("written"))?;
        File::open(directory).and_then(|folder| folder.sync_all()).map_err(failed("written"))?;
        let file = OpenOptions::new().append(true).open(&path).map_err(failed("opened"))?;
        Ok((Self { path, keep, file: Some(Arc::new(Mutex::new(file))), broken: None }, kept))
    }

    /// Returns when the records are on the disk.
    ///
    /// # Errors
    /// If they cannot be written; the next call begins the file anew.
    pub async fn append(&mut self, records: Vec<R>) -> Result<(), JournalError> {
        self.renew().await?;
        let Some(file) = self.file.clone() else {
            return Err(JournalError::Broken {
                path: self.path.clone(),
                error: "it is not begun".to_owned(),
            });
        };
        let written = tokio::task::spawn_blocking(move || {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.write_all(&lines(&records))?;
            file.sync_data()
        });
        let result = written.await.unwrap_or_else(|error| Err(io::Error::other(error)));
        result.map_err(|error| {
            self.broken = Some(Broken { error: error.to_string(), again: Instant::now(), wait: RENEW_WAIT });
            JournalError::Io { path: self.path.clone(), what: "written", error }
        })
    }

    /// A journal every write of which fails and that cannot be begun anew, for tests of what follows from it.
    ///
    /// # Errors
    /// If this system has no `/dev/full`.
    #[cfg(any(test, feature = "test-util"))]
    pub fn on_a_full_disk() -> io::Result<Self> {
        let file = OpenOptions::new().append(true).open("/dev/full")?;
        let path = "/dev/null/nowhere/journal".into();
        Ok(Self {
            path,
            keep: Arc::new(|records| records),
            file: Some(Arc::new(Mutex::new(file))),
            broken: None,
        })
    }

    /// After an error nothing is known of the file's end.
    async fn renew(&mut self) -> Result<(), JournalError> {
        let Some(broken) = self.broken.clone() else { return Ok(()) };
        let still = || JournalError::Broken { path: self.path.clone(), error: broken.error.clone() };
        if Instant::now() < broken.again {
            return Err(still());
        }
        let (Some(directory), Some(name)) =
            (self.path.parent(), self.path.file_name().and_then(|name| name.to_str()))
        else {
            return Err(still());
        };
        let (directory, name, keep) = (directory.to_owned(), name.to_owned(), Arc::clone(&self.keep));
        let opened = tokio::task::spawn_blocking(move || Self::begin(&directory, &name, keep)).await;
        match opened.unwrap_or_else(|_| Err(still())) {
            Ok((new, _)) => {
                *self = new;
                Ok(())
            }
            Err(error) => {
                let wait = (broken.wait * 2).min(RENEW_WAIT_MAX);
                self.broken = Some(Broken { again: Instant::now() + broken.wait, wait, ..broken });
                Err(error)
            }
        }
    }
}

fn lines<R: Serialize>(records: &[R]) -> Vec<u8> {
    let mut text = Vec::new();
    for record in records {
        // Writing to memory fails only for a map whose keys are no strings: no record has one.
        if serde_json::to_writer(&mut text, record).is_ok() {
            text.push(b'\n');
        }
    }
    text
}

fn read<R: DeserializeOwned>(text: &[u8], path: &Path) -> Vec<R> {
    let mut records = Vec::new();
    for (number, line) in text.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(record) => records.push(record),
            Err(error) => {
                tracing::warn!(path = %path.display(), line = number + 1, %error, "a line of a journal is left out");
            }
        }
    }
    records
}

#[cfg(test)]
mod tests;
