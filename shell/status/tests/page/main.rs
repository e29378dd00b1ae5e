//! The page as its readers meet it: over HTTP, in a browser, through programs that others wrote.

#![expect(clippy::unwrap_used, reason = "helpers of tests end the test")]

mod affected;
mod browser;
mod copy;
mod http;
mod readers;
mod schema;
mod truth;
mod world;
