//! Open connections that wait for their next message.
//!
//! A connection is found again only under everything that it was opened with (law 8): tenant, source, host, TLS policy and
//! certificate. The receiver attributes what comes over it, so another tenant's mail on it would be taken for this one's.

use super::connection::Connection;
use crate::steer::{Hop, Path};
use dispatch::Way;
use model::{Duration, SourceName, TenantName, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How long a connection may wait; Exchange Online keeps one for longer.
const IDLE_MAX: Duration = Duration::from_secs(15);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    tenant: TenantName,
    source: SourceName,
    /// With what its TLS had to prove.
    hop: Hop,
    certificate: Option<String>,
    /// User and password.
    login: Option<(String, String)>,
    /// Follows from source and host.
    way: Way,
}

impl Key {
    pub(super) fn new(path: &Path, hop: &Hop, way: &Way) -> Self {
        let certificate =
            path.egress.certificate.as_ref().map(|certificate| certificate.pem.reveal().to_owned());
        Self {
            tenant: path.tenant.clone(),
            source: path.source.name.clone(),
            hop: hop.clone(),
            certificate,
            login: path.login.as_ref().map(|login| (login.user.clone(), login.password.reveal().to_owned())),
            way: way.clone(),
        }
    }
}

struct Waiting {
    connection: Connection,
    /// It carries nothing more, and counts at the other end until it is closed.
    is_spent: bool,
    since: Timestamp,
}

#[derive(Default)]
pub(super) struct Idle {
    /// By way: a message for one site does not look through the connections to all others.
    waiting: Mutex<HashMap<Way, HashMap<Key, Vec<Waiting>>>>,
}

impl Idle {
    /// The connection that was used last: the others grow old and are closed.
    pub(super) fn take(&self, key: &Key) -> Option<Connection> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let of_way = waiting.get_mut(&key.way)?;
        let list = of_way.get_mut(key)?;
        let found = list.iter().rposition(|one| !one.is_spent).map(|place| list.remove(place));
        if list.is_empty() {
            of_way.remove(key);
        }
        if of_way.is_empty() {
            waiting.remove(&key.way);
        }
        found.map(|found| found.connection)
    }

    /// One that has carried its share is closed with the next round of old ones, or before another one is opened where there is no room for both.
    pub(super) fn put(&self, key: Key, connection: Connection, is_spent: bool, now: Timestamp) {
        let since = if is_spent { Timestamp::default() } else { now };
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let list = waiting.entry(key.way.clone()).or_default().entry(key).or_default();
        let at = if is_spent { 0 } else { list.len() };
        list.insert(at, Waiting { connection, is_spent, since });
    }

    /// The oldest connection of the way, whoever's it is, if more than `most` of them wait.
    pub(super) fn take_above(&self, way: &Way, most: usize) -> Option<Connection> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let of_way = waiting.get_mut(way)?;
        if of_way.values().map(Vec::len).sum::<usize>() <= most {
            return None;
        }
        let oldest = of_way.iter().min_by_key(|(_, list)| list.first().map(|one| one.since))?.0.clone();
        let list = of_way.get_mut(&oldest)?;
        let found = (!list.is_empty()).then(|| list.remove(0).connection);
        if list.is_empty() {
            of_way.remove(&oldest);
        }
        if of_way.is_empty() {
            waiting.remove(way);
        }
        found
    }

    pub(super) fn take_old(&self, now: Timestamp) -> Vec<Connection> {
        let mut old = Vec::new();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, of_way| {
            of_way.retain(|_, list| {
                let gone = list.extract_if(.., |one| now.since(one.since) >= IDLE_MAX);
                old.extend(gone.map(|one| one.connection));
                !list.is_empty()
            });
            !of_way.is_empty()
        });
        old
    }

    pub(super) fn take_all(&self) -> Vec<Connection> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting
            .drain()
            .flat_map(|(_, of_way)| of_way)
            .flat_map(|(_, list)| list)
            .map(|one| one.connection)
            .collect()
    }
}
