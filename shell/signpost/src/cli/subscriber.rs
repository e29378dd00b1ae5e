//! `subscriber`: who is told of incidents.

use super::Data;
use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum SubscriberCommand {
    /// List everybody: addresses, webhooks, and those that are no longer reached
    Ls {
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Add a webhook at once, or send an address the letter by which its reader confirms
    Add(AddArgs),
    /// Remove one, with everything that is known of it
    Rm {
        /// As `subscriber ls` shows it
        #[arg(value_name = "ID")]
        id: String,
        #[command(flatten)]
        data: Data,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    #[command(flatten)]
    pub(crate) who: Who,
    /// Only these, by id or as "EU - Signatures"; by default everything
    #[arg(long = "component", value_name = "COMPONENT")]
    pub(crate) components: Vec<String>,
    /// What the webhook understands
    #[arg(long, value_enum, default_value = "statuspage")]
    pub(crate) kind: KindWord,
    /// Who is written to when the webhook is given up
    #[arg(long, value_name = "ADDRESS", conflicts_with = "mail")]
    pub(crate) contact: Option<String>,
    /// The language of mail
    #[arg(long, value_enum, default_value = "en")]
    pub(crate) language: LanguageWord,
    #[command(flatten)]
    pub(crate) data: Data,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Who {
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) mail: Option<String>,
    #[arg(long, value_name = "URL")]
    pub(crate) webhook: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindWord {
    Statuspage,
    Slack,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LanguageWord {
    En,
    De,
}
