//! Proof of what the spool promises, on a disk in memory that forgets, tears and fails, and on the real one where only that will do.
//!
//! `acts` has operators; `begin` has segments that cannot be begun; `clock` one that was set back; `crash` cuts the power after every
//! operation of a workload; `damage` flips every bit; `lease` has no fault at all; `log` reads from outside while all that happens;
//! `release` wakes parked mail by the thousand; `sick` has disks that fail or are full.

#![expect(clippy::unwrap_used, reason = "helpers of tests end the test")]

mod acts;
mod begin;
mod bytes;
mod clock;
mod crash;
mod damage;
mod lease;
mod log;
mod release;
mod sick;
mod support;
