//! `way`: how much receivers take from our sources.

use super::Data;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum WayCommand {
    /// List every way that is in use or of which something was learnt: how much goes at once now and at most, how far apart, how many wait
    Ls {
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Show what a receiver takes from one source, whose word that is, and how its ways stand
    Show {
        /// The receiver's exchangers: all that its MX records name
        #[arg(value_name = "MX", required = true)]
        hosts: Vec<String>,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
}
