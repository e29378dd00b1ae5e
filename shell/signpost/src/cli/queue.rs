//! `queue`: the options by which messages are meant, the same for every command, and the acts.
//!
//! A value that cannot be read, or a selection of nothing, is wrong use and ends with 2.

use super::{Cli, Data};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, Subcommand};
use model::{ActId, HostPort, Key, MessageId, Selection, SelectionError, Term, TlsPolicy};

/// Which messages are meant. Options narrow each other; one that is given several times offers alternatives.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Which messages")]
pub(crate) struct SelectionArgs {
    /// Messages by id
    #[arg(value_name = "ID", value_parser = term(Key::Id))]
    ids: Vec<Term>,
    /// Messages by id, as an option
    #[arg(long = "id", value_name = "ID", value_parser = term(Key::Id), hide = true)]
    id: Vec<Term>,
    /// Of this tenant
    #[arg(long, value_name = "NAME", value_parser = term(Key::Tenant))]
    tenant: Vec<Term>,
    /// With this reverse path; <> for the null sender
    #[arg(long, value_name = "ADDRESS", value_parser = term(Key::Sender))]
    sender: Vec<Term>,
    /// With a reverse path in this domain
    #[arg(long, value_name = "DOMAIN", value_parser = term(Key::SenderDomain))]
    sender_domain: Vec<Term>,
    /// With this recipient, not yet final
    #[arg(long, value_name = "ADDRESS", value_parser = term(Key::Recipient))]
    recipient: Vec<Term>,
    /// With a recipient in this domain, not yet final
    #[arg(long, value_name = "DOMAIN", value_parser = term(Key::RecipientDomain))]
    recipient_domain: Vec<Term>,
    /// Tried last at this host, or one below it
    #[arg(long, value_name = "HOST", value_parser = term(Key::Site))]
    site: Vec<Term>,
    /// Tried last from this source, or first if not yet tried
    #[arg(long, value_name = "NAME", value_parser = term(Key::Source))]
    source: Vec<Term>,
    /// What was met last: refused, loop, policy, conduct, damaged, operator; reply, resolve, connect, tls, lost, unknown, lacks; 451, 5.7.1
    #[arg(long, value_name = "WORD", value_parser = term(Key::Class))]
    class: Vec<Term>,
    /// waiting, delivering, parked or held
    #[arg(long, value_name = "STATE", value_parser = term(Key::State))]
    state: Vec<Term>,
    /// Received longer ago than this, such as 2h
    #[arg(long, value_name = "SPAN", value_parser = term(Key::OlderThan))]
    older_than: Vec<Term>,
    /// Received more lately than this, such as 10m
    #[arg(long, value_name = "SPAN", value_parser = term(Key::YoungerThan))]
    younger_than: Vec<Term>,
    /// Changed by this act, which was not undone
    #[arg(long, value_name = "ACT", value_parser = term(Key::Act))]
    act: Vec<Term>,
    /// Every message
    #[arg(long)]
    all: bool,
}

fn term(key: Key) -> impl Fn(&str) -> Result<Term, SelectionError> + Clone + Send + Sync + 'static {
    move |value| Term::read(key, value)
}

impl SelectionArgs {
    /// For a command that changes messages: nothing named is wrong use.
    pub(crate) fn named(self) -> Selection {
        let everything = self.all;
        Selection::new(self.terms(), everything).unwrap_or_else(|error| wrong_use(&error))
    }

    /// For a command that looks: nothing named is everything.
    pub(crate) fn named_or_all(self) -> Selection {
        let everything = self.all;
        let terms = self.terms();
        let everything = everything || terms.is_empty();
        Selection::new(terms, everything).unwrap_or_else(|error| wrong_use(&error))
    }

    fn terms(self) -> Vec<Term> {
        let lists = [
            self.ids,
            self.id,
            self.tenant,
            self.sender,
            self.sender_domain,
            self.recipient,
            self.recipient_domain,
            self.site,
            self.source,
            self.class,
            self.state,
            self.older_than,
            self.younger_than,
            self.act,
        ];
        lists.into_iter().flatten().collect()
    }
}

fn wrong_use(error: &SelectionError) -> ! {
    Cli::command().error(ErrorKind::MissingRequiredArgument, error).exit()
}

/// What every act takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct ActArgs {
    /// Do it; without this it is only told what would be done
    #[arg(long)]
    pub(crate) yes: bool,
    /// Why, for the journal
    #[arg(long, visible_alias = "note", default_value = "", hide_default_value = true)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) data: Data,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum QueueCommand {
    /// Show what is in the queue, summed up by tenant, host and state; or message by message
    Ls {
        #[command(flatten)]
        selection: SelectionArgs,
        /// One line for each message, oldest first
        #[arg(long)]
        messages: bool,
        /// Lines at most
        #[arg(long, default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Show one message: envelope, recipients, tries, what it waits for
    Show {
        id: MessageId,
        /// Tell where it would go, from which source and why, and what comes next
        #[arg(long)]
        explain: bool,
        /// Print the message's header fields
        #[arg(long, conflicts_with_all = ["explain", "json"])]
        headers: bool,
        /// Print the whole message as it was received
        #[arg(long, visible_alias = "original", conflicts_with_all = ["explain", "json", "headers"])]
        raw: bool,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// The same as `show --explain`
    Explain {
        id: MessageId,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Keep messages without attempts until they are released
    Hold {
        #[command(flatten)]
        selection: SelectionArgs,
        #[command(flatten)]
        act: ActArgs,
    },
    /// Make waiting, parked and held messages due now
    Release {
        #[command(flatten)]
        selection: SelectionArgs,
        #[command(flatten)]
        act: ActArgs,
    },
    /// Make waiting messages due now; what is parked or held stays so
    Retry {
        #[command(flatten)]
        selection: SelectionArgs,
        #[command(flatten)]
        act: ActArgs,
    },
    /// Give messages up and tell their senders; cannot be undone
    Bounce {
        #[command(flatten)]
        selection: SelectionArgs,
        /// What the senders are told
        #[arg(long, default_value = "returned by the operator of the mail relay")]
        text: String,
        #[command(flatten)]
        act: ActArgs,
    },
    /// Send messages to another host than the tenant's route says
    Redirect {
        #[command(flatten)]
        selection: SelectionArgs,
        /// The host, with its port
        #[arg(long, value_name = "HOST:PORT")]
        to: HostPort,
        /// opportunistic, require or verify; by default what the tenant demands
        #[arg(long, value_name = "POLICY")]
        tls: Option<TlsPolicy>,
        #[command(flatten)]
        act: ActArgs,
    },
    /// List acts, the latest first
    Acts {
        #[arg(long, default_value_t = 50)]
        limit: usize,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Take back a hold, release or redirect, for those messages that are still in the queue
    Undo {
        /// The act, as `queue acts` shows it
        undone: ActId,
        #[command(flatten)]
        act: ActArgs,
    },
}
