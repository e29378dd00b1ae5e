//! Whether the run before ended by itself: a file that stands in the data directory for as long as a node runs.
//!
//! `DATA/running` is made, synced, when every part has started and deleted behind the last record of an ordered stop. One that is found at a start was left by
//! a process that was killed or a machine that lost its power. It says nothing of messages: what became of those the spool tells.

use crate::store;
use anyhow::{Context as _, Result};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

pub(super) struct Run {
    mark: PathBuf,
    /// The run before did not end by itself.
    pub(super) after_crash: bool,
}

impl Run {
    /// Marks the data directory.
    pub(super) fn begin(data_dir: &Path) -> Self {
        let mark = data_dir.join("running");
        let after_crash = mark.exists();
        if let Err(error) = store::replace(&mark, b"a node runs over this directory, or was killed\n") {
            tracing::warn!(%error, "should this run be killed, the next start will not know it");
        }
        if after_crash {
            tracing::warn!("the run before did not end by itself");
        }
        Self { mark, after_crash }
    }

    /// Everything is written.
    pub(super) fn end(&self) {
        if let Err(error) = std::fs::remove_file(&self.mark) {
            tracing::warn!(%error, "the next start will take this stop for a crash");
        }
    }
}

/// The data directory, made if it is missing.
pub(super) fn make_data_dir(directory: &Path) -> Result<PathBuf> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.with_context(|| format!("cannot make the data directory {}", directory.display()))?;
    Ok(directory.canonicalize()?)
}
