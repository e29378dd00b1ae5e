//! From one message, one envelope and one tenant's directory, rules and templates to the splices that sign it.
//!
//! `stamp` is a function (law 5): the same inputs give the same bytes, it opens nothing, reads no clock and is bounded in time and
//! memory. It never fails: what it cannot sign safely goes on as it came, with one word that says why. It promises that undoing
//! the splices gives the original back.

mod compiled;
mod explain;
mod reason;
mod stamp;

pub use compiled::Compiled;
pub use explain::{Explain, Outcome, Placed, Spliced};
pub use reason::PassReason;
pub use stamp::{Decision, Group, StampInput, stamp};
