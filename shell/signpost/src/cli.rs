//! The command line: every command with its help. What a command does stands in `commands` and `up`.

mod dkim;
mod incident;
mod postmortem;
mod queue;
mod sender;
mod source;
mod subscriber;
mod vendor;
mod way;

pub(crate) use dkim::{AlgorithmWord, DkimCommand, KeygenArgs, KeysArgs};
pub(crate) use incident::{ClockWord, IncidentCommand, MaintenanceCommand, PhaseWord, StateWord, Which};
pub(crate) use postmortem::{PostmortemArgs, ReportForm};
pub(crate) use queue::{ActArgs, QueueCommand, SelectionArgs};
pub(crate) use sender::{OrderArgs, SenderCommand, SubjectArgs};
pub(crate) use source::{SourceArgs, SourceCommand};
pub(crate) use subscriber::{AddArgs, KindWord, LanguageWord, SeverityWord, SubscriberCommand};
pub(crate) use vendor::{ReadArgs, VendorCommand, WatchArgs};
pub(crate) use way::WayCommand;

use clap::{Args, Parser, Subcommand, ValueEnum};
use model::{Address, ListenerName, TenantName, Timestamp};
use std::path::PathBuf;

/// A mail relay that stamps signatures and never loses a message.
///
/// Without a configuration `signpost up` starts a playground: a fake Exchange Online around the relay, and a page that shows what happens.
#[derive(Debug, Parser)]
#[command(name = "signpost", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run everything; without a configuration with a playground around it
    Up(UpArgs),
    /// Put the signature into one message: standard input to standard output
    Stamp(StampArgs),
    /// Tell where in a body a signature goes
    Place(PlaceArgs),
    /// Tell what replies mean: one per line of standard input, plain or as JSON
    ///
    /// A line is a reply, or an object {"reply"} with what is known: "stage" (connect, banner, ehlo, tls, mail, rcpt, data, end_of_data),
    /// "route" (return, deliver), "provider", "our_addresses", "recipient_is_tenants". Each gives one line of JSON: {"reply",
    /// "category","owner","scope","action","list","address","rule"}.
    ///
    /// With --unknown, --labels, --label or --unlabel it asks a running relay: which replies parked because no rule knows them, and what operators said
    /// of replies. A label is a rule of this installation and holds at once.
    Classify(ClassifyArgs),
    /// Tell from the logs of a mail server what a listed address cost, and whether what was said of it is true
    Postmortem(Box<PostmortemArgs>),
    /// Submit a message to a running relay
    Send(SendArgs),
    /// Publish, export and list tenants of a running relay
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Look at the queue of a running relay and change what is in it: any selection, a dry run first
    #[command(subcommand)]
    Queue(Box<QueueCommand>),
    /// Look at the spool's files
    #[command(subcommand)]
    Spool(SpoolCommand),
    /// Tell what became of messages: by id, address, Message-ID, time, host or outcome
    Trace(TraceArgs),
    /// Look at how much receivers take from our sources: what is set, and what holds now
    #[command(subcommand)]
    Way(WayCommand),
    /// Look at what TLS with recipients' servers met in these days, and at the reports on it
    TlsReports(TlsReportsArgs),
    /// Tell how a tenant's mail system is connected
    #[command(subcommand)]
    Connector(ConnectorCommand),
    /// Make, show and check the keys with which a tenant's mail is signed (DKIM)
    #[command(subcommand)]
    Dkim(DkimCommand),
    /// Look whether this node, its names and its tenants' systems are set up as they should be
    Doctor(DoctorArgs),
    /// Look at every certificate that a running relay uses
    #[command(subcommand)]
    Certificate(CertificateCommand),
    /// Look at what block lists say of this relay's addresses and domains, and at the cases
    #[command(subcommand)]
    Dnsbl(DnsblCommand),
    /// Look at the conduct of tenants and senders: who is slowed, held or suspect, and let or keep them
    #[command(subcommand)]
    Sender(SenderCommand),
    /// Look at our own addresses: which are used, which are taken out and why, and order it otherwise
    #[command(subcommand)]
    Source(SourceCommand),
    /// Look at incidents and components, and say in public what has to be said
    #[command(subcommand)]
    Incident(IncidentCommand),
    /// Announce, move or call off planned work
    #[command(subcommand)]
    Maintenance(MaintenanceCommand),
    /// Add, list and remove who is told of incidents: mail addresses and webhooks
    #[command(subcommand)]
    Subscriber(SubscriberCommand),
    /// Make a static copy of the public status page, or check one
    #[command(subcommand)]
    Status(StatusCommand),
    /// Read what other vendors say of their own service
    #[command(subcommand)]
    Vendor(VendorCommand),
    /// Replay a real incident against this relay, with real mail on loopback, and tell whether it held
    Drill(DrillArgs),
    /// Check a configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print completions for a shell
    Completions { shell: clap_complete::Shell },
}

