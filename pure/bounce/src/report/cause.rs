//! Why something did not arrive, as far as a sender or an administrator can act on it.
//!
//! A cause is coarser than a reply and finer than an owner: it picks the sentences of a report. What cannot be told for sure is `Unclear`, and
//! the report then says so and quotes.

use crate::{Classified, Context, Failure, ReplyContext, classify, classify_failure};
use model::{Category, Owner, ParkReason, Reply, ReplyClass};

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

    /// What a refusal of this kind and owner shows.
    #[must_use]
    pub fn of_refusal(category: Category, owner: Owner) -> Self {
        match owner {
            Owner::OurAddress | Owner::OurDomain | Owner::OurSetup => Self::Ours,
            Owner::TenantSetup if category == Category::Loop => Self::Loop,
            Owner::TenantSetup => Self::TenantSetup,
            Owner::SenderDomain => Self::SenderDomain,
            Owner::Content if category == Category::TooLarge => Self::TooLarge,
            Owner::Content => Self::Content,
            Owner::Recipient => Self::of_recipient(category),
            Owner::Receiver if category == Category::Unknown => Self::Unclear,
            Owner::Receiver => Self::Receiver,
        }
    }

    fn of_recipient(category: Category) -> Self {
        match category {
            Category::MailboxUnknown => Self::UnknownRecipient,
            Category::MailboxFull => Self::MailboxFull,
            Category::MailboxDisabled => Self::MailboxClosed,
            Category::IpListed
            | Category::IpReputation
            | Category::RateLimited
            | Category::DomainReputation
            | Category::AuthFailure
            | Category::ContentSpam
            | Category::Policy
            | Category::RelayingDenied
            | Category::TlsRequired
            | Category::TooLarge
            | Category::Loop
            | Category::Greylisted
            | Category::TransientServer
            | Category::Unknown => Self::RecipientPolicy,
        }
    }

    /// What a failure at a next hop shows, with everything known around it.
    #[must_use]
    pub fn of_failure(failure: &Failure, context: Context<'_>) -> Self {
        match failure {
            Failure::Reply(reply) => {
                let classified = classify_failure(failure, context);
                classified.map_or(Self::Unclear, |found| Self::of_classified(reply.class(), &found))
            }
            Failure::Resolve(_)
            | Failure::Connect(_)
            | Failure::Tls(_)
            | Failure::Lost(_)
            | Failure::Unknown(_) => Self::Receiver,
            Failure::Nowhere(..) => Self::UnknownRecipient,
            Failure::Lacks(_) | Failure::Unsecured(_) | Failure::Unconvertible(_) => Self::Unclear,
            Failure::Withheld(_) | Failure::Local(_) => Self::Ours,
        }
    }

    /// An answer that nobody knows and that may be another one tomorrow accuses nobody.
    fn of_classified(class: ReplyClass, found: &Classified) -> Self {
        match class {
            ReplyClass::Permanent => Self::of_refusal(found.category, found.owner),
            ReplyClass::Positive | ReplyClass::Intermediate | ReplyClass::Transient => {
                if found.category == Category::Unknown {
                    return Self::Receiver;
                }
                Self::of_refusal(found.category, found.owner)
            }
        }
    }

    /// What keeps a parked message.
    #[must_use]
    pub fn of_park(reason: &ParkReason) -> Self {
        match reason {
            ParkReason::Refused { category: Some(category), owner: Some(owner), .. } => {
                Self::of_refusal(*category, *owner)
            }
            // No host was asked: the guard keeps every source back.
            ParkReason::Refused {
                owner: Some(Owner::OurAddress | Owner::OurDomain | Owner::OurSetup),
                ..
            } => Self::Ours,
            ParkReason::Refused { reply, .. } => Self::of_words(reply),
            ParkReason::TenantSetup { .. } => Self::TenantSetup,
            ParkReason::Loop { .. } => Self::Loop,
            ParkReason::Policy { .. }
            | ParkReason::Conduct { .. }
            | ParkReason::Damaged { .. }
            | ParkReason::Operator { .. } => Self::Held,
        }
    }

    /// What a reply shows that is known as one line, `550 5.1.1 ...`; other words say that no host was reached.
    #[must_use]
    pub fn of_words(words: &str) -> Self {
        let code = words.split_ascii_whitespace().next().and_then(|word| word.parse().ok());
        let Some(code) = code.filter(|code| (200..600).contains(code)) else { return Self::Receiver };
        Self::of_classified(Reply::new(code, None, "").class(), &classify(words, &ReplyContext::default()))
    }
}

#[cfg(test)]
mod tests;
