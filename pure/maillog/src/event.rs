//! The one model of events into which every log is read.
//!
//! Texts are borrowed from the line where that is possible. What a log does not say is absent, so that a later reader of the event can tell
//! it from what the log denies.

use core::net::IpAddr;
use model::{Stage, Timestamp};
use std::borrow::Cow;

/// One thing that a log says of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<'a> {
    pub at: Timestamp,
    /// The message's id in this log.
    pub id: &'a str,
    pub what: Happening<'a>,
}

/// What happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening<'a> {
    /// It came in.
    Arrived {
        /// Empty for the null sender.
        sender: Cow<'a, str>,
        /// Set on a report (NDR) that the server made: the message that it is about.
        report_on: Option<&'a str>,
    },
    /// It was offered to a next hop, kept back from one, or given up.
    Attempted(Box<Attempt<'a>>),
    /// A report (NDR) on it was made for its sender.
    Reported,
    /// Its life is over.
    Completed,
    /// A part of the history is missing, as our own ledger tells.
    Gap { what: String },
}

/// One try for one recipient, or for all recipients that went to one host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attempt<'a> {
    /// Where the line has it; empty for the null sender.
    pub sender: Option<Cow<'a, str>>,
    /// `None`: the line speaks of a host, not of a recipient.
    pub recipient: Option<Cow<'a, str>>,
    /// The name of the host that was asked.
    pub host: Option<Cow<'a, str>>,
    pub address: Option<IpAddr>,
    /// The address of ours from which it was asked.
    pub our_address: Option<IpAddr>,
    pub stage: Option<Stage>,
    pub outcome: Outcome,
    /// What the next hop answered, from its code on.
    pub reply: Option<Cow<'a, str>>,
    /// What the log says instead, where nobody answered.
    pub words: Option<Cow<'a, str>>,
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    Delivered,
    /// One host did not take it; another one, or a line on the recipient, follows.
    HostFailed,
    /// It will be tried again.
    #[default]
    Deferred,
    /// Nobody was asked: the server keeps it for what a host said to another message, which is the reply here, or for the time of a retry.
    NotTried,
    /// Given up.
    Refused,
}
