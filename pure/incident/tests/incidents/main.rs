//! Incidents played from outside: facts, time and persons' acts go in, and what people would read is looked at.

#![expect(clippy::unwrap_used, clippy::unwrap_in_result, reason = "helpers of tests end the test")]

mod acts;
mod grouping;
mod hidden;
mod journal;
mod life;
mod seed;
mod signs;
mod support;
mod vendor;
