//! Log lines: text for people, JSON for machines, always on standard error.
//!
//! Set up once, before anything is said. A second set-up in one process changes nothing.

use crate::config::{Log, LogFormat};
use std::io::IsTerminal as _;

pub(crate) fn start(log: Log) {
    let builder = tracing_subscriber::fmt().with_max_level(log.level).with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    if started.is_err() {
        tracing::debug!("logs were set up before");
    }
}
