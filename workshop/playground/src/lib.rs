//! A whole mail world on loopback: a fake Exchange Online, a name server with a block list, and a mailbox to look at.
//!
//! Somebody presses Send (`submit`); the transport rule of the fake Exchange hands the message to the connector, which is the relay
//! under test; what comes back is attributed, judged and kept byte by byte. Tests and drills count here, at the ends, and not in the relay. For
//! that reason nothing is shared with `smtp` or `message`: the protocol code is small, plain and its own, so that one misreading
//! cannot hide on both sides. It reaches nothing beyond the addresses that it was given. A start fails when an address is taken.

mod authority;
pub mod compose;
mod config;
pub mod dns;
mod exchange;
mod mailbox;
mod page;
pub mod peers;
mod script;

pub use authority::{Authority, Issued};
pub use compose::first_message;
pub use config::{ExchangeTenant, InboundConfig, OutboundConfig, OutboundTls, Person, PlaygroundConfig};
pub use dns::NameServer;
pub use exchange::{Mail, SubmitError};
pub use mailbox::{
    Arrived, AttributedBy, Attribution, Course, Fate, Figures, Framing, RefusedRecipient, Report,
    ReportOrigin, Sent, SentRecipient, TOKEN_HEADER, TlsDetails,
};
pub use script::{Act, ScriptRule, Turns};

use exchange::Exchange;
use model::Timestamp;
use rustls::pki_types::CertificateDer;
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::task::JoinSet;

