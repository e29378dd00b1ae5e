//! From what a next hop did to what we do.
//!
//! The rules of a relay without a guard: a transient answer and anything that kept us from an answer is tried again; a
//! known fault of a recipient in the tenant's own domains ends in a report; every other permanent answer parks the
//! message and asks a person, because in the path of all mail most refusals are a matter of set-up or of our address, and a wrong
//! report cannot be taken back. The guard replaces the middle of this table by owners and evidence.

use core::fmt;
use model::{EnhancedCode, Owner, Reply, ReplyClass, Stage};

/// What is known around a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    pub stage: Stage,
    /// Whether the recipient's domain is one of the tenant's own.
    pub recipient_is_tenants: bool,
}

/// What happened instead of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The next hop answered, and not positively.
    Reply(Reply),
    /// No address for the next hop.
    Resolve(String),
    /// No connection to it from this source.
    Connect(String),
    /// No TLS where the tenant demands it.
    Tls(String),
    /// The connection ended or the peer spoke out of turn before the final dot.
    Lost(String),
    /// The connection ended after the final dot: delivered or not, nobody knows.
    Unknown(String),
    /// The next hop lacks an extension that the message needs; never downgraded.
    Lacks(&'static str),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply(reply) => reply.fmt(f),
            Self::Resolve(detail) => write!(f, "name not resolved: {detail}"),
            Self::Connect(detail) => write!(f, "no connection: {detail}"),
            Self::Tls(detail) => write!(f, "no TLS: {detail}"),
            Self::Lost(detail) => write!(f, "connection lost: {detail}"),
            Self::Unknown(detail) => write!(f, "connection lost after the final dot: {detail}"),
            Self::Lacks(extension) => {
                write!(f, "the next hop does not offer {extension}, which this message needs")
            }
        }
    }
}

/// What is to be done about one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// By the schedule.
    Retry,
    /// Not before five minutes and from the same source, marked as a possible duplicate: the end is unknown.
    RetrySameSource,
    /// The sender is told, with this status.
    Report(EnhancedCode),
    /// Kept without attempts until a person looks; whose fault it is says who.
    Park(Owner),
    /// As `Park`, and the set-up of this tenant on this route refuses everything: the rest of its mail would fare the same.
    HoldTenant,
}

/// Faults of the recipient (RFC 3463 §3.2, §3.3) and of the size (§3.4) that Exchange gives for its own mailboxes.
const RECIPIENT_FAULTS: [EnhancedCode; 9] = [
    EnhancedCode::new(5, 1, 1),
    EnhancedCode::new(5, 1, 2),
    EnhancedCode::new(5, 1, 3),
    EnhancedCode::new(5, 1, 6),
    EnhancedCode::new(5, 1, 10),
    EnhancedCode::new(5, 2, 1),
    EnhancedCode::new(5, 2, 2),
    EnhancedCode::new(5, 2, 3),
    EnhancedCode::new(5, 3, 4),
];

/// Judges one failure of one recipient.
#[must_use]
pub fn judge(failure: &Failure, context: Context) -> Judgement {
    match failure {
        Failure::Reply(reply) => judge_reply(reply, context),
        Failure::Resolve(_) | Failure::Connect(_) | Failure::Tls(_) | Failure::Lost(_) => Judgement::Retry,
        Failure::Unknown(_) => Judgement::RetrySameSource,
        Failure::Lacks(_) => Judgement::Park(Owner::Receiver),
    }
}

/// Whether a refusal may be for something that stamping added: the size, or the content. Then the original has a right to be tried
/// before anything else is done about it.
#[must_use]
pub fn may_be_for_the_form(failure: &Failure, stage: Stage) -> bool {
    let Failure::Reply(reply) = failure else { return false };
    if reply.class() != ReplyClass::Permanent || !is_about_the_message(stage) {
        return false;
    }
    match reply.enhanced {
        // RFC 3463 §3.3, §3.4, §3.7: too big for the mailbox or the system; media and content.
        Some(EnhancedCode { subject: 2, detail: 3, .. } | EnhancedCode { subject: 3, detail: 4, .. }) => true,
        Some(EnhancedCode { subject: 6, .. }) => true,
        // 5.7.x at the end of data is most often about who we are: the same bytes again would not mend that.
        Some(_) => false,
        None => matches!(reply.code.0, 552 | 554),
    }
}

/// What is said at MAIL may be about the announced size, what is said behind DATA about the content.
fn is_about_the_message(stage: Stage) -> bool {
    match stage {
        Stage::Mail | Stage::Rcpt | Stage::Data | Stage::EndOfData => true,
        Stage::Resolve | Stage::Connect | Stage::Banner | Stage::Ehlo | Stage::Tls => false,
    }
}

fn judge_reply(reply: &Reply, context: Context) -> Judgement {
    match reply.class() {
        // A positive or intermediate answer where none belongs is a peer out of step: nothing is known to be wrong
        // with the message.
        ReplyClass::Positive | ReplyClass::Intermediate | ReplyClass::Transient => Judgement::Retry,
        ReplyClass::Permanent => match reply.enhanced {
            Some(code) if names_a_recipient(context) && RECIPIENT_FAULTS.contains(&code) => {
                Judgement::Report(code)
            }
            Some(_) | None => Judgement::Park(Owner::Receiver),
        },
    }
}

/// A refusal says something about the recipient only once the recipient was named.
fn names_a_recipient(context: Context) -> bool {
    let after_rcpt = match context.stage {
        Stage::Resolve | Stage::Connect | Stage::Banner | Stage::Ehlo | Stage::Tls | Stage::Mail => false,
        Stage::Rcpt | Stage::Data | Stage::EndOfData => true,
    };
    after_rcpt && context.recipient_is_tenants
}

#[cfg(test)]
mod tests;
