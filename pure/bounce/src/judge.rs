//! From what a next hop did to what we do.
//!
//! A refusal is classified with everything known around it, and the action of its class is brought to the few ways in which a recipient's
//! story goes on. A transient answer and anything that kept us from an answer is tried again, whatever it says; a permanent one is reported only
//! where its owner is the recipient, the content or the sender's domain. The rest parks with its owner, because in the path of all
//! mail most refusals are a matter of set-up or of our address, and a wrong report cannot be taken back.

use crate::classify::{classify_with, provider_of};
use crate::context::{Classified, ReplyContext, Route};
use crate::labels::Labels;
use core::fmt;
use core::net::IpAddr;
use model::{Action, Category, EnhancedCode, Owner, Reply, ReplyClass, Stage};

/// RFC 6531 §3.2 and §4.4: a non-ASCII address is not permitted there.
const UNCONVERTIBLE: EnhancedCode = EnhancedCode::new(5, 6, 7);

/// RFC 8689 §4.2.1: REQUIRETLS support required.
const UNSECURED: EnhancedCode = EnhancedCode::new(5, 7, 30);

/// What is known around a failure of our own.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub stage: Stage,
    pub route: Route,
    /// The host that was asked, by name or as `host [address]`.
    pub host: Option<&'a str>,
    /// Addresses from which we send; `None` where the system chooses.
    pub our_addresses: Option<&'a [IpAddr]>,
    /// Whether the recipient's domain is one of the tenant's own.
    pub recipient_is_tenants: bool,
    /// What this installation's operators said of replies.
    pub labels: Option<&'a Labels>,
}

/// What happened instead of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The next hop answered, and not positively.
    Reply(Reply),
    /// No address for the next hop.
    Resolve(String),
    /// The recipient's domain says of itself that no mail can reach it: with this status.
    Nowhere(EnhancedCode, String),
    /// No connection to it from this source.
    Connect(String),
    /// No TLS where the tenant demands it.
    Tls(String),
    /// The connection ended or the peer spoke out of turn before the final dot.
    Lost(String),
    /// The connection ended after the final dot: delivered or not, nobody knows.
    Unknown(String),
    /// Nothing more was said for a fault of this machine: its disk, its address, a certificate that it should present.
    Local(String),
    /// The next hop lacks an extension that the message needs, and there is no other form.
    Lacks(&'static str),
    /// Its sender wants TLS that is proven and kept up behind, and the next hop does not promise it (RFC 8689).
    Unsecured(String),
    /// It cannot be written for a next hop without SMTPUTF8 (RFC 6531 §3.2).
    Unconvertible(String),
    /// Nobody was asked: the guard keeps every source of ours back from this receiver.
    Withheld(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply(reply) => reply.fmt(f),
            Self::Resolve(detail) => write!(f, "name not resolved: {detail}"),
            Self::Nowhere(_, detail) => f.write_str(detail),
            Self::Connect(detail) => write!(f, "no connection: {detail}"),
            Self::Tls(detail) => write!(f, "no TLS: {detail}"),
            Self::Lost(detail) => write!(f, "connection lost: {detail}"),
            Self::Unknown(detail) => write!(f, "connection lost after the final dot: {detail}"),
            Self::Local(detail) => write!(f, "our own fault: {detail}"),
            Self::Lacks(extension) => {
                write!(f, "the next hop does not offer {extension}, which this message needs")
            }
            Self::Unsecured(detail) | Self::Unconvertible(detail) => f.write_str(detail),
            Self::Withheld(detail) => write!(f, "not sent: {detail}"),
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

/// Judges one failure of one recipient.
#[must_use]
pub fn judge(failure: &Failure, context: Context<'_>) -> Judgement {
    match failure {
        Failure::Reply(reply) => judge_reply(failure, reply, context),
        Failure::Resolve(_)
        | Failure::Connect(_)
        | Failure::Tls(_)
        | Failure::Lost(_)
        | Failure::Local(_) => Judgement::Retry,
        // A next hop that the tenant named is set-up, and may be mended.
        Failure::Nowhere(status, _) => match context.route {
            Route::Deliver => Judgement::Report(*status),
            Route::Return => Judgement::Retry,
        },
        Failure::Unknown(_) => Judgement::RetrySameSource,
        // Whoever asks for it wants the message back rather than sent otherwise.
        Failure::Unsecured(_) => Judgement::Report(UNSECURED),
        Failure::Unconvertible(_) if context.route == Route::Deliver => Judgement::Report(UNCONVERTIBLE),
        Failure::Lacks(_) | Failure::Unconvertible(_) => Judgement::Park(lacking(context)),
        Failure::Withheld(_) => Judgement::Park(Owner::OurAddress),
    }
}

/// What a failure means, if it was an answer: for records and for those who count.
#[must_use]
pub fn classify_failure(failure: &Failure, context: Context<'_>) -> Option<Classified> {
    let Failure::Reply(reply) = failure else { return None };
    // `host [address]`, as transcripts name a host.
    let name = context.host.and_then(|host| host.split_whitespace().next());
    let provider = name.and_then(provider_of);
    let known = ReplyContext {
        stage: Some(context.stage),
        route: Some(context.route),
        provider,
        our_addresses: context.our_addresses,
        recipient_is_tenants: Some(context.recipient_is_tenants),
    };
    Some(classify_with(&reply.to_string(), &known, context.labels))
}

/// Rules for replies about a link or an image's host in the body, or a domain that stands there.
const OF_A_HOST: [&str; 3] = ["url-in-message-listed", "aol-url", "domain-listed"];

/// Whether a refusal may be for something that stamping added: the size, the content, or the host of a link or image. Then the original has a
/// right to be tried before anything else is done about it.
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
        // Before the content nobody knows of its links: there it is a domain of the envelope.
        _ if stage == Stage::EndOfData && is_of_a_host(reply) => true,
        // 5.7.x at the end of data is most often about who we are: the same bytes again would not mend that.
        Some(_) => false,
        None => matches!(reply.code.0, 552 | 554),
    }
}

