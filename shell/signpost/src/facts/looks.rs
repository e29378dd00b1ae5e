//! What is looked at every minute: our listeners from outside, the console, the queue, certificates, connectors; and, more often, reports of ours.
//!
//! A look is a measurement also when nothing changed. A listener is asked for its greeting as any client would ask; it counts as well only if what it
//! takes could be kept.

use super::Facts;
use crate::board::Board;
use incident::{What, is_ours};
use model::{Category, Duration, ListenerName, Metrics, Outcome, Owner, ParkReason, TenantName, Timestamp};
use spool::{Going, Seen, Spool};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const EVERY: Duration = Duration::from_secs(60);
/// How often reports of ours are looked for.
const OFTEN: Duration = Duration::from_secs(5);
/// How long a look may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// What is looked at.
pub(crate) struct Looks {
    pub(crate) facts: Facts,
    pub(crate) spool: Spool,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) keeper: Arc<certificates::Keeper>,
    pub(crate) board: Arc<Board>,
    pub(crate) listeners: Vec<(ListenerName, SocketAddr)>,
    pub(crate) console: SocketAddr,
}

/// What an earlier look saw.
#[derive(Default)]
struct Before {
    ndr_ours: u64,
    held: BTreeSet<TenantName>,
}

/// The queue as the incidents see it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Queue {
    waiting: u64,
    parked: u64,
    oldest: Option<Timestamp>,
    tenants: BTreeSet<TenantName>,
}

impl Looks {
    /// Looks for ever.
    pub(crate) async fn run(self) {
        // Holds are forgotten at a restart; the incident that one made must hear when it is over.
        let mut before =
            Before { held: self.facts.incidents.read(incident::Board::held_connectors), ..Before::default() };
        loop {
            self.look(&mut before).await;
            let until = self.facts.now() + EVERY;
            while self.facts.now() < until {
                self.facts.clock.sleep(OFTEN).await;
                self.reported(&mut before, false);
                self.connectors(&mut before);
            }
        }
    }

    async fn look(&self, before: &mut Before) {
        for (name, address) in &self.listeners {
            let greeted = within(greeting(*address)).await;
            let well = greeted.map_err(|error| error.to_string());
            let well = well.and_then(|()| self.spool.may_accept().map_err(|error| error.to_string()));
            let what =
                What::ListenerLooked { listener: name.clone(), is_well: well.is_ok(), why: well.err() };
            self.facts.tell("listener", &[name.as_str()], self.facts.now(), what);
        }
        let is_well = within(answer(self.console)).await.is_ok();
        self.facts.tell("console", &[], self.facts.now(), What::ConsoleLooked { is_well });
        for line in self.keeper.list().await {
            let what = What::CertificateLooked { name: line.certificate.clone(), expires: line.expires };
            self.facts.tell("certificate", &[&line.certificate], self.facts.now(), what);
        }
        self.queue().await;
        self.reported(before, true);
        self.connectors(before);
        self.facts.keep_private(&self.board);
    }

    async fn queue(&self) {
        let spool = self.spool.clone();
        let Ok(queue) = tokio::task::spawn_blocking(move || Queue::of(&spool)).await else { return };
        let now = self.facts.now();
        let what = What::Waiting {
            provider: None,
            waiting: queue.waiting,
            parked: queue.parked,
            oldest_seconds: queue.oldest.map_or(0, |oldest| now.since(oldest).as_secs()),
            tenants: queue.tenants.len() as u64,
        };
        self.facts.tell("queue", &[], now, what);
    }

