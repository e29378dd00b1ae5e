//! One term of a selection: a key, and what it is compared with.
//!
//! Every value is read when it is written: a term that exists can be asked. An error names the key and shows how its value looks.

use super::{Standing, span, span_text};
use crate::{ActId, Address, Domain, Duration, MessageId, SourceName, TenantName};
use core::fmt;
use core::str::FromStr;

/// What a term is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Id,
    Tenant,
    Sender,
    SenderDomain,
    Recipient,
    RecipientDomain,
    Site,
    Source,
    Class,
    State,
    OlderThan,
    YoungerThan,
    Act,
}

impl Key {
    pub const ALL: [Self; 13] = [
        Self::Id,
        Self::Tenant,
        Self::Sender,
        Self::SenderDomain,
        Self::Recipient,
        Self::RecipientDomain,
        Self::Site,
        Self::Source,
        Self::Class,
        Self::State,
        Self::OlderThan,
        Self::YoungerThan,
        Self::Act,
    ];

    /// The word before `=`, also the option of the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Tenant => "tenant",
            Self::Sender => "sender",
            Self::SenderDomain => "sender-domain",
            Self::Recipient => "recipient",
            Self::RecipientDomain => "recipient-domain",
            Self::Site => "site",
            Self::Source => "source",
            Self::Class => "class",
            Self::State => "state",
            Self::OlderThan => "older-than",
            Self::YoungerThan => "younger-than",
            Self::Act => "act",
        }
    }

    /// How its value looks.
    fn example(self) -> &'static str {
        match self {
            Self::Id => "a message id of 26 characters, as `queue ls --messages` shows it",
            Self::Tenant => "the name of a tenant, such as acme",
            Self::Sender => "an address such as anna@acme.example, or <> for the null sender",
            Self::Recipient => "an address such as kim@customer.example",
            Self::SenderDomain | Self::RecipientDomain => "a domain such as customer.example",
            Self::Site => "a host tried last, or a name above it, such as outlook.com",
            Self::Source => "the name of a source, such as eu-1",
            Self::Class => {
                "what was met last: a word such as refused or connect, or a code such as 451 or 5.7.1"
            }
            Self::State => "waiting, delivering, parked or held",
            Self::OlderThan | Self::YoungerThan => "a number with s, m, h or d, such as 2h",
            Self::Act => "an act's id, as `queue acts` shows it",
        }
    }
}

/// Why a selection cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    #[error("nothing is selected: name what is meant, for example --tenant acme, or write --all")]
    Nothing,
    #[error("--all means every message: leave it out, or leave out what narrows it")]
    Both,
    #[error("`{value}` is not good for {key}: it has to be {wanted}", key = .key.word(), wanted = .key.example())]
    Value { key: Key, value: String },
    #[error("`{0}` is no term: write a key, = and a value; the keys are {keys}", keys = keys())]
    Term(String),
}

fn keys() -> String {
    Key::ALL.map(Key::word).join(", ")
}

/// The reverse path that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SenderTerm {
    Null,
    Mailbox(Address),
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    Id(MessageId),
    Tenant(TenantName),
    Sender(SenderTerm),
    SenderDomain(Domain),
    Recipient(Address),
    RecipientDomain(Domain),
    /// In lower case.
    Site(String),
    Source(SourceName),
    /// In lower case.
    Class(String),
    State(Standing),
    OlderThan(Duration),
    YoungerThan(Duration),
    Act(ActId),
}

impl Term {
    /// Reads the value of `key`.
    ///
    /// # Errors
    /// If it has not the form that the key wants; the text shows one that has.
    pub fn read(key: Key, value: &str) -> Result<Self, SelectionError> {
        let term = match key {
            Key::Id => value.parse().ok().map(Self::Id),
            Key::Tenant => value.parse().ok().map(Self::Tenant),
            Key::Sender if value == "<>" => Some(Self::Sender(SenderTerm::Null)),
            Key::Sender => value.parse().ok().map(|address| Self::Sender(SenderTerm::Mailbox(address))),
            Key::SenderDomain => value.parse().ok().map(Self::SenderDomain),
            Key::Recipient => value.parse().ok().map(Self::Recipient),
            Key::RecipientDomain => value.parse().ok().map(Self::RecipientDomain),
            Key::Site => word(value, "._-:").map(Self::Site),
            Key::Source => value.parse().ok().map(Self::Source),
            Key::Class => word(value, "._-").map(Self::Class),
            Key::State => {
                Standing::ALL.into_iter().find(|standing| standing.word() == value).map(Self::State)
            }
            Key::OlderThan => span(value).map(Self::OlderThan),
            Key::YoungerThan => span(value).map(Self::YoungerThan),
            Key::Act => value.parse().ok().map(Self::Act),
        };
        term.ok_or_else(|| SelectionError::Value { key, value: value.to_owned() })
    }

    /// What it is about.
    #[must_use]
    pub fn key(&self) -> Key {
        match self {
            Self::Id(_) => Key::Id,
            Self::Tenant(_) => Key::Tenant,
            Self::Sender(_) => Key::Sender,
            Self::SenderDomain(_) => Key::SenderDomain,
            Self::Recipient(_) => Key::Recipient,
            Self::RecipientDomain(_) => Key::RecipientDomain,
            Self::Site(_) => Key::Site,
            Self::Source(_) => Key::Source,
            Self::Class(_) => Key::Class,
            Self::State(_) => Key::State,
            Self::OlderThan(_) => Key::OlderThan,
            Self::YoungerThan(_) => Key::YoungerThan,
            Self::Act(_) => Key::Act,
        }
    }

    /// The value as it is written.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::Tenant(name) => name.to_string(),
            Self::Sender(SenderTerm::Null) => "<>".to_owned(),
            Self::Sender(SenderTerm::Mailbox(address)) | Self::Recipient(address) => address.to_string(),
            Self::SenderDomain(domain) | Self::RecipientDomain(domain) => domain.to_string(),
            Self::Site(word) | Self::Class(word) => word.clone(),
            Self::Source(name) => name.to_string(),
            Self::State(standing) => standing.to_string(),
            Self::OlderThan(span) | Self::YoungerThan(span) => span_text(*span),
            Self::Act(act) => act.to_string(),
        }
    }

    /// Whether it fits this recipient; `None` if it is not about recipients.
    pub(super) fn about_recipient(&self, recipient: &Address) -> Option<bool> {
        match self {
            Self::Recipient(address) => Some(address.folded() == recipient.folded()),
            Self::RecipientDomain(domain) => Some(recipient.domain() == *domain),
            Self::Id(_)
            | Self::Tenant(_)
            | Self::Sender(_)
            | Self::SenderDomain(_)
            | Self::Site(_)
            | Self::Source(_)
            | Self::Class(_)
            | Self::State(_)
            | Self::OlderThan(_)
            | Self::YoungerThan(_)
            | Self::Act(_) => None,
        }
    }
}

/// Letters, digits and `others`, in lower case.
fn word(text: &str, others: &str) -> Option<String> {
    let good = |c: char| c.is_ascii_alphanumeric() || others.contains(c);
    (!text.is_empty() && text.chars().all(good)).then(|| text.to_ascii_lowercase())
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key().word(), self.value())
    }
}

impl FromStr for Term {
    type Err = SelectionError;

    fn from_str(text: &str) -> Result<Self, SelectionError> {
        let bad = || SelectionError::Term(text.to_owned());
        let (key, value) = text.split_once('=').ok_or_else(bad)?;
        let key = Key::ALL.into_iter().find(|known| known.word() == key).ok_or_else(bad)?;
        Self::read(key, value)
    }
}
