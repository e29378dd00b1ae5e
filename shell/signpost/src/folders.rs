//! Tenant folders on disk: read into bytes with bounds, written back for an export, and the values that they only name.
//!
//! A link that leads out of the folder is refused, and so is a folder that is too large: it is what a person wrote, not a store.

use anyhow::{Context as _, Result, bail};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use tenant::Folder;

const FILES_MAX: usize = 3_000;
const BYTES_MAX: u64 = 64 << 20;
const DEPTH_MAX: usize = 4;

/// Reads a folder. Hidden files are left out: editors and version control leave them.
pub(crate) fn read(directory: &Path) -> Result<Folder> {
    let root = directory
        .canonicalize()
        .with_context(|| format!("cannot read the folder {}", directory.display()))?;
    let mut reading = Reading { root: &root, folder: Folder::default(), bytes: 0 };
    reading.directory(&root, "", 0)?;
    Ok(reading.folder)
}

struct Reading<'r> {
    root: &'r Path,
    folder: Folder,
    bytes: u64,
}

impl Reading<'_> {
    fn directory(&mut self, directory: &Path, prefix: &str, depth: usize) -> Result<()> {
        if depth > DEPTH_MAX {
            bail!("{} is nested more than {DEPTH_MAX} folders deep", directory.display());
        }
        let entries = std::fs::read_dir(directory);
        for entry in entries.with_context(|| format!("cannot read {}", directory.display()))? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                bail!("{} has a name that is not UTF-8", entry.path().display());
            };
            if name.starts_with('.') {
                continue;
            }
            let path = self.inside(&entry.path())?;
            let name = format!("{prefix}{name}");
            if path.is_dir() {
                self.directory(&path, &format!("{name}/"), depth + 1)?;
            } else {
                self.file(&path, name)?;
            }
        }
        Ok(())
    }

    fn inside(&self, path: &Path) -> Result<PathBuf> {
        let real = path.canonicalize().with_context(|| format!("cannot read {}", path.display()))?;
        if !real.starts_with(self.root) {
            bail!("{} leads out of the folder; copy the file into it", path.display());
        }
        Ok(real)
    }

    fn file(&mut self, path: &Path, name: String) -> Result<()> {
        self.bytes += path.metadata()?.len();
        if self.folder.0.len() == FILES_MAX || self.bytes > BYTES_MAX {
            bail!("{} holds more than {FILES_MAX} files or {BYTES_MAX} bytes", self.root.display());
        }
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        self.folder.0.insert(name, bytes);
        Ok(())
    }
}

/// Writes a folder into a directory that must not exist.
pub(crate) fn write(folder: &Folder, directory: &Path) -> Result<()> {
    if directory.exists() {
        bail!("{} exists; name a directory that does not", directory.display());
    }
    for (name, bytes) in &folder.0 {
        let path = directory.join(name);
        let parent = path.parent().unwrap_or(directory);
        std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        // Keys are for their owner only; the rest is text that people share.
        let mode = if name.ends_with(".pem") { 0o600 } else { 0o666 };
        let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path);
        let written = file.and_then(|mut file| file.write_all(bytes));
        written.with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The value behind `env:NAME` or `file:PATH`, if it is set.
pub(crate) fn secret(reference: &str) -> Option<String> {
    if let Some(name) = reference.strip_prefix("env:") {
        return std::env::var(name).ok();
    }
    std::fs::read_to_string(reference.strip_prefix("file:")?).ok()
}

#[cfg(test)]
mod tests;
