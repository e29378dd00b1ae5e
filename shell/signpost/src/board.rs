//! Publication: a folder becomes a snapshot that runs, or nothing changes and every problem is told.
//!
//! Compile, check for domains of others, make durable, then let it run: in this order, so that what runs is always what a
//! restart would find. A folder on disk is imported when it has changed since its last import.

use crate::folders;
use crate::store::{Current, TenantStore};
use anyhow::{Context as _, Result};
use model::{SnapshotNumber, TenantName};
use relay::Tenants;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tenant::{Folder, Problem, Snapshot};

/// What a publication brought.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Published {
    pub(crate) tenant: TenantName,
    pub(crate) snapshot: SnapshotNumber,
    /// False: the folder is the one that runs already.
    pub(crate) changed: bool,
    pub(crate) warnings: Vec<Problem>,
}

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PublishError {
    #[error("the folder does not compile:\n{}", listed(.0))]
    Problems(Vec<Problem>),
    #[error(transparent)]
    Domain(#[from] relay::DomainTaken),
    #[error("{0:#}")]
    Store(#[from] anyhow::Error),
}

/// One line for each problem.
pub(crate) fn listed(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What a look at the published tenants saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Looked {
    pub(crate) tenants: u64,
    /// Tenants of which something else runs than was given last.
    pub(crate) stale: u64,
}

/// The published tenants, in memory and on disk.
pub(crate) struct Board {
    store: TenantStore,
    tenants: Arc<Tenants>,
    /// Folders that could not be imported, with what is wrong: what runs is older than what is written.
    unimported: Mutex<BTreeMap<String, String>>,
    publishing: Mutex<()>,
}

impl Board {
    pub(crate) fn new(store: TenantStore, tenants: Arc<Tenants>) -> Self {
        Self { store, tenants, unimported: Mutex::default(), publishing: Mutex::default() }
    }

    /// Lets run what ran before the restart.
    pub(crate) fn restore(&self) -> Result<()> {
        for name in self.store.names()? {
            let Some(current) = self.store.current(&name)? else { continue };
            self.tenants.publish(Arc::new(self.compile_stored(&name, current.number)?))?;
        }
        Ok(())
    }

    /// Loads the older snapshots that mail of the queue was accepted with; gives what cannot be loaded.
    pub(crate) fn keep(&self, in_use: &BTreeSet<(TenantName, SnapshotNumber)>) -> Vec<anyhow::Error> {
        let mut problems = Vec::new();
        for (name, number) in in_use {
            if self.tenants.numbered(name, *number).is_none() {
                match self.compile_stored(name, *number) {
                    Ok(snapshot) => self.tenants.keep(Arc::new(snapshot)),
                    Err(error) => problems.push(error),
                }
            }
        }
        problems
    }

    fn compile_stored(&self, name: &TenantName, number: SnapshotNumber) -> Result<Snapshot> {
        let folder = self.store.load(name, number)?;
        let compiled = tenant::compile(&folder, number, &folders::secret);
        compiled
            .map_err(PublishError::Problems)
            .with_context(|| format!("snapshot {} of {name} no longer compiles", number.0))
    }

    /// Imports every sub-folder of `directory` that holds a `tenant.toml` and has changed. What cannot be imported is
    /// remembered and told by `unimported`.
    pub(crate) fn import_all(&self, directory: &Path) -> Result<Vec<Published>> {
        let mut published = Vec::new();
        let mut unimported = BTreeMap::new();
        let entries = std::fs::read_dir(directory);
        let entries = entries.with_context(|| format!("cannot read tenants_dir {}", directory.display()))?;
        for entry in entries {
            let path = entry?.path();
            if !path.join("tenant.toml").is_file() {
                continue;
            }
            match self.import(&path) {
                Ok(done) => published.extend(done),
                Err(error) => drop(unimported.insert(path.display().to_string(), format!("{error:#}"))),
            }
        }
        *self.unimported.lock().unwrap_or_else(PoisonError::into_inner) = unimported;
        Ok(published)
    }

    fn import(&self, path: &Path) -> Result<Option<Published>> {
        let folder = folders::read(path)?;
        let hash = hex(&folder.hash());
        let name = tenant::compile(&folder, SnapshotNumber(1), &folders::secret)
            .map_err(PublishError::Problems)?
            .settings
            .name;
        let last = self.store.current(&name)?.and_then(|current| current.imported);
        if last.as_ref() == Some(&hash) {
            return Ok(None);
        }
        Ok(Some(self.publish(&folder, Some(hash))?))
    }

    /// Publishes a folder. `imported` is its hash if it comes from `tenants_dir`.
    pub(crate) fn publish(
        &self,
        folder: &Folder,
        imported: Option<String>,
    ) -> Result<Published, PublishError> {
        let _one_at_a_time = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let first =
            tenant::compile(folder, SnapshotNumber(1), &folders::secret).map_err(PublishError::Problems)?;
        self.tenants.check(&first)?;
        let name = first.settings.name.clone();
        let before = self.store.current(&name)?;
        let running = self.tenants.current(&name);
        if let (Some(running), Some(before)) =
            (running.filter(|one| one.folder_hash == first.folder_hash), &before)
        {
            if imported.is_some() {
                self.store.set_current(&name, &Current { imported, ..before.clone() })?;
            }
            let (snapshot, warnings) = (running.number, first.warnings);
            return Ok(Published { tenant: name, snapshot, changed: false, warnings });
        }
        let number = before.as_ref().map_or(SnapshotNumber(1), |before| before.number.next());
        let imported = imported.or_else(|| before.and_then(|before| before.imported));
        let snapshot = tenant::compile(folder, number, &folders::secret).map_err(PublishError::Problems)?;
        let warnings = snapshot.warnings.clone();
        self.store.publish(&name, &Current { number, imported }, folder)?;
        self.tenants.publish(Arc::new(snapshot))?;
        Ok(Published { tenant: name, snapshot: number, changed: true, warnings })
    }

    /// Looks whether what runs of each tenant is what its store says, and whether every folder could be imported. It blocks.
    pub(crate) fn look(&self) -> Looked {
        let tenants = self.tenants.all();
        let is_current = |snapshot: &Arc<Snapshot>| {
            let stored = self.store.current(&snapshot.settings.name);
            stored.is_ok_and(|stored| stored.is_some_and(|stored| stored.number == snapshot.number))
        };
        let stale = tenants.iter().filter(|snapshot| !is_current(snapshot)).count();
        let unimported = self.unimported.lock().unwrap_or_else(PoisonError::into_inner).len();
        Looked { tenants: tenants.len() as u64, stale: (stale + unimported) as u64 }
    }

    /// Folders that wait to be mended.
    pub(crate) fn unimported(&self) -> Vec<String> {
        let unimported = self.unimported.lock().unwrap_or_else(PoisonError::into_inner);
        unimported
            .iter()
            .map(|(path, why)| format!("{path} is not imported, the last snapshot runs: {why}"))
            .collect()
    }

    /// Deletes stored snapshots that are neither current nor named by mail.
    pub(crate) fn prune(&self, in_use: &BTreeSet<(TenantName, SnapshotNumber)>) -> Result<()> {
        for name in self.store.names()? {
            let Some(current) = self.store.current(&name)? else { continue };
            // What is in memory may be named by mail that is on its way into the spool.
            let is_in_hand = |number| self.tenants.numbered(&name, number).is_some();
            let needed = |number| {
                number == current.number || in_use.contains(&(name.clone(), number)) || is_in_hand(number)
            };
            self.store.prune(&name, needed)?;
        }
        Ok(())
    }

    pub(crate) fn tenants(&self) -> &Arc<Tenants> {
        &self.tenants
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
