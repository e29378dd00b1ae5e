//! What is looked at every minute: our listeners from outside, the console, the queue and its books, certificates, directories, connectors; and, more
//! often, reports of ours.
//!
//! A look is a measurement also when nothing changed. A listener is asked for its greeting as any client would ask; it counts as well only if what it
//! takes could be kept.

use super::{Books, Facts};
use crate::board::Board;
use incident::{ComponentSetting, Watched, What, is_ours};
use model::{
    Category, Duration, ListenerName, Metrics, Outcome, Owner, ParkReason, SourceName, TenantName, Timestamp,
};
use sentry::Sentry;
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

/// The components that tenants need, as they are published now.
pub(crate) type Needed = Box<dyn Fn(&Board) -> Vec<ComponentSetting> + Send + Sync>;

/// What is looked at.
pub(crate) struct Looks {
    pub(crate) facts: Facts,
    pub(crate) spool: Spool,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) keeper: Arc<certificates::Keeper>,
    pub(crate) board: Arc<Board>,
    pub(crate) sentry: Sentry,
    pub(crate) listeners: Vec<(ListenerName, SocketAddr)>,
    pub(crate) console: SocketAddr,
    pub(crate) books: Books,
    /// The block lists that are asked, and the names of our sources.
    pub(crate) watched: Lists,
    pub(crate) needed: Needed,
}

/// What block lists are asked about.
pub(crate) struct Lists {
    pub(crate) lists: BTreeSet<String>,
    pub(crate) sources: BTreeSet<SourceName>,
    /// Under which our sources speak; what stands above them is ours too.
    pub(crate) names: BTreeSet<String>,
}

impl Lists {
    fn is_asked(&self, list: &str, domain: &str) -> bool {
        let is_ours = |name: &String| {
            name.strip_suffix(domain).is_some_and(|front| front.is_empty() || front.ends_with('.'))
        };
        self.lists.contains(list) && self.names.iter().any(is_ours)
    }
}

/// What an earlier look saw.
#[derive(Default)]
struct Before {
    ndr_ours: u64,
    /// Since when it is known; only mail that was taken later proves the opposite.
    held: BTreeMap<TenantName, Timestamp>,
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
        let now = self.facts.now();
        let held = self
            .facts
            .incidents
            .read(incident::Board::held_connectors)
            .into_iter()
            .map(|tenant| (tenant, now))
            .collect();
        let mut before = Before { held, ..Before::default() };
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
        let certificates = self.keeper.list().await;
        for line in &certificates {
            let what = What::CertificateLooked { name: line.certificate.clone(), expires: line.expires };
            self.facts.tell("certificate", &[&line.certificate], self.facts.now(), what);
        }
        let names = certificates.into_iter().map(|line| line.certificate).collect();
        self.unwatched(&names);
        self.directory().await;
        self.queue().await;
        self.balance().await;
        self.reported(before, true);
        self.connectors(before);
        for component in self.facts.incidents.need(&(self.needed)(&self.board)) {
            tracing::info!(%component, "tenants need a new component; the status page shows it from now on");
        }
    }

    /// Signs of what nobody asks any more: a list that is no longer polled, a source that is no longer ours, a certificate that is no longer used.
    fn unwatched(&self, certificates: &BTreeSet<String>) {
        let open: BTreeSet<Watched> = self.facts.incidents.read(|board| {
            let open = board.incidents().into_iter().filter(|incident| incident.is_open());
            open.flat_map(incident::Incident::watched).collect()
        });
        let out = super::guard::kept_out(&self.sentry, self.facts.now());
        let is_watched = |watched: &Watched| match watched {
            Watched::Listing { list, source } => {
                self.watched.lists.contains(list) && self.watched.sources.contains(source)
            }
            Watched::DomainListing { list, domain } => self.watched.is_asked(list, domain),
            Watched::Certificate { name } => certificates.contains(name),
            // Of what the guard forgot while the node was down no change is ever told.
            Watched::Source { source, scope } => out.contains(&(source.clone(), scope.clone())),
        };
        for what in open.into_iter().filter(|watched| !is_watched(watched)) {
            let name = format!("{what:?}");
            self.facts.tell("unwatched", &[&name], self.facts.now(), What::Unwatched { what });
        }
    }

    /// Whether what tenants gave last is what runs, and what a start would find. Without a tenant there is nothing to look at.
    async fn directory(&self) {
        let board = Arc::clone(&self.board);
        let Ok(look) = tokio::task::spawn_blocking(move || board.look()).await else { return };
        if look.tenants > 0 {
            let what = What::DirectoryLooked { age_seconds: 0, tenants_stale: look.stale };
            self.facts.tell("directory", &[], self.facts.now(), what);
        }
    }

    /// Only when the ledger has read everything is what it read comparable with the queue.
    async fn balance(&self) {
        if self.metrics.ledger_unread.get() > 0 {
            return;
        }
        let (books, spool, now) = (self.books.clone(), self.spool.clone(), self.facts.now());
        let Ok(Some(what)) = tokio::task::spawn_blocking(move || books.balance(&spool, now)).await else {
            return;
        };
        self.facts.tell("books", &[], self.facts.now(), what);
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
            if before.held.insert(tenant.clone(), now).is_none() {
                let what = What::ConnectorHeld { tenant: tenant.clone(), why: why.clone() };
                self.facts.tell("connector-held", &[&format!("tenant {tenant}")], now, what);
            }
        }
        // A hold may have ended for want of anything to try, or with the run before: that proves nothing.
        let holds = self.board.tenants().holds();
        let is_free = |tenant: &TenantName, since: Timestamp| {
            !held.contains_key(tenant) && holds.last_accepted(tenant).is_some_and(|at| at > since)
        };
        let free = before.held.iter().filter(|(tenant, since)| is_free(tenant, **since));
        let free: Vec<TenantName> = free.map(|(tenant, _)| tenant.clone()).collect();
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
        let met = seen.progress().last_try.as_ref().and_then(|tried| tried.met.as_ref());
        let is_for_us = match met {
            Some(met) => met.owner.is_some_and(is_ours) || met.category == Some(Category::IpListed),
            None => seen.progress().tries == 0,
        };
        let is_parked = seen.progress().parked.is_some();
        let is_pending = seen.progress().outcomes.contains(&Outcome::Pending);
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
        let received = seen.received();
        self.oldest = Some(self.oldest.map_or(received, |oldest| oldest.min(received)));
        self.tenants.insert(seen.tenant().clone());
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
