//! Histories and cases in the data directory. See docs/formats/watch-v1.md.
//!
//! A file is written whole beside its old self, synced and renamed. One that cannot be read is left where it is under another name and told:
//! what it held is learnt again from the lists, and no mail depends on it.

use dnsbl::{Case, History};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

const VERSION: u32 = 1;

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
        let read = read::<HistoryFile>(&self.zone_file(zone), |file| file.version);
        read.filter(|file| file.zone == zone).map(|file| file.subjects).unwrap_or_default()
    }

    pub(super) async fn keep_histories(&self, zone: &str, subjects: BTreeMap<String, History>) {
        let file = HistoryFile { version: VERSION, zone: zone.to_owned(), subjects };
        self.keep(self.zone_file(zone), &file).await;
    }

    pub(super) fn cases(&self) -> Vec<Case> {
        let read = read::<CaseFile>(&self.dir.join("cases.json"), |file| file.version);
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

fn read<T: DeserializeOwned>(path: &Path, version: impl Fn(&T) -> u32) -> Option<T> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "cannot be read; the lists are asked anew");
            return None;
        }
    };
    let read = serde_json::from_slice::<T>(&bytes).map_err(|error| error.to_string());
    let read = read.and_then(|file| {
        if version(&file) == VERSION { Ok(file) } else { Err(format!("is of version {}", version(&file))) }
    });
    read.inspect_err(|why| {
        let aside = path.with_extension("unreadable");
        let moved = std::fs::rename(path, &aside).is_ok();
        tracing::warn!(path = %path.display(), why, moved, "is not as this version writes it; the lists are asked anew");
    })
    .ok()
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}
