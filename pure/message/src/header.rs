//! One header block: its fields as ranges, and the values that structure depends on.
//!
//! Fields are found once and never copied. A folded field is one field (RFC 5322 §2.2.3). A line that is neither field nor continuation is
//! counted, because readers disagree on whether the header ends there. Lines end with CRLF or LF.

mod parameters;
mod words;

pub(crate) use parameters::split as split_parameters;
pub use parameters::{ContentType, Disposition};
pub use words::decode_words;

use core::ops::Range;
use memchr::{memchr, memchr2};
use std::borrow::Cow;

/// Header lines of one block that are read: two thousand addresses in Cc, one on a line, are a mail that people send.
const LINES_MAX: usize = 10_000;
/// Bytes of one block that are read; Postfix's `header_size_limit` times 2.5.
const BLOCK_BYTES_MAX: usize = 256 * 1024;

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name, without colon.
    pub name: Range<usize>,
    /// What stands behind the colon, line end excluded, folds included.
    pub value: Range<usize>,
    /// The whole field with its last line end.
    pub whole: Range<usize>,
}

/// The fields of one message or part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeaderBlock {
    /// From the first field to the start of the empty line.
    pub range: Range<usize>,
    pub fields: Vec<Field>,
    /// Where the body begins: behind the empty line.
    pub body_start: usize,
    /// Whether there was an empty line.
    pub ended: bool,
    /// Lines that are no field, other than an mbox `From ` line on top.
    pub malformed_lines: usize,
    /// Whether a limit was reached and the rest was left unread.
    pub too_long: bool,
}

impl HeaderBlock {
    /// The message's own header, for a caller who asks for nothing behind it.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::read(bytes, 0, |_| false)
    }

    /// Reads the block at `start`; `is_end` says of a line whether it ends the block from outside (a delimiter).
    pub(crate) fn read(bytes: &[u8], start: usize, is_end: impl Fn(&[u8]) -> bool) -> Self {
        let mut block = Self { range: start..start, body_start: start, ..Self::default() };
        let mut at = start;
        let mut lines = 0;
        while at < bytes.len() {
            let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length + 1);
            let line = without_line_end(&bytes[at..end]);
            if line.is_empty() && end > at {
                block.body_start = end;
                block.ended = true;
                return block;
            }
            if is_end(line) {
                block.body_start = at;
                return block;
            }
            lines += 1;
            if lines > LINES_MAX || end - start > BLOCK_BYTES_MAX {
                block.too_long = true;
                block.body_start = at;
                return block;
            }
            block.add_line(bytes, at..end, line.len());
            block.range.end = end;
            at = end;
        }
        block.body_start = at;
        block
    }

    fn add_line(&mut self, bytes: &[u8], whole: Range<usize>, length: usize) {
        let line = &bytes[whole.start..whole.start + length];
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            match self.fields.last_mut() {
                Some(field) => {
                    field.value.end = whole.start + length;
                    field.whole.end = whole.end;
                }
                None => self.malformed_lines += 1,
            }
            return;
        }
        let name_length = memchr(b':', line).map(|colon| line[..colon].trim_ascii_end().len());
        let is_name = |name: &[u8]| !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
        match name_length.filter(|&length| is_name(&line[..length])) {
            Some(name_length) => {
                let colon = memchr(b':', line).unwrap_or(name_length);
                self.fields.push(Field {
                    name: whole.start..whole.start + name_length,
                    value: whole.start + colon + 1..whole.start + length,
                    whole,
                });
            }
            None if line.starts_with(b"From ") && self.fields.is_empty() && self.malformed_lines == 0 => {}
            None => self.malformed_lines += 1,
        }
    }

    /// The fields called `name`, in order.
    pub fn named<'a>(&'a self, bytes: &'a [u8], name: &'a str) -> impl Iterator<Item = &'a Field> {
        self.fields
            .iter()
            .filter(move |field| bytes[field.name.clone()].eq_ignore_ascii_case(name.as_bytes()))
    }

    /// The raw value of the first field called `name`, unfolded and trimmed; bytes that are no UTF-8 become U+FFFD.
    #[must_use]
    pub fn value<'b>(&self, bytes: &'b [u8], name: &str) -> Option<Cow<'b, str>> {
        self.named(bytes, name).next().map(|field| unfold(&bytes[field.value.clone()]))
    }

    /// What a person reads in the first field called `name`: unfolded, its encoded words decoded. Bytes that are no UTF-8 are read as
    /// ISO-8859-1, as old programs meant them; proofs use [`Self::value`], where they match nothing.
    #[must_use]
    pub fn text(&self, bytes: &[u8], name: &str) -> Option<String> {
        let flat = flat(&bytes[self.named(bytes, name).next()?.value.clone()]);
        Some(match str::from_utf8(&flat) {
            Ok(value) => decode_words(value.trim()),
            Err(_) => decode_words(flat.iter().copied().map(char::from).collect::<String>().trim()),
        })
    }

    /// How many fields are called `name`.
    #[must_use]
    pub fn count(&self, bytes: &[u8], name: &str) -> usize {
        self.named(bytes, name).count()
    }
}

pub(crate) fn unfold(value: &[u8]) -> Cow<'_, str> {
    match flat(value) {
        Cow::Borrowed(flat) => String::from_utf8_lossy(flat.trim_ascii()),
        Cow::Owned(flat) => Cow::Owned(String::from_utf8_lossy(flat.trim_ascii()).into_owned()),
    }
}

/// A value on one line (RFC 5322 §2.2.3): line ends go, the white space behind them stays.
fn flat(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr2(b'\r', b'\n', value).is_none() {
        return Cow::Borrowed(value);
    }
    let mut flat = Vec::with_capacity(value.len());
    flat.extend(value.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')));
    Cow::Owned(flat)
}

pub(crate) fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests;
