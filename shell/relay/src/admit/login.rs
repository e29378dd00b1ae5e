//! AUTH: whose name and password it is.
//!
//! An account counts only for peers in its tenant's networks. A failure is answered late. An attempt counts as failed before its password
//! is hashed, by peer and by login, and a success wipes both out; who has failed too often waits, hashing nothing. Few
//! passwords are hashed at a time. What is kept of failures has a bound. No password or hash is ever logged.

use super::Caller;
use super::checks::has_peer;
use crate::Tenants;
use crate::accept::neighbourhood;
use aws_lc_rs::pbkdf2;
use model::{EnhancedCode, Reply, TenantName, Timestamp};
use smtp::Credentials;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tenant::settings::{Account, Password};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Failures that one peer or one login may have; one is forgotten after each span.
const OF_PEER_MAX: u32 = 10;
const OF_LOGIN_MAX: u32 = 100;
const FORGOTTEN_AFTER_MICROS: i64 = 60_000_000;
/// Peers, logins and pairs of both that are kept.
const KEPT_MAX: usize = 20_000;
/// Passwords that are hashed at a time, and how long one waits for its turn: less than any client waits (RFC 5321 §4.5.3.2).
const HASHES_MAX: usize = 2;
const TURN_WAIT: Duration = Duration::from_secs(120);

/// Turns at the processor.
#[derive(Debug)]
pub(super) struct Hashing(Arc<Semaphore>);

/// The right to hash one password, given back when it is dropped.
pub(crate) type Turn = OwnedSemaphorePermit;

impl Default for Hashing {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(HASHES_MAX)))
    }
}

impl Hashing {
    pub(super) async fn turn(&self) -> Option<Turn> {
        let turn = tokio::time::timeout(TURN_WAIT, Arc::clone(&self.0).acquire_owned()).await;
        turn.ok()?.ok()
    }
}

/// Failures that are not forgotten yet.
#[derive(Debug, Clone, Copy)]
struct Tally {
    count: u32,
    /// From when on the next one is being forgotten.
    since: Timestamp,
}

impl Tally {
    fn at(self, now: Timestamp) -> Self {
        let spans = (now.as_micros() - self.since.as_micros()).max(0) / FORGOTTEN_AFTER_MICROS;
        let count = self.count.saturating_sub(u32::try_from(spans).unwrap_or(u32::MAX));
        let since = Timestamp::from_micros(self.since.as_micros() + spans * FORGOTTEN_AFTER_MICROS);
        Self { count, since: if count == 0 { now } else { since } }
    }
}

#[derive(Debug, Default)]
struct Kept {
    peers: HashMap<IpAddr, Tally>,
    logins: HashMap<String, Tally>,
    /// From where a login has succeeded: failures elsewhere never shut its owner out.
    at_home: HashSet<(IpAddr, String)>,
}

/// Attempts that failed or are under way, by peer and by login.
#[derive(Debug, Default)]
pub(super) struct Failures(Mutex<Kept>);

impl Failures {
    /// Counts an attempt as failed until `forgive`; false, and nothing is counted, if there were too many.
    pub(super) fn charge(&self, peer: IpAddr, user: &str, now: Timestamp) -> bool {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (peer, user) = (neighbourhood(peer), user.to_owned());
        let of_peer = count(&kept.peers, &peer, now);
        let is_at_home = kept.at_home.contains(&(peer, user.clone()));
        let of_login = if is_at_home { 0 } else { count(&kept.logins, &user, now) };
        if of_peer >= OF_PEER_MAX || of_login >= OF_LOGIN_MAX {
            return false;
        }
        add(&mut kept.peers, peer, now);
        if !is_at_home {
            add(&mut kept.logins, user, now);
        }
        true
    }

    /// It was the right password.
    pub(super) fn forgive(&self, peer: IpAddr, user: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (peer, user) = (neighbourhood(peer), user.to_owned());
        kept.peers.remove(&peer);
        kept.logins.remove(&user);
        if kept.at_home.len() < KEPT_MAX {
            kept.at_home.insert((peer, user));
        }
    }
}

fn count<K: Hash + Eq>(tallies: &HashMap<K, Tally>, key: &K, now: Timestamp) -> u32 {
    tallies.get(key).map_or(0, |tally| tally.at(now).count)
}

/// One more. A session ends after three failures anyway, so where there is no room the peer is slow all the same.
fn add<K: Hash + Eq>(tallies: &mut HashMap<K, Tally>, key: K, now: Timestamp) {
    if tallies.len() >= KEPT_MAX && !tallies.contains_key(&key) {
        tallies.retain(|_, tally| tally.at(now).count > 0);
        if tallies.len() >= KEPT_MAX {
            return;
        }
    }
    let tally = tallies.entry(key).or_insert(Tally { count: 0, since: now });
    *tally = tally.at(now);
    tally.count += 1;
}

/// The tenant whose account it is. Two tenants with the same name and password are none.
pub(super) fn owner(tenants: &Tenants, caller: &Caller, credentials: &Credentials) -> Option<TenantName> {
    let all = tenants.all();
    let mut owners = all.iter().filter(|snapshot| {
        let mut accounts = snapshot.settings.connector.accounts.iter();
        has_peer(snapshot, caller) && accounts.any(|account| is_this(account, credentials))
    });
    let owner = owners.next().map(|snapshot| snapshot.settings.name.clone());
    owner.filter(|_| owners.next().is_none())
}

/// The tenants, here, that know the name: their people are told when somebody tries it.
pub(super) fn known(tenants: &Tenants, caller: &Caller, user: &str) -> Option<TenantName> {
    let all = tenants.all();
    let known = all.iter().find(|snapshot| {
        has_peer(snapshot, caller)
            && snapshot.settings.connector.accounts.iter().any(|account| account.user == user)
    });
    known.map(|snapshot| snapshot.settings.name.clone())
}

fn is_this(account: &Account, credentials: &Credentials) -> bool {
    if account.user != credentials.user {
        return false;
    }
    let given = credentials.password.as_bytes();
    match &account.password {
        Password::Plain(secret) => {
            aws_lc_rs::constant_time::verify_slices_are_equal(secret.reveal().as_bytes(), given).is_ok()
        }
        Password::Hash { iterations, salt, hash } => NonZeroU32::new(*iterations).is_some_and(|iterations| {
            pbkdf2::verify(pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt, given, hash).is_ok()
        }),
    }
}

pub(super) fn welcome() -> Reply {
    Reply::new(235, Some(EnhancedCode::new(2, 7, 0)), "logged in")
}

/// RFC 4954 §6.
pub(super) fn wrong() -> Reply {
    Reply::new(535, Some(EnhancedCode::new(5, 7, 8)), "the name or the password is wrong")
}

pub(super) fn too_many() -> Reply {
    let text = "too many failed logins, try again later";
    Reply::new(454, Some(EnhancedCode::new(4, 7, 0)), text)
}

#[cfg(test)]
mod tests;
