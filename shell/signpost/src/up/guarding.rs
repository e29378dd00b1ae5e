//! The guard of a node, opened with what the operator wants of it.

use crate::config::OperatorConfig;
use anyhow::{Context as _, Result};
use model::Metrics;
use net::Clock;
use sentry::{Bounds, Keeper, Policy, Sentry};
use std::path::Path;
use std::sync::Arc;

/// The guard with what earlier runs decided.
pub(super) fn open(
    config: &OperatorConfig,
    data_dir: &Path,
    clock: &Clock,
    metrics: &Arc<Metrics>,
) -> Result<(Sentry, Keeper)> {
    let (sources, directory) = (config.sources.clone(), data_dir.join("guard"));
    let crate::config::Guard { clean_polls, clean_over, warm_wait } = config.guard;
    let policy = Policy { clean_polls: clean_polls as usize, clean_over, warm_wait, ..Policy::default() };
    let (bounds, metrics) = (Bounds::default(), Arc::clone(metrics));
    Sentry::open(sources, (policy, bounds), Some(&directory), clock.clone(), metrics)
        .context("which sources must not be used is not known without the guard's journal")
}
