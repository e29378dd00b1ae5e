//! How many sessions there may be, in all and from one address.
//!
//! A place is taken before the session begins and given back when it is dropped, whatever ended the session.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

const SESSIONS_MAX: usize = 1_000;
const SESSIONS_PER_ADDRESS_MAX: usize = 200;

#[derive(Default)]
pub(super) struct Limits {
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// One session's place.
pub(super) struct Place {
    limits: Arc<Limits>,
    address: IpAddr,
}

impl Limits {
    /// A place for a session from `address`, if there is one.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let from_here = open.get(&address).copied().unwrap_or(0);
        if all >= SESSIONS_MAX || from_here >= SESSIONS_PER_ADDRESS_MAX {
            return None;
        }
        open.insert(address, from_here + 1);
        Some(Place { limits: Arc::clone(self), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.limits.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests;
