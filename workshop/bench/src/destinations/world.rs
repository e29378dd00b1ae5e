//! The receiving world: so many domains, each with one exchanger that has a name and an address of its own.
//!
//! Everything follows from the number of a message, so both relays meet the same: where it goes, and whether it is deferred at first.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::Ipv4Addr;

/// The first exchanger's address; the others follow it.
const FIRST: Ipv4Addr = Ipv4Addr::new(127, 128, 0, 1);
/// One of so many recipients is deferred at first.
const ONE_OF: u64 = 20;
/// Before the numbers of what is measured.
const MEASURED: &str = "kim.";

/// A domain's name in front of `example`.
pub(crate) fn label(destination: usize) -> String {
    format!("d{destination:05}")
}

/// The number of a domain's label.
pub(crate) fn of_label(label: &str) -> Option<usize> {
    label.strip_prefix('d')?.parse().ok()
}

pub(crate) fn exchanger(destination: usize) -> Ipv4Addr {
    let number = u32::try_from(destination).unwrap_or(u32::MAX);
    Ipv4Addr::from_bits(FIRST.to_bits().saturating_add(number))
}

/// Whose exchanger listens there.
pub(crate) fn of_exchanger(address: Ipv4Addr) -> Option<usize> {
    usize::try_from(address.to_bits().checked_sub(FIRST.to_bits())?).ok()
}

/// To whom the message of this number goes, of so many destinations in turn.
pub(crate) fn recipient(number: usize, destinations: usize) -> String {
    format!("{MEASURED}{number}@{}.example", label(number % destinations))
}

/// The same for messages that warm up.
pub(crate) fn warming(number: usize, destinations: usize) -> String {
    format!("warm.{number}@{}.example", label(number % destinations))
}

/// Whether this recipient is deferred at first, where anybody is.
pub(crate) fn is_deferred(recipient: &str) -> bool {
    let mut hasher = DefaultHasher::new();
    recipient.hash(&mut hasher);
    recipient.starts_with(MEASURED) && hasher.finish().is_multiple_of(ONE_OF)
}
