//! The watch of a node: what it is told to look at, and where its reports go.

use crate::board::Board;
use crate::config::OperatorConfig;
use crate::facts::Reporter;
use anyhow::{Context as _, Result};
use dnsbl::Tier;
use model::{CanaryName, Domain, Metrics};
use net::http::{Client, Limits};
use net::{Clock, Resolver};
use sentry::{Evidence, Kind, Poll, Polled, Sentry};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::mpsc;
use watch::{
    CanaryOutcome, Means, Report, Standing, TenantDomain, VendorClients, VendorMeans, VendorWatcher, Vendors,
    Watch, WatchConfig, Watcher,
};

/// For the head and for the body of a vendor's document.
const VENDOR_WAIT: Duration = Duration::from_secs(10);

/// Files of a tenant's folder in which links and images stand.
const WRITTEN: [&str; 3] = ["html", "txt", "toml"];

/// The loops that look out.
pub(super) struct Watchers {
    lists: Watcher,
    vendors: VendorWatcher,
}

impl Watchers {
    /// Ends them and keeps what they have seen.
    pub(super) async fn stop(self) {
        self.lists.stop().await;
        self.vendors.stop().await;
    }
}

/// What they know.
pub(super) struct Outside {
    pub(super) watch: Watch,
    pub(super) vendors: Vendors,
}

/// Starts it over these name servers; canaries are handed in at `listener`.
pub(super) async fn start(
    config: &OperatorConfig,
    data_dir: &Path,
    (servers, resolver): (&[SocketAddr], Resolver),
    listener: Option<SocketAddr>,
    (clock, metrics, board): (Clock, Arc<Metrics>, Arc<Board>),
) -> Result<(Watchers, Outside, mpsc::Receiver<Report>)> {
    let means = (clock.clone(), Arc::clone(&metrics));
    let (vendor_watcher, vendors) = start_vendors(config, data_dir, resolver, means)?;
    let watch = WatchConfig {
        dir: data_dir.join("watch"),
        sources: config.sources.clone(),
        zones: config.dnsbl.zone_configs(),
        poll: config.dnsbl.poll,
        servers: servers.to_vec(),
        timeout: config.resolver.timeout,
        canaries: config.canaries.clone(),
        listener,
    };
    let tenant_domains = Arc::new(move || domains(&board));
    let started = watch::start(watch, Means { clock, metrics, tenant_domains }).await;
    let (lists, watch, reports) = started.context("the watch does not start")?;
    Ok((Watchers { lists, vendors: vendor_watcher }, Outside { watch, vendors }, reports))
}

/// Looks at other vendors' status, over these name servers.
fn start_vendors(
    config: &OperatorConfig,
    data_dir: &Path,
    resolver: Resolver,
    (clock, metrics): (Clock, Arc<Metrics>),
) -> Result<(VendorWatcher, Vendors)> {
    let limits = Limits {
        head_wait: VENDOR_WAIT,
        body_wait: VENDOR_WAIT,
        body_bytes_max: vendor::BYTES_MAX,
        ..Limits::document()
    };
    let anywhere = Client::new(&[], resolver, limits)?;
    let clients = VendorClients { public: anywhere.clone().only_public(), anywhere };
    let means = VendorMeans { dir: data_dir.join("vendors"), clock, metrics, clients };
    watch::start_vendors(config.vendors.clone(), means).context("the watch over vendors does not start")
}

/// Takes reports for ever: what lists of tier A say of our sources is for the guard, and everything is told in the log and to the incidents.
pub(super) async fn drain(
    mut reports: mpsc::Receiver<Report>,
    sentry: Sentry,
    mut reporter: Reporter,
    metrics: Arc<Metrics>,
) {
    while let Some(report) = reports.recv().await {
        reporter.hear(&report);
        if let Some(poll) = poll(&report) {
            sentry.polled(poll);
        }
        tell(&report, &metrics);
    }
}

/// What the guard has to know of a report. A listing that the list itself calls set up by hand says nothing of what we send.
fn poll(report: &Report) -> Option<Poll> {
    let Report::Standing { source: Some(source), zone, tier: Tier::A, standing, at, .. } = report else {
        return None;
    };
    if standing.listing().is_some_and(|listing| listing.is_set_up) {
        return None;
    }
    let says = match standing {
        Standing::Unknown => Polled::Unknown,
        Standing::Clean { since, polls } => Polled::Clean { polls: *polls, over: at.since(*since) },
        Standing::Suspected { .. } => Polled::Suspected,
        Standing::Listed { .. } => Polled::Listed,
    };
    let text = standing.listing().and_then(|listing| listing.text.clone());
    Some(Poll { source: source.clone(), list: (*zone).to_owned(), says, text })
}

