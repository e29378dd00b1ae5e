//! One message's bytes: its structure as an index of ranges, and changes as splices.
//!
//! The original is never rebuilt from a tree. `Index` says where parts, header fields and bodies lie; `TextBody` reads one text part
//! through its transfer encoding and charset and finds the raw place of every character; `Changes` collects edits and gives
//! `Splices`: at this offset, so many bytes out, these bytes in. Every byte outside of them stays, and undoing them gives the original
//! back (law 7). Hostile input costs time and memory in proportion to its size and never panics; what different readers could
//! understand differently is told as a problem, so that nobody changes it.

mod address;
mod changes;
mod charset;
mod downgrade;
pub mod encode;
mod header;
mod index;
mod splice;
mod text;
mod transfer;

pub use address::{Mailbox, mailboxes};
pub use changes::{ChangeError, Changes, EmbeddedImage};
pub use downgrade::{NotAscii, ascii_domain, header_to_ascii, to_seven_bits};
pub use header::{ContentType, Disposition, Field, HeaderBlock, decode_words};
pub use index::{Bodies, Index, Part, PartId, Problem, Problems};
pub use splice::{Overlap, Splice, Splices};
pub use text::{Edit, TextBody, TextError, TextKind};
pub use transfer::TransferEncoding;
