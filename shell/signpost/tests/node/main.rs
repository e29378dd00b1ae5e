//! The real binary: its commands, a node that is killed again and again, real mail through real programs, and the pages in a browser.

#![expect(clippy::unwrap_used, clippy::unwrap_in_result, reason = "helpers of tests end the test")]

mod browser;
mod certificates;
mod cli;
mod corpus;
mod crash;
mod dkim;
mod incidents;
mod ledger;
mod queue;
mod replies;
mod senders;
mod setup;
mod sources;
mod status;
mod subscribers;
mod support;
mod vendors;
mod watch;
