//! Records of vendors in the data directory. See docs/formats/vendors-v1.md.

use super::VendorConfig;
use super::state::{Kept, State};
use crate::file::{read, replace};
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

const THEN: &str = "all that the vendor shows counts as imported";

#[derive(Debug)]
pub(super) struct Disk {
    dir: PathBuf,
    /// A write that its task no longer waits for goes on; the next one comes after it.
    writing: Arc<Mutex<()>>,
}

impl Disk {
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        Ok(Self { dir: dir.to_owned(), writing: Arc::default() })
    }

    /// What an earlier run kept. Of another address the records stay, and nothing that belongs to the old document.
    pub(super) fn kept(&self, config: &VendorConfig) -> Kept {
        let kept = read::<Kept>(&self.file(config), THEN, |kept| kept.version == Kept::VERSION);
        match kept {
            Some(kept) if kept.url == config.url => kept,
            Some(kept) => Kept { records: kept.records, ..Kept::new(&config.url) },
            None => Kept::new(&config.url),
        }
    }

    /// A name has letters, digits and dashes: it is safe as the name of a file.
    fn file(&self, config: &VendorConfig) -> PathBuf {
        self.dir.join(format!("{}.json", config.name))
    }

    pub(super) async fn keep(&self, config: &VendorConfig, state: &Arc<Mutex<State>>) {
        let (path, state, writing) = (self.file(config), Arc::clone(state), Arc::clone(&self.writing));
        let written = tokio::task::spawn_blocking(move || {
            let _one_at_a_time = writing.lock().unwrap_or_else(PoisonError::into_inner);
            let bytes = {
                let state = state.lock().unwrap_or_else(PoisonError::into_inner);
                serde_json::to_vec(&state.kept).map_err(io::Error::other)?
            };
            replace(&path, &bytes)
        });
        if let Err(error) = written.await.map_err(io::Error::other).flatten() {
            tracing::warn!(vendor = %config.name, %error, "what a vendor said cannot be kept; it goes on in memory");
        }
    }
}
