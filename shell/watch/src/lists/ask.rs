//! One question to one name server about one subject, and the means behind it: servers, clock, dice.
//!
//! The rounds know only this border, so a test can let a year of them pass without a socket.

use super::public::is_public;
use crate::config::ZoneConfig;
use dnsbl::{Answer, Finding, Subject, query_name};
use model::{Duration, Timestamp};
use net::{Clock, Said, Witness};
use std::net::SocketAddr;

/// What one name server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub answer: Answer,
    /// How long the list lets this answer stand.
    pub ttl: Duration,
}

/// The means of a round.
pub trait Ask: Send + Sync {
    fn now(&self) -> Timestamp;
    /// Evenly from 0 to 1.
    fn dice(&self) -> f64;
    /// How many name servers there are.
    fn servers(&self) -> usize;
    /// The name of a server as a witness.
    fn witness(&self, server: usize) -> String;
    /// Asks one of them; nothing if the list has no such subjects. The list's reason is asked for when there is a listing and `with_text`.
    fn ask(
        &self,
        server: usize,
        zone: &ZoneConfig,
        subject: &Subject,
        with_text: bool,
    ) -> impl Future<Output = Option<Told>> + Send;
}

/// Real name servers.
#[derive(Debug, Clone)]
pub struct Witnesses {
    clock: Clock,
    witnesses: Vec<Witness>,
    refused: Vec<SocketAddr>,
}

impl Witnesses {
    /// Over `servers`, or the machine's own when there are none. Public resolvers among them are never asked.
    ///
    /// # Errors
    /// If the machine's own configuration is wanted and cannot be read.
    pub fn new(servers: &[SocketAddr], timeout: Duration, clock: Clock) -> Result<Self, net::ResolveError> {
        let servers = if servers.is_empty() { net::system_servers()? } else { servers.to_vec() };
        let (refused, usable): (Vec<_>, Vec<_>) =
            servers.into_iter().partition(|server| is_public(server.ip()));
        let witnesses = usable.into_iter().map(|server| Witness::new(server, timeout)).collect();
        Ok(Self { clock, witnesses, refused })
    }

    /// Public resolvers that are configured.
    #[must_use]
    pub fn refused(&self) -> &[SocketAddr] {
        &self.refused
    }
}

impl Ask for Witnesses {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn dice(&self) -> f64 {
        f64::from(u32::from_be_bytes(net::random())) / f64::from(u32::MAX)
    }

    fn servers(&self) -> usize {
        self.witnesses.len()
    }

    fn witness(&self, server: usize) -> String {
        self.witnesses.get(server).map_or_else(String::new, |witness| witness.server().to_string())
    }

    async fn ask(
        &self,
        server: usize,
        zone: &ZoneConfig,
        subject: &Subject,
        with_text: bool,
    ) -> Option<Told> {
        let witness = self.witnesses.get(server)?;
        let name = query_name(zone.zone, zone.key.as_deref(), subject).ok()?;
        let told = |answer| Told { answer, ttl: Duration::ZERO };
        Some(match witness.addresses(&name).await {
            Said::Found { values: addresses, ttl } => {
                let mut answer = Answer::Found { addresses, text: None };
                if with_text && matches!(dnsbl::read(zone.zone, &answer), Finding::Listed(_)) {
                    let heard = witness.texts(&name).await;
                    if let (Answer::Found { text, .. }, Said::Found { values, .. }) = (&mut answer, heard) {
                        *text = Some(values.join(" "));
                    }
                }
                Told { answer, ttl }
            }
            Said::NoName => told(Answer::NoName),
            Said::NoData => told(Answer::NoData),
            Said::Refused => told(Answer::Refused),
            Said::Failed(why) => told(Answer::Failed(why)),
        })
    }
}
