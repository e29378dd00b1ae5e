//! Documents of every format, read as they come: fixtures against golden results, the seed's page, and the whole collection.

#![expect(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::disallowed_methods,
    reason = "helpers of tests end the test, and fixtures are files"
)]

mod golden;
mod hostile;
mod seed;
mod shared;
mod support;
