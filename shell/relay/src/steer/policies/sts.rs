//! MTA-STS policies: announced by a text in the zone, fetched from the domain's web host, kept as long as they say (RFC 8461).
//!
//! One message of a domain fetches and the others wait for it, or go on with the policy that holds. What cannot be fetched is as
//! good as not there, unless an older one holds; it is asked for again after some minutes.

use super::MtaStsConfig;
use super::kept::Folder;
use model::{Domain, Duration, Timestamp};
use net::http::{Client, HttpError, Known};
use net::{Clock, Resolver};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tlspolicy::report::{Fault, ResultType};
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
    failed: Option<Failed>,
}

/// The last try to fetch what was announced.
struct Failed {
    id: String,
    at: Timestamp,
    fault: Fault,
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
        state.failed.as_ref().is_some_and(|failed| failed.id == id && now.since(failed.at) < FAILED_WAIT)
    }

    fn policy(&self, now: Timestamp) -> Option<Arc<Policy>> {
        let state = self.state();
        state.policy.clone().filter(|_| state.kept.as_ref().is_some_and(|kept| kept.holds(now)))
    }

    /// Why there is none although there should be.
    fn fault(&self, id: &str) -> Option<Fault> {
        let state = self.state();
        state.failed.as_ref().filter(|failed| failed.id == id).map(|failed| failed.fault.clone())
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

    /// The policy that holds for a domain now; if none does, why the one that it announces cannot be had.
    pub(super) async fn of(&self, domain: &Domain) -> (Option<Arc<Policy>>, Option<Fault>) {
        let Some(domain) = sts::ascii(domain.as_str()) else { return (None, None) };
        let texts = self.resolver.texts(&format!("_mta-sts.{domain}")).await.unwrap_or_default();
        let announced = sts::announced(&texts);
        let entry = self.entry(&domain);
        let next = entry.next(announced.as_deref(), self.clock.now());
        match (next, &announced) {
            (Next::Renew, Some(id)) => {
                // Who comes meanwhile goes on with the one that holds.
                if let Ok(_fetching) = entry.fetching.try_lock() {
                    self.fetch(&domain, &entry, id.clone()).await;
                }
            }
            (Next::Fetch, Some(id)) => {
                let _fetching = entry.fetching.lock().await;
                if entry.next(Some(id), self.clock.now()) == Next::Fetch {
                    self.fetch(&domain, &entry, id.clone()).await;
                }
            }
            (Next::None | Next::Use, _) | (Next::Renew | Next::Fetch, None) => {}
        }
        let policy = entry.policy(self.clock.now());
        let fault = announced.filter(|_| policy.is_none()).and_then(|id| entry.fault(&id));
        (policy, fault)
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
            Err((fault, why)) => {
                tracing::info!(domain, why, "the MTA-STS policy that the domain announces cannot be had");
                entry.state().failed = Some(Failed { id, at: self.clock.now(), fault });
            }
        }
    }

    /// What the web host of the domain gives (§3.3): proven by its certificate, as plain text, from nowhere else. An error has its words for
    /// reports, and those of the log.
    async fn get(&self, domain: &str) -> Result<(Policy, Vec<u8>), (Fault, String)> {
        let port = if self.port == HTTPS { String::new() } else { format!(":{}", self.port) };
        let url = format!("https://mta-sts.{domain}{port}/.well-known/mta-sts.txt");
        let failed = |result, why: &str| (Fault::new(result, why), format!("{url}: {why}"));
        let answer = self.client.get(&url, &Known::default()).await;
        let answer = answer.map_err(|error| (fetch_fault(&error), error.to_string()))?;
        if answer.status.as_u16() != 200 {
            return Err(failed(ResultType::StsPolicyFetchError, &format!("the answer is {}", answer.status)));
        }
        let content_type = answer.content_type.unwrap_or_default();
        if !sts::is_policys_type(&content_type) {
            let why = format!("it is `{content_type}` and not text/plain");
            return Err(failed(ResultType::StsPolicyFetchError, &why));
        }
        let policy = Policy::read(&answer.body);
        let policy = policy.map_err(|error| failed(ResultType::StsPolicyInvalid, &error.to_string()))?;
        Ok((policy, answer.body))
    }
}

/// What is wrong with the web host's certificate is told apart from what else keeps the policy away (RFC 8460 §4.3.2.1).
fn fetch_fault(error: &HttpError) -> Fault {
    let HttpError::Tls { error: tls, .. } = error else {
        return Fault::new(ResultType::StsPolicyFetchError, &error.to_string());
    };
    let fault = net::tls::fault(tls);
    let why = match fault.result {
        ResultType::CertificateExpired => "the certificate of the policy's host has expired",
        ResultType::CertificateHostMismatch => "the certificate of the policy's host does not name it",
        ResultType::CertificateNotTrusted => &fault.reason,
        ResultType::StartTlsNotSupported
        | ResultType::ValidationFailure
        | ResultType::TlsaInvalid
        | ResultType::DnssecInvalid
        | ResultType::DaneRequired
        | ResultType::StsPolicyFetchError
        | ResultType::StsPolicyInvalid
        | ResultType::StsWebpkiInvalid => {
            return Fault::new(ResultType::StsPolicyFetchError, &fault.reason);
        }
    };
    Fault::new(ResultType::StsWebpkiInvalid, why)
}
