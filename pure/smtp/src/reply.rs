//! Replies on the wire (RFC 5321 §4.2, RFC 2034): read tolerantly and within bounds, written strictly.
//!
//! A reader takes bytes as they come and gives whole replies. A line may end in LF alone, may lack its text and may carry any
//! byte; it may not be longer than 4 KiB, a reply not longer than 100 lines. An enhanced code is taken off a line only
//! where it is the one of the whole reply, written as we would write it, so nothing that was said is lost.

mod read;
mod write;

pub use read::{ReplyError, ReplyReader};
pub(crate) use write::without_line_ends;
pub use write::write_reply;

#[cfg(test)]
mod tests;
