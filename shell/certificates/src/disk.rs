//! Files of this crate's own: whole, synced and readable by their owner only, or as they were before.
//!
//! A chain and its key stand in one file, so that no crash leaves a pair that does not fit. Names of files come from host names.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    #[error("cannot read {path}: {error}")]
    Read { path: PathBuf, error: io::Error },
    #[error("cannot write {path}: {error}")]
    Write { path: PathBuf, error: io::Error },
}

/// `directory/HOSTNAME.extension`. A star or a slash, which a configuration could hold, is no part of a file's name.
pub(crate) fn named(directory: &Path, hostname: &str, extension: &str) -> PathBuf {
    let name = hostname.to_ascii_lowercase().replace(['/', '\\', '*'], "_");
    directory.join(format!("{name}.{extension}"))
}

/// The file's bytes, if there is one.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, DiskError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DiskError::Read { path: path.to_owned(), error }),
    }
}

/// Puts `bytes` at `path`; directories are made as needed.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    write(path, bytes).map_err(|error| DiskError::Write { path: path.to_owned(), error })
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    File::open(parent)?.sync_all()
}

/// Takes the file away if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), DiskError> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(DiskError::Write { path: path.to_owned(), error }),
    }
}
