//! TLS reports: what the domains of recipients are told once a day of how TLS with their hosts went (RFC 8460).
//!
//! A domain says in its zone where reports go (`record`); sessions are counted by the policy that was applied (`results`) and written down for one
//! day in UTC (`document`). Counts and texts come in, a document goes out; nothing is looked up or sent here, and no message or recipient is named.

mod applied;
mod day;
mod document;
mod record;
mod results;

pub use applied::Published;
pub use day::Day;
pub use document::{Document, MEDIA_TYPE, Reporter};
pub use record::{Rua, wanted};
pub use results::{AppliedPolicy, Counted, Failures, Fault, Peer, PolicyType, ResultType, Results, Tally};
