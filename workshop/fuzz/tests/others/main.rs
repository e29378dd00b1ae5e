//! What other parsers say of the same bytes: mail-parser and Python's email of messages, smtp-proto of replies.
//!
//! They need not agree, but where they do not, the reason stands in a list. A difference that is in no list fails the test, and so
//! does one that is listed and no longer there.

#![expect(clippy::unwrap_used, reason = "helpers of tests end the test")]

mod messages;
mod replies;
