//! The structure of a message: parts as byte ranges, found in one pass.
//!
//! A delimiter is a line that begins with `--` and the boundary of an open multipart and holds nothing else but `--` and blanks (RFC 2046
//! §5.1.1). The delimiter of an outer multipart ends the inner ones. Boundaries are compared innermost first; a line that some readers would take for
//! a delimiter and others not makes the message ambiguous. `message/rfc822` is a leaf: forwarded mail is opaque.
//!
//! ```text
//! header -> leaf body -----------------------------> end, or a delimiter of an ancestor
//!        -> multipart: preamble -> (delimiter -> part)* -> close delimiter -> epilogue -> the same
//! ```

mod bodies;
mod problems;
mod scan;

pub use bodies::Bodies;
pub use problems::{Problem, Problems};

use crate::header::{ContentType, Disposition, HeaderBlock};
use crate::transfer::TransferEncoding;
use core::ops::Range;

/// A part's place in [`Index::parts`]; the message itself is number 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartId(pub(crate) usize);

impl PartId {
    /// The message itself.
    pub const MESSAGE: Self = Self(0);
}

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub parent: Option<PartId>,
    pub children: Vec<PartId>,
    pub header: HeaderBlock,
    /// Without the line end that belongs to the delimiter behind it.
    pub body: Range<usize>,
    pub content_type: ContentType,
    pub encoding: TransferEncoding,
    pub disposition: Option<Disposition>,
    /// Without angle brackets.
    pub content_id: Option<String>,
    /// Of a multipart: the start of the close delimiter's line, if there is one.
    pub close: Option<usize>,
}

impl Part {
    /// Whether it is meant as a file beside the message.
    #[must_use]
    pub fn is_attachment(&self) -> bool {
        self.disposition.as_ref().is_some_and(|disposition| disposition.kind == "attachment")
    }
}

/// A message's parts in the order of their headers, with all that is wrong with them.
#[derive(Debug, Clone)]
pub struct Index {
    pub parts: Vec<Part>,
    pub problems: Problems,
    /// How the first line of the message ends.
    pub line_end: &'static str,
}

impl Index {
    /// Reads the structure of `bytes`; never fails, problems say what is wrong.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        scan::Scan::new(bytes).run()
    }

    /// One part.
    ///
    /// # Panics
    /// If `id` is of another index.
    #[must_use]
    pub fn part(&self, id: PartId) -> &Part {
        &self.parts[id.0]
    }

    /// The message's own header.
    #[must_use]
    pub fn header(&self) -> &HeaderBlock {
        &self.parts[0].header
    }

    /// Every part with its id.
    pub fn iter(&self) -> impl Iterator<Item = (PartId, &Part)> {
        self.parts.iter().enumerate().map(|(number, part)| (PartId(number), part))
    }

    /// The section number as IMAP counts (RFC 3501 §6.4.5): `1` for a message without parts, `1.2` for nested ones.
    #[must_use]
    pub fn section(&self, id: PartId) -> String {
        let mut numbers = Vec::new();
        let mut at = id;
        while let Some(parent) = self.part(at).parent {
            let place = self.part(parent).children.iter().position(|child| *child == at);
            numbers.push(place.map_or(0, |place| place + 1).to_string());
            at = parent;
        }
        if numbers.is_empty() && !self.part(id).content_type.is_multipart() {
            numbers.push("1".to_owned());
        }
        numbers.reverse();
        numbers.join(".")
    }

    /// The parts above `id`, nearest first.
    pub fn ancestors(&self, id: PartId) -> impl Iterator<Item = PartId> {
        core::iter::successors(self.part(id).parent, |at| self.part(*at).parent)
    }
}

#[cfg(test)]
mod tests;
