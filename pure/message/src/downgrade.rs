//! The same message for a next hop that lacks 8BITMIME (RFC 6152) or SMTPUTF8 (RFC 6531): what a person reads stays, the bytes become ASCII.
//!
//! Bodies are put into a transfer encoding, words of the header into encoded words, parameters into the form of RFC 2231, domains into A-labels.
//! What is signed or encrypted as a part, and a message that readers could understand differently, keeps every byte of its bodies.
//! An address whose local part is not ASCII has no other form: then there is no header without it.

mod addresses;
mod bodies;
mod header;

use crate::index::Index;
use crate::splice::Splices;

/// What of a header has no form in ASCII.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAscii {
    #[error("the address `{address}` in the field {field}")]
    Address { field: String, address: String },
    #[error("the field {0}")]
    Field(String),
}

/// The changes that bring every body to seven bits that may be brought there, and each header as far as it can be; none for an ambiguous message.
#[must_use]
pub fn to_seven_bits(bytes: &[u8], index: &Index) -> Splices {
    bodies::to_seven_bits(bytes, index, 0)
}

/// The changes that bring the message's header, and the headers of its parts, to ASCII. Bytes that are no UTF-8 stay: no extension made them right.
///
/// # Errors
/// What has no such form.
pub fn header_to_ascii(bytes: &[u8], index: &Index) -> Result<Splices, NotAscii> {
    let mut splices = Splices::new();
    for (_, part) in index.iter() {
        for field in &part.header.fields {
            if let Some(value) = header::to_ascii(bytes, field, index.line_end)? {
                // Fields do not overlap.
                splices.replace(field.value.clone(), value).map_err(|_| header::unfit(bytes, field))?;
            }
        }
    }
    Ok(splices)
}

/// A domain in A-labels (RFC 5890 §2.3.2.1); `None` if it has no such form.
#[must_use]
pub fn ascii_domain(domain: &str) -> Option<String> {
    if domain.is_ascii() {
        return Some(domain.to_owned());
    }
    idna::domain_to_ascii(domain).ok().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests;
