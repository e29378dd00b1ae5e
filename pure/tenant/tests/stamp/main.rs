//! Messages stamped with the example tenant: what they look like, who gets what, and what is passed for which reason.
//!
//! These tests stand here and not beside `stamp`, because a compiled folder is what stamping works with.

#![expect(clippy::unwrap_used, clippy::unwrap_in_result, reason = "helpers of tests end the test")]

mod attacks;
mod bombs;
mod corpus;
mod forms;
mod generated;
mod grid;
mod groups;
mod odd;
mod pages;
mod passes;
mod policy;
mod proofs;
mod support;
