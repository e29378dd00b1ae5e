//! `incident` and `maintenance`: what is said in public, and a person's word about it.

use super::Data;
use clap::{Args, Subcommand, ValueEnum};
use incident::component::ComponentId;
use incident::{IncidentId, Text};
use model::{TenantName, Timestamp};
use std::path::PathBuf;

/// What a person says.
#[derive(Debug, Clone, Args)]
pub(crate) struct Said {
    /// What readers see, in English; no names of tenants and no addresses
    #[arg(long, value_name = "TEXT")]
    text: String,
    /// The same in German; without it German readers see the English
    #[arg(long, value_name = "TEXT")]
    text_de: Option<String>,
}

impl Said {
    pub(crate) fn text(&self) -> Text {
        Text::new(self.text.clone(), self.text_de.clone().unwrap_or_else(|| self.text.clone()))
    }
}

/// How far work has come.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum PhaseWord {
    Investigating,
    Identified,
    Monitoring,
}

/// How components are said to be.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum StateWord {
    #[value(name = "degraded_performance", alias = "degraded")]
    Degraded,
    #[value(name = "partial_outage", alias = "partial")]
    Partial,
    #[value(name = "major_outage", alias = "major")]
    Major,
}

/// A time that a person may know better than our records.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ClockWord {
    #[value(name = "harm_began")]
    HarmBegan,
    #[value(name = "detected")]
    Detected,
    #[value(name = "identified")]
    Identified,
    #[value(name = "mitigated")]
    Mitigated,
    #[value(name = "harm_ended")]
    HarmEnded,
}

/// Which one, of which node.
#[derive(Debug, Clone, Args)]
pub(crate) struct Which {
    /// Twelve letters and digits; `signpost incident ls` shows them
    #[arg(value_name = "INCIDENT")]
    pub(crate) incident: IncidentId,
    #[command(flatten)]
    pub(crate) data: Data,
}

#[derive(Debug, Subcommand)]
pub(crate) enum IncidentCommand {
    /// List components with their states, and incidents that are open
    Ls {
        /// Also those that are over, and suspicions of which nothing came
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        json: bool,
    },
    /// Show one: what waits for a person, clocks, figures, timeline, evidence
    Show {
        #[command(flatten)]
        which: Which,
        #[arg(long)]
        json: bool,
    },
    /// Open one by hand; the text is public at once
    Open {
        /// What it is called in public
        #[arg(value_name = "TITLE")]
        title: String,
        /// `eu/intake`; several are possible
        #[arg(long = "component", required = true, value_name = "COMPONENT")]
        components: Vec<ComponentId>,
        /// How the components are
        #[arg(long, value_enum, default_value = "partial_outage")]
        state: StateWord,
        #[command(flatten)]
        said: Said,
        /// When the harm began, if before now; shown as set by a person
        #[arg(long, value_name = "TIME")]
        harm_began: Option<Timestamp>,
        #[command(flatten)]
        data: Data,
    },
    /// Say something in public, now
    Update {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        said: Said,
        /// The phase from now on; without it it stays
        #[arg(long, value_enum)]
        phase: Option<PhaseWord>,
        /// The time under which it is shown, if another than now
        #[arg(long, value_name = "TIME")]
        at: Option<Timestamp>,
    },
    /// Let an update out that waits for a person; `incident show` has its id
    Publish {
        #[command(flatten)]
        which: Which,
        #[arg(long, value_name = "UPDATE")]
        update: String,
    },
    /// Take an update back; it stays with the mark of who did so
    Withdraw {
        #[command(flatten)]
        which: Which,
        #[arg(long, value_name = "UPDATE")]
        update: String,
    },
    /// Change what an update says; the earlier words stay to be seen
    Edit {
        #[command(flatten)]
        which: Which,
        #[arg(long, value_name = "UPDATE")]
        update: String,
        #[command(flatten)]
        said: Said,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Say inside that somebody is on it
    Ack(Which),
    /// A suspicion is an incident
    Confirm(Which),
    /// It is over; refused while a component is measured red
    Resolve {
        #[command(flatten)]
        which: Which,
        /// What readers see; without it a sentence from the figures
        #[arg(long, value_name = "TEXT")]
        text: Option<String>,
        #[arg(long, value_name = "TEXT", requires = "text")]
        text_de: Option<String>,
    },
    /// Nothing came of a suspicion
    Dismiss(Which),
    /// It has the same cause as another one, and becomes part of it
    Merge {
        #[command(flatten)]
        which: Which,
        #[arg(long, value_name = "INCIDENT")]
        into: IncidentId,
    },
    /// Set a time that a person knows better; never against the evidence
    BackDate {
        #[command(flatten)]
        which: Which,
        #[arg(long, value_enum)]
        clock: ClockWord,
        #[arg(long, value_name = "TIME")]
        at: Timestamp,
    },
    /// Print the postmortem as the evidence has it; write it, and publish it
    Postmortem {
        #[command(flatten)]
        which: Which,
        /// Markdown that takes the place of the last version
        #[arg(long, value_name = "FILE")]
        write: Option<PathBuf>,
        /// The same in German
        #[arg(long, value_name = "FILE", requires = "write")]
        write_de: Option<PathBuf>,
        /// Show on the page what was written
        #[arg(long)]
        publish: bool,
        /// Publish what the evidence contradicts; the contradictions stand beside it
        #[arg(long, requires = "publish")]
        despite_marks: bool,
    },
    /// Write everything that is known of one as a signed file
    Export {
        #[command(flatten)]
        which: Which,
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Tell what it did to one tenant's mail, message by message, and make the link by which the tenant's administrator sees the same
    ///
    /// Whoever has the link can look until it expires, and at this tenant and this incident only. Without an option a summary is printed, and the link.
    Affected {
        #[command(flatten)]
        which: Which,
        #[arg(long)]
        tenant: TenantName,
        /// How long the link is good, at most 90 days
        #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=90))]
        days: u16,
        /// Print the link alone
        #[arg(long, group = "form")]
        link: bool,
        /// Print the affected messages as CSV, a row for each recipient
        #[arg(long, group = "form")]
        csv: bool,
        /// Print them as JSON, with the sums and what is missing
        #[arg(long, group = "form")]
        json: bool,
    },
    /// Check an exported file: signature, evidence, contradictions; needs no node
    Verify {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The page's public key in base64, from where you trust it; without it the file's own is taken, which finds damage and no deceit
        #[arg(long, value_name = "KEY")]
        key: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum MaintenanceCommand {
    /// Announce planned work
    Schedule {
        /// What it is called in public
        #[arg(value_name = "TITLE")]
        title: String,
        #[arg(long = "component", required = true, value_name = "COMPONENT")]
        components: Vec<ComponentId>,
        #[command(flatten)]
        said: Said,
        #[arg(long, value_name = "TIME")]
        from: Timestamp,
        #[arg(long, value_name = "TIME")]
        until: Timestamp,
        #[command(flatten)]
        data: Data,
    },
    /// Move planned work
    Move {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        said: Said,
        #[arg(long, value_name = "TIME")]
        from: Timestamp,
        #[arg(long, value_name = "TIME")]
        until: Timestamp,
    },
    /// Call planned work off
    Cancel {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        said: Said,
    },
}
