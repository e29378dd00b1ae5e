//! Names that no public text may have: tenants, their domains and the hosts of their mail systems.
//!
//! They are asked for whenever something is about to be said or shown, so that a tenant is private from its publication on. What was private once stays so
//! for the life of the process: a tenant that changed its name has not become public by its old one.

use crate::board::Board;
use model::{SnapshotNumber, TenantName};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tenant::Snapshot;
use tenant::settings::SmartHost;

/// The names of what a board has published.
pub(crate) struct Names {
    board: Arc<Board>,
    /// Of which publications they are.
    read: BTreeMap<TenantName, SnapshotNumber>,
    names: BTreeSet<String>,
}

impl Names {
    pub(crate) fn of(board: Arc<Board>) -> Self {
        Self { board, read: BTreeMap::new(), names: BTreeSet::new() }
    }

    /// All of them, if there are others than at the last call.
    pub(crate) fn news(&mut self) -> Option<BTreeSet<String>> {
        let before = self.names.len();
        for snapshot in self.board.tenants().all() {
            let name = &snapshot.settings.name;
            if self.read.get(name) != Some(&snapshot.number) {
                self.read.insert(name.clone(), snapshot.number);
                self.names.extend(private(&snapshot));
            }
        }
        (self.names.len() > before).then(|| self.names.clone())
    }
}

/// What a tenant is called, and what is its own.
pub(crate) fn private(snapshot: &Snapshot) -> Vec<String> {
    let settings = &snapshot.settings;
    let mut names = vec![settings.name.to_string(), settings.display_name.clone()];
    for domain in settings.domains.iter().map(ToString::to_string) {
        // Microsoft's name of a tenant's host has the tenant's domain with hyphens.
        names.push(domain.replace('.', "-"));
        names.push(domain);
    }
    match &settings.egress.smart_host {
        SmartHost::Name { host, .. } | SmartHost::Mx(host) => names.push(host.to_string()),
        SmartHost::Address(address) => names.push(address.ip().to_string()),
    }
    names
}
