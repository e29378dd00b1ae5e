//! One text part, read through its transfer encoding and charset, and edited in place.
//!
//! Offsets of edits are those of the decoded text. An edit becomes the smallest raw splice that the encoding allows: plain bytes go in as they
//! are, quoted-printable gets lines of its own between soft breaks, base64 is re-encoded for the one quantum that is cut. Only a plain text
//! whose charset cannot hold what is inserted is written anew, in UTF-8. Line ends of the part are kept.

mod content_type;
mod encoded;
mod flowed;
mod label;
mod lines;

use crate::charset::Charset;
use crate::index::{Index, Part, PartId};
use crate::splice::{Overlap, Splices};
use crate::transfer::{self, TransferEncoding};
use core::ops::Range;
use encoded::Change;
use std::borrow::Cow;

/// Whether characters may be written as references.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    Html,
    Plain,
}

/// A change of the decoded text: `range` out, `insert` in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub range: Range<usize>,
    pub insert: String,
}

/// Why a part cannot be read, and so not be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("the charset `{0}` is unknown or cannot be written")]
    Charset(String),
    #[error("the transfer encoding `{0}` is unknown")]
    Encoding(String),
    #[error("the base64 of the part is damaged")]
    Damaged,
    #[error("the part has no body")]
    NoBody,
    /// What is there would be lost with it.
    #[error("the signature does not fit the charset, and what the part has cannot be read for sure")]
    Unsure,
    #[error(transparent)]
    Overlap(#[from] Overlap),
}

/// A text part, decoded.
#[derive(Debug, Clone)]
pub struct TextBody<'a> {
    pub id: PartId,
    pub kind: TextKind,
    part: &'a Part,
    /// The value of its Content-Type, as it stands in the message.
    content_type: Option<&'a [u8]>,
    header_line_end: &'static str,
    /// The body as it is on the wire.
    raw: &'a [u8],
    /// The body behind its transfer encoding.
    content: Cow<'a, [u8]>,
    charset: Charset,
    text: String,
    /// How lines of the text end.
    line_end: &'static str,
    /// How lines on the wire end: of base64 they may be others than those of the text.
    wire_line_end: &'static str,
}

/// What edits do to a part: raw splices of its body, and header fields that must take these values.
#[derive(Debug, Clone, Default)]
pub(crate) struct PartChange {
    pub(crate) splices: Splices,
    pub(crate) fields: Vec<(&'static str, String)>,
}

impl<'a> TextBody<'a> {
    /// Reads a text part of the message `bytes`.
    ///
    /// # Errors
    /// [`TextError`] names what cannot be read.
    pub fn read(bytes: &'a [u8], index: &'a Index, id: PartId) -> Result<Self, TextError> {
        let part = index.part(id);
        if !part.header.ended {
            return Err(TextError::NoBody);
        }
        let raw = &bytes[part.body.clone()];
        let content = match part.encoding {
            TransferEncoding::SevenBit | TransferEncoding::EightBit | TransferEncoding::Binary => {
                Cow::Borrowed(raw)
            }
            TransferEncoding::QuotedPrintable => Cow::Owned(transfer::decode_quoted_printable(raw)),
            TransferEncoding::Base64 => {
                let decoded = transfer::decode_base64(raw);
                if decoded.damaged {
                    return Err(TextError::Damaged);
                }
                Cow::Owned(decoded.bytes)
            }
            TransferEncoding::Unknown => {
                let word = part.header.value(bytes, "Content-Transfer-Encoding").unwrap_or_default();
                return Err(TextError::Encoding(word.into_owned()));
            }
        };
        let label = part.content_type.parameter("charset");
        let charset = Charset::new(label, &content)
            .ok_or_else(|| TextError::Charset(label.unwrap_or_default().to_owned()))?;
        let text = charset.decode(&content);
        let kind = if part.content_type.is("text/html") { TextKind::Html } else { TextKind::Plain };
        let line_end = lines::line_end_of(&content).unwrap_or(index.line_end);
        let wire_line_end = lines::line_end_of(raw).unwrap_or(index.line_end);
        let field = part.header.named(bytes, "Content-Type").next();
        let content_type = field.map(|field| &bytes[field.value.clone()]);
        let header_line_end = index.line_end;
        Ok(Self {
            id,
            kind,
            part,
            content_type,
            header_line_end,
            raw,
            content,
            charset,
            text,
            line_end,
            wire_line_end,
        })
    }

    /// The text in UTF-8, line ends as they are.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Turns edits into changes of the raw part.
    pub(crate) fn change(&self, edits: &[Edit]) -> Result<PartChange, TextError> {
        let edits = self.prepare(edits);
        let contents: Option<Vec<Vec<u8>>> = edits.iter().map(|edit| self.encode(&edit.insert)).collect();
        match contents.filter(|_| !self.needs_longer_lines(&edits)) {
            Some(contents) => self.splice(&edits, contents),
            None => self.rewrite(&edits),
        }
    }