/// Which installation is meant.
#[derive(Debug, Clone, Args)]
pub(crate) struct SiteArgs {
    /// The operator's file; by default the one of the running relay, then signpost.toml here
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The data directory of the relay
    #[arg(long, env = "SIGNPOST_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

/// A mail system for which there are instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MailSystem {
    M365,
    Google,
    Postfix,
    Exim,
    Exchange,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectorCommand {
    /// Print the script or the steps that connect a tenant's mail system, with this tenant's values
    Show {
        system: MailSystem,
        #[arg(long)]
        tenant: TenantName,
        /// The listener to which the tenant sends; by default the first at port 25, else the first
        #[arg(long)]
        listener: Option<ListenerName>,
        /// Put the value of the secret header in; without, a script asks for it and a text has a place for it
        #[arg(long)]
        with_secrets: bool,
        #[command(flatten)]
        site: SiteArgs,
    },
}

#[derive(Debug, Args)]
pub(crate) struct TlsReportsArgs {
    /// The recipients' domain; by default all of which something was counted
    pub(crate) domain: Option<String>,
    #[command(flatten)]
    pub(crate) data: Data,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Compare what the Microsoft 365 script printed with -Step readback; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) m365: Option<PathBuf>,
    /// The tenant of that file, if the file does not say it
    #[arg(long, requires = "m365")]
    pub(crate) tenant: Option<TenantName>,
    #[command(flatten)]
    pub(crate) site: SiteArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where the running relay keeps its data.
#[derive(Debug, Clone, Args)]
pub(crate) struct Data {
    /// The data directory of the running relay
    #[arg(long = "data", env = "SIGNPOST_DATA", default_value = "signpost-data", value_name = "DIR")]
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct UpArgs {
    /// The operator's file; without it a playground is started
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The data directory, in place of the file's
    #[arg(long, env = "SIGNPOST_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Start the playground beside a configuration too
    #[arg(long, conflicts_with = "no_playground")]
    pub(crate) playground: bool,
    /// Do not start a playground
    #[arg(long)]
    pub(crate) no_playground: bool,
    /// Let time pass N times as fast: for drills, on loopback only
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) time_scale: u32,
    /// Put a disk under the spool that is as small and slow as FILE says: for drills, on loopback only
    #[arg(long, value_name = "FILE")]
    pub(crate) drill_disk: Option<PathBuf>,
    /// Find exchangers at PORT in place of 25: for drills, on loopback only
    #[arg(long, value_name = "PORT")]
    pub(crate) drill_exchangers: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct StampArgs {
    /// The tenant's folder
    #[arg(long, value_name = "DIR")]
    pub(crate) tenant: PathBuf,
    /// The reverse path; by default the address of From
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) mail_from: Option<Address>,
    /// A recipient, once for each; by default the addresses of To and Cc
    #[arg(long = "rcpt-to", value_name = "ADDRESS")]
    pub(crate) rcpt_to: Vec<Address>,
    /// When the message was received, as 2026-09-01T12:00:00Z; by default now
    #[arg(long, value_name = "TIME")]
    pub(crate) received: Option<Timestamp>,
    /// The largest message that the next hop takes, as its EHLO says (SIZE); by default not known
    #[arg(long, value_name = "BYTES")]
    pub(crate) next_hop_size: Option<u64>,
    /// Tell on standard error what was decided and why, as JSON
    #[arg(long)]
    pub(crate) explain: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BodyKind {
    #[value(name = "text/html")]
    Html,
    #[value(name = "text/plain")]
    Plain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClientSignatureWish {
    Keep,
    Replace,
}

#[derive(Debug, Args)]
pub(crate) struct PlaceArgs {
    /// What the body is
    #[arg(long = "type", default_value = "text/html")]
    pub(crate) kind: BodyKind,
    /// The body's charset
    #[arg(long, default_value = "utf-8")]
    pub(crate) charset: String,
    /// What happens to a signature that the writer's program put there
    #[arg(long, default_value = "keep")]
    pub(crate) client_signature: ClientSignatureWish,
    /// The word by which a writer chooses the place; "" for none
    #[arg(long, value_name = "WORD", default_value = "{EMAILSIGNATURE}")]
    pub(crate) marker: String,
    /// Print sentences for people
    #[arg(long, conflicts_with = "json")]
    pub(crate) text: bool,
    /// Print JSON, as without it
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[group(multiple = true)]
pub(crate) struct ClassifyArgs {
    /// List what parked because no rule knows its words: number, count, first, last, provider, guess, sample
    #[arg(long, conflicts_with_all = ["labels", "label", "unlabel"])]
    pub(crate) unknown: bool,
    /// List what operators said of replies
    #[arg(long, conflicts_with_all = ["label", "unlabel"])]
    pub(crate) labels: bool,
    /// Say what the replies with this number mean, from now on
    #[arg(long, num_args = 2, value_names = ["NUMBER", "CATEGORY"], conflicts_with = "unlabel")]
    pub(crate) label: Option<Vec<String>>,
    /// Whose fault they are, where that is not what the category says
    #[arg(long, requires = "label")]
    pub(crate) owner: Option<String>,
    /// Take back what was said of the replies with this number
    #[arg(long, value_name = "NUMBER")]
    pub(crate) unlabel: Option<String>,
    #[command(flatten)]
    pub(crate) data: Data,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    /// The message; - for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Send as this tenant: its first domain completes a --from without one
    #[arg(long)]
    pub(crate) tenant: Option<TenantName>,
    /// The reverse path; by default the address of From
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) from: Option<Address>,
    /// A recipient, once for each; by default the addresses of To and Cc
    #[arg(long = "to", value_name = "ADDRESS")]
    pub(crate) to: Vec<Address>,
    #[command(flatten)]
    pub(crate) data: Data,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Publish a tenant's folder
    Apply {
        folder: PathBuf,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Write a tenant's published folder to a new directory
    Export {
        name: TenantName,
        /// By default the tenant's name
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        #[command(flatten)]
        data: Data,
    },
    /// List the published tenants
    List {
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SpoolCommand {
    /// Read every record and say what is damaged; nothing is changed, and a node may run meanwhile
    Verify {
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum StatusCommand {
    /// Write the page as it was last shown into a directory, signed; no node has to run
    ///
    /// What was measured longer ago than `status.fresh_for` is written as unknown.
    Publish {
        /// An empty or new directory, or one that holds an earlier copy
        directory: PathBuf,
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Tell whether a copy is whole and signed
    Check {
        directory: PathBuf,
        /// The public key in base64, known from somewhere else than the copy; without it only damage is found, no deceit
        #[arg(long)]
        key: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct DrillArgs {
    /// Which drill; `--list` names all
    #[arg(value_name = "NAME", required_unless_present_any = ["all", "list"])]
    pub(crate) name: Option<String>,
    /// Run every drill of the book
    #[arg(long, conflicts_with = "name")]
    pub(crate) all: bool,
    /// List the book
    #[arg(long, conflicts_with_all = ["name", "all"])]
    pub(crate) list: bool,
    /// The form for tests: shorter and faster
    #[arg(long)]
    pub(crate) short: bool,
    /// Undo what the drill tests: it must report that it did not hold
    #[arg(long)]
    pub(crate) sabotage: bool,
    /// Leave the node's directory with everything that it wrote
    #[arg(long)]
    pub(crate) keep: bool,
    /// Print the report as JSON, a line for each drill
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TraceArgs {
    /// A message id, or an address of sender or recipient, or a part of one
    pub(crate) query: Option<String>,
    /// The address of MAIL FROM, or a part of it; <> for reports
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) sender: Option<String>,
    /// A recipient's address, or a part of it
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) recipient: Option<String>,
    /// The Message-ID of the header
    #[arg(long, value_name = "ID")]
    pub(crate) message_id: Option<String>,
    /// Received at this time or later, as 2026-09-01T00:00:00+02:00
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<Timestamp>,
    /// Received before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Timestamp>,
    /// Name or address of a host that mail was handed to, or a part of it
    #[arg(long, value_name = "HOST")]
    pub(crate) site: Option<String>,
    /// What it met: delivered, deferred, bounced, discarded, parked, held, released, refused, report, a reason such as encrypted, or a
    /// code such as 550 or 5.7.1
    #[arg(long, value_name = "WORD")]
    pub(crate) class: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub(crate) tenant: Option<TenantName>,
    /// Messages, the newest
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) data: Data,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CertificateCommand {
    /// List certificates with names, issuer, end, source and next renewal
    Ls {
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DnsblCommand {
    /// List the block lists with their trust, everything that is not clean, and the open cases
    Ls {
        /// Show what is clean as well
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Show one address or domain: what each list says, its latest polls, its cases with removal links
    Show {
        subject: String,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Note that you have asked a list for removal: the case is due again after a day
    Asked {
        subject: String,
        zone: String,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check an operator's file with the tenants beside it, or one tenant's folder
    Check {
        path: PathBuf,
        #[arg(long)]
        json: bool,
    },
}
