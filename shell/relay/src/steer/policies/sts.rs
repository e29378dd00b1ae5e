//! MTA-STS policies: announced by a text in the zone, fetched from the domain's web host, kept as long as they say (RFC 8461).
//!
//! One message of a domain fetches and the others wait for it, or go on with the policy that holds. What cannot be fetched is as
//! good as not there, unless an older one holds; it is asked for again after some minutes.

use super::MtaStsConfig;
use super::kept::Folder;
use model::{Domain, Duration, Timestamp};
use net::http::{Client, Known};
use net::{Clock, Resolver};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tlspolicy::sts::{self, Kept, Next, Policy};

/// Domains that are remembered in memory.
const DOMAINS_MAX: usize = 20_000;
/// Before a policy that could not be fetched is asked for again.
const FAILED_WAIT: Duration = Duration::from_secs(300);
const HTTPS: u16 = 443;

pub(super) struct MtaSts {
    client: Client,
    resolver: Resolver,
    clock: Clock,
    port: u16,
    folder: Folder,
    domains: Mutex<BTreeMap<String, Arc<Entry>>>,
}

struct Entry {
    state: Mutex<State>,
    /// Who fetches holds it.
    fetching: tokio::sync::Mutex<()>,
}

struct State {
    kept: Option<Kept>,
    policy: Option<Arc<Policy>>,
    failed: Option<(String, Timestamp)>,
}

impl Entry {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self, announced: Option<&str>, now: Timestamp) -> Next {
        sts::next(self.state().kept.as_ref(), announced, now)
    }

    fn has_just_failed(&self, id: &str, now: Timestamp) -> bool {
        let state = self.state();
        state.failed.as_ref().is_some_and(|(failed, at)| failed == id && now.since(*at) < FAILED_WAIT)
    }

    fn policy(&self, now: Timestamp) -> Option<Arc<Policy>> {
        let state = self.state();
        state.policy.clone().filter(|_| state.kept.as_ref().is_some_and(|kept| kept.holds(now)))
    }

    fn keep(&self, kept: Kept) {
        let policy = Some(Arc::new(kept.policy.clone()));
        *self.state() = State { kept: Some(kept), policy, failed: None };
    }
}

impl MtaSts {
    pub(super) fn new(config: MtaStsConfig, (client, resolver, clock): (Client, Resolver, Clock)) -> Self {
        let folder = Folder::open(config.folder, clock.now());
        Self { client, resolver, clock, port: config.port, folder, domains: Mutex::default() }
    }

    /// The policy that holds for a domain now.
    pub(super) async fn of(&self, domain: &Domain) -> Option<Arc<Policy>> {
        let domain = sts::ascii(domain.as_str())?;
        let texts = self.resolver.texts(&format!("_mta-sts.{domain}")).await.unwrap_or_default();
        let announced = sts::announced(&texts);
        let entry = self.entry(&domain);
        let next = entry.next(announced.as_deref(), self.clock.now());
        match (next, announced) {
            (Next::Renew, Some(id)) => {
                // Who comes meanwhile goes on with the one that holds.
                if let Ok(_fetching) = entry.fetching.try_lock() {
                    self.fetch(&domain, &entry, id).await;
                }
            }
            (Next::Fetch, Some(id)) => {
                let _fetching = entry.fetching.lock().await;
                if entry.next(Some(&id), self.clock.now()) == Next::Fetch {
                    self.fetch(&domain, &entry, id).await;
                }
            }
            (Next::None | Next::Use, _) | (Next::Renew | Next::Fetch, None) => {}
        }
        entry.policy(self.clock.now())
    }

    fn entry(&self, domain: &str) -> Arc<Entry> {
        let mut domains = self.domains.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = domains.get(domain) {
            return Arc::clone(entry);
        }
        if domains.len() >= DOMAINS_MAX {
            // They are read from the folder again.
            domains.clear();
        }
        let kept = self.folder.read(domain);
        let policy = kept.as_ref().map(|kept| Arc::new(kept.policy.clone()));
        let state = Mutex::new(State { kept, policy, failed: None });
        let entry = Arc::new(Entry { state, fetching: tokio::sync::Mutex::default() });
        domains.insert(domain.to_owned(), Arc::clone(&entry));
        entry
    }

    async fn fetch(&self, domain: &str, entry: &Entry, id: String) {
        if entry.has_just_failed(&id, self.clock.now()) {
            return;
        }
        match self.get(domain).await {
            Ok((policy, text)) => {
                let kept = Kept { id, policy, fetched: self.clock.now() };
                self.folder.write(domain, &kept, &text);
                entry.keep(kept);
            }
            Err(why) => {
                tracing::info!(domain, why, "the MTA-STS policy that the domain announces cannot be had");
                entry.state().failed = Some((id, self.clock.now()));
            }
        }
    }

    /// What the web host of the domain gives (§3.3): proven by its certificate, as plain text, from nowhere else.
    async fn get(&self, domain: &str) -> Result<(Policy, Vec<u8>), String> {
        let port = if self.port == HTTPS { String::new() } else { format!(":{}", self.port) };
        let url = format!("https://mta-sts.{domain}{port}/.well-known/mta-sts.txt");
        let answer = self.client.get(&url, &Known::default()).await.map_err(|error| error.to_string())?;
        if answer.status.as_u16() != 200 {
            return Err(format!("{url} answers {}", answer.status));
        }
        let content_type = answer.content_type.unwrap_or_default();
        if !sts::is_policys_type(&content_type) {
            return Err(format!("{url} is `{content_type}` and not text/plain"));
        }
        let policy = Policy::read(&answer.body).map_err(|error| format!("{url}: {error}"))?;
        Ok((policy, answer.body))
    }
}
