//! `postmortem` on the command line.

use clap::{Args, ValueEnum};
use maillog::Offset;
use model::Timestamp;
use std::net::IpAddr;
use std::path::PathBuf;

/// How the report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportForm {
    Markdown,
    Json,
    Html,
}

#[derive(Debug, Args)]
pub(crate) struct PostmortemArgs {
    /// Logs of Exim, Postfix or KumoMTA, or what `signpost trace --json` printed; plain, .gz or .zst, in any order; - for standard input
    #[arg(value_name = "LOG", required = true)]
    pub(crate) logs: Vec<PathBuf>,
    #[arg(long, value_name = "FORM", default_value = "markdown")]
    pub(crate) format: ReportForm,
    /// Write here instead of to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// The zone of times that have none, as +02:00
    #[arg(long, value_name = "OFFSET", allow_hyphen_values = true)]
    pub(crate) time_zone: Option<Offset>,
    /// The year of the first line, for times of syslog that have none
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i64).range(1970..=9998))]
    pub(crate) year: Option<i64>,
    /// An address that was ours, once for each; by default whatever address a refusal names
    #[arg(long = "our-address", value_name = "IP")]
    pub(crate) our_addresses: Vec<IpAddr>,
    /// When it was noticed, as 2024-10-20T10:28:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) detected: Option<Timestamp>,
    /// When it was first told in public
    #[arg(long, value_name = "TIME")]
    pub(crate) posted: Option<Timestamp>,
    /// When it is said to have begun
    #[arg(long, value_name = "TIME")]
    pub(crate) claimed_start: Option<Timestamp>,
    /// When it is said to have ended
    #[arg(long, value_name = "TIME")]
    pub(crate) claimed_end: Option<Timestamp>,
    /// When it was declared to be over
    #[arg(long, value_name = "TIME")]
    pub(crate) resolved: Option<Timestamp>,
}
