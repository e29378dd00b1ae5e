//! A relay between the two sides of the fake Exchange: what is sent comes back signed, and every other course a message can take.
//!
//! The relay is the real one over a disk in memory; everything counted is counted at the playground's ends.

#![expect(clippy::unwrap_used, reason = "helpers of tests end the test")]

mod arc;
mod arrived;
mod attribution;
mod client;
mod cut_through;
mod day;
mod deliver;
mod delivery;
mod dkim;
mod downgrade;
mod exchangers;
mod fallback;
mod forks;
mod hold;
mod ingress;
mod left_alone;
mod limits;
mod listing;
mod node;
mod policies;
mod proofs;
mod reports;
mod require_tls;
mod senders;
mod shaping;
mod spoofing;
mod tls_reports;
mod trouble;
mod withheld;
mod world;
