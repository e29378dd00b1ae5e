//! The guard's writing task: it ends behind everybody who may still decide something, and writes what is left.

use crate::config::OperatorConfig;
use anyhow::Result;
use model::Metrics;
use net::Clock;
use sentry::{Bounds, Keeper, Policy, Sentry};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// The guard with what earlier runs decided.
pub(super) fn open(
    config: &OperatorConfig,
    data_dir: &Path,
    clock: &Clock,
    metrics: &Arc<Metrics>,
) -> Result<(Sentry, Keeper)> {
    let (sources, directory) = (config.sources.clone(), data_dir.join("guard"));
    let (clean_polls, clean_over) = (config.guard.clean_polls as usize, config.guard.clean_over);
    let policy = Policy { clean_polls, clean_over, ..Policy::default() };
    Ok(Sentry::open(
        sources,
        (policy, Bounds::default()),
        Some(&directory),
        clock.clone(),
        Arc::clone(metrics),
    )?)
}

pub(super) struct Guarding {
    stop: oneshot::Sender<()>,
    keeper: JoinSet<()>,
}

impl Guarding {
    pub(super) fn begin(keeping: Keeper) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let mut keeper = JoinSet::new();
        keeper.spawn(keeping.run(async {
            // A node that went away without a word stops it too.
            let _either_way = stopped.await.is_ok();
        }));
        Self { stop, keeper }
    }

    pub(super) async fn stop(mut self) {
        let _it_may_have_ended = self.stop.send(()).is_err();
        while self.keeper.join_next().await.is_some() {}
    }
}
