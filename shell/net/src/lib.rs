//! The outside world, reduced to six things: the clock, randomness, names, TLS, connections and documents of the web.
//!
//! Everything that a part of the shell learns from the machine or the network comes through here, as values that the
//! pure shelf understands. Nothing in this crate decides: it looks up, connects, encrypts and reports what happened, always within
//! a deadline that the caller named. What a failure means is the verdict's business.

mod clock;
mod connect;
pub mod http;
mod public;
mod random;
mod resolver;
pub mod tls;

pub use clock::Clock;
pub use connect::{ConnectError, connect};
pub use public::is_public;
pub use random::random;
pub use resolver::{
    Exchanger, Exchangers, Families, Located, ResolveError, Resolver, Said, Vouched, Voucher, Witness,
    system_servers,
};
