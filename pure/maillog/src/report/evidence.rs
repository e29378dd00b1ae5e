//! Lines of a log as they may be shown: without the local parts of addresses.
//!
//! Everything in front of an `@` (or `%40`) up to a bracket, quote, colon, comma or blank is replaced, quoted local parts whole, so that
//! nobody's name is in a report. Host names, network addresses, domains and ids stay: they are what proves something.

use super::Evidence;
use model::Timestamp;

/// What stands for a local part.
const MASK: &str = "***";
/// A longer line is cut where it is shown.
const SHOWN_BYTES_MAX: usize = 1_500;

/// Where in the log a line stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) file: usize,
    pub(super) line: u64,
    pub(super) at: Timestamp,
    /// As it was read.
    pub(super) text: String,
}

impl Spot {
    pub(super) fn shown(&self, files: &[String]) -> Evidence {
        let name = files.get(self.file).map_or("", String::as_str);
        Evidence {
            id: format!("{name}:{}", self.line),
            at: self.at,
            text: shown(&self.text, SHOWN_BYTES_MAX),
        }
    }
}

/// The text masked and cut.
pub(super) fn shown(text: &str, bytes_max: usize) -> String {
    let mut shown = masked(text);
    if shown.len() > bytes_max {
        let end = (0..=bytes_max).rev().find(|at| shown.is_char_boundary(*at)).unwrap_or(0);
        shown.truncate(end);
        shown.push_str(" ...");
    }
    shown
}

/// The text with every local part masked.
pub(super) fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, length)) = next_at(rest) {
        let start = local_start(&rest[..at]);
        masked.push_str(&rest[..start]);
        if start < at {
            masked.push_str(MASK);
        }
        masked.push_str(&rest[at..at + length]);
        rest = &rest[at + length..];
    }
    masked.push_str(rest);
    masked
}

/// The next `@` or `%40`, and its length.
fn next_at(text: &str) -> Option<(usize, usize)> {
    let plain = text.find('@').map(|at| (at, 1));
    let coded = text.find("%40").map(|at| (at, 3));
    match (plain, coded) {
        (Some(plain), Some(coded)) => Some(plain.min(coded)),
        (one, other) => one.or(other),
    }
}

fn local_start(before: &str) -> usize {
    if let Some(inner) = before.strip_suffix('"') {
        return inner.rfind('"').unwrap_or(0);
    }
    let ends = |c: char| {
        c.is_whitespace()
            || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\'' | ',' | ';' | ':' | '|')
    };
    before.rfind(ends).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8))
}