/// To which known provider the sender of each canary returns its mail.
pub(super) fn canary_ways(config: &OperatorConfig, board: &Board) -> BTreeMap<CanaryName, String> {
    let tenants = board.tenants().all();
    let way = |canary: &watch::CanaryConfig| {
        let domain = canary.from.domain();
        let tenant = tenants.iter().find(|tenant| tenant.settings.domains.contains(&domain))?;
        Some((canary.name.clone(), super::status::way(&tenant.settings)?.to_owned()))
    };
    config.canaries.iter().filter_map(way).collect()
}

/// A list that a receiver's refusal names is believed by the watch from then on.
pub(super) async fn hear_replies(mut events: broadcast::Receiver<sentry::Event>, watch: Watch) {
    loop {
        match events.recv().await {
            Ok(sentry::Event::Evidence(Evidence { kind: Kind::Reply { list: Some(list), .. }, .. })) => {
                watch.replied(&list);
            }
            // One that was missed is named again by the next refusal.
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

fn tell(report: &Report, metrics: &Metrics) {
    match report {
        Report::Standing { subject, source, zone, standing, .. } => {
            let source = source.as_ref().map(model::SourceName::as_str);
            match standing {
                Standing::Unknown | Standing::Clean { .. } => {
                    tracing::debug!(%subject, source, zone, standing = standing.word(), "a list");
                }
                Standing::Suspected { .. } | Standing::Listed { .. } => {
                    tracing::info!(%subject, source, zone, standing = standing.word(), "a list");
                }
            }
        }
        // The watch itself has told it.
        Report::Zone { .. } => {}
        Report::Case { case, change } => {
            metrics.alarms.add_one();
            let (subject, zone) = (&case.subject, &case.listing.zone);
            let (names, text) = (case.listing.names.join(", "), case.listing.text.as_deref());
            tracing::warn!(subject, zone, names, text, link = case.removal_link, ?change, "a listing");
        }
        Report::Canary { name, source, outcome, took, .. } => {
            let (source, ms) = (source.as_ref().map(model::SourceName::as_str), took.as_millis());
            match outcome {
                CanaryOutcome::Seen { changed } => {
                    tracing::debug!(%name, source, ms, changed, "a canary was seen");
                }
                CanaryOutcome::Late | CanaryOutcome::Lost | CanaryOutcome::Refused { .. } => {
                    metrics.alarms.add_one();
                    tracing::warn!(%name, ms, ?outcome, "a canary did not arrive");
                }
            }
        }
    }
}

/// The hosts of links and images in what tenants have published. One that a template puts together from pieces is not seen.
fn domains(board: &Board) -> Vec<TenantDomain> {
    let mut found = BTreeSet::new();
    for snapshot in board.tenants().all() {
        let is_written = |path: &&String| WRITTEN.iter().any(|end| path.ends_with(&format!(".{end}")));
        let written = snapshot.folder.0.iter().filter(|(path, _)| is_written(path));
        for (_, bytes) in written {
            let tenant = &snapshot.settings.name;
            let hosts = hosts(&String::from_utf8_lossy(bytes));
            found.extend(hosts.into_iter().map(|domain| TenantDomain { domain, tenant: tenant.clone() }));
        }
    }
    found.into_iter().collect()
}

/// The hosts of the URLs in a text.
fn hosts(text: &str) -> BTreeSet<Domain> {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "/?#\"'<>()\\`,;|{}[]".contains(c);
    let is_after = |at: usize, word: &[u8]| {
        let before = &text.as_bytes()[..at];
        before.len() >= word.len() && before[before.len() - word.len()..].eq_ignore_ascii_case(word)
    };
    let after = text.match_indices("://").filter(|(at, _)| is_after(*at, b"http") || is_after(*at, b"https"));
    let hosts = after.filter_map(|(at, mark)| {
        let authority = text[at + mark.len()..].split(ends).next()?;
        let host = authority.rsplit('@').next()?.split(':').next()?;
        let is_address = host.parse::<std::net::IpAddr>().is_ok();
        (host.contains('.') && !is_address).then(|| host.to_ascii_lowercase().parse().ok()).flatten()
    });
    hosts.collect()
}

#[cfg(test)]
mod tests;
