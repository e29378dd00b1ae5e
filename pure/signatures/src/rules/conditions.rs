//! The fields of `when` and `except`, and whether each holds.
//!
//! A list holds if any of its entries does; `attributes` holds if every named column has its value. Which recipients a rule is for is
//! asked of the recipient (internal, external) or of the transaction (mixed).

use super::{Facts, Pattern};
use model::{Address, Domain, Timestamp};
use std::collections::BTreeMap;

/// The fields; empty ones are not asked.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    /// Sender addresses, exact, case-insensitive.
    pub senders: Vec<Address>,
    /// Groups of the person.
    pub groups: Vec<String>,
    /// Domains of the sender's address.
    pub domains: Vec<Domain>,
    /// Columns of the person and the text that they must have.
    pub attributes: BTreeMap<String, String>,
    pub recipients: RecipientKind,
    /// Domains of the recipient.
    pub recipient_domains: Vec<Domain>,
    pub subject: Vec<Pattern>,
    /// Patterns over the newest text.
    pub body: Vec<Pattern>,
    pub message: Vec<MessageKind>,
    /// The first moment of the period, compared with the time received.
    pub from: Option<Timestamp>,
    /// The first moment after the period.
    pub until: Option<Timestamp>,
}

/// Which recipients a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RecipientKind {
    /// Not asked.
    #[default]
    Any,
    /// In the tenant's domains.
    Internal,
    /// Not in the tenant's domains.
    External,
    /// Both kinds occur in the transaction.
    Mixed,
}

/// What a message is in its conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageKind {
    New,
    Reply,
    Forward,
}

impl MessageKind {
    /// The word that rules and the trail use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Reply => "reply",
            Self::Forward => "forward",
        }
    }
}

impl Conditions {
    /// The first asked field, in the order of the contract, that holds or, without `holds`, does not. None behind it is asked: the body
    /// costs more than all others.
    pub(super) fn first(&self, facts: &Facts<'_, '_>, holds: bool) -> Option<&'static str> {
        let rows: [(&'static str, &dyn Fn() -> Option<bool>); 10] = [
            ("senders", &|| self.senders_hold(facts)),
            ("groups", &|| any(&self.groups, |group| facts.person.is_in(group))),
            ("domains", &|| any(&self.domains, |domain| facts.sender.domain() == *domain)),
            ("attributes", &|| self.attributes_hold(facts)),
            ("recipients", &|| self.recipients_hold(facts)),
            ("recipient_domains", &|| self.recipient_domains_hold(facts)),
            ("subject", &|| any(&self.subject, |pattern| pattern.matches(facts.subject))),
            ("body", &|| any(&self.body, |pattern| pattern.matches(facts.body))),
            ("message", &|| any(&self.message, |kind| *kind == facts.kind)),
            ("from and until", &|| self.period_holds(facts)),
        ];
        rows.into_iter().find(|(_, asked)| asked() == Some(holds)).map(|(field, _)| field)
    }

    fn senders_hold(&self, facts: &Facts<'_, '_>) -> Option<bool> {
        let sender = facts.sender.folded();
        any(&self.senders, |address| address.folded() == sender)
    }

    fn attributes_hold(&self, facts: &Facts<'_, '_>) -> Option<bool> {
        let equal =
            |(column, wanted): (&String, &String)| facts.person.attributes.get(column) == Some(wanted);
        (!self.attributes.is_empty()).then(|| self.attributes.iter().all(equal))
    }

    fn recipients_hold(&self, facts: &Facts<'_, '_>) -> Option<bool> {
        match self.recipients {
            RecipientKind::Any => None,
            RecipientKind::Internal => Some(facts.internal),
            RecipientKind::External => Some(!facts.internal),
            RecipientKind::Mixed => Some(facts.mixed),
        }
    }

    fn recipient_domains_hold(&self, facts: &Facts<'_, '_>) -> Option<bool> {
        let recipient = facts.recipient.map(Address::domain);
        any(&self.recipient_domains, |domain| recipient.as_ref() == Some(domain))
    }

    fn period_holds(&self, facts: &Facts<'_, '_>) -> Option<bool> {
        let asked = self.from.is_some() || self.until.is_some();
        asked.then(|| {
            self.from.is_none_or(|from| from <= facts.received)
                && self.until.is_none_or(|until| facts.received < until)
        })
    }
}

/// Whether any entry holds; `None` for an empty list, which is not asked.
fn any<T>(list: &[T], holds: impl Fn(&T) -> bool) -> Option<bool> {
    (!list.is_empty()).then(|| list.iter().any(holds))
}
