//! The watch over real name servers: the playground's, which goes wrong on demand, and rbldnsd, on which real lists run.
//!
//! Its clock runs fast, so that the second look comes at once; nothing sleeps, every wait is for a report.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod real;
mod wrong;

use dnsbl::{Listing, Tier};
use model::{Duration, Metrics, Source, SourceName};
use net::Clock;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::mpsc::Receiver;
use watch::{Means, Report, Standing, Watch, WatchConfig, Watcher, ZoneConfig, ZoneTrust};

const WAIT: Duration = Duration::from_secs(60);
/// Thirty seconds are a fiftieth of one.
const SCALE: u32 = 1_500;

fn source(name: &str, address: &str) -> Source {
    Source {
        name: name.parse().unwrap(),
        address: address.parse().unwrap(),
        ehlo: format!("{name}.relay.example"),
        weight: 10,
        network: String::new(),
        notice: false,
    }
}

/// A running watch over a directory.
struct Seen {
    watcher: Watcher,
    watch: Watch,
    reports: Receiver<Report>,
    metrics: Arc<Metrics>,
}

async fn start(dir: &std::path::Path, servers: &[SocketAddr], zones: &[&str], addresses: &[&str]) -> Seen {
    let zone = |name: &&str| ZoneConfig { zone: dnsbl::find(name).unwrap(), tier: Tier::A, key: None };
    let named = addresses.iter().enumerate();
    let config = WatchConfig {
        dir: dir.join("watch"),
        sources: named.map(|(n, address)| source(&format!("eu-{}", n + 1), address)).collect(),
        zones: zones.iter().map(zone).collect(),
        poll: Duration::from_secs(60),
        servers: servers.to_vec(),
        timeout: Duration::from_millis(500),
        canaries: Vec::new(),
        listener: None,
    };
    let metrics = Arc::new(Metrics::default());
    let means = Means {
        clock: Clock::start(SCALE),
        metrics: Arc::clone(&metrics),
        tenant_domains: Arc::new(Vec::new),
    };
    let (watcher, watch, reports) = watch::start(config, means).await.unwrap();
    Seen { watcher, watch, reports, metrics }
}

impl Seen {
    /// The next report for which `find` gives something.
    async fn find<T>(&mut self, what: &str, find: impl Fn(&Report) -> Option<T>) -> T {
        let found = async {
            loop {
                let report = self.reports.recv().await.expect("the watch runs");
                if let Some(found) = find(&report) {
                    return found;
                }
            }
        };
        tokio::time::timeout(WAIT, found).await.unwrap_or_else(|_| panic!("no report of {what}"))
    }

    /// Waits until a subject stands so in a zone; gives whose it is and the listing.
    async fn standing(
        &mut self,
        of: &str,
        in_zone: &str,
        word: &str,
    ) -> (Option<SourceName>, Option<Listing>) {
        self.find(&format!("{of} {word} in {in_zone}"), |report| {
            let Report::Standing { subject, zone, standing, source, .. } = report else { return None };
            let is_it = subject.to_string() == of && *zone == in_zone && standing.word() == word;
            is_it.then(|| (source.clone(), standing.listing().cloned()))
        })
        .await
    }

    async fn trust(&mut self, in_zone: &str, word: &str) -> ZoneTrust {
        self.find(&format!("{in_zone} {word}"), |report| {
            let Report::Zone { zone, trust } = report else { return None };
            (*zone == in_zone && trust.word() == word).then(|| trust.clone())
        })
        .await
    }

    fn stands(&self, of: &str) -> Standing {
        self.watch.lines().into_iter().find(|line| line.subject == of).unwrap().standing
    }
}
