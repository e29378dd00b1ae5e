//! Who counts what comes from us together, and how much of it they are known to take.
//!
//! A site is the set of hosts that receive for a domain: all domains with the same exchangers are one site, in whatever order the exchangers stand. The
//! hosts of a provider whose limits are known by address of ours are one site, however many names they have. The figures are where a stranger
//! begins and where it stops growing; what a receiver says on the day is heard by `limits`.

use model::Duration;
use std::fmt;

/// Receivers that count what comes from one of our addresses together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Site {
    /// As `bounce::provider_of` names it.
    Provider(String),
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
    /// How long one that finds the line too long is sent away at most.
    pub away_max: Duration,
    /// How long nobody tries, at most, when it could not be reached several times in a row.
    pub rest_max: Duration,
}

/// In what relation we stand to a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// A tenant's own mail system, which was set up to take its mail from us.
    SmartHost,
    /// Anybody's exchanger.
    Exchanger,
}

/// Exchange Online takes 60 and more over one connector. Each message to a tenant's own system tries in its own time: that is where mail
/// has to flow again the moment it can.
const SMART_HOST: Shape =
    Shape { first: 60, most: 60, messages: 100, away_max: Duration::from_secs(30), rest_max: Duration::ZERO };
/// Postfix begins with 5 and stops at 20 (`initial_destination_concurrency`, `default_destination_concurrency_limit`).
const STRANGER: Shape = Shape {
    first: 5,
    most: 20,
    messages: 100,
    away_max: Duration::from_secs(300),
    rest_max: Duration::from_secs(300),
};

/// Transactions at once and messages over one connection, of those who say so or are known for it.
const KNOWN: &[(&str, u32, u32)] = &[
    // https://support.google.com/mail/answer/81126 names no figure; this is what KumoMTA ships since 2024-09, for Gmail and Workspace together.
    ("google", 5, 50),
    // https://sendersupport.olc.protection.outlook.com/pm/Policies; KumoMTA ships the same for consumers and Exchange Online.
    ("microsoft", 5, 50),
    // https://senders.yahooinc.com/best-practices: 20 messages a connection.
    ("yahoo", 20, 20),
    // https://support.apple.com/en-us/102322; figures as KumoMTA ships them.
    ("apple", 10, 5),
    // https://spa.xfinity.com/postmaster: 25 connections, 1,000 messages each.
    ("comcast", 25, 1_000),
    // https://messagerie.orange.fr/postmaster.html: 3 connections.
    ("orange", 3, 100),
];

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
                if known(provider).is_some()
                    && hosts.iter().all(|host| bounce::provider_of(host) == Some(provider)) =>
            {
                Self::Provider(provider.to_owned())
            }
            Some(_) | None => Self::Hosts(hosts.join(", ")),
        }
    }

    /// What it takes from one of our addresses.
    #[must_use]
    pub fn shape(&self, reach: Reach) -> Shape {
        match (reach, self) {
            (Reach::SmartHost, _) => SMART_HOST,
            (Reach::Exchanger, Self::Hosts(_)) => STRANGER,
            (Reach::Exchanger, Self::Provider(name)) => known(name).unwrap_or(STRANGER),
        }
    }
}

fn known(provider: &str) -> Option<Shape> {
    let (_, most, messages) = KNOWN.iter().find(|(name, ..)| *name == provider)?;
    Some(Shape { first: STRANGER.first.min(*most), most: *most, messages: *messages, ..STRANGER })
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider(name) => f.write_str(name),
            Self::Hosts(hosts) => f.write_str(hosts),
        }
    }
}

#[cfg(test)]
mod tests;
