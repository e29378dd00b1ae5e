//! Log lines: text for people, JSON for machines, always on standard error.
//!
//! Set up once, before anything is said. A second set-up in one process changes nothing.

use crate::config::{Log, LogFormat};
use crate::terminal::LogLines;
use std::io::IsTerminal as _;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Libraries whose every step would fill the log; their warnings are shown.
const QUIET: [&str; 4] = ["hickory_server", "hickory_resolver", "hickory_net", "hyper"];

pub(crate) fn start(log: Log) {
    let quiet = QUIET.map(|target| (target, LevelFilter::WARN.min(log.level)));
    let filter = Targets::new().with_default(log.level).with_targets(quiet);
    let lines = tracing_subscriber::fmt::layer().with_writer(|| LogLines);
    let lines = match log.format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    let started = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
    if started.is_err() {
        tracing::debug!("logs were set up before");
    }
}
