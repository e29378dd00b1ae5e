//! AUTH: whose name and password it is.
//!
//! An account counts only for peers in its tenant's networks. A failure is answered late, and an address with many of them in ten minutes
//! is not looked at any more for a while. What is kept of failures has a bound. No password or hash is ever logged.

use super::Caller;
use super::checks::has_peer;
use crate::Tenants;
use aws_lc_rs::pbkdf2;
use model::{EnhancedCode, Reply, TenantName, Timestamp};
use smtp::Credentials;
use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use tenant::settings::{Account, Password};

const WINDOW_MICROS: i64 = 600_000_000;
/// Failures of one address in ten minutes.
const FAILURES_MAX: u32 = 10;
/// Addresses whose failures are counted.
const ADDRESSES_MAX: usize = 20_000;

/// Failed logins of the running ten minutes.
#[derive(Debug, Default)]
pub(super) struct Failures(Mutex<(i64, HashMap<IpAddr, u32>)>);

impl Failures {
    /// Whether this address has failed too often to be looked at.
    pub(super) fn are_too_many(&self, peer: IpAddr, now: Timestamp) -> bool {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turn(&mut failures, now);
        failures.1.get(&peer).is_some_and(|count| *count >= FAILURES_MAX)
    }

    pub(super) fn add(&self, peer: IpAddr, now: Timestamp) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turn(&mut failures, now);
        // A session ends after three failures anyway, so an address that is not counted is slow all the same.
        if failures.1.len() < ADDRESSES_MAX || failures.1.contains_key(&peer) {
            *failures.1.entry(peer).or_default() += 1;
        }
    }
}

fn turn(failures: &mut (i64, HashMap<IpAddr, u32>), now: Timestamp) {
    let number = now.as_micros() / WINDOW_MICROS;
    if failures.0 != number {
        *failures = (number, HashMap::new());
    }
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
    let text = "too many failed logins from this address, try again in ten minutes";
    Reply::new(454, Some(EnhancedCode::new(4, 7, 0)), text)
}

#[cfg(test)]
mod tests;
