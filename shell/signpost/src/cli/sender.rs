//! `sender`: the conduct of tenants and senders, and an operator's word about it.

use super::Data;
use clap::{Args, Subcommand};
use model::{Address, TenantName};

/// Who is meant.
#[derive(Debug, Clone, Args)]
pub(crate) struct SubjectArgs {
    #[arg(long, value_name = "NAME")]
    pub(crate) tenant: TenantName,
    /// The address of MAIL FROM; without one the tenant as a whole
    #[arg(value_name = "ADDRESS")]
    pub(crate) sender: Option<Address>,
}

/// What an order takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct OrderArgs {
    /// How long it holds, in hours
    #[arg(long = "for", value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..=24 * 365))]
    pub(crate) hours: u64,
    /// Why, for the journal
    #[arg(long, visible_alias = "reason", default_value = "", hide_default_value = true)]
    pub(crate) note: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SenderCommand {
    /// List tenants and senders that are out of line, suspect or under an order
    Ls {
        #[arg(long, value_name = "NAME")]
        tenant: Option<TenantName>,
        /// Every sender that is remembered
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Show one: its step, the figures behind it, and what it usually sends at this hour
    Show {
        #[command(flatten)]
        subject: SubjectArgs,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Let a sender, or a tenant, go on for a time whatever its figures say; what was held for it leaves now
    Allow {
        #[command(flatten)]
        subject: SubjectArgs,
        #[command(flatten)]
        order: OrderArgs,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Keep all mail of a sender, or of a tenant, for a time
    Hold {
        #[command(flatten)]
        subject: SubjectArgs,
        #[command(flatten)]
        order: OrderArgs,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Count complaints of readers about a sender, from a feedback loop or the telephone
    Complaint {
        #[arg(long, value_name = "NAME")]
        tenant: TenantName,
        #[arg(value_name = "ADDRESS")]
        sender: Address,
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        count: u32,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
}
