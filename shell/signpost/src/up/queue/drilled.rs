//! The disk of a drill: as small and slow as a file says, which the drill changes while the node lives.
//!
//! `{"segment_bytes":N,"reserve_bytes":N}` are the sizes with which the spool works, so that a disk is full after megabytes; they are read at the
//! start. `bytes_max`, `sync_wait_ms` and `lies` are the burden, asked for at every call. A file that cannot be read is an error at the start; later
//! the last burden holds.

use anyhow::{Context as _, Result};
use model::ByteCount;
use serde::Deserialize;
use spool::SpoolConfig;
use spool::disk::{Burden, Burdened, Disk, RealDisk};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    segment_bytes: u64,
    reserve_bytes: u64,
    bytes_max: Option<u64>,
    #[serde(default)]
    sync_wait_ms: u64,
    #[serde(default)]
    lies: bool,
}

impl File {
    fn read(path: &Path) -> Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(path)?)?)
    }

    fn burden(&self) -> Burden {
        let sync_wait = Duration::from_millis(self.sync_wait_ms);
        Burden { bytes_max: self.bytes_max, sync_wait, lies: self.lies }
    }
}

pub(super) fn burdened(
    config: SpoolConfig,
    disk: RealDisk,
    path: PathBuf,
) -> Result<(SpoolConfig, Arc<dyn Disk>)> {
    let file = File::read(&path).with_context(|| format!("--drill-disk {}", path.display()))?;
    let config = SpoolConfig {
        segment_size: ByteCount(file.segment_bytes),
        reserve: ByteCount(file.reserve_bytes),
        ..config
    };
    let last = Mutex::new(file.burden());
    let ask = move || {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(file) = File::read(&path) {
            *last = file.burden();
        }
        *last
    };
    Ok((config, Arc::new(Burdened::new(disk, ask))))
}
