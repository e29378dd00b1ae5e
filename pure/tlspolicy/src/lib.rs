//! How much TLS has to prove towards a recipient's exchanger, and by whose word.
//!
//! A domain publishes what it wants by DANE (RFC 7672) in signed zones or by MTA-STS (RFC 8461) on its web host; a tenant and the operator may
//! know better. `decide` brings their words together for one host. Records and policies come in as bytes and texts; certificates as DER.
//! Nothing is looked up, fetched or verified here. How it went is counted for the domains
//! that ask to be told (`report`, RFC 8460). A word that cannot be read is an error for who asked, never a weaker demand.

pub mod dane;
mod decide;
mod destinations;
pub mod report;
pub mod sts;

pub use dane::{Said, Tlsa};
pub use decide::{Because, Demand, HostPolicy, Known, NotAllowed, OfSender, Pins, Whose, decide};
pub use destinations::{Destination, DestinationError, Destinations};
pub use sts::{Mode, Policy, PolicyError};
