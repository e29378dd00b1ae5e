//! Snapshots on disk: each tenant's published folders by number, and which one is current.
//!
//! A publication survives a restart (law 6): the snapshot is written and synced before `current` names it, and each file takes its
//! place by a rename. A damaged file is an error that names it. The files are described in `docs/formats/tenant-store-v1.md`.

use anyhow::{Context as _, Result, bail};
use model::{SnapshotNumber, TenantName};
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use tenant::Folder;

const MAGIC: &[u8] = b"SGNSNAP1";
const CURRENT: &str = "current";

/// What `current` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Current {
    pub(crate) number: SnapshotNumber,
    /// Hash of the folder on disk when it was last imported; a folder that has not changed since is not imported again.
    pub(crate) imported: Option<String>,
}

/// `DATA/tenants`.
#[derive(Debug)]
pub(crate) struct TenantStore {
    root: PathBuf,
}

impl TenantStore {
    /// Makes the directory if needed.
    pub(crate) fn open(data_dir: &Path) -> Result<Self> {
        let root = data_dir.join("tenants");
        make(&root)?;
        Ok(Self { root })
    }

    /// Every tenant that was ever published here.
    pub(crate) fn names(&self) -> Result<Vec<TenantName>> {
        let mut names = Vec::new();
        for entry in
            std::fs::read_dir(&self.root).with_context(|| format!("cannot read {}", self.root.display()))?
        {
            let name = entry?.file_name();
            names.extend(name.to_str().and_then(|name| name.parse::<TenantName>().ok()));
        }
        names.sort();
        Ok(names)
    }

    /// What is current for a tenant, if it was ever published.
    pub(crate) fn current(&self, name: &TenantName) -> Result<Option<Current>> {
        let path = self.directory(name).join(CURRENT);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let current = serde_json::from_str(&text);
        Ok(Some(current.with_context(|| format!("{} is damaged; restore it from a backup", path.display()))?))
    }

    /// The folder of one snapshot.
    pub(crate) fn load(&self, name: &TenantName, number: SnapshotNumber) -> Result<Folder> {
        let path = self.snapshot(name, number);
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let folder = bytes.strip_prefix(MAGIC).and_then(|rest| {
            let (hash, content) = rest.split_first_chunk::<32>()?;
            Folder::from_canonical(content).filter(|folder| folder.hash() == *hash)
        });
        let Some(folder) = folder else {
            bail!("{} is damaged; apply the tenant's folder again", path.display())
        };
        Ok(folder)
    }

    /// Makes a snapshot durable, then current.
    pub(crate) fn publish(&self, name: &TenantName, current: &Current, folder: &Folder) -> Result<()> {
        make(&self.directory(name))?;
        let path = self.snapshot(name, current.number);
        if !path.exists() {
            let mut bytes = MAGIC.to_vec();
            bytes.extend(folder.hash());
            bytes.extend(folder.canonical().flatten());
            replace(&path, &bytes)?;
        }
        self.set_current(name, current)
    }

    /// Changes what is current without a new snapshot.
    pub(crate) fn set_current(&self, name: &TenantName, current: &Current) -> Result<()> {
        replace(&self.directory(name).join(CURRENT), &serde_json::to_vec(current)?)
    }

    /// Deletes the snapshots for which `needed` says no.
    pub(crate) fn prune(&self, name: &TenantName, needed: impl Fn(SnapshotNumber) -> bool) -> Result<()> {
        for number in self.numbers(name)?.into_iter().filter(|number| !needed(*number)) {
            let path = self.snapshot(name, number);
            std::fs::remove_file(&path).with_context(|| format!("cannot delete {}", path.display()))?;
        }
        Ok(())
    }

    /// The snapshots that are kept, oldest first.
    pub(crate) fn numbers(&self, name: &TenantName) -> Result<Vec<SnapshotNumber>> {
        let mut numbers = Vec::new();
        for entry in std::fs::read_dir(self.directory(name))? {
            let path = entry?.path();
            let is_snapshot = path.extension().is_some_and(|extension| extension == "snapshot");
            let number = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok()).map(SnapshotNumber);
            numbers.extend(number.filter(|_| is_snapshot));
        }
        numbers.sort();
        Ok(numbers)
    }

    fn directory(&self, name: &TenantName) -> PathBuf {
        self.root.join(name.as_str())
    }

    fn snapshot(&self, name: &TenantName, number: SnapshotNumber) -> PathBuf {
        self.directory(name).join(format!("{:08}.snapshot", number.0))
    }
}

fn make(directory: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.with_context(|| format!("cannot make the directory {}", directory.display()))
}

/// Puts `bytes` at `path`: all of them, durable, or what was there before.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    let mut file =
        options.write(true).create(true).truncate(true).mode(0o600).open(&beside).with_context(failed)?;
    file.write_all(bytes).with_context(failed)?;
    file.sync_all().with_context(failed)?;
    std::fs::rename(&beside, path).with_context(failed)?;
    let parent = path.parent().unwrap_or(Path::new("."));
    File::open(parent).and_then(|parent| parent.sync_all()).with_context(failed)
}

#[cfg(test)]
mod tests;
