//! A document's bytes as text: byte order mark first, then what the sender says, then what the document says, UTF-8 otherwise.
//!
//! AWS sends UTF-16, old feeds ISO-8859-1. A byte that makes no sense becomes U+FFFD; nothing fails because of one letter.

use crate::ReadError;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use sha2::{Digest as _, Sha256};

/// A longer document is refused: Google's whole history has about three million bytes.
pub const BYTES_MAX: usize = 8 << 20;
/// A value in memory is many times as long as `{}`: this bounds what a document can become.
pub const OBJECTS_MAX: usize = 200_000;
/// As well for values of lists and objects.
pub const VALUES_MAX: usize = 1_000_000;

/// Bytes of an XML declaration, where a charset is looked for.
const DECLARATION_LEN_MAX: usize = 200;

/// The document as text, without a byte order mark.
pub(crate) fn text(bytes: &[u8], content_type: Option<&str>) -> Result<String, ReadError> {
    if bytes.len() > BYTES_MAX {
        return Err(ReadError::TooLarge(bytes.len()));
    }
    let encoding = Encoding::for_bom(bytes)
        .map(|(encoding, _)| encoding)
        .or_else(|| wide(bytes))
        .or_else(|| charset(content_type).filter(|encoding| fits(encoding, bytes)))
        .or_else(|| declared(bytes))
        .unwrap_or(UTF_8);
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    if text.trim().is_empty() { Err(ReadError::Empty) } else { Ok(text.into_owned()) }
}

/// UTF-16 without a mark: the first character of JSON and XML is below U+0080.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0, low, ..] if *low != 0 => Some(UTF_16BE),
        [low, 0, ..] if *low != 0 => Some(UTF_16LE),
        _ => None,
    }
}

/// Some servers say ISO-8859-1 of what is UTF-8: text that is whole in UTF-8 with letters beyond ASCII is no accident.
fn fits(said: &Encoding, bytes: &[u8]) -> bool {
    let is_utf_8 = core::str::from_utf8(bytes).is_ok() && !bytes.is_ascii();
    said == UTF_8 || !is_utf_8
}

fn charset(content_type: Option<&str>) -> Option<&'static Encoding> {
    let parameters = content_type?.split(';').skip(1);
    let mut values = parameters.filter_map(|parameter| parameter.split_once('='));
    let (_, label) = values.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Encoding::for_label(label.trim().trim_matches('"').as_bytes())
}

/// `<?xml version="1.0" encoding="ISO-8859-1"?>`.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(DECLARATION_LEN_MAX)];
    let start = core::str::from_utf8(start)
        .or_else(|error| core::str::from_utf8(&start[..error.valid_up_to()]))
        .unwrap_or_default();
    let declaration = start.trim_start().strip_prefix("<?xml")?.split("?>").next()?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let label = value.strip_prefix(['"', '\''])?.split(['"', '\'']).next()?;
    // Who can read this in ASCII has no UTF-16 before him, whatever is declared.
    Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != UTF_16BE && *encoding != UTF_16LE)
}

/// Content hash in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Line and column, from 1, of a byte of the text.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let end = (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let before = &text[..end];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    (line, column)
}

#[cfg(test)]
mod tests;
