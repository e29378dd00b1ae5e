//! Who is the sender, as rules and the directory mean it.
//!
//! The header's From counts if there is exactly one mailbox in it and the tenant owns its domain; else MAIL FROM. So a shared mailbox
//! that sends for somebody signs as that somebody, and nobody outside of the tenant can choose whose signature appears.

use crate::Compiled;
use message::{Index, mailboxes};
use model::{Address, ReversePath};

/// The sender's address; none only for a null sender.
pub(super) fn sender(
    bytes: &[u8],
    index: &Index,
    mail_from: &ReversePath,
    compiled: &Compiled,
) -> Option<Address> {
    header_from(bytes, index)
        .filter(|address| compiled.is_internal(address))
        .or_else(|| mail_from.mailbox().cloned())
}

fn header_from(bytes: &[u8], index: &Index) -> Option<Address> {
    let header = index.header();
    if header.count(bytes, "From") != 1 {
        return None;
    }
    let found = mailboxes(&header.value(bytes, "From")?);
    match found.as_slice() {
        [only] => only.address.parse().ok(),
        [] | [_, ..] => None,
    }
}
