//! The impact report: what a log proves about a time in which our addresses were refused.
//!
//! `Collector` reads the log once and keeps figures. `Report` is their end: values that are written as JSON as they stand
//! (`docs/formats/postmortem-v1.md`), as Markdown or as a page. Every sentence in them is counted or carries a line of the log; what the log cannot
//! tell is said to be unknown.

mod claims;
mod classes;
mod collect;
mod document;
mod evidence;
mod html;
mod incident;
mod incidents;
mod markdown;
mod open;
mod picture;
mod series;
mod sites;
mod words;

pub use claims::{Claim, ClaimKind, Claims, Verdict};
pub use collect::{Collector, Options};

use core::net::IpAddr;
use model::{Category, Owner, Timestamp};
use serde::Serialize;

/// The version of the JSON form.
const REPORT_VERSION: u32 = 1;

/// What a log proves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub version: u32,
    pub reading: Reading,
    pub totals: Totals,
    /// Times in which an address of ours was refused, the one with the most refused attempts first.
    pub incidents: Vec<Incident>,
    /// Smaller ones that are not listed.
    pub incidents_left_out: u64,
    pub claims: Vec<Claim>,
    /// Refusals that say the same, the most frequent first.
    pub refusals: Vec<RefusalKind>,
    pub refusals_left_out: u64,
    /// The picture's figures.
    pub bars: Vec<Bar>,
    pub bar_seconds: i64,
}

/// What was read, and what could not be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Reading {
    /// In the order in which they were read.
    pub files: Vec<FileRead>,
    pub lines: u64,
    pub malformed: u64,
    /// The first of them.
    pub malformed_lines: Vec<WrongLine>,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// The zone that was given for times without one, if there were such.
    pub given_zone: Option<String>,
    /// What the receivers' own clocks, in their replies, say of it.
    pub clock: Option<ClockWitness>,
    /// Parts that our own ledger says it lacks.
    pub gaps: Vec<String>,
    /// Messages that were forgotten because too many were open.
    pub forgotten: u64,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileRead {
    pub name: String,
    /// `exim`, `postfix`, `kumomta`, `signpost`, or none if no line told.
    pub format: Option<&'static str>,
    pub lines: u64,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrongLine {
    pub file: String,
    pub line: u64,
    pub why: String,
    /// Its beginning, local parts masked.
    pub text: String,
}

/// The difference between the log's times and those that receivers put into their replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ClockWitness {
    /// Replies with a time.
    pub replies: u64,
    /// The most frequent difference, to a quarter of an hour; 0 if the zone is right.
    pub ahead_seconds: i64,
}

/// The whole log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    pub messages: u64,
    /// Recipients that a next hop or a mailbox took.
    pub delivered: u64,
    /// Tries that were refused or failed, each host counted.
    pub failed: u64,
    /// Of these, refused for an address of ours.
    pub failed_ours: u64,
    /// Reports (NDR) made for senders.
    pub reports: u64,
}

/// A time in which one address of ours was refused for one reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Incident {
    /// The address that the replies name; none if they name none.
    pub address: Option<IpAddr>,
    /// As the replies call them.
    pub lists: Vec<Count>,
    pub categories: Vec<Count>,
    /// The first refusal.
    pub began: Timestamp,
    /// The last refusal.
    pub ended: Timestamp,
    pub seconds: u64,
    /// Whether the log shows that it was over.
    pub is_over: bool,
    /// The last delivery to one of the refusing receivers before it began.
    pub delivered_before: Option<Timestamp>,
    /// The first delivery to one of them after the last refusal.
    pub delivered_after: Option<Timestamp>,
    pub attempts: Attempts,
    pub messages: u64,
    /// Recipients, each counted once for a message.
    pub recipients: Recipients,
    pub senders: u64,
    pub sender_domains: Names,
    pub recipient_domains: Names,
    pub providers: Vec<ProviderShare>,
    /// Reports (NDR) that told senders of these refusals.
    pub reports: u64,
    /// How long after its first refusal a recipient was reached; none if none was.
    pub delays: Option<Delays>,
    pub evidence: Vec<Evidence>,
    pub guard: Saved,
}

/// Refused tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Attempts {
    pub refused: u64,
    /// By a permanent reply (5yz).
    pub permanent: u64,
}

/// What became of those who were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Recipients {
    pub refused: u64,
    pub given_up: u64,
    pub delivered_later: u64,
    /// Given up later for another reason.
    pub given_up_otherwise: u64,
    /// Without an end when the log ends.
    pub open: u64,
    /// Their message was completed without a line on them.
    pub unknown: u64,
}

/// Names with counts: how many there are, and the most frequent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Names {
    pub count: u64,
    pub top: Vec<Count>,
}

/// A name and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    pub name: String,
    pub count: u64,
}

/// One provider, or the domain of a receiver's hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProviderShare {
    pub name: String,
    pub refused: u64,
    /// Recipients that it took between the first and the last refusal.
    pub delivered_meanwhile: u64,
}

/// Seconds from the first refusal to the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Delays {
    pub median: u32,
    pub p90: u32,
    pub p99: u32,
    pub longest: u32,
}

/// A line of the log, local parts masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// `FILE:LINE`.
    pub id: String,
    pub at: Timestamp,
    pub text: String,
}

/// What the guard would have done with the same replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Saved {
    /// When the evidence was strong enough to stop using the address.
    pub quarantined_at: Option<Timestamp>,
    /// Seconds after the first refusal.
    pub after_seconds: Option<u64>,
    /// Tries over the address later than one second after that.
    pub attempts: u64,
    /// Recipients that were given up for the address: another source or the park would have had them.
    pub recipients: u64,
    /// Messages of these.
    pub messages: u64,
    /// Reports (NDR) that nobody would have got.
    pub reports: u64,
}

/// Refusals that say the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusalKind {
    /// Normalised: what differs each time is masked.
    pub text: String,
    /// None: nobody answered.
    pub category: Option<Category>,
    pub owner: Option<Owner>,
    pub count: u64,
    pub first: Timestamp,
    pub last: Timestamp,
}

/// What happened within one stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bar {
    pub at: Timestamp,
    pub delivered: u64,
    /// For an address of ours.
    pub refused: u64,
    pub failed_otherwise: u64,
}

impl Report {
    /// As a Markdown document.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::render(self)
    }

    /// As one page of HTML with its picture in it.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::render(self)
    }

    /// As JSON, `docs/formats/postmortem-v1.md`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text =
            serde_json::to_string_pretty(self).expect("a report has no maps with keys that are no text");
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests;
