//! Files of JSON that a loop keeps: written whole beside the old one, synced and renamed.
//!
//! After a crash the old one or the new one is there, never a part. One that cannot be read, or that another version wrote, is told and left beside under
//! another name.

use serde::de::DeserializeOwned;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// The file, if there is one that this version wrote; `then` says in the log what is done without.
pub(crate) fn read<T: DeserializeOwned>(
    path: &Path,
    then: &'static str,
    is_ours: impl Fn(&T) -> bool,
) -> Option<T> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, then, "a file of the watch cannot be read");
            return None;
        }
    };
    let read = serde_json::from_slice::<T>(&bytes).map_err(|error| error.to_string());
    let read =
        read.and_then(|file| if is_ours(&file) { Ok(file) } else { Err("is of another version".to_owned()) });
    read.inspect_err(|why| {
        let moved = std::fs::rename(path, path.with_extension("unreadable")).is_ok();
        tracing::warn!(path = %path.display(), why, moved, then, "a file is not as this version writes it");
    })
    .ok()
}

pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}
