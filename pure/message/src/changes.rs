//! All changes of one message, collected and given out as one list of splices.
//!
//! Text edits, embedded images and header fields can touch the same part: an image turns the HTML part into the root of a new
//! multipart/related whose header takes the part's place, and a rewritten text changes that header too. They are collected first
//! and written once, so no two splices meet.

mod related;

pub use related::EmbeddedImage;

use crate::header::Field;
use crate::index::{Index, PartId};
use crate::splice::{Overlap, Splices};
use crate::text::{Edit, TextBody, TextError};
use core::ops::Range;
use related::Wrap;

/// Why a change cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    #[error(transparent)]
    Text(#[from] TextError),
    #[error(transparent)]
    Overlap(#[from] Overlap),
    #[error("the boundary `{0}` occurs in the message")]
    Boundary(String),
}

/// A collector of changes.
#[derive(Debug)]
pub struct Changes<'a> {
    bytes: &'a [u8],
    index: &'a Index,
    splices: Splices,
    /// Fields that must take a value, per part.
    fields: Vec<(PartId, &'static str, String)>,
    wrap: Option<Wrap>,
}

impl<'a> Changes<'a> {
    /// No change yet.
    #[must_use]
    pub fn new(bytes: &'a [u8], index: &'a Index) -> Self {
        Self { bytes, index, splices: Splices::new(), fields: Vec::new(), wrap: None }
    }

    /// Edits a text part; once for each part.
    ///
    /// # Errors
    /// If the edits overlap others.
    pub fn edit_text(&mut self, body: &TextBody<'_>, edits: &[Edit]) -> Result<(), ChangeError> {
        let change = body.change(edits)?;
        self.splices.merge(change.splices)?;
        let part = self.index.part(body.id);
        if part.body.is_empty() && body.id != PartId::MESSAGE {
            self.splices.insert(part.body.end, self.line_end_before_delimiter(part.body.end))?;
        }
        self.fields.extend(change.fields.into_iter().map(|(name, value)| (body.id, name, value)));
        Ok(())
    }

    /// The line end in front of a delimiter belongs to it (RFC 2046 §5.1.1), but behind an empty part it is the header's: then what is inserted
    /// at `end` has to bring one.
    fn line_end_before_delimiter(&self, end: usize) -> &'static str {
        match self.bytes.get(end) {
            Some(b'\r' | b'\n') | None => "",
            Some(_) => self.index.line_end,
        }
    }

    /// Puts images beside the HTML part `html`: into the multipart/related that holds it, else into a new one with `boundary` around it.
    ///
    /// # Errors
    /// If the boundary occurs in the message.
    pub fn embed_images(
        &mut self,
        html: PartId,
        images: Vec<EmbeddedImage>,
        boundary: &str,
    ) -> Result<(), ChangeError> {
        if memchr::memmem::find(self.bytes, boundary.as_bytes()).is_some() {
            return Err(ChangeError::Boundary(boundary.to_owned()));
        }
        self.wrap = (!images.is_empty()).then(|| Wrap { html, images, boundary: boundary.to_owned() });
        Ok(())
    }

    /// Takes out every field of the message's header called `name`.
    ///
    /// # Errors
    /// If one of them was changed already.
    pub fn remove_fields(&mut self, name: &str) -> Result<(), ChangeError> {
        for field in self.index.header().named(self.bytes, name) {
            self.splices.replace(field.whole.clone(), Vec::new())?;
        }
        Ok(())
    }

    /// Puts whole lines, line ends included, in front of the message; behind an mbox line if there is one.
    ///
    /// # Errors
    /// If the first field was taken out and something stands in its way.
    pub fn prepend(&mut self, block: impl Into<Vec<u8>>) -> Result<(), ChangeError> {
        let first = self
            .index
            .header()
            .fields
            .first()
            .map_or(self.index.header().range.start, |field| field.whole.start);
        Ok(self.splices.insert(first, block)?)
    }

    /// Gives a field of a part a value.
    pub(crate) fn set(&mut self, part: PartId, name: &'static str, value: String) {
        self.fields.push((part, name, value));
    }

    /// Puts `inserted` in the place of a range.
    pub(crate) fn replace(&mut self, range: Range<usize>, inserted: Vec<u8>) -> Result<(), ChangeError> {
        Ok(self.splices.replace(range, inserted)?)
    }

    /// All changes as splices.
    ///
    /// # Errors
    /// If two changes touch the same bytes.
    pub fn finish(mut self) -> Result<Splices, ChangeError> {
        if let Some(wrap) = self.wrap.take() {
            self.apply_wrap(wrap)?;
        }
        for (part, name, value) in core::mem::take(&mut self.fields) {
            self.set_field(part, name, &value)?;
        }
        Ok(self.splices)
    }

    /// Gives a field of a part a value: in place, or behind the last field.
    fn set_field(&mut self, part: PartId, name: &str, value: &str) -> Result<(), ChangeError> {
        let header = &self.index.part(part).header;
        let line = format!("{name}: {value}{}", self.index.line_end);
        match header.named(self.bytes, name).next() {
            Some(field) => self.splices.replace(field.whole.clone(), line)?,
            None => {
                self.splices.insert(header.range.end, line)?;
                if part == PartId::MESSAGE
                    && header.count(self.bytes, "MIME-Version") == 0
                    && name == "Content-Type"
                {
                    self.splices
                        .insert(header.range.end, format!("MIME-Version: 1.0{}", self.index.line_end))?;
                }
            }
        }
        Ok(())
    }

    /// The fields of `part` that describe its content, in their order.
    fn content_fields(&self, part: PartId) -> Vec<Field> {
        let header = &self.index.part(part).header;
        let describes = |field: &&Field| {
            self.bytes[field.name.clone()]
                .get(..8)
                .is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"Content-"))
        };
        header.fields.iter().filter(describes).cloned().collect()
    }
}

#[cfg(test)]
mod tests;
