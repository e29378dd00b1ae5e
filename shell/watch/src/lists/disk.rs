//! Histories and cases in the data directory. See docs/formats/watch-v1.md.
//!
//! What a file held that cannot be read is learnt again from the lists, and no mail depends on it.

use crate::file::{read, replace};
use dnsbl::{Case, History};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

const VERSION: u32 = 1;
const THEN: &str = "the lists are asked anew";

#[derive(Debug, Serialize, Deserialize)]
struct HistoryFile {
    version: u32,
    zone: String,
    subjects: BTreeMap<String, History>,
}

#[derive(Debug, Serialize, Deserialize)]
struct CaseFile {
    version: u32,
    cases: Vec<Case>,
}

/// The directory.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    dir: PathBuf,
    /// A write that its task no longer waits for goes on; the next one of the same file comes after it.
    writing: Arc<Mutex<()>>,
}

impl Disk {
    /// Makes the directory if it is not there.
    pub(crate) fn open(dir: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        Ok(Self { dir: dir.to_owned(), writing: Arc::default() })
    }

    pub(super) fn histories(&self, zone: &str) -> BTreeMap<String, History> {
        let read = read::<HistoryFile>(&self.zone_file(zone), THEN, |file| file.version == VERSION);
        read.filter(|file| file.zone == zone).map(|file| file.subjects).unwrap_or_default()
    }

    pub(super) async fn keep_histories(&self, zone: &str, subjects: BTreeMap<String, History>) {
        let file = HistoryFile { version: VERSION, zone: zone.to_owned(), subjects };
        self.keep(self.zone_file(zone), &file).await;
    }

    pub(super) fn cases(&self) -> Vec<Case> {
        let read = read::<CaseFile>(&self.dir.join("cases.json"), THEN, |file| file.version == VERSION);
        read.map(|file| file.cases).unwrap_or_default()
    }

    pub(super) async fn keep_cases(&self, cases: Vec<Case>) {
        self.keep(self.dir.join("cases.json"), &CaseFile { version: VERSION, cases }).await;
    }

    /// The names of zones come from a table of ours and are safe as names of files.
    fn zone_file(&self, zone: &str) -> PathBuf {
        self.dir.join(format!("zone-{zone}.json"))
    }

    async fn keep(&self, path: PathBuf, file: &impl Serialize) {
        let bytes = match serde_json::to_vec(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "cannot be written as JSON");
                return;
            }
        };
        let shown = path.display().to_string();
        let writing = Arc::clone(&self.writing);
        let written = tokio::task::spawn_blocking(move || {
            let _one_at_a_time = writing.lock().unwrap_or_else(PoisonError::into_inner);
            replace(&path, &bytes)
        })
        .await;
        if let Err(error) = written.map_err(io::Error::other).flatten() {
            tracing::warn!(path = shown, %error, "what the watch has seen cannot be kept; it goes on in memory");
        }
    }
}
