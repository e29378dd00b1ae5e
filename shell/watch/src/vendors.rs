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
use model::{Duration, Metrics, VendorName};
use net::Clock;
use net::http::{self, Client};
use run::Shared;
use state::State;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;
use tokio::task::JoinSet;
use vendor::Mapping;

/// One vendor to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorConfig {
    pub name: VendorName,
    /// The document that is read, not the page for people.
    pub url: String,
    /// How JSON of no known format is read.
    pub mapping: Option<Mapping>,
    /// The operator's wish; within [`vendor::EVERY_MIN`] and [`vendor::EVERY_MAX`].
    pub every: Duration,
    /// Whether the document may come from this host or its network.
    pub allow_private: bool,
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
        // An address that is no URL fails at every look and says so.
        let host = http::host_of(&config.url).unwrap_or_default();
        let due = kept.cadence.starts(now, run::chance());
        run::Watched {
            host,
            state: Arc::new(Mutex::new(State::new(kept, due, now))),
            config: Arc::new(config),
        }
    });
    let watched = watched.collect();
    let shared = Arc::new(Shared { watched, disk, means, looked: sender });
    shared.tell_unknown();
    let mut tasks = JoinSet::new();
    if !shared.watched.is_empty() {
        tasks.spawn(run::run(Arc::clone(&shared)));
    }
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

    /// How many looks have ended since the start; changes with each.
    #[must_use]
    pub fn looked(&self) -> watch::Receiver<u64> {
        self.looked.clone()
    }
}

#[cfg(test)]
mod tests;
