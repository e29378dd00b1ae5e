//! The running watch: who starts and stops it, and the handle that answers for console and command line.

use crate::canary;
use crate::config::{Means, WatchConfig};
use crate::lists::{self, CaseLine, Disk, Line, Lists, NoCase, Witnesses, ZoneLine};
use crate::report::{CaseChange, Report};
use dnsbl::{Case, Poll, Subject};
use net::Clock;
use std::io;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Reports that wait to be drained; a full channel holds the loops up, and nothing is left out.
const REPORTS_MAX: usize = 1_024;

/// Why the watch does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot make the directory of the watch: {0}")]
    Directory(io::Error),
    #[error(transparent)]
    Resolver(#[from] net::ResolveError),
    #[error(transparent)]
    Canary(#[from] canary::SinkError),
}

/// Answers what the watch knows; clones answer for the same one.
#[derive(Clone)]
pub struct Watch {
    lists: Arc<Lists>,
    clock: Clock,
}

/// The loops. Dropping it ends them; `stop` also keeps what they have seen.
pub struct Watcher {
    lists: Arc<Lists>,
    tasks: JoinSet<()>,
}

/// Starts every loop. What they see comes by the channel.
///
/// # Errors
/// If the directory cannot be made, the machine's name servers cannot be read, or a sink's address is taken.
pub async fn start(
    config: WatchConfig,
    means: Means,
) -> Result<(Watcher, Watch, mpsc::Receiver<Report>), StartError> {
    let (sender, reports) = mpsc::channel(REPORTS_MAX);
    let clock = means.clock.clone();
    let disk = Disk::open(&config.dir).map_err(StartError::Directory)?;
    let ask = Witnesses::new(&config.servers, config.timeout, clock.clone())?;
    let mut tasks = JoinSet::new();
    let canaries = canary::open(&config, &means, sender.clone()).await?;
    let lists = Arc::new(Lists::new(&config, means, disk, sender));
    lists::run(&lists, &config, &ask, &mut tasks);
    canaries.run(&mut tasks);
    let watch = Watch { lists: Arc::clone(&lists), clock };
    Ok((Watcher { lists, tasks }, watch, reports))
}

impl Watcher {
    /// Ends the loops and keeps the histories.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
        self.lists.keep_all().await;
    }
}

impl Watch {
    /// Every list with its trust, last and next poll.
    #[must_use]
    pub fn zones(&self) -> Vec<ZoneLine> {
        self.lists.zones()
    }

    /// Every subject in every list with its standing, last and next poll.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        self.lists.lines()
    }

    /// The polls that are kept, oldest first.
    #[must_use]
    pub fn history(&self, subject: &Subject, zone: &str) -> Vec<Poll> {
        self.lists.history(subject, zone)
    }

    #[must_use]
    pub fn cases(&self) -> Vec<CaseLine> {
        self.lists.cases().lines(|zone| self.lists.tier(zone), self.clock.now())
    }

    /// Somebody asked a list for removal.
    ///
    /// # Errors
    /// If there is no such case, or the list names the subject no longer.
    pub async fn asked(&self, subject: &str, zone: &str, by: &str) -> Result<Case, NoCase> {
        let case = self.lists.cases().asked(subject, zone, by, self.clock.now())?;
        self.lists.case_changed(Report::Case { case: case.clone(), change: CaseChange::Asked }).await;
        Ok(case)
    }

    /// A receiver's reply named this list for an address of ours: a list that is doubted is believed then.
    pub fn replied(&self, zone: &str) {
        self.lists.pool.replied(zone, self.clock.now());
    }
}
