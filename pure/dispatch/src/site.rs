//! Who counts what comes from us together, and how much of it they are known to take.
//!
//! A site is the set of hosts that receive for a domain: all domains with the same exchangers are one site, in whatever order the exchangers stand. The
//! hosts of a provider whose limits are known by address of ours are one site, however many names they have. The figures are where a stranger
//! begins and where it stops growing; what a receiver says on the day is heard by `limits`.

use crate::rate::Rate;
use model::Duration;
use serde::Serialize;
use std::fmt;

/// Receivers that count what comes from one of our addresses together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Site {
    /// As `bounce::provider_of` names it.
    Provider(String),
    /// Hosts that the operator's file puts together, by the first pattern of its entry.
    Entry(String),
    /// Nobody who is known by its name.
    Hosts(String),
}

/// What a site takes from one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Transactions at once before anything is known.
    pub first: u32,
    /// Transactions at once, however well it goes.
    pub most: u32,
    /// Messages over one connection.
    pub messages: u32,
    /// Recipients of one transaction.
    pub recipients: u32,
    /// Transactions in a time, however well it goes.
    pub rate: Option<Rate>,
    /// How long one that finds the line too long is sent away at most.
    pub away_max: Duration,
    /// How long nobody tries, at most, when it could not be reached several times in a row.
    pub rest_max: Duration,
    pub reach: Reach,
}

/// In what relation we stand to a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// A tenant's own mail system, which was set up to take its mail from us.
    SmartHost,
    /// Anybody's exchanger.
    Exchanger,
}

/// Every server takes a hundred (RFC 5321 §4.5.3.1.8), and no provider of `KNOWN` documents fewer; a host that takes fewer says so by LIMITS
/// (RFC 9422) or by 452, and is heard.
pub const RECIPIENTS_MAX: u32 = 100;

/// Exchange Online takes 60 and more over one connector. Each message to a tenant's own system tries in its own time: that is where mail
/// has to flow again the moment it can.
const SMART_HOST: Shape = Shape {
    first: 60,
    most: 60,
    messages: 100,
    recipients: RECIPIENTS_MAX,
    rate: None,
    away_max: Duration::from_secs(30),
    rest_max: Duration::ZERO,
    reach: Reach::SmartHost,
};
/// Postfix begins with 5 and stops at 20 (`initial_destination_concurrency`, `default_destination_concurrency_limit`).
const STRANGER: Shape = Shape {
    first: 5,
    most: 20,
    messages: 100,
    recipients: RECIPIENTS_MAX,
    rate: None,
    away_max: Duration::from_secs(300),
    rest_max: Duration::from_secs(300),
    reach: Reach::Exchanger,
};

/// Whose word a shipped figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Figure {
    /// The provider documents it: more than this is asking for refusals.
    Documented(u32),
    /// What relays are known to do well with.
    Usual(u32),
}

impl Figure {
    fn value(self) -> u32 {
        match self {
            Self::Documented(value) | Self::Usual(value) => value,
        }
    }

    fn documented(self) -> Option<u32> {
        match self {
            Self::Documented(value) => Some(value),
            Self::Usual(_) => None,
        }
    }
}

/// A provider with the figures that are known of it.
struct Known {
    provider: &'static str,
    /// At once.
    most: Figure,
    /// Over one connection.
    messages: Figure,
    source: &'static str,
}

const KNOWN: &[Known] = &[
    Known {
        provider: "google",
        most: Figure::Usual(5),
        messages: Figure::Usual(50),
        source: "as KumoMTA ships them since 2024-09, for Gmail and Workspace together; https://support.google.com/mail/answer/81126 names no figure",
    },
    Known {
        provider: "microsoft",
        most: Figure::Usual(5),
        messages: Figure::Usual(50),
        source: "as KumoMTA ships them, for consumers and Exchange Online; https://sendersupport.olc.protection.outlook.com/pm/Policies",
    },
    Known {
        provider: "yahoo",
        most: Figure::Usual(20),
        messages: Figure::Documented(20),
        source: "https://senders.yahooinc.com/best-practices",
    },
    Known {
        provider: "apple",
        most: Figure::Usual(10),
        messages: Figure::Usual(5),
        source: "as KumoMTA ships them; https://support.apple.com/en-us/102322",
    },
    Known {
        provider: "comcast",
        most: Figure::Documented(25),
        messages: Figure::Documented(1_000),
        source: "https://spa.xfinity.com/postmaster",
    },
    Known {
        provider: "orange",
        most: Figure::Documented(3),
        messages: Figure::Usual(100),
        source: "https://messagerie.orange.fr/postmaster.html",
    },
];

/// What is known of a provider, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Shipped {
    pub connections: u32,
    pub messages: u32,
    /// Where the provider itself says so.
    #[serde(skip)]
    pub documented: Documented,
    pub source: &'static str,
}

/// The most that a provider says it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Documented {
    pub connections: Option<u32>,
    pub messages: Option<u32>,
}

impl Site {
    /// The site of all hosts that a path may reach.
    #[must_use]
    pub fn of<'a>(hosts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hosts: Vec<String> =
            hosts.into_iter().map(|host| host.trim_end_matches('.').to_ascii_lowercase()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let provider = hosts.first().and_then(|host| bounce::provider_of(host));
        match provider {
            Some(provider)
                if shipped(provider).is_some()
                    && hosts.iter().all(|host| bounce::provider_of(host) == Some(provider)) =>
            {
                Self::Provider(provider.to_owned())
            }
            Some(_) | None => Self::Hosts(hosts.join(", ")),
        }
    }

    /// What it takes from one of our addresses, as far as is shipped.
    #[must_use]
    pub(crate) fn shape(&self, reach: Reach) -> Shape {
        match (reach, self) {
            (Reach::SmartHost, _) => SMART_HOST,
            (Reach::Exchanger, Self::Hosts(_)) => STRANGER,
            (Reach::Exchanger, Self::Provider(name)) => of_provider(name),
            (Reach::Exchanger, Self::Entry(pattern)) => {
                let host = pattern.strip_prefix("*.").unwrap_or(pattern);
                bounce::provider_of(host).map_or(STRANGER, of_provider)
            }
        }
    }
}

fn of_provider(provider: &str) -> Shape {
    let Some(known) = shipped(provider) else { return STRANGER };
    STRANGER.with_most(known.connections).with_messages(known.messages)
}

impl Shape {
    /// The same with so many at once; a site is met with no more than a stranger is.
    pub(crate) fn with_most(self, most: u32) -> Self {
        Self { first: STRANGER.first.min(most), most, ..self }
    }

    fn with_messages(self, messages: u32) -> Self {
        Self { messages, ..self }
    }

    /// How far apart transactions are at least.
    pub(crate) fn gap_min(&self) -> Duration {
        self.rate.map_or(Duration::ZERO, Rate::gap)
    }
}

/// The figures that are shipped for a provider, as `bounce::provider_of` names it.
#[must_use]
pub fn shipped(provider: &str) -> Option<Shipped> {
    let known = KNOWN.iter().find(|known| known.provider == provider)?;
    let Known { most, messages, source, .. } = known;
    let documented = Documented { connections: most.documented(), messages: messages.documented() };
    Some(Shipped { connections: most.value(), messages: messages.value(), documented, source })
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider(name) => f.write_str(name),
            Self::Entry(pattern) => f.write_str(pattern),
            Self::Hosts(hosts) => f.write_str(hosts),
        }
    }
}

#[cfg(test)]
mod tests;
