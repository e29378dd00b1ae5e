//! Who signs a message: decided with the stamp, from the message's own snapshot, and carried out when the form that is sent is known.
//!
//! The time of a signature is the one at which the message came, so that a retry gives the same bytes (law 5). What cannot be signed goes unsigned, with an
//! alarm, unless the tenant says `hold`.

use message::{Index, mailboxes};
use model::{Address, Domain, Timestamp};
use signatures::OnFailure;
use std::sync::Arc;
use tenant::Snapshot;
use tenant::settings::Dkim;

/// Who signs a message.
#[derive(Debug, Clone)]
pub(crate) struct Signers {
    snapshot: Arc<Snapshot>,
    pub(crate) author: Domain,
    pub(crate) at: Timestamp,
    pub(crate) line_end: &'static str,
}

impl Signers {
    pub(crate) fn dkim(&self) -> Option<&Dkim> {
        self.snapshot.settings.dkim.as_ref()
    }
}

/// What is to be done about a message.
#[derive(Debug, Clone)]
pub(crate) enum Plan {
    /// Nobody wants it signed, or nobody here may sign for its author.
    Plain,
    Signed(Signers),
    /// It should be signed, and no key can be read.
    Wanting(String),
}

impl Plan {
    /// With the keys of the message's tenant; what we wrote ourselves, in no domain of its, with those of the house.
    pub(super) fn of(
        bytes: &[u8],
        index: &Index,
        (snapshot, house): (&Arc<Snapshot>, Option<&Arc<Snapshot>>),
        at: Timestamp,
    ) -> Self {
        let with_keys = |by: &&Arc<Snapshot>| wanted(by).is_some();
        let mut signers = [Some(snapshot), house].into_iter().flatten().filter(with_keys).peekable();
        // Most mail is nobody's to sign, and its author need not be read.
        if signers.peek().is_none() {
            return Self::Plain;
        }
        let Some(author) = author(bytes, index) else { return Self::Plain };
        let mut plans = signers.map(|by| Self::by(by, &author, index, at));
        plans.find(|plan| !matches!(plan, Self::Plain)).unwrap_or(Self::Plain)
    }

    fn by(snapshot: &Arc<Snapshot>, author: &Domain, index: &Index, at: Timestamp) -> Self {
        let Some(dkim) = wanted(snapshot) else { return Self::Plain };
        let signers = dkim.signers(author);
        if signers.is_empty() {
            return Self::Plain;
        }
        if signers.iter().all(|(_, key)| key.key.is_none()) {
            let names: Vec<String> = signers.iter().map(|(domain, key)| key.name(domain)).collect();
            return Self::Wanting(format!("the DKIM key of {} cannot be read", names.join(" and ")));
        }
        let (snapshot, author) = (Arc::clone(snapshot), author.clone());
        Self::Signed(Signers { snapshot, author, at, line_end: index.line_end })
    }

    /// Why the message stays, if its tenant wants it so.
    pub(super) fn forbids(&self, snapshot: &Snapshot) -> Option<&str> {
        let on_failure = snapshot.settings.dkim.as_ref().map(|dkim| dkim.on_failure);
        match self {
            Self::Wanting(why) if on_failure == Some(OnFailure::Hold) => Some(why),
            Self::Wanting(_) | Self::Plain | Self::Signed(_) => None,
        }
    }
}

fn wanted(snapshot: &Snapshot) -> Option<&Dkim> {
    let settings = &snapshot.settings;
    settings.dkim.as_ref().filter(|dkim| dkim.applies(settings.egress.mode))
}

/// The domain of the one author: where there are several, no signature is aligned with all of them.
fn author(bytes: &[u8], index: &Index) -> Option<Domain> {
    let header = index.header();
    if header.count(bytes, "From") != 1 {
        return None;
    }
    match mailboxes(&header.value(bytes, "From")?).as_slice() {
        [one] => one.address.parse::<Address>().ok().map(|address| address.domain()),
        _ => None,
    }
}