/// Why a playground did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen on {address} for {what}: {source}; free it or choose another address")]
    Listen { what: &'static str, address: SocketAddr, source: io::Error },
    #[error("cannot make the playground's certificates: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("cannot set up the playground's TLS: {0}")]
    Tls(#[from] rustls::Error),
    #[error("cannot set up the check of client certificates: {0}")]
    Verifier(#[from] rustls::client::VerifierBuilderError),
}

/// A running playground. Dropping it ends its tasks; `stop` also waits for their end.
pub struct Playground {
    dns: NameServer,
    exchange: Arc<Exchange>,
    tasks: JoinSet<()>,
}

impl Playground {
    /// Starts the name server and the fake Exchange.
    ///
    /// # Errors
    /// An address that cannot be bound, or a name that cannot stand in a certificate.
    pub async fn start(config: PlaygroundConfig) -> Result<Self, StartError> {
        let mut tasks = JoinSet::new();
        let (dns, mut server) = NameServer::start(config.dns, &config.dnsbl_zone)
            .await
            .map_err(|source| StartError::Listen { what: "the name server", address: config.dns, source })?;
        for zone in &config.further_zones {
            dns.add_list(zone, Ipv4Addr::new(127, 0, 0, 2));
        }
        tasks.spawn(async move {
            if let Err(error) = server.block_until_done().await {
                tracing::warn!(%error, "the playground's name server stopped");
            }
        });
        let exchange = Exchange::start(config, dns.clone(), &mut tasks).await?;
        exchange.fill_zones();
        Ok(Self { dns, exchange, tasks })
    }

    /// The name server: records, listings and counts.
    #[must_use]
    pub fn dns(&self) -> &NameServer {
        &self.dns
    }

    /// Where the name server listens.
    #[must_use]
    pub fn dns_address(&self) -> SocketAddr {
        self.dns.address()
    }

    /// Where the fake Exchange takes mail.
    #[must_use]
    pub fn exchange_address(&self) -> SocketAddr {
        self.exchange.address()
    }

    /// The authority that signed the fake Exchange's certificate; it signs client certificates too.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        self.exchange.authority()
    }

    /// The root to trust, in PEM.
    #[must_use]
    pub fn ca_certificate_pem(&self) -> &str {
        self.authority().pem()
    }

    /// The root to trust, in DER.
    #[must_use]
    pub fn ca_certificate_der(&self) -> CertificateDer<'static> {
        self.authority().der().clone()
    }

    /// Where the outbound connector sends from now on; without one outbound mail waits.
    pub fn set_connector(&self, connector: Option<SocketAddr>) {
        self.exchange.set_connector(connector);
    }

    /// Switches the transport rule, the tenant's emergency switch: while off, mail goes to the mailbox without the relay.
    pub fn set_rule(&self, on: bool) {
        self.exchange.set_rule(on);
    }

    /// Adds an address to the IP allow list, or takes it off.
    pub fn set_allowed(&self, ip: IpAddr, allowed: bool) {
        self.exchange.set_allowed(ip, allowed);
    }

    /// From now on the connector's certificate must be within its dates, by a clock that runs `scale` times as fast. Nothing is sent in clear
    /// only under [`OutboundTls::Required`].
    pub fn look_at_dates(&self, scale: u32) {
        self.exchange.look_at_dates(scale);
    }

    /// Adds a scripted rule for inbound sessions.
    pub fn script(&self, rule: ScriptRule) {
        self.exchange.script(rule);
    }

    /// Forgets all scripted rules.
    pub fn clear_script(&self) {
        self.exchange.clear_script();
    }

    /// A user presses Send. Gives the number of the sent message.
    ///
    /// # Errors
    /// A mail without recipients, or a playground that is stopping.
    pub async fn submit(&self, mail: Mail) -> Result<u64, SubmitError> {
        self.exchange.submit(mail).await
    }

    /// As `submit`, but Exchange forks the message: one copy for each group of recipients, all with one Message-ID.
    ///
    /// # Errors
    /// An empty group, or a playground that is stopping.
    pub async fn submit_forked(&self, mail: Mail, groups: Vec<Vec<String>>) -> Result<u64, SubmitError> {
        self.exchange.submit_forked(mail, groups).await
    }

    /// Another organisation at the same fake Exchange sends `mail` in somebody else's name, through a connector of its own to the same host
    /// (EchoSpoofing). It is known by `token`.
    ///
    /// # Errors
    /// A mail without recipients, or a playground that is stopping.
    pub async fn submit_forged(
        &self,
        organisation: &ExchangeTenant,
        token: &str,
        mail: Mail,
    ) -> Result<(), SubmitError> {
        self.exchange.submit_forged(organisation, token, mail).await
    }

    /// What arrived and is still kept, oldest first.
    #[must_use]
    pub fn mailbox(&self) -> Vec<Arc<Arrived>> {
        self.exchange.mailbox().messages()
    }

    /// What was sent and is still kept, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.exchange.mailbox().sent()
    }

    /// Reports of non-delivery to senders, oldest first.
    #[must_use]
    pub fn reports(&self) -> Vec<Report> {
        self.exchange.mailbox().reports()
    }

    /// Recipients that were not taken because the client was listed or a script said so, as far as they are kept, oldest first.
    #[must_use]
    pub fn refused(&self) -> Vec<RefusedRecipient> {
        self.exchange.mailbox().refused()
    }

    /// How many there are of them.
    #[must_use]
    pub fn refused_count(&self) -> usize {
        self.exchange.mailbox().refused_count()
    }

    /// How often the connector's host answered each code while mail was handed over, and refused or put off: `452 4.3.1`, or what went wrong.
    #[must_use]
    pub fn put_off_by(&self) -> BTreeMap<String, u64> {
        self.exchange.mailbox().put_off_by()
    }

    /// What has been counted since the start.
    #[must_use]
    pub fn figures(&self) -> Figures {
        self.exchange.mailbox().figures
    }

    /// Waits until the figures satisfy `enough`, at most `wait`; gives the figures of then.
    ///
    /// # Errors
    /// The figures at the end of `wait`, when they never did.
    pub async fn wait_for(
        &self,
        wait: Duration,
        enough: impl Fn(&Figures) -> bool,
    ) -> Result<Figures, Figures> {
        self.exchange.wait_for(wait, enough).await
    }

    /// The pages under `/playground`.
    pub fn router(&self) -> axum::Router {
        page::router(Arc::clone(&self.exchange))
    }

    /// Ends all tasks and waits until they are gone. Mail that still waits in the fake Exchange is dropped.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

/// The wall clock, read here only.
#[must_use]
pub fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
