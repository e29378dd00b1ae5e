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
    /// Nothing of ours, but what this watched vendor says; may be given more than once
    ///
    /// --component, --region, --severity and --word narrow it: each that is given must hold, and of several of one kind one suffices.
    #[arg(long = "vendor", value_name = "NAME", conflicts_with = "all_vendors")]
    pub(crate) vendors: Vec<String>,
    /// Nothing of ours, but what any watched vendor says
    #[arg(long)]
    pub(crate) all_vendors: bool,
    /// Of vendors: only in this region or group
    #[arg(long = "region", value_name = "REGION")]
    pub(crate) regions: Vec<String>,
    /// Of vendors: only that or worse
    #[arg(long, value_enum)]
    pub(crate) severity: Option<SeverityWord>,
    /// Of vendors: only with this word in title or text
    #[arg(long = "word", value_name = "WORD")]
    pub(crate) words: Vec<String>,
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
pub(crate) enum SeverityWord {
    Minor,
    Major,
    Critical,
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
