//! The commands about DKIM keys.

use super::SiteArgs;
use clap::{Args, Subcommand, ValueEnum};
use model::TenantName;
use signing::Selector;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum DkimCommand {
    /// Make a key in a tenant's folder or beside the operator's file, and tell what to write into its settings and into the DNS
    ///
    /// The key comes as `use = "next"`: it signs nothing until its record is published and `use` says "sign".
    Keygen(KeygenArgs),
    /// Print the records that have to be published for the keys
    Show(KeysArgs),
    /// Ask the resolver whether they are; ends with 1 if a key that signs, or has signed, lacks its record
    Check(KeysArgs),
}

#[derive(Debug, Args)]
pub(crate) struct KeygenArgs {
    /// Whose key it is; by default the operator's own, which signs what Signpost writes itself
    #[arg(long)]
    pub(crate) tenant: Option<TenantName>,
    /// The new key's name: a letter and the month will do, such as s2611
    #[arg(long)]
    pub(crate) selector: Selector,
    /// RSA is understood by everybody; Ed25519 is short, and signs beside it
    #[arg(long, value_enum, default_value = "rsa")]
    pub(crate) algorithm: AlgorithmWord,
    /// Where to write it; by default dkim/SELECTOR.pem in the tenant's folder, or beside the operator's file
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) site: SiteArgs,
}

#[derive(Debug, Args)]
pub(crate) struct KeysArgs {
    /// Whose keys are meant; by default the operator's own
    #[arg(long)]
    pub(crate) tenant: Option<TenantName>,
    #[command(flatten)]
    pub(crate) site: SiteArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AlgorithmWord {
    Rsa,
    Ed25519,
}
