//! The ledger of a node: a task that reads the spool's log and what is told of refused sessions, and fills the tables.
//!
//! It waits for the relay and the relay never waits for it: what it has not read lies in the spool, up to a bound, and refused sessions in a bounded
//! channel. A ledger that is locked, full or broken is tried again every second while mail flows. At a stop it reads to the end, for a few seconds.

mod entries;
mod worker;

use crate::control::TraceWish;
use crate::facts::Flow;
use anyhow::{Context as _, Result};
use model::{Duration, Metrics};
use net::Clock;
use relay::RefusedSession;
use serde::Serialize;
use spool::{LogPlace, Spool};
use std::path::PathBuf;
use std::sync::Arc;
use store::ledger::{Found, Key, KeyKind, LedgerReader, Part, Query};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use worker::Worker;

/// Bytes of the spool that may wait for the ledger.
pub(crate) const UNREAD_BYTES_MAX: model::ByteCount = model::ByteCount(2 << 30);
/// Between two readings: events come in crowds.
const PACE: Duration = Duration::from_millis(100);
/// Until the next try after a failure, and until the next look when nothing happens.
const AGAIN: Duration = Duration::from_secs(1);
/// How long a stop waits for the ledger to hold everything.
const STOP_WAIT: Duration = Duration::from_secs(3);
/// How long a search waits for it.
const SEARCH_WAIT: Duration = Duration::from_secs(2);

/// What the ledger is told at its start.
pub(crate) struct LedgerConfig {
    pub(crate) path: PathBuf,
    pub(crate) keep: Duration,
}

/// The running ledger.
pub(crate) struct Recorder {
    stop: watch::Sender<bool>,
    task: JoinSet<()>,
}

/// The asking side.
#[derive(Clone)]
pub(crate) struct Searcher {
    path: PathBuf,
    spool: Spool,
    read_to: watch::Receiver<Option<LogPlace>>,
}

/// The answer to a search.
#[derive(Debug, Serialize)]
pub(crate) struct Traced {
    #[serde(flatten)]
    found: Found,
    /// Records that the spool has and the ledger has not yet.
    unread_records: u64,
}

/// Begins to fill the ledger.
pub(crate) fn start(
    config: LedgerConfig,
    spool: Spool,
    refusals: mpsc::Receiver<RefusedSession>,
    flow: Flow,
    (clock, metrics): (Clock, Arc<Metrics>),
) -> (Recorder, Searcher) {
    let (told, read_to) = watch::channel(None);
    let (stop, stopped) = watch::channel(false);
    let searcher = Searcher { path: config.path.clone(), spool: spool.clone(), read_to };
    let worker = Worker::new(config, spool.clone(), (refusals, flow), metrics, told, clock.now());
    let mut task = JoinSet::new();
    task.spawn(run(worker, spool, clock, stopped));
    (Recorder { stop, task }, searcher)
}

impl Recorder {
    /// Reads what there is, then ends. To be called behind the stop of the spool, when everything is on disk.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        let mut task = self.task;
        if tokio::time::timeout(STOP_WAIT + AGAIN, task.join_next()).await.is_err() {
            tracing::info!("the ledger does not hold everything yet; the next start goes on where it stands");
            task.shutdown().await;
        }
    }
}

async fn run(mut worker: Worker, spool: Spool, clock: Clock, mut stop: watch::Receiver<bool>) {
    tokio::select! {
        () = spool.whole() => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
    let mut give_up = None;
    loop {
        let now = clock.now();
        let stepped = tokio::task::spawn_blocking(move || {
            let step = worker.step(now);
            (worker, step)
        });
        let Ok((back, step)) = stepped.await else {
            return tracing::error!(
                "the ledger's task failed; mail flows, the next start goes on where it stands"
            );
        };
        worker = back;
        let is_stopping = *stop.borrow();
        let last = *give_up.get_or_insert_with(|| tokio::time::Instant::now() + STOP_WAIT);
        if !is_stopping {
            give_up = None;
        }
        match step {
            Ok(true) if !is_stopping || tokio::time::Instant::now() < last => continue,
            Ok(_) | Err(_) if is_stopping => break,
            Ok(_) => {}
            Err(_told) => {
                tokio::select! {
                    () = tokio::time::sleep(AGAIN) => {}
                    _ = stop.wait_for(|stop| *stop) => {}
                }
                continue;
            }
        }
        tokio::select! {
            () = spool.log_grew() => {}
            () = tokio::time::sleep(AGAIN) => {}
            _ = stop.wait_for(|stop| *stop) => continue,
        }
        tokio::select! {
            () = tokio::time::sleep(PACE) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
    // What is durable now need not be read again.
    let _ended = tokio::task::spawn_blocking(move || worker.end()).await;
}

impl Searcher {
    /// Waits until the ledger holds what has just happened, not for long; gives whether it does.
    pub(crate) async fn catch_up(&self) -> bool {
        if let Err(error) = self.spool.sync_log().await {
            tracing::debug!(%error, "the spool is stopped; its log is whole");
        }
        let mut read_to = self.read_to.clone();
        let caught_up = async {
            // An error means that the node stops: the ledger is searched as it stands.
            let _stopped = read_to.wait_for(|place| self.spool.unread_records(*place) == 0).await;
        };
        let has = tokio::time::timeout(SEARCH_WAIT, caught_up).await.is_ok();
        if !has {
            tracing::debug!("the ledger lags behind; it is searched as it stands");
        }
        has
    }

    /// The ledger as it stands.
    pub(crate) fn reader(&self) -> Result<LedgerReader> {
        LedgerReader::open(&self.path).context("the message trace cannot be opened")
    }

    /// The newest messages that fit; what has just happened is waited for, not for long.
    pub(crate) async fn search(&self, wish: &TraceWish) -> Result<Traced> {
        self.catch_up().await;
        let unread_records = self.spool.unread_records(*self.read_to.borrow());
        let (path, query) = (self.path.clone(), query(wish));
        let found = tokio::task::spawn_blocking(move || LedgerReader::open(&path)?.search(&query)).await?;
        Ok(Traced { found: found.context("the message trace cannot be searched")?, unread_records })
    }
}

fn query(wish: &TraceWish) -> Query {
    let id = wish.query.as_ref().and_then(|query| query.parse().ok());
    let part = |kind, text: &Option<String>| text.as_ref().map(|text| Part(kind, text.clone()));
    let key = |kind, text: &Option<String>| text.as_ref().map(|text| Key::new(kind, text));
    let bare = |text: &String| text.trim_start_matches('<').trim_end_matches('>').to_owned();
    let parts = [
        part(KeyKind::Sender, &wish.sender),
        part(KeyKind::Recipient, &wish.recipient),
        part(KeyKind::Site, &wish.site),
    ];
    let keys = [
        key(KeyKind::MessageId, &wish.message_id.as_ref().map(bare)),
        key(KeyKind::Class, &wish.class),
        key(KeyKind::Tenant, &wish.tenant.as_ref().map(ToString::to_string)),
    ];
    Query {
        address: wish.query.clone().filter(|_| id.is_none()),
        id,
        parts: parts.into_iter().flatten().collect(),
        keys: keys.into_iter().flatten().collect(),
        since: wish.since,
        until: wish.until,
        limit: wish.limit,
    }
}

#[cfg(test)]
mod tests;
