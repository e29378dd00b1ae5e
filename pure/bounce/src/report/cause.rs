//! Why something did not arrive, as far as a sender or an administrator can act on it.
//!
//! A cause is coarser than a reply and finer than an owner: it picks the sentences of a report. What cannot be told for sure is `Unclear`, and
//! the report then says so and quotes.

use crate::Failure;
use model::{EnhancedCode, ParkReason, Reply, ReplyClass};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    UnknownRecipient,
    MailboxFull,
    MailboxClosed,
    /// A rule of the recipient's organisation.
    RecipientPolicy,
    Content,
    TooLarge,
    /// Authentication or reputation of the sender's domain.
    SenderDomain,
    /// Out of reach, or asking to come again.
    Receiver,
    /// Our address, our domain, our set-up.
    Ours,
    TenantSetup,
    /// The message comes back again and again.
    Loop,
    /// Held until a person decides.
    Held,
    Unclear,
}

impl Cause {
    /// Every cause, for tables and tests.
    pub const ALL: [Self; 13] = [
        Self::UnknownRecipient,
        Self::MailboxFull,
        Self::MailboxClosed,
        Self::RecipientPolicy,
        Self::Content,
        Self::TooLarge,
        Self::SenderDomain,
        Self::Receiver,
        Self::Ours,
        Self::TenantSetup,
        Self::Loop,
        Self::Held,
        Self::Unclear,
    ];

    /// What a failure at a next hop shows.
    #[must_use]
    pub fn of_failure(failure: &Failure) -> Self {
        match failure {
            Failure::Reply(reply) => match reply.class() {
                ReplyClass::Permanent => reply.enhanced.map_or(Self::Unclear, Self::of_code),
                ReplyClass::Positive | ReplyClass::Intermediate | ReplyClass::Transient => {
                    reply.enhanced.filter(|code| code.subject == 2).map_or(Self::Receiver, Self::of_code)
                }
            },
            Failure::Resolve(_)
            | Failure::Connect(_)
            | Failure::Tls(_)
            | Failure::Lost(_)
            | Failure::Unknown(_) => Self::Receiver,
            Failure::Lacks(_) => Self::Unclear,
        }
    }

    /// What keeps a parked message.
    #[must_use]
    pub fn of_park(reason: &ParkReason) -> Self {
        match reason {
            ParkReason::Refused { reply, .. } => Self::of_words(reply),
            ParkReason::TenantSetup { .. } => Self::TenantSetup,
            ParkReason::Loop { .. } => Self::Loop,
            ParkReason::Policy { .. } | ParkReason::Damaged { .. } | ParkReason::Operator { .. } => {
                Self::Held
            }
        }
    }

    /// What a reply shows that is known as one line, `550 5.1.1 ...`; other words say that no host was reached.
    #[must_use]
    pub fn of_words(words: &str) -> Self {
        let mut parts = words.split_ascii_whitespace();
        let code = parts.next().and_then(|word| word.parse().ok()).filter(|code| (200..600).contains(code));
        let Some(code) = code else { return Self::Receiver };
        let enhanced = parts.next().and_then(|word| word.parse().ok());
        Self::of_failure(&Failure::Reply(Reply::new(code, enhanced, words)))
    }

    /// RFC 3463 §3.2 to §3.8; 5.7.x says too little to accuse anybody.
    fn of_code(code: EnhancedCode) -> Self {
        match (code.subject, code.detail) {
            (1, 1 | 2 | 3 | 6 | 10) => Self::UnknownRecipient,
            (2, 1) => Self::MailboxClosed,
            (2, 2) => Self::MailboxFull,
            (2, 3) | (3, 4) => Self::TooLarge,
            (4, 6) => Self::Loop,
            (6, _) => Self::Content,
            (_, _) => Self::Unclear,
        }
    }
}

#[cfg(test)]
mod tests;
