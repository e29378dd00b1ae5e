//! Which messages of the queue are meant: one form for every command that lists or changes several.
//!
//! A selection is a list of terms, each a key and a value. Terms of one key are alternatives, keys narrow each other; only pending
//! recipients count. It says yes or no to one message at a time and knows nothing of where messages are kept. Written terms, as the
//! journal of acts keeps them, read back as the same selection.

mod term;

pub use term::{Key, SelectionError, Term};

use crate::{ActId, Address, Duration, Envelope, MessageId, Outcome, SourceName, TenantName, Timestamp};
use core::fmt;
use serde::{Deserialize, Serialize};
use term::SenderTerm;

/// Where a message of the queue stands, as an operator sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It has a time of its next try.
    Waiting,
    /// On its way now.
    Delivering,
    /// Kept without attempts because no retry would mend it.
    Parked,
    /// Kept by an operator, a policy or a loop.
    Held,
}

impl Standing {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Delivering, Self::Parked, Self::Held];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivering => "delivering",
            Self::Parked => "parked",
            Self::Held => "held",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a selection looks at in a message. What is behind a function is asked for only where a term needs it.
pub struct Subject<'a> {
    pub id: MessageId,
    pub tenant: &'a TenantName,
    pub envelope: &'a dyn Fn() -> &'a Envelope,
    /// In the order of the envelope's recipients.
    pub outcomes: &'a dyn Fn() -> &'a [Outcome],
    pub standing: Standing,
    pub received: Timestamp,
    /// The host tried last, by name.
    pub site: &'a dyn Fn() -> Option<&'a str>,
    /// Acts that changed it and were not undone.
    pub acts: &'a dyn Fn(ActId) -> bool,
    /// Whether this source was tried last, or would be tried first.
    pub source: &'a dyn Fn(&SourceName) -> bool,
    /// Whether what it met last is of this class.
    pub class: &'a dyn Fn(&str) -> bool,
}

/// Messages of the queue, by what is known of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Selection(Vec<Term>);

impl Selection {
    /// Every message.
    #[must_use]
    pub fn everything() -> Self {
        Self(Vec::new())
    }

    /// The messages to which these terms apply.
    ///
    /// # Errors
    /// If there is none and not everything is wanted by name, or both.
    pub fn new(terms: Vec<Term>, everything: bool) -> Result<Self, SelectionError> {
        match (terms.is_empty(), everything) {
            (true, false) => Err(SelectionError::Nothing),
            (false, true) => Err(SelectionError::Both),
            (true, true) | (false, false) => Ok(Self(terms)),
        }
    }

    /// Whether it leaves no message out.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.0.is_empty()
    }

    /// The ids, if ids are all that it names: nothing else needs to be looked through.
    #[must_use]
    pub fn only_ids(&self) -> Option<Vec<MessageId>> {
        let id = |term: &Term| if let Term::Id(id) = term { Some(*id) } else { None };
        if self.0.is_empty() { None } else { self.0.iter().map(id).collect() }
    }

    /// Whether the message is meant.
    #[must_use]
    pub fn picks(&self, subject: &Subject<'_>, now: Timestamp) -> bool {
        self.every_key(|term| term_fits(term, subject, now))
    }

    /// Whether this recipient of a message that is meant is meant too.
    #[must_use]
    pub fn picks_recipient(&self, recipient: &Address) -> bool {
        let fits = |term: &Term| term.about_recipient(recipient);
        self.every_key(|term| fits(term).unwrap_or(true))
    }

    /// Whether for each key that occurs one of its terms fits.
    fn every_key(&self, fits: impl Fn(&Term) -> bool) -> bool {
        let same = |one: &Term, other: &Term| one.key() == other.key();
        self.0.iter().all(|term| self.0.iter().any(|other| same(term, other) && fits(other)))
    }

    /// The options of the command line that mean the same.
    #[must_use]
    pub fn as_options(&self) -> String {
        if self.0.is_empty() {
            return "--all".to_owned();
        }
        let options = self.0.iter().map(|term| format!("--{} {}", term.key().word(), quoted(&term.value())));
        options.collect::<Vec<_>>().join(" ")
    }
}

fn term_fits(term: &Term, subject: &Subject<'_>, now: Timestamp) -> bool {
    let age = || now.since(subject.received);
    let sender = || (subject.envelope)().mail_from.mailbox();
    match term {
        Term::Id(id) => *id == subject.id,
        Term::Tenant(tenant) => tenant == subject.tenant,
        Term::Sender(SenderTerm::Null) => sender().is_none(),
        Term::Sender(SenderTerm::Mailbox(wanted)) => {
            sender().is_some_and(|sender| sender.folded() == wanted.folded())
        }
        Term::SenderDomain(domain) => sender().is_some_and(|sender| sender.domain() == *domain),
        Term::Recipient(_) | Term::RecipientDomain(_) => {
            pending(subject).any(|recipient| term.about_recipient(recipient) == Some(true))
        }
        Term::Site(site) => (subject.site)().is_some_and(|host| is_within(host, site)),
        Term::Source(source) => (subject.source)(source),
        Term::Class(class) => (subject.class)(class),
        Term::State(standing) => *standing == subject.standing,
        Term::OlderThan(span) => age() > *span,
        Term::YoungerThan(span) => age() < *span,
        Term::Act(act) => (subject.acts)(*act),
    }
}

fn pending<'a>(subject: &Subject<'a>) -> impl Iterator<Item = &'a Address> {
    let recipients = (subject.envelope)().recipients.iter().zip((subject.outcomes)());
    recipients.filter(|(_, outcome)| **outcome == Outcome::Pending).map(|(recipient, _)| &recipient.address)
}

/// Whether a host is the site or a name below it.
fn is_within(host: &str, site: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host.strip_suffix(site).is_some_and(|below| below.is_empty() || below.ends_with('.'))
}

/// A value as a shell takes it.
fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@._-+:=[]/".contains(c);
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', "'\\''"))
}

/// A span as people write it: `90s`, `10m`, `2h`, `3d`.
fn span(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let number: u64 = text[..text.len() - unit.len_utf8()].parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

/// A span as the longest unit that divides it.
fn span_text(span: Duration) -> String {
    let seconds = span.as_secs();
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    let fits = units.into_iter().find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit));
    match fits {
        Some((unit, name)) => format!("{}{name}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

impl TryFrom<Vec<String>> for Selection {
    type Error = SelectionError;
    fn try_from(written: Vec<String>) -> Result<Self, SelectionError> {
        written.iter().map(|text| text.parse()).collect::<Result<_, _>>().map(Self)
    }
}

impl From<Selection> for Vec<String> {
    fn from(selection: Selection) -> Self {
        selection.0.iter().map(ToString::to_string).collect()
    }
}

#[cfg(test)]
mod tests;
