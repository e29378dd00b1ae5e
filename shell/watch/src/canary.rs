//! Canaries: synthetic messages that go the whole way, from our own listener to a sink of ours, and are timed.
//!
//! ```text
//!   due -> handed in -> waited for --seen at the sink--> told with its time and source
//!             |             +--late--> told, still waited for --lost--> told, forgotten
//!             +-- refused --> told
//! ```
//! A canary is a tenant's mail like any other: admitted, made durable, stamped, steered and sent. It cannot choose its source; the one that it took is known by
//! the address from which it came. Mailboxes elsewhere would need IMAP, which is not spoken here.

mod flight;
mod letter;
mod sink;
mod submit;

pub use sink::SinkError;

use crate::config::{Means, WatchConfig};
use crate::report::{CanaryOutcome, Report};
use flight::{Flight, Passed};
use model::{Address, CanaryName, Duration, Metrics, Source, SourceName, Timestamp};
use net::Clock;
use sink::Sink;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// One kind of canary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanaryConfig {
    pub name: CanaryName,
    /// A sender of a tenant whose connector takes mail from this host.
    pub from: Address,
    pub to: Address,
    /// Where we listen for it; several may share one.
    pub sink: SocketAddr,
    pub every: Duration,
    /// After this time it is late.
    pub late: Duration,
    /// After this time it is lost.
    pub lost: Duration,
}

/// What tasks of canaries share.
pub(crate) struct Aviary {
    clock: Clock,
    metrics: Arc<Metrics>,
    sources: Vec<Source>,
    listener: Option<SocketAddr>,
    flight: Flight,
    reports: mpsc::Sender<Report>,
}

/// Bound sinks and what will be sent.
pub(crate) struct Canaries {
    aviary: Arc<Aviary>,
    configs: Vec<CanaryConfig>,
    sinks: Vec<Sink>,
}

/// Takes the sinks' addresses.
pub(crate) async fn open(
    config: &WatchConfig,
    means: &Means,
    reports: mpsc::Sender<Report>,
) -> Result<Canaries, SinkError> {
    let mut sinks: Vec<Sink> = Vec::new();
    for canary in &config.canaries {
        match sinks.iter_mut().find(|sink| sink.wished == canary.sink) {
            Some(sink) => sink.takes.push(canary.to.clone()),
            None => sinks.push(Sink::open(canary.sink, canary.to.clone()).await?),
        }
    }
    let aviary = Arc::new(Aviary {
        clock: means.clock.clone(),
        metrics: Arc::clone(&means.metrics),
        sources: config.sources.clone(),
        listener: config.listener.map(reachable),
        flight: Flight::default(),
        reports,
    });
    Ok(Canaries { aviary, configs: config.canaries.clone(), sinks })
}

impl Canaries {
    pub(crate) fn run(self, tasks: &mut JoinSet<()>) {
        for sink in self.sinks {
            tasks.spawn(sink.listen(Arc::clone(&self.aviary)));
        }
        for config in self.configs {
            tasks.spawn(always(Arc::clone(&self.aviary), config));
        }
    }
}

/// A listener on every address is reached on the loopback one.
fn reachable(listener: SocketAddr) -> SocketAddr {
    match (listener.ip().is_unspecified(), listener) {
        (true, SocketAddr::V4(_)) => SocketAddr::new(std::net::Ipv4Addr::LOCALHOST.into(), listener.port()),
        (true, SocketAddr::V6(_)) => SocketAddr::new(std::net::Ipv6Addr::LOCALHOST.into(), listener.port()),
        (false, _) => listener,
    }
}

/// Sends one after the other, and tells what does not come in time.
async fn always(aviary: Arc<Aviary>, config: CanaryConfig) {
    let mut next = aviary.clock.now();
    loop {
        let due = aviary.flight.next_due(&config).map_or(next, |due| due.min(next));
        aviary.clock.sleep_until(due).await;
        let now = aviary.clock.now();
        for (passed, sent) in aviary.flight.passed(&config, now) {
            let outcome = match passed {
                Passed::Late => CanaryOutcome::Late,
                Passed::Lost => CanaryOutcome::Lost,
            };
            aviary.tell(&config.name, None, outcome, sent).await;
        }
        if next <= now {
            next = now + config.every;
            aviary.send(&config).await;
        }
    }
}

impl Aviary {
    async fn send(&self, config: &CanaryConfig) {
        let sent = self.clock.now();
        let (id, letter) = letter::write(config, sent);
        self.flight.begins(id.clone(), config.name.clone(), sent, letter::body(&letter).to_vec());
        self.metrics.canaries_sent.add_one();
        let Some(listener) = self.listener else { return };
        if let Err(reply) = submit::hand_in(listener, config, &letter, &self.clock).await {
            self.flight.ends(&id);
            self.tell(&config.name, None, CanaryOutcome::Refused { reply }, sent).await;
        }
    }

    /// A message came to a sink; whether it is a canary, known or not.
    async fn came(&self, message: &[u8], peer: IpAddr) -> bool {
        let Some(id) = letter::id_of(message) else { return false };
        let Some(sent) = self.flight.ends(&id) else {
            tracing::debug!(id, "a canary that nobody waits for any more");
            return true;
        };
        let outcome = CanaryOutcome::Seen { changed: letter::body(message) != sent.body };
        let source =
            self.sources.iter().find(|source| source.address == peer).map(|source| source.name.clone());
        self.tell(&sent.name, source, outcome, sent.at).await;
        true
    }

    async fn tell(
        &self,
        name: &CanaryName,
        source: Option<SourceName>,
        outcome: CanaryOutcome,
        sent: Timestamp,
    ) {
        let at = self.clock.now();
        let took = at.since(sent);
        match &outcome {
            CanaryOutcome::Seen { .. } => {
                self.metrics.canaries_seen.add_one();
                let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
                self.metrics.canary_micros.set_one(name.as_str(), micros);
            }
            CanaryOutcome::Late => self.metrics.canaries_late.add_one(),
            CanaryOutcome::Lost => self.metrics.canaries_lost.add_one(),
            CanaryOutcome::Refused { .. } => self.metrics.canaries_refused.add_one(),
        }
        let report = Report::Canary { name: name.clone(), source, outcome, took, at };
        // Nobody listens any more only at the stop.
        let _gone = self.reports.send(report).await;
    }
}

#[cfg(test)]
mod tests;