    /// Tenants whose own system does not take our mail, and those whose takes it again.
    fn connectors(&self, before: &mut Before) {
        let now = self.facts.now();
        let held: BTreeMap<TenantName, String> = self
            .board
            .tenants()
            .holds()
            .held()
            .into_iter()
            .map(|(tenant, held)| (tenant, held.why))
            .collect();
        for (tenant, why) in &held {
            if before.held.insert(tenant.clone()) {
                let what = What::ConnectorHeld { tenant: tenant.clone(), why: why.clone() };
                self.facts.tell("connector-held", &[&format!("tenant {tenant}")], now, what);
            }
        }
        let free: Vec<TenantName> =
            before.held.iter().filter(|tenant| !held.contains_key(*tenant)).cloned().collect();
        for tenant in free {
            before.held.remove(&tenant);
            let name = format!("tenant {tenant}");
            self.facts.tell("connector-free", &[&name], now, What::ConnectorReleased { tenant });
        }
    }

    /// Reports that told senders of a fault of ours; a count of none is told with the looks of a minute.
    fn reported(&self, before: &mut Before, even_none: bool) {
        let count = self.metrics.ndr_ours.get();
        let messages = count.saturating_sub(std::mem::replace(&mut before.ndr_ours, count));
        if messages > 0 || even_none {
            let what = What::Reported { provider: None, owner: Owner::OurAddress, tenant: None, messages };
            self.facts.tell("reports", &[], self.facts.now(), what);
        }
    }
}

impl Queue {
    fn of(spool: &Spool) -> Self {
        let mut queue = Self::default();
        spool.scan(|seen| queue.count(seen));
        spool.scan_parked(|seen| {
            queue.count_parked(seen);
            Going::On
        });
        queue
    }

    /// A message waits for us if nobody was asked yet, or if what was met last is our fault; one that its receiver puts off does not.
    fn count(&mut self, seen: &Seen<'_>) {
        let met = seen.progress.last_try.as_ref().and_then(|tried| tried.met.as_ref());
        let is_for_us = match met {
            Some(met) => met.owner.is_some_and(is_ours) || met.category == Some(Category::IpListed),
            None => seen.progress.tries == 0,
        };
        let is_parked = seen.progress.parked.is_some();
        let is_pending = seen.progress.outcomes.contains(&Outcome::Pending);
        if is_for_us && is_pending && !is_parked {
            self.waiting += 1;
            self.is_late(seen);
        }
    }

    fn count_parked(&mut self, seen: &Seen<'_>) {
        let mut is_ours_to_mend = false;
        for reason in seen.park_reasons() {
            match reason {
                ParkReason::Refused { owner, .. } => is_ours_to_mend |= owner.is_some_and(is_ours),
                ParkReason::Damaged { .. } => is_ours_to_mend = true,
                ParkReason::TenantSetup { .. }
                | ParkReason::Loop { .. }
                | ParkReason::Policy { .. }
                | ParkReason::Conduct { .. }
                | ParkReason::Operator { .. } => {}
            }
        }
        if is_ours_to_mend {
            self.parked += 1;
            self.is_late(seen);
        }
    }

    fn is_late(&mut self, seen: &Seen<'_>) {
        let received = seen.accepted.received;
        self.oldest = Some(self.oldest.map_or(received, |oldest| oldest.min(received)));
        self.tenants.insert(seen.accepted.tenant.clone());
    }
}

async fn within(look: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// RFC 5321 §4.2: a server that takes mail greets with 220.
async fn greeting(address: SocketAddr) -> io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    let mut code = [0; 4];
    stream.read_exact(&mut code).await?;
    stream.write_all(b"QUIT\r\n").await?;
    // The rest is read, so that nobody sees a connection that was reset.
    stream.read_to_end(&mut Vec::new()).await?;
    if code.starts_with(b"220") {
        return Ok(());
    }
    Err(io::Error::other(format!("greeted with {}", String::from_utf8_lossy(&code).trim_end())))
}

async fn answer(address: SocketAddr) -> io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n").await?;
    let mut start = [0; 12];
    stream.read_exact(&mut start).await?;
    if start.ends_with(b"200") { Ok(()) } else { Err(io::Error::other("the console does not answer well")) }
}

#[cfg(test)]
mod tests;
