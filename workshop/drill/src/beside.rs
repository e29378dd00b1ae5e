//! The relay of the seed on the same day: a share of the mail goes through Debian's Exim too, over one address that is listed when a source is.
//!
//! It has a fake Exchange of its own, so its figures and the node's stay apart. Reports that it writes come to a maildir, the senders' mailboxes.

use crate::world::TENANTS;
use anyhow::{Context as _, Result};
use playground::peers::{EximServer, EximSettings, PeerError};
use playground::{ExchangeTenant, Mail, Playground, PlaygroundConfig};
use serde::Serialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The address over which it sends.
const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 9);
/// Longest wait for what is left at the end.
const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// What came of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exim {
    Cost(Cost),
    /// It could not be run; why, and what to do.
    Missing(String),
}

/// What the day cost there, counted at the ends.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Cost {
    pub messages: u64,
    pub delivered: u64,
    pub refused: u64,
    /// Reports of non-delivery that senders got.
    pub reports: u64,
}

/// An Exim that relays.
pub(crate) struct Beside {
    share: f64,
    exim: EximServer,
    playground: Playground,
    sent: u64,
}

impl Beside {
    /// Nothing where this machine has no Exim.
    ///
    /// # Errors
    /// One that does not come up.
    pub(crate) async fn start(share: f64) -> Result<Option<Self>> {
        let mut config = PlaygroundConfig::example();
        config.exchange = SocketAddr::from(([127, 0, 2, 9], 0));
        let acme = ExchangeTenant::acme();
        config.tenants = vec![acme.clone()];
        // Exim relays for this address only.
        config.outbound.source = IpAddr::from([127, 0, 0, 1]);
        let playground = Playground::start(config).await.context("Exim's fake Exchange does not start")?;
        let exchange = playground.exchange_address();
        let exim = match tokio::task::spawn_blocking(move || relay(exchange, &acme)).await? {
            Err(PeerError::Missing(_)) => {
                playground.stop().await;
                return Ok(None);
            }
            started => started?,
        };
        playground.set_connector(Some(exim.address()));
        Ok(Some(Self { share, exim, playground, sent: 0 }))
    }

    /// One more message of the drill's: its share of them is sent here too.
    pub(crate) async fn send(&mut self, mail: &Mail, number: u64) -> Result<()> {
        // Each tenth is the same tenth whatever the pace: those that make the sum full.
        let due = (number as f64 * self.share) as u64;
        if self.sent < due {
            self.sent += 1;
            let from = mail.from.replace(TENANTS[1].0, TENANTS[0].0);
            self.playground.submit(Mail { from, ..mail.clone() }).await?;
        }
        Ok(())
    }

    pub(crate) fn set_listed(&self, answer: Option<Ipv4Addr>) {
        match answer {
            Some(answer) => self.playground.dns().list(ADDRESS, answer),
            None => self.playground.dns().unlist(ADDRESS),
        }
    }

    /// Counts when everything has an end there.
    ///
    /// # Errors
    /// A message of which nothing is known; the error has Exim's log.
    pub(crate) async fn end(self) -> Result<Cost> {
        let Self { exim, playground, sent, .. } = self;
        let all_ended = |delivered: u64, refused: u64| delivered + refused >= sent;
        let waited = playground
            .wait_for(ENDS_WITHIN, |figures| all_ended(figures.delivered, figures.refused_listed))
            .await;
        let figures = waited.map_err(|figures| {
            anyhow::anyhow!("Exim does not end: {figures:?} of {sent} messages\n{}", exim.log())
        })?;
        let refused = figures.refused_listed;
        let expected = usize::try_from(refused)?;
        let reports =
            tokio::task::spawn_blocking(move || exim.wait_for(expected, ENDS_WITHIN)).await?? as u64;
        playground.stop().await;
        Ok(Cost { messages: sent, delivered: figures.delivered, refused, reports })
    }
}

/// As an administrator would set it up: all mail returns to the mail system, with the mark that it has passed.
fn relay(exchange: SocketAddr, acme: &ExchangeTenant) -> Result<EximServer, PeerError> {
    let (ip, port, mark) = (exchange.ip(), exchange.port(), &acme.processed_word);
    let main =
        "smtp_accept_max = 100\nsmtp_accept_queue_per_connection = 0\nsmtp_accept_max_per_connection = 0\n";
    let router = format!(
        "senders:\n  driver = accept\n  domains = {}\n  transport = keep\n\
         out:\n  driver = manualroute\n  route_list = * {ip}\n  self = send\n  transport = out\n  no_more\n",
        acme.domains.join(" : ")
    );
    let transport = format!(
        "out:\n  driver = smtp\n  port = {port}\n  interface = {ADDRESS}\n  allow_localhost\n  hosts_avoid_tls = *\n  \
         headers_add = X-Signpost-Processed: {mark}\n"
    );
    let parts = vec![("main", main.to_owned()), ("router", router), ("transport", transport)];
    EximServer::start_as(&EximSettings { parts, ..EximSettings::default() })
}
