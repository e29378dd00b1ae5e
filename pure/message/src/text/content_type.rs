//! The Content-Type of a part that was written anew in UTF-8.
//!
//! Of the field as it stands only the charset's value is replaced, folds and comments included it stays what it was. Where that would not be read as
//! meant, or a line would be too long, it is made from what was read of it, a parameter on each line that is full.

use super::lines::LINE_MAX;
use crate::encode::quoted_parameter;
use crate::header::ContentType;
use core::ops::Range;

/// What a generated line has at most where it can be folded (RFC 5322 §2.1.1).
const FOLDED_LINE_MAX: usize = 78;
/// What stands in front of the value on its first line.
const NAME_LEN: usize = "Content-Type: ".len();
/// Bytes of a parameter's value in one piece (RFC 2231 §3).
const PIECE_LEN_MAX: usize = 60;

/// The value for the same type in UTF-8; `written` is the value as it stands in the message, if there is one.
pub(super) fn in_utf8(written: Option<&[u8]>, read: &ContentType, line_end: &str) -> String {
    let kept = written.and_then(|written| relabelled(str::from_utf8(written).ok()?, line_end));
    kept.filter(|value| is_same(value, read)).unwrap_or_else(|| generated(read, line_end))
}

/// The value with another charset and otherwise as it is.
fn relabelled(written: &str, line_end: &str) -> Option<String> {
    let written = written.trim();
    Some(match charset(written)? {
        Some(range) => format!("{}utf-8{}", &written[..range.start], &written[range.end..]),
        None => {
            format!("{};{line_end}\tcharset=utf-8", written.trim_end_matches([';', ' ', '\t', '\r', '\n']))
        }
    })
}

/// Where the value of the first parameter `charset` stands, quotes included. None: a quote or a comment is not closed.
fn charset(written: &str) -> Option<Option<Range<usize>>> {
    let bytes = written.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' | b'(' => at = closed(bytes, at)?,
            b';' => {
                let name = blanks_end(bytes, at + 1)?;
                let is_charset =
                    bytes.get(name..name + 7).is_some_and(|name| name.eq_ignore_ascii_case(b"charset"));
                let equals = blanks_end(bytes, name + 7).filter(|_| is_charset);
                match equals.filter(|equals| bytes.get(*equals) == Some(&b'=')) {
                    Some(equals) => return Some(Some(value(bytes, blanks_end(bytes, equals + 1)?)?)),
                    None => at += 1,
                }
            }
            _ => at += 1,
        }
    }
    Some(None)
}

/// The end of the quoted string or comment that begins at `start`.
fn closed(bytes: &[u8], start: usize) -> Option<usize> {
    let is_quoted = bytes[start] == b'"';
    let (mut at, mut depth) = (start + 1, 1_usize);
    while depth > 0 {
        match bytes.get(at)? {
            b'\\' => at += 1,
            b'"' if is_quoted => depth = 0,
            b'(' if !is_quoted => depth += 1,
            b')' if !is_quoted => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    Some(at)
}

/// Behind blanks and comments.
fn blanks_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        match bytes.get(at) {
            Some(b'(') => at = closed(bytes, at)?,
            Some(byte) if byte.is_ascii_whitespace() => at += 1,
            Some(_) | None => return Some(at),
        }
    }
}

fn value(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    if bytes.get(start) == Some(&b'"') {
        return Some(start..closed(bytes, start)?);
    }
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b';' | b'(' | b'"');
    let behind = bytes.get(start..)?;
    Some(start..start + behind.iter().position(ends).unwrap_or(behind.len()))
}

/// Whether the value says what was read, in UTF-8, on lines that SMTP carries.
fn is_same(value: &str, read: &ContentType) -> bool {
    let mut wanted = read.clone();
    wanted.parameters.insert("charset".to_owned(), "utf-8".to_owned());
    let fits = |(number, line): (usize, &str)| {
        line.trim_end_matches('\r').len() + if number == 0 { NAME_LEN } else { 0 } <= LINE_MAX
    };
    let is_whole = value.split(';').next().is_some_and(|media_type| media_type.contains('/'));
    is_whole && ContentType::parse(value.as_bytes()) == wanted && value.split('\n').enumerate().all(fits)
}

fn generated(read: &ContentType, line_end: &str) -> String {
    let mut value = read.media_type.clone();
    let mut column = NAME_LEN + value.len();
    let others = read.parameters.iter().filter(|(name, _)| *name != "charset");
    let charset = ["charset=utf-8".to_owned()];
    for parameter in charset.into_iter().chain(others.flat_map(|(name, text)| pieces(name, text))) {
        if column + "; ;".len() + parameter.len() > FOLDED_LINE_MAX {
            value.push_str(&format!(";{line_end}\t"));
            column = 1;
        } else {
            value.push_str("; ");
            column += "; ".len();
        }
        value.push_str(&parameter);
        column += parameter.len();
    }
    value
}

/// `name="text"`, or in pieces where it would fill a line.
fn pieces(name: &str, text: &str) -> Vec<String> {
    if text.len() <= PIECE_LEN_MAX {
        return vec![format!("{name}={}", quoted_parameter(text))];
    }
    let characters: Vec<char> = text.chars().collect();
    let piece = |(number, piece): (usize, &[char])| {
        format!("{name}*{number}={}", quoted_parameter(&piece.iter().collect::<String>()))
    };
    characters.chunks(PIECE_LEN_MAX).enumerate().map(piece).collect()
}

#[cfg(test)]
mod tests;
