//! `source`: our own addresses, and an operator's word about them.

use super::Data;
use clap::{Args, Subcommand};
use model::SourceName;
use sentry::Place;

/// Which source, where, and why.
#[derive(Debug, Clone, Args)]
pub(crate) struct SourceArgs {
    /// As the operator's file calls it
    #[arg(value_name = "SOURCE")]
    pub(crate) source: SourceName,
    /// `everywhere`, `provider:NAME` or `site:HOST`
    #[arg(long, default_value = "everywhere", value_name = "PLACE")]
    pub(crate) place: Place,
    /// How long the order holds, in hours
    #[arg(long = "for", value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..=24 * 365))]
    pub(crate) hours: u64,
    /// Why, for the journal
    #[arg(long, visible_alias = "reason", default_value = "", hide_default_value = true)]
    pub(crate) note: String,
    #[command(flatten)]
    pub(crate) data: Data,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SourceCommand {
    /// List every source with its state, and what it met at receivers within the last hour
    Ls {
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Show one: every place at which something was said of it, and the evidence
    Show {
        #[arg(value_name = "SOURCE")]
        source: SourceName,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Take a source out for a time; mail goes over the others, and waits where there is none
    Quarantine(SourceArgs),
    /// Use a source for a time whatever is said of it; what waited for it leaves now
    Release(SourceArgs),
    /// End an order before its time: the evidence decides again
    End(SourceArgs),
    /// Find out now with single messages whether a source is taken again, without waiting for its lists
    Probe(SourceArgs),
}
