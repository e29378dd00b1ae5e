//! Which domains have shown the TXT record that their tenant's folder names: looked up in the background, asked by admission.
//!
//! Each domain is looked up when it is new and then once a day. What was seen is kept in a file, so a name server that does not answer, or
//! a restart, changes nothing (law 6). A record that an answer no longer has counts for three more days, time enough to mend a slip in
//! a zone. Without a file the state lives as long as the process.

mod file;

use crate::Tenants;
use crate::hints::{Concern, Hints};
use crate::stop::Stop;
use model::{Domain, Duration, Metrics, TenantName, Timestamp};
use net::{Clock, ResolveError, Resolver};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::JoinSet;

const LABEL: &str = "_signpost-verify";
/// How often publications are looked through for domains that are due.
const LOOK: Duration = Duration::from_secs(60);
const AGAIN: Duration = Duration::from_secs(86_400);
/// How long an unanswered look-up waits for the next one.
const AGAIN_UNANSWERED: Duration = Duration::from_secs(600);
/// Look-ups under way at a time.
const AT_ONCE: usize = 16;
/// How long a record may be missing from answers.
const GRACE: Duration = Duration::from_secs(3 * 86_400);
const ALARM_WORD: &str = "domain_proof";

type Key = (TenantName, Domain);

/// What is known of one domain.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    /// The value that was looked for. Another one starts anew.
    value: String,
    /// The last answer.
    answered: Option<Timestamp>,
    /// The last look-up, answered or not.
    asked: Timestamp,
    /// The last answer that had the record.
    seen: Option<Timestamp>,
    /// The first answer without it since then.
    missing: Option<Timestamp>,
}

impl Known {
    fn is_due(&self, value: &str, now: Timestamp) -> bool {
        let wait = if self.answered == Some(self.asked) { AGAIN } else { AGAIN_UNANSWERED };
        self.value != value || now.since(self.asked) >= wait
    }

    fn is_proven(&self, value: &str, now: Timestamp) -> bool {
        let within_grace = self.missing.is_none_or(|missing| now.since(missing) < GRACE);
        self.value == value && self.seen.is_some() && within_grace
    }
}

/// The state of every domain.
#[derive(Debug, Default)]
pub(crate) struct DomainProofs {
    known: Mutex<BTreeMap<Key, Known>>,
    file: Option<PathBuf>,
}

impl DomainProofs {
    /// With what `file` remembers of earlier runs.
    pub(crate) fn open(file: Option<PathBuf>) -> Self {
        let known = file.as_deref().map(file::read).unwrap_or_default();
        Self { known: Mutex::new(known), file }
    }

    /// Whether `domain` has shown `value` for `tenant`.
    pub(crate) fn hold(&self, tenant: &TenantName, domain: &Domain, value: &str, now: Timestamp) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(tenant.clone(), domain.clone())).is_some_and(|known| known.is_proven(value, now))
    }

    fn due(&self, tenants: &Tenants, now: Timestamp) -> Vec<(Key, String)> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wanted = BTreeMap::new();
        for snapshot in tenants.all() {
            let settings = &snapshot.settings;
            let Some(value) = &settings.connector.domain_proof else { continue };
            let keys = settings.domains.iter().map(|domain| (settings.name.clone(), domain.clone()));
            wanted.extend(keys.map(|key| (key, value.clone())));
        }
        known.retain(|key, _| wanted.contains_key(key));
        wanted.retain(|key, value| known.get(key).is_none_or(|known| known.is_due(value, now)));
        wanted.into_iter().collect()
    }

    /// Notes an answer (`Some`: whether the record is in it) or that there was none.
    fn note(&self, key: Key, value: String, answer: Option<bool>, now: Timestamp) -> Known {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = Known { value, answered: None, asked: now, seen: None, missing: None };
        let state = known.entry(key).or_insert_with(|| fresh.clone());
        if state.value != fresh.value {
            *state = fresh;
        }
        state.asked = now;
        if answer.is_some() {
            state.answered = Some(now);
        }
        match answer {
            Some(true) => (state.seen, state.missing) = (Some(now), None),
            Some(false) => state.missing = state.missing.or(Some(now)),
            None => {}
        }
        state.clone()
    }

    /// Looks up what is due, several at once: a name server that is silent makes each wait.
    async fn look_up(&self, tenants: &Tenants, resolver: &Resolver, clock: &Clock, told: &Told) {
        let due = self.due(tenants, clock.now());
        for some in due.chunks(AT_ONCE) {
            let mut asked = JoinSet::new();
            for (key, value) in some.iter().cloned() {
                let resolver = resolver.clone();
                asked.spawn(async move { (ask(&resolver, &key.1, &value).await, key, value) });
            }
            for (answer, key, value) in asked.join_all().await {
                let now = clock.now();
                let state = self.note(key.clone(), value.clone(), answer, now);
                if answer == Some(false) {
                    told.missing(&key, &value, state.is_proven(&value, now), now);
                }
            }
            self.save();
        }
    }

    fn save(&self) {
        let Some(path) = &self.file else { return };
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Err(error) = file::write(path, &known) {
            tracing::warn!(path = %path.display(), %error, "the domains' proofs are not on disk; they are looked up again at the next start");
        }
    }
}

fn name_of(domain: &Domain) -> String {
    format!("{LABEL}.{domain}")
}

/// Whether the record is there; `None` if nobody answered.
async fn ask(resolver: &Resolver, domain: &Domain, value: &str) -> Option<bool> {
    match resolver.texts(&name_of(domain)).await {
        Ok(texts) => Some(texts.iter().any(|text| text.trim() == value)),
        Err(ResolveError::Absent(_) | ResolveError::NullMx(_) | ResolveError::Nowhere(..)) => Some(false),
        Err(error @ (ResolveError::Failed { .. } | ResolveError::SetUp(_))) => {
            tracing::debug!(%domain, %error, "a domain's proof cannot be looked up now");
            None
        }
    }
}

/// Who hears of a record that is not there.
pub(crate) struct Told {
    pub(crate) hints: Arc<Hints>,
    pub(crate) metrics: Arc<Metrics>,
}

impl Told {
    fn missing(&self, (tenant, domain): &Key, value: &str, counts: bool, now: Timestamp) {
        let name = name_of(domain);
        let still = if counts { "; it counts for three days after it was last seen" } else { "" };
        let text = format!("{name} has no TXT record with {value}{still}; add it in the domain's zone");
        if self.hints.tell((Some(tenant), Concern::Waiting), ALARM_WORD, &text, now) {
            self.metrics.alarms.add_one();
            tracing::warn!(%tenant, "{text}");
        }
    }
}

/// Looks after the proofs until it has to stop.
pub(crate) async fn run(
    proofs: Arc<DomainProofs>,
    tenants: Arc<Tenants>,
    resolver: Resolver,
    clock: Clock,
    told: Told,
    mut stop: Stop,
) {
    loop {
        tokio::select! {
            () = proofs.look_up(&tenants, &resolver, &clock, &told) => {}
            () = stop.requested() => return,
        }
        tokio::select! {
            () = clock.sleep(LOOK) => {}
            () = stop.requested() => return,
        }
    }
}

#[cfg(test)]
mod tests;
