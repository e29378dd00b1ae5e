//! `vendor` on the command line: what other vendors say of their service.

use super::{Data, SiteArgs};
use clap::{Args, Subcommand};
use model::{Timestamp, VendorName};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum VendorCommand {
    /// Read a vendor's status: any supported document or feed, from a file or from the web
    ///
    /// Formats: Statuspage, incident.io, Instatus, Status.io, Cachet, Better Stack, Google, Slack, AWS, Microsoft 365 (Graph), any Atom or RSS, and other
    /// JSON by a mapping. Of a page's own address the documents under it are tried.
    Read(ReadArgs),
    /// Watch a vendor from now on: its document is read once, and a [[vendor]] is added at the end of the operator's file
    ///
    /// Nothing else of the file is changed. A running node looks at it at once. Of a page's own address the documents under it are tried.
    Add(WatchArgs),
    /// Show how the vendors are that a running node watches: state, open incidents, looks, and what failed
    ///
    /// They stand in the operator's file, each as a `[[vendor]]`; `vendor add` adds one.
    Watch {
        /// Only this one, as in the operator's file
        name: Option<VendorName>,
        /// Look before the time, but at none twice within a minute
        #[arg(long)]
        now: bool,
        #[command(flatten)]
        data: Data,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one watched vendor: its alarms and its records with the vendor's clocks and ours
    Show {
        /// As in the operator's file
        name: String,
        #[command(flatten)]
        data: Data,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the vendors of the catalogue: what is read, and where its address is from
    ///
    /// A name of the list can be given to `read` in place of a URL.
    Ls {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Clone, Args)]
pub(crate) struct WatchArgs {
    /// A name of the catalogue (`vendor ls`), or a URL
    #[arg(value_name = "NAME|URL")]
    pub(crate) source: String,
    /// What it is called here; by default its name in the catalogue, or the vendor's part of the host name
    #[arg(long)]
    pub(crate) name: Option<VendorName>,
    /// How often it is looked at while it has no open incident: 1m to 1d, by default 5m
    #[arg(long, value_name = "TIME")]
    pub(crate) every: Option<String>,
    /// How JSON of no known format is read: a mapping, checked against what is read
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// Whose receiving of mail it speaks of, such as microsoft; may be given more than once
    #[arg(long = "provider", value_name = "NAME")]
    pub(crate) providers: Vec<String>,
    /// The document may come from this host or its network
    #[arg(long)]
    pub(crate) allow_private: bool,
    #[command(flatten)]
    pub(crate) site: SiteArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReadArgs {
    /// A file, - for standard input, a URL, or a name of the catalogue (`vendor ls`)
    #[arg(value_name = "FILE|URL")]
    pub(crate) source: String,
    /// How JSON of no known format is read: a mapping, checked against what is read
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// Where a file came from, which tells formats apart that look alike
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Judge silence and plans as of this time; by default now
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
