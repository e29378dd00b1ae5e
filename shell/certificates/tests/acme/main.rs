//! Orders at a real authority, Pebble: issued, renewed, refused, away. Time is handed in, so that months pass in one test.

#![expect(clippy::unwrap_used, reason = "helpers of tests end the test")]

mod orders;
mod world;
