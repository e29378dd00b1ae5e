//! Other vendors' status: each vendor's document is asked for again and again, at a pace that its host welcomes.
//!
//! ```text
//!   cadence --due--> look (2 at once, 1 per host) --read--> records: their clocks, and ours beside them --> files
//!                      |  304: still holds
//!                      +- failed: later; the third time nothing is known of the vendor
//! ```
//! A document that does not come never says that the vendor is down. What the first look brings was there before us, and nobody says that we detected it;
//! a restart goes on where the last run ended. Addresses that are not public are asked only for an entry that says so.

mod disk;
mod look;
mod run;
mod state;

pub use state::{Said, Seen, VendorLine, VendorStory};

use crate::handle::StartError;
use disk::Disk;
use model::{Duration, Metrics, Timestamp, VendorName};
use net::Clock;
use net::http::Client;
use run::Shared;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use vendor::{Mapping, Records};

/// One vendor to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorConfig {
    pub name: VendorName,
    /// The document that is read, not the page for people.
    pub url: String,
    /// Where the vendor tells how what went on has ended, if the document has only what goes on.
    pub history: Option<String>,
    /// How JSON of no known format is read.
    pub mapping: Option<Mapping>,
    /// The operator's wish; within [`vendor::EVERY_MIN`] and [`vendor::EVERY_MAX`].
    pub every: Duration,
    /// Whether the document may come from this host or its network.
    pub allow_private: bool,
    /// A file with the token that opens the document; read at each look, so that whoever renews it need not tell us.
    pub token_file: Option<PathBuf>,
    /// Whose receiving of mail the document speaks of, as `bounce` names providers.
    pub providers: Vec<String>,
}

/// By what documents are fetched.
#[derive(Debug, Clone)]
pub struct VendorClients {
    /// Reaches nothing but the public internet.
    pub public: Client,
    /// For entries that allow private addresses.
    pub anywhere: Client,
}

/// What the looks work with.
pub struct VendorMeans {
    /// Where records are kept. Made if it is not there.
    pub dir: PathBuf,
    pub clock: Clock,
    pub metrics: Arc<Metrics>,
    pub clients: VendorClients,
}

/// Answers what is known of vendors; clones answer for the same.
#[derive(Clone)]
pub struct Vendors {
    shared: Arc<Shared>,
    looked: watch::Receiver<u64>,
}

/// What an order to look comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    pub at: Timestamp,
    /// Due at once.
    pub now: Vec<VendorName>,
    /// Asked less than a minute ago: due then.
    pub later: Vec<(VendorName, Timestamp)>,
}

/// The loop. Dropping it ends the looks; `stop` also keeps what they brought.
pub struct VendorWatcher {
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
}

/// Starts to look at these vendors, with what an earlier run kept of them.
///
/// # Errors
/// If the directory cannot be made.
pub fn start_vendors(
    vendors: Vec<VendorConfig>,
    means: VendorMeans,
) -> Result<(VendorWatcher, Vendors), StartError> {
    let disk = Disk::open(&means.dir).map_err(StartError::Directory)?;
    let (sender, looked) = watch::channel(0);
    let now = means.clock.now();
    let watched = vendors.into_iter().map(|config| {
        let kept = disk.kept(&config);
        Arc::new(run::Watched::new(config, kept, now))
    });
    let watched = Mutex::new(watched.collect());
    let shared = Arc::new(Shared { watched, disk, means, looked: sender, sooner: Notify::new() });
    shared.tell_unknown();
    let mut tasks = JoinSet::new();
    tasks.spawn(run::run(Arc::clone(&shared)));
    Ok((VendorWatcher { shared: Arc::clone(&shared), tasks }, Vendors { shared, looked }))
}

impl VendorWatcher {
    /// Ends the looks and keeps what is known.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
        self.shared.keep_all().await;
    }
}

impl Vendors {
    /// Every vendor as it is known now, in the order of the configuration.
    #[must_use]
    pub fn lines(&self) -> Vec<VendorLine> {
        self.shared.lines()
    }

    /// One vendor with all its records.
    #[must_use]
    pub fn story(&self, name: &str) -> Option<VendorStory> {
        self.shared.story(name)
    }

    /// Calls with every vendor, the last document with the time at which it came, and the records. A vendor's look waits meanwhile for its lock.
    pub fn each(&self, mut call: impl FnMut(VendorLine, Option<&Said>, &Records)) {
        let now = self.shared.means.clock.now();
        for one in self.shared.all() {
            let state = one.state();
            call(state.line(&one.config, now), state.kept.said.as_ref(), &state.kept.records);
        }
    }

    /// The time by which looks are counted.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.means.clock.now()
    }

    /// Watches those whose name is new from now on; gives their names.
    pub fn add(&self, vendors: Vec<VendorConfig>) -> Vec<VendorName> {
        let mut added = Vec::new();
        for config in vendors {
            if self.shared.all().iter().any(|one| one.config.name == config.name) {
                continue;
            }
            let kept = self.shared.disk.kept(&config);
            added.push(config.name.clone());
            let one = Arc::new(run::Watched::new(config, kept, self.shared.means.clock.now()));
            self.shared.watched.lock().unwrap_or_else(PoisonError::into_inner).push(one);
        }
        self.shared.tell_unknown();
        self.shared.sooner.notify_one();
        added
    }

    /// Orders a look at one vendor, or at all, before its time.
    #[must_use]
    pub fn order(&self, name: Option<&VendorName>) -> Ordered {
        self.shared.order(name)
    }

    /// Waits until those that were ordered for now are looked at.
    pub async fn ordered(&self, ordered: &Ordered) {
        let mut looked = self.looked();
        let is_done = |line: &VendorLine| {
            !ordered.now.contains(&line.name) || line.asked.is_some_and(|asked| asked >= ordered.at)
        };
        while !self.lines().iter().all(is_done) {
            if looked.changed().await.is_err() {
                return;
            }
        }
    }

    /// How many looks have ended since the start; changes with each.
    #[must_use]
    pub fn looked(&self) -> watch::Receiver<u64> {
        self.looked.clone()
    }
}

#[cfg(test)]
mod tests;
