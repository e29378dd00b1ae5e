//! The sites as the operator sets them, over the shipped figures: each key that is written counts, and each that is not stays as it was.
//!
//! An entry is about a provider, about hosts by name or suffix, or about everybody for whom nothing else is said. Hosts that one entry names are one site:
//! they count what comes from us together. It holds for a domain only if all of its exchangers are of that entry, as with providers.

use crate::rate::Rate;
use crate::site::{Reach, Shape, Site, shipped};
use std::fmt;
use std::str::FromStr;

/// Hosts of exchangers, by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    Host(String),
    /// All below it.
    Below(String),
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a host of an exchanger such as \"mx.partner.example\", nor a suffix such as \"*.mail.example\""
)]
pub struct NotAPattern(String);

impl FromStr for Pattern {
    type Err = NotAPattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let written = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let (name, is_suffix) = match written.strip_prefix("*.") {
            Some(rest) => (rest, true),
            None => (written.as_str(), false),
        };
        let is_label = |label: &str| {
            let is_known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            (1..=63).contains(&label.len()) && label.bytes().all(is_known)
        };
        if !name.contains('.') || name.len() > 253 || !name.split('.').all(is_label) {
            return Err(NotAPattern(text.to_owned()));
        }
        let name = name.to_owned();
        Ok(if is_suffix { Self::Below(name) } else { Self::Host(name) })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(name) => f.write_str(name),
            Self::Below(name) => write!(f, "*.{name}"),
        }
    }
}

impl Pattern {
    /// How closely it means the host: the longer the closer, and a name is closer than any suffix. None: it does not.
    fn closeness(&self, host: &str) -> Option<usize> {
        match self {
            Self::Host(name) => (name == host).then_some(usize::MAX),
            Self::Below(name) => {
                let is_below = host
                    .strip_suffix(name.as_str())
                    .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'));
                is_below.then_some(name.len())
            }
        }
    }

    /// Who runs the hosts that it means, if that is known.
    #[must_use]
    pub fn provider(&self) -> Option<&'static str> {
        match self {
            Self::Host(name) | Self::Below(name) => bounce::provider_of(name),
        }
    }
}

/// Whom an entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// As `bounce::provider_of` names it.
    Provider(String),
    /// One site; never empty.
    Hosts(Vec<Pattern>),
    /// Each site for which nothing is shipped and no other entry stands, by itself.
    Others,
}

/// One entry: what is not written stays as shipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub about: About,
    /// At once, however well it goes.
    pub connections: Option<u32>,
    /// Over one connection.
    pub messages: Option<u32>,
    /// In one transaction.
    pub recipients: Option<u32>,
    pub rate: Option<Rate>,
}

impl Entry {
    fn over(&self, shape: Shape) -> Shape {
        let shape = self.connections.map_or(shape, |most| shape.with_most(most));
        Shape {
            messages: self.messages.unwrap_or(shape.messages),
            recipients: self.recipients.unwrap_or(shape.recipients),
            rate: self.rate.or(shape.rate),
            ..shape
        }
    }

    /// The site of the hosts that it puts together.
    fn label(&self) -> Option<String> {
        match &self.about {
            About::Hosts(patterns) => patterns.first().map(ToString::to_string),
            About::Provider(_) | About::Others => None,
        }
    }
}

/// All that the operator says of sites; by default nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sites {
    entries: Vec<Entry>,
}

impl Sites {
    #[must_use]
    pub fn new(entries: Vec<Entry>) -> Self {
        Self { entries }
    }

    /// The site of all hosts that a path may reach.
    #[must_use]
    pub fn site_of<'a>(&self, hosts: impl IntoIterator<Item = &'a str> + Clone) -> Site {
        if self.entries.is_empty() {
            return Site::of(hosts);
        }
        let mut entries = hosts.clone().into_iter().map(|host| self.entry_of(host));
        let first = entries.next().flatten();
        if let Some((number, label)) = first
            && entries.all(|entry| entry.is_some_and(|(other, _)| other == number))
        {
            return Site::Entry(label);
        }
        let mut providers = hosts.clone().into_iter().map(bounce::provider_of);
        match providers.next().flatten() {
            Some(provider)
                if self.of_provider(provider).is_some() && providers.all(|one| one == Some(provider)) =>
            {
                Site::Provider(provider.to_owned())
            }
            Some(_) | None => Site::of(hosts),
        }
    }

    /// What it takes from one of our addresses.
    #[must_use]
    pub fn shape(&self, site: &Site, reach: Reach) -> Shape {
        let shape = site.shape(reach);
        let entry = match (reach, site) {
            (Reach::SmartHost, _) => None,
            (Reach::Exchanger, Site::Provider(name)) => self.of_provider(name),
            (Reach::Exchanger, Site::Entry(label)) => {
                self.entries.iter().find(|entry| entry.label().as_ref() == Some(label))
            }
            (Reach::Exchanger, Site::Hosts(_)) => {
                self.entries.iter().find(|entry| entry.about == About::Others)
            }
        };
        entry.map_or(shape, |entry| entry.over(shape))
    }

    /// Whose word the figures of a site are, for people.
    #[must_use]
    pub fn because(&self, site: &Site) -> String {
        let is_said = |about: &dyn Fn(&Entry) -> bool| self.entries.iter().any(about);
        let (entry, source) = match site {
            Site::Provider(name) => {
                (self.of_provider(name).is_some(), shipped(name).map(|known| known.source))
            }
            Site::Entry(_) => (true, None),
            Site::Hosts(_) => (is_said(&|entry| entry.about == About::Others), None),
        };
        let shipped = source.unwrap_or("what a stranger is met with");
        match entry {
            true => format!("[[deliver.sites]] of the operator's file, over {shipped}"),
            false => shipped.to_owned(),
        }
    }

    fn of_provider(&self, provider: &str) -> Option<&Entry> {
        let is_it = |entry: &&Entry| matches!(&entry.about, About::Provider(name) if name == provider);
        self.entries.iter().find(is_it)
    }

    /// The entry that means the host most closely.
    fn entry_of(&self, host: &str) -> Option<(usize, String)> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let closeness = |entry: &Entry| match &entry.about {
            About::Hosts(patterns) => patterns.iter().filter_map(|pattern| pattern.closeness(&host)).max(),
            About::Provider(_) | About::Others => None,
        };
        let close = |(number, entry)| closeness(entry).map(|close| (close, number, entry));
        let (_, number, entry) =
            self.entries.iter().enumerate().filter_map(close).max_by_key(|(close, ..)| *close)?;
        Some((number, entry.label()?))
    }
}

#[cfg(test)]
mod tests;
