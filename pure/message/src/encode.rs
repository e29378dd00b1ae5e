//! Encoders: base64, quoted-printable, encoded words, and the folding of generated fields.

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Longest encoded line without its line end (RFC 2045 §6.7, §6.8).
pub(crate) const LINE_MAX: usize = 76;
/// Longest encoded word (RFC 2047 §2), and how many bytes of text fit into one of `=?utf-8?B?..?=`.
const WORD_BYTES: usize = 45;

/// Base64 in lines of 76 characters joined by `line_end`, without one at the end.
#[must_use]
pub fn base64(bytes: &[u8], line_end: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / 3 * 4 + bytes.len() / 28 + 8);
    for (number, line) in bytes.chunks(LINE_MAX / 4 * 3).enumerate() {
        if number > 0 {
            out.extend_from_slice(line_end.as_bytes());
        }
        line.chunks(3).for_each(|quantum| push_quantum(quantum, &mut out));
    }
    out
}

fn push_quantum(quantum: &[u8], out: &mut Vec<u8>) {
    let byte = |at: usize| u32::from(quantum.get(at).copied().unwrap_or(0));
    let value = byte(0) << 16 | byte(1) << 8 | byte(2);
    for place in 0..4 {
        let digit = BASE64[(value >> (18 - 6 * place)) as usize & 63];
        out.push(if place > quantum.len() { b'=' } else { digit });
    }
}

/// Quoted-printable text: the line ends of `bytes` (CRLF or LF) become hard ones, longer lines get soft ones, all of them written as `line_end`: a bare
/// LF that was escaped before is none on the wire now.
#[must_use]
pub fn quoted_printable(bytes: &[u8], line_end: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    let mut column = 0;
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        if let Some(length) = line_end_at(rest) {
            out.extend_from_slice(line_end.as_bytes());
            (at, column) = (at + length, 0);
            continue;
        }
        let escaped = needs_escape(rest, column);
        let width = if escaped { 3 } else { 1 };
        // One column is kept for the `=` of a soft break.
        if column + width > LINE_MAX - 1 {
            out.extend_from_slice(b"=");
            out.extend_from_slice(line_end.as_bytes());
            column = 0;
            continue;
        }
        if escaped {
            out.extend_from_slice(format!("={:02X}", rest[0]).as_bytes());
        } else {
            out.push(rest[0]);
        }
        (at, column) = (at + 1, column + width);
    }
    out
}

fn line_end_at(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'\r', b'\n', ..] => Some(2),
        [b'\n', ..] => Some(1),
        _ => None,
    }
}

fn needs_escape(rest: &[u8], column: usize) -> bool {
    match rest[0] {
        b'=' => true,
        // A blank in front of a line end would be lost on the way (RFC 2045 §6.7 rule 3).
        b' ' | b'\t' => rest.len() == 1 || line_end_at(&rest[1..]).is_some(),
        // A dot or `From ` at the start of a line is touched by some hosts.
        b'.' => column == 0,
        b'F' => column == 0 && rest.starts_with(b"From "),
        byte => !(b'!'..=b'~').contains(&byte),
    }
}

/// A header text: as it is if it is printable ASCII and no encoded word, else as encoded words of UTF-8 joined by folds.
/// Line ends and other control characters become spaces, so no value can begin a new field.
#[must_use]
pub fn header_text(text: &str) -> String {
    let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if flat.is_ascii() && !flat.contains("=?") {
        return flat;
    }
    let mut words: Vec<String> = Vec::new();
    let mut chunk = String::new();
    for c in flat.chars() {
        if chunk.len() + c.len_utf8() > WORD_BYTES {
            words.push(encoded_word(&chunk));
            chunk.clear();
        }
        chunk.push(c);
    }
    words.push(encoded_word(&chunk));
    words.join("\r\n ")
}

fn encoded_word(text: &str) -> String {
    // WORD_BYTES keeps it on one line of base64.
    format!("=?utf-8?B?{}?=", String::from_utf8_lossy(&base64(text.as_bytes(), "")))
}

/// A quoted parameter value of printable ASCII; quotes and backslashes are escaped, anything else becomes `_`.
#[must_use]
pub fn quoted_parameter(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c == ' ' || c.is_ascii_graphic() => out.push(c),
            _ => out.push('_'),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
