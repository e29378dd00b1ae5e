//! Edits of the content as splices of the raw body, one function for each kind of transfer encoding.
//!
//! All take the changes as ascending ranges of the content with the bytes that replace them, and give splices whose offsets
//! count from the start of the body.

use super::{TextKind, lines};
use crate::charset::ESCAPE_ASCII;
use crate::encode;
use crate::splice::{Overlap, Splices};
use crate::transfer::{base64_quantum, quoted_printable_places};
use core::ops::Range;

/// One change of the content.
pub(super) struct Change {
    pub(super) range: Range<usize>,
    pub(super) content: Vec<u8>,
    /// The state of a stateful charset in which the text around it stands, if it is not ASCII.
    pub(super) state: Option<[u8; 3]>,
}

impl Change {
    /// `content` between the escapes out of the state and back into it, put on when nothing is added to it any more. Two escapes in a row
    /// are an error for browsers: content that begins or ends with one of its own gets no second one there.
    fn between_escapes(state: Option<[u8; 3]>, content: Vec<u8>) -> Vec<u8> {
        let Some(state) = state.filter(|_| !content.is_empty()) else { return content };
        let lead: &[u8] = if content.starts_with(b"\x1b") { b"" } else { &ESCAPE_ASCII };
        let content = content.strip_suffix(&ESCAPE_ASCII).unwrap_or(&content);
        [lead, content, &state].concat()
    }
}

/// 7bit, 8bit, binary: content and raw are the same.
pub(super) fn identity(raw: &[u8], line_end: &str, changes: Vec<Change>) -> Result<Splices, Overlap> {
    let mut splices = Splices::new();
    for Change { range, content, state } in changes {
        let before = column(raw, range.start);
        let after = memchr::memchr(b'\n', &raw[range.end..]).unwrap_or(raw.len() - range.end);
        // A line end inside of the other state would be no line end.
        let wrapped = lines::wrap(content, before, after, line_end);
        splices.replace(range, Change::between_escapes(state, wrapped))?;
    }
    Ok(splices)
}

/// Quoted-printable: the insertion stands on lines of its own, joined to its neighbours by soft line breaks.
pub(super) fn quoted_printable(raw: &[u8], line_end: &str, changes: Vec<Change>) -> Result<Splices, Overlap> {
    let offsets: Vec<usize> =
        changes.iter().flat_map(|change| [change.range.start, change.range.end]).collect();
    let places = quoted_printable_places(raw, &offsets);
    let soft = format!("={line_end}");
    let mut splices = Splices::new();
    for (place, Change { content, state, .. }) in places.chunks_exact(2).zip(changes) {
        let content = Change::between_escapes(state, content);
        let mut start = place[0];
        let mut inserted = Vec::new();
        if column(raw, start) > 0 && !(content.is_empty() && start == place[1]) {
            inserted.extend_from_slice(soft.as_bytes());
            // On a full line there is no room for the `=`: its last character goes down too.
            if column(raw, start) >= encode::LINE_MAX {
                let last = if raw[start - 3] == b'=' { 3 } else { 1 };
                inserted.extend_from_slice(&raw[start - last..start]);
                inserted.extend_from_slice(soft.as_bytes());
                start -= last;
            }
        }
        inserted.extend(encode::quoted_printable(&content, line_end));
        if !inserted.is_empty() && !inserted.ends_with(b"\n") && place[1] < raw.len() {
            inserted.extend_from_slice(soft.as_bytes());
        }
        splices.replace(start..place[1], inserted)?;
    }
    Ok(splices)
}

/// Base64: the quanta that are cut are written anew, with blanks added so that the quanta behind stay where they are.
pub(super) fn base64(
    raw: &[u8],
    content: &[u8],
    padded: Padded,
    wire_line_end: &str,
    changes: Vec<Change>,
) -> Result<Splices, Overlap> {
    let mut splices = Splices::new();
    for Change { range, content: mut inserted, state } in changes {
        let first = range.start / 3;
        let last = range.end.div_ceil(3);
        // The last quantum may hold fewer than three bytes: what reaches into it is written to the end.
        let to_end = last * 3 >= content.len();
        let end = if to_end { content.len() } else { last * 3 };
        let mut bytes = content[first * 3..range.start].to_vec();
        if !to_end {
            // Escapes have three bytes: with or without them the count is the same.
            let length = bytes.len() + inserted.len() + (end - range.end);
            inserted.extend(padded.bytes((3 - length % 3) % 3));
        }
        bytes.extend(Change::between_escapes(state, inserted));
        bytes.extend_from_slice(&content[range.end..end]);
        let start = base64_quantum(raw, first);
        let stop = if to_end { base64_quantum(raw, usize::MAX / 4) } else { base64_quantum(raw, last) };
        splices.replace(start..stop.max(start), on_own_lines(raw, start, stop, &bytes, wire_line_end))?;
    }
    Ok(splices)
}

/// What the text is, as far as bytes that nobody sees depend on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Padded {
    pub(super) kind: TextKind,
    pub(super) line_end: &'static str,
}

impl Padded {
    /// `count` bytes, modulo three, that a reader does not see: blanks in HTML, empty lines in plain text, where a blank at a line's
    /// end would have a meaning.
    fn bytes(self, count: usize) -> Vec<u8> {
        match (self.kind, self.line_end) {
            (TextKind::Html, _) => vec![b' '; count],
            (TextKind::Plain, "\n") => vec![b'\n'; count],
            // One CRLF is two bytes, two are one byte modulo three.
            (TextKind::Plain, _) => b"\r\n".repeat([0, 2, 1][count % 3]),
        }
    }
}

/// The encoded bytes, kept apart from what stands before and behind on the same line.
fn on_own_lines(raw: &[u8], start: usize, stop: usize, bytes: &[u8], line_end: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let encoded = encode::base64(bytes, line_end);
    if column(raw, start) > 0 && !encoded.is_empty() {
        out.extend_from_slice(line_end.as_bytes());
    }
    out.extend(encoded);
    let line_goes_on = raw.get(stop).is_some_and(|byte| !matches!(byte, b'\r' | b'\n'));
    if line_goes_on && !out.is_empty() || stop > start && column(raw, stop) == 0 && stop < raw.len() {
        out.extend_from_slice(line_end.as_bytes());
    }
    out
}

/// How many bytes stand on the line in front of `at`.
fn column(raw: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', &raw[..at]).map_or(at, |line_feed| at - line_feed - 1)
}
