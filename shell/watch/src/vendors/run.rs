//! Who is looked at now: two vendors at once, one of each host, the longest due first.
//!
//! Vendors may be added while it runs, never taken away. An order to look makes a vendor due before its time; the pace of a minute holds for it too.

use super::disk::Disk;
use super::look::{Came, look};
use super::state::{Kept, State, VendorLine, VendorStory};
use super::{Ordered, VendorConfig, VendorMeans};
use model::{Duration, Timestamp, VendorName};
use net::http;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, watch};
use tokio::task::{Id, JoinError, JoinSet};
use vendor::{Change, Sighting};

/// Looks that go on at the same time: their documents are in memory.
const AT_ONCE: usize = 2;
/// A file in which nothing but the times of looks is other is written this often.
const KEEP_EVERY: Duration = Duration::from_secs(3_600);

/// One vendor.
pub(super) struct Watched {
    pub(super) config: Arc<VendorConfig>,
    /// Of its address; where redirects lead is not counted.
    pub(super) host: String,
    pub(super) state: Arc<Mutex<State>>,
}

impl Watched {
    pub(super) fn new(config: VendorConfig, kept: Kept, now: Timestamp) -> Self {
        let due = kept.cadence.starts(now, chance());
        // An address that is no URL fails at every look and says so.
        let host = http::host_of(&config.url).unwrap_or_default();
        Self { host, state: Arc::new(Mutex::new(State::new(kept, due, now))), config: Arc::new(config) }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the loop and its handles share.
pub(super) struct Shared {
    pub(super) watched: Mutex<Vec<Arc<Watched>>>,
    pub(super) disk: Disk,
    pub(super) means: VendorMeans,
    pub(super) looked: watch::Sender<u64>,
    /// Somebody is due before the time for which the loop waits.
    pub(super) sooner: Notify,
}

/// Any number.
pub(super) fn chance() -> u32 {
    u32::from_le_bytes(net::random())
}

/// Looks for ever.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut looking: JoinSet<Came> = JoinSet::new();
    let mut busy: HashMap<Id, Arc<Watched>> = HashMap::new();
    loop {
        let now = shared.means.clock.now();
        let mut next = shared.due(&busy);
        while let Some((due, one)) = next.take_if(|(due, _)| *due <= now && busy.len() < AT_ONCE) {
            tracing::trace!(vendor = %one.config.name, %due, "a vendor is looked at");
            let task = looking.spawn(shared.look(&one, now));
            busy.insert(task.id(), one);
            next = shared.due(&busy);
        }
        let has_room = busy.len() < AT_ONCE && next.is_some();
        let wake = next.filter(|_| has_room).map_or(now, |(due, _)| due);
        tokio::select! {
            Some(ended) = looking.join_next_with_id() => shared.ended(&mut busy, ended).await,
            () = shared.means.clock.sleep_until(wake), if has_room => {}
            () = shared.sooner.notified() => {}
        }
    }
}

impl Shared {
    /// In the order in which they came.
    pub(super) fn all(&self) -> Vec<Arc<Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Who is due next, of those whose host is not asked now.
    fn due(&self, busy: &HashMap<Id, Arc<Watched>>) -> Option<(Timestamp, Arc<Watched>)> {
        let hosts: Vec<&str> = busy.values().map(|one| one.host.as_str()).collect();
        let idle = self.all().into_iter().filter(|one| !hosts.contains(&one.host.as_str()));
        let with_due = idle.map(|one| {
            let due = one.state().due;
            (due, one)
        });
        with_due.min_by_key(|(due, _)| *due)
    }

    /// Makes vendors due now, or as soon as their pace allows.
    pub(super) fn order(&self, name: Option<&VendorName>) -> Ordered {
        let now = self.means.clock.now();
        let mut ordered = Ordered { at: now, now: Vec::new(), later: Vec::new() };
        for one in self.all() {
            if name.is_some_and(|name| *name != one.config.name) {
                continue;
            }
            let mut state = one.state();
            let soonest = state.kept.cadence.soonest(now);
            state.due = state.due.min(soonest);
            if soonest <= now {
                ordered.now.push(one.config.name.clone());
            } else {
                ordered.later.push((one.config.name.clone(), soonest));
            }
        }
        self.sooner.notify_one();
        ordered
    }

    fn look(&self, one: &Watched, now: Timestamp) -> impl Future<Output = Came> + Send + use<> {
        let clients = &self.means.clients;
        let client = if one.config.allow_private { &clients.anywhere } else { &clients.public };
        self.means.metrics.vendor_polls.add_one();
        look(Arc::clone(&one.config), client.clone(), one.state().before(now), now)
    }

    async fn ended(&self, busy: &mut HashMap<Id, Arc<Watched>>, ended: Result<(Id, Came), JoinError>) {
        let (id, mut came) = match ended {
            Ok(ended) => ended,
            Err(error) => (error.id(), Came::nothing("the look failed; please report it")),
        };
        let Some(one) = busy.remove(&id) else { return };
        let now = self.means.clock.now();
        let has_asked_history = came.has_asked_history;
        let (brought, wishes) = came.apart();
        let (taken, is_kept, problem) = {
            let mut state = one.state();
            if has_asked_history {
                state.history = Some(now);
            }
            let taken = state.take(&one.config, brought, wishes, (now, chance()));
            let is_kept = taken.is_news || now.since(state.written) >= KEEP_EVERY;
            if is_kept {
                state.written = now;
            }
            (taken, is_kept, state.line(&one.config, now).problem)
        };
        let vendor = &one.config.name;
        if let Some(problem) = &problem {
            self.means.metrics.vendor_failures.add_one();
            tracing::debug!(%vendor, problem, "a look at a vendor failed");
        }
        if taken.before != taken.after {
            let (before, after) = (taken.before.as_str(), taken.after.as_str());
            tracing::info!(%vendor, before, after, problem, "a vendor's state");
        }
        for change in &taken.changes {
            tell(vendor.as_str(), change);
        }
        if is_kept {
            self.disk.keep(&one.config, &one.state).await;
        }
        self.tell_unknown();
        self.looked.send_modify(|count| *count += 1);
    }

    pub(super) fn tell_unknown(&self) {
        let now = self.means.clock.now();
        let unknown = self.all().iter().filter(|one| !one.state().is_known(&one.config, now)).count();
        self.means.metrics.vendors_unknown.set(u64::try_from(unknown).unwrap_or(u64::MAX));
    }

    pub(super) async fn keep_all(&self) {
        for one in self.all() {
            self.disk.keep(&one.config, &one.state).await;
        }
    }

    pub(super) fn lines(&self) -> Vec<VendorLine> {
        let now = self.means.clock.now();
        self.all().iter().map(|one| one.state().line(&one.config, now)).collect()
    }

    pub(super) fn story(&self, name: &str) -> Option<VendorStory> {
        let now = self.means.clock.now();
        let one = self.all().into_iter().find(|one| one.config.name.as_str() == name)?;
        let story = one.state().story(&one.config, now);
        Some(story)
    }
}

fn tell(vendor: &str, change: &Change) {
    match change {
        Change::New { native_id, sighting: Sighting::Live } => {
            tracing::info!(vendor, native_id, "a vendor posted something");
        }
        Change::New { native_id, sighting: Sighting::Imported } => {
            tracing::debug!(vendor, native_id, "a record of a vendor was imported");
        }
        Change::Changed { native_id, edits } => {
            tracing::info!(vendor, native_id, edits, "a vendor changed a record");
        }
    }
}
