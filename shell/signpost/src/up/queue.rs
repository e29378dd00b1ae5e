//! The spool of a node: opened at once, and what earlier runs left read beside the work.

mod drilled;

use crate::board::Board;
use crate::keys;
use crate::ledger;
use anyhow::{Context as _, Result};
use model::Metrics;
use net::Clock;
use spool::disk::{Disk, RealDisk};
use spool::{Recovered, Spool, SpoolConfig, SpoolError, Unread};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// The reading of what earlier runs left.
pub(super) struct Reading(Option<JoinHandle<Result<(), SpoolError>>>);

/// `drill_disk`: the file that says how small and slow the disk is to be.
pub(super) fn open(
    data_dir: &Path,
    drill_disk: Option<PathBuf>,
    clock: &Clock,
    metrics: &Arc<Metrics>,
) -> Result<(Spool, Unread)> {
    let disk = RealDisk::open(&data_dir.join("spool")).context("the spool cannot be opened")?;
    let unread_bytes_max = Some(ledger::UNREAD_BYTES_MAX);
    let config = SpoolConfig { key: keys::spool()?, unread_bytes_max, ..SpoolConfig::default() };
    let (config, disk): (_, Arc<dyn Disk>) = match drill_disk {
        None => (config, Arc::new(disk)),
        Some(file) => drilled::burdened(config, disk, file)?,
    };
    Ok(Spool::open(config, disk, Arc::clone(metrics), clock.now())?)
}

impl Reading {
    /// Begins to read. The tenants' snapshots that the messages need are there before the messages are.
    pub(super) fn begin(unread: Unread, board: Arc<Board>, metrics: Arc<Metrics>) -> Self {
        Self(Some(tokio::task::spawn_blocking(move || {
            let earlier = unread.read()?;
            for problem in board.keep(&earlier.snapshots_in_use()) {
                metrics.alarms.add_one();
                tracing::error!("{problem:#}; its mail is stamped by the tenant's current one");
            }
            tell(earlier.join());
            Ok(())
        })))
    }

    /// Returns when the reading has failed; the node must not go on without the mail that it holds.
    pub(super) async fn failed(&mut self) -> anyhow::Error {
        if let Some(reading) = &mut self.0 {
            let done = reading.await;
            self.0 = None;
            match done {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return error.into(),
                Err(error) => return error.into(),
            }
        }
        std::future::pending().await
    }

    /// The spool is stopped, and so is the reading.
    pub(super) async fn stop(mut self) {
        if let Some(Err(error)) = async { Some(self.0.take()?.await) }.await {
            tracing::error!(%error, "reading the spool failed");
        }
    }
}

fn tell(recovered: Recovered) {
    if recovered.messages > 0 || recovered.power_cut || recovered.damaged_records > 0 {
        tracing::info!(
            messages = recovered.messages,
            maybe_duplicates = recovered.maybe_duplicates,
            power_cut = recovered.power_cut,
            torn = recovered.torn,
            damaged_records = recovered.damaged_records,
            "the spool was read"
        );
    }
    for id in recovered.damaged {
        tracing::error!(%id, "the body of a message is damaged on disk; the message is parked");
    }
}