fn is_of_a_host(reply: &Reply) -> bool {
    let found = classify_with(&reply.to_string(), &ReplyContext::default(), None);
    OF_A_HOST.contains(&&*found.rule)
}

/// What is said at MAIL may be about the announced size, what is said behind DATA about the content.
fn is_about_the_message(stage: Stage) -> bool {
    match stage {
        Stage::Mail | Stage::Rcpt | Stage::Data | Stage::EndOfData => true,
        Stage::Resolve | Stage::Connect | Stage::Banner | Stage::Ehlo | Stage::Tls => false,
    }
}

fn judge_reply(failure: &Failure, reply: &Reply, context: Context<'_>) -> Judgement {
    match reply.class() {
        // A positive or intermediate answer where none belongs is a peer out of step: nothing is known to be wrong
        // with the message.
        ReplyClass::Positive | ReplyClass::Intermediate | ReplyClass::Transient => return Judgement::Retry,
        ReplyClass::Permanent => {}
    }
    let Some(classified) = classify_failure(failure, context) else { return Judgement::Retry };
    match classified.action {
        Action::Retry | Action::SlowDown => Judgement::Retry,
        Action::Dsn => Judgement::Report(status(reply, classified.category)),
        Action::HoldTenant => Judgement::HoldTenant,
        Action::OtherSource | Action::Park => Judgement::Park(classified.owner),
    }
}

/// The tenant's own host has to offer what the tenant's mail needs; anybody else may not.
fn lacking(context: Context<'_>) -> Owner {
    match context.route {
        Route::Return => Owner::TenantSetup,
        Route::Deliver => Owner::Receiver,
    }
}

/// The refusal's own status where it is one of permanent failure (RFC 3464 §2.3.4), else that of its class (RFC 3463).
fn status(reply: &Reply, category: Category) -> EnhancedCode {
    if let Some(enhanced) = reply.enhanced.filter(|enhanced| enhanced.class == 5) {
        return enhanced;
    }
    let (subject, detail) = match category {
        Category::MailboxUnknown => (1, 1),
        Category::MailboxDisabled => (2, 1),
        Category::MailboxFull => (2, 2),
        Category::TooLarge => (3, 4),
        Category::Loop => (4, 6),
        Category::IpListed
        | Category::IpReputation
        | Category::RateLimited
        | Category::DomainReputation
        | Category::AuthFailure
        | Category::ContentSpam
        | Category::Policy
        | Category::RelayingDenied
        | Category::TlsRequired => (7, 1),
        Category::Greylisted | Category::TransientServer | Category::Unknown => (0, 0),
    };
    EnhancedCode::new(5, subject, detail)
}

#[cfg(test)]
mod tests;
