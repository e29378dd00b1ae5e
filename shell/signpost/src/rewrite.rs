//! An operator's file, replaced whole: written beside it as `FILE.new`, synced, renamed.
//!
//! Whoever writes holds a lock on `FILE.new`, so that one writer never takes another's. What a crash left there has no lock: the next writer takes it
//! over, and a node that starts takes it away. The file itself is the old one or the new one at every moment.

use anyhow::{Context as _, Result, ensure};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

fn beside(file: &Path) -> PathBuf {
    let mut new = PathBuf::from(file);
    new.as_mut_os_string().push(".new");
    new
}

/// Gives `file` these bytes, with its owner and mode as they are.
pub(crate) fn replace(file: &Path, bytes: &[u8]) -> Result<()> {
    let old = std::fs::metadata(file)?;
    let new = beside(file);
    let mut written = alone(&new)?;
    let done = written
        .set_len(0)
        .and_then(|()| written.write_all(bytes))
        .and_then(|()| chown(&new, Some(old.uid()), Some(old.gid())))
        .and_then(|()| written.set_permissions(std::fs::Permissions::from_mode(old.mode() & 0o7777)))
        .and_then(|()| written.sync_all())
        .and_then(|()| std::fs::rename(&new, file));
    if done.is_err() {
        drop(std::fs::remove_file(&new));
    }
    done?;
    Ok(File::open(file.parent().unwrap_or(Path::new(".")))?.sync_all()?)
}

/// Takes away what a writer that is no more left behind; says whether there was something.
pub(crate) fn clean(file: &Path) -> Result<bool> {
    let new = beside(file);
    let found = match std::fs::symlink_metadata(&new) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    // What nobody could have begun is nobody's leftover.
    if !found.is_file() {
        return Ok(false);
    }
    let _held = alone(&new)?;
    std::fs::remove_file(&new)?;
    Ok(true)
}

/// `FILE.new`, made or taken over, and locked as long as it is open.
fn alone(new: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    let opened = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(new)?;
    match opened.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            anyhow::bail!("another program is writing {}; try again when it is done", new.display())
        }
        Err(TryLockError::Error(error)) => return Err(error).context("the lock"),
    }
    // Between opening and locking another writer may have renamed it: then it is the file itself by now.
    let (held, there) = (opened.metadata()?, std::fs::symlink_metadata(new));
    let is_it =
        there.is_ok_and(|there| there.is_file() && (there.dev(), there.ino()) == (held.dev(), held.ino()));
    ensure!(is_it, "{} was changed meanwhile; try again", new.display());
    Ok(opened)
}

#[cfg(test)]
mod tests;