    /// Sorted, with the part's line ends, flowed where the part is; edits closer than a base64 quantum become one.
    fn prepare(&self, edits: &[Edit]) -> Vec<Edit> {
        let mut sorted: Vec<Edit> = edits
            .iter()
            .map(|edit| {
                let insert = match self.kind {
                    TextKind::Plain if self.is_flowed() => flowed::stuff(&edit.insert),
                    TextKind::Plain | TextKind::Html => edit.insert.clone(),
                };
                Edit { range: edit.range.clone(), insert: lines::with_line_end(&insert, self.line_end) }
            })
            .collect();
        sorted.sort_by_key(|edit| edit.range.start);
        let mut joined: Vec<Edit> = Vec::new();
        for edit in sorted {
            match joined.last_mut().filter(|last| edit.range.start < last.range.end + 4) {
                Some(last) => {
                    let between = self.text.get(last.range.end..edit.range.start).unwrap_or_default();
                    last.insert = format!("{}{between}{}", last.insert, edit.insert);
                    last.range.end = last.range.end.max(edit.range.end);
                }
                None => joined.push(edit),
            }
        }
        joined
    }

    fn is_flowed(&self) -> bool {
        self.part.content_type.parameter("format").is_some_and(|format| format.eq_ignore_ascii_case("flowed"))
    }

    /// The bytes of an insertion in the part's charset; `None` if they do not fit it or its encoding.
    fn encode(&self, insert: &str) -> Option<Vec<u8>> {
        let seven_bit = self.part.encoding == TransferEncoding::SevenBit;
        match self.kind {
            TextKind::Html => Some(self.charset.encode_html(insert, seven_bit || self.charset.is_stateful())),
            TextKind::Plain => self.charset.encode(insert).filter(|bytes| !seven_bit || bytes.is_ascii()),
        }
    }

    /// Whether an unencoded part would get a line over SMTP's limit that cannot be broken at a blank.
    fn needs_longer_lines(&self, edits: &[Edit]) -> bool {
        self.part.encoding.is_identity() && edits.iter().any(|edit| !lines::can_be_wrapped(&edit.insert))
    }

    fn splice(&self, edits: &[Edit], contents: Vec<Vec<u8>>) -> Result<PartChange, TextError> {
        let offsets: Vec<usize> = edits.iter().flat_map(|edit| [edit.range.start, edit.range.end]).collect();
        let places = self.charset.places(&self.content, &self.text, &offsets);
        let changes: Vec<Change> = places
            .chunks_exact(2)
            .zip(contents)
            .map(|(place, content)| {
                let range = self.charset.settle(&self.content, place[0])
                    ..self.charset.settle(&self.content, place[1]);
                let content = self.charset.in_front_of(content, &self.content[range.end..]);
                let state = self.charset.state_after(&self.content[..range.start]);
                Change { range, content, state }
            })
            .collect();
        let local = match self.part.encoding {
            TransferEncoding::QuotedPrintable => {
                encoded::quoted_printable(self.raw, self.wire_line_end, changes)?
            }
            TransferEncoding::Base64 => {
                let padded = encoded::Padded { kind: self.kind, line_end: self.line_end };
                encoded::base64(self.raw, &self.content, padded, self.wire_line_end, changes)?
            }
            TransferEncoding::SevenBit
            | TransferEncoding::EightBit
            | TransferEncoding::Binary
            | TransferEncoding::Unknown => encoded::identity(self.raw, self.line_end, changes)?,
        };
        let mut splices = Splices::new();
        for splice in &local {
            let start = self.part.body.start + splice.offset;
            splices.replace(start..start + splice.removed, splice.inserted.clone())?;
        }
        Ok(PartChange { splices, fields: Vec::new() })
    }

    /// The whole part anew, in UTF-8.
    fn rewrite(&self, edits: &[Edit]) -> Result<PartChange, TextError> {
        if !self.charset.is_sure_of(&self.content) {
            return Err(TextError::Unsure);
        }
        let mut text = self.text.clone();
        let label = self.label_in_markup(edits);
        let edits = edits.iter().chain(&label);
        let mut edits: Vec<&Edit> = edits.collect();
        edits.sort_by_key(|edit| edit.range.start);
        for edit in edits.iter().rev() {
            text.replace_range(edit.range.clone(), &edit.insert);
        }
        let (body, encoding) = if self.part.encoding == TransferEncoding::Base64 {
            (crate::encode::base64(text.as_bytes(), self.wire_line_end), "base64")
        } else {
            (crate::encode::quoted_printable(text.as_bytes(), self.wire_line_end), "quoted-printable")
        };
        let mut splices = Splices::new();
        splices.replace(self.part.body.clone(), body)?;
        let fields = vec![
            (
                "Content-Type",
                content_type::in_utf8(self.content_type, &self.part.content_type, self.header_line_end),
            ),
            ("Content-Transfer-Encoding", encoding.to_owned()),
        ];
        Ok(PartChange { splices, fields })
    }

    /// The charset that the markup names for itself, made `utf-8`: readers that save the part as a file believe it.
    fn label_in_markup(&self, edits: &[Edit]) -> Option<Edit> {
        let range = match self.kind {
            TextKind::Html => label::in_markup(&self.text)?,
            TextKind::Plain => return None,
        };
        let is_apart =
            edits.iter().all(|edit| edit.range.end <= range.start || edit.range.start >= range.end);
        is_apart.then(|| Edit { range, insert: "utf-8".to_owned() })
    }
}

#[cfg(test)]
mod tests;
