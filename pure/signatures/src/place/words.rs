//! What mail programs write around what they quote and under what is written on them, in the languages in which they write it.
//!
//! Every test is of one line, or of a few that belong together, each cut to a bounded length: its cost does not depend on the message.

mod devices;
mod footers;
mod headers;
mod introductions;
mod originals;

pub(super) use devices::{Delimiter, is_delimiter, is_device_footer};
pub(super) use footers::is_footer;
pub(super) use headers::{begins_header_block, names_writer};
pub(super) use introductions::{introduces, is_introduction, may_begin_introduction};
pub(super) use originals::{is_forwarded, is_original, is_rule, names_original};

/// Longest line that is looked at; what introduces a quotation is shorter.
const LINE_LEN_MAX: usize = 600;

/// Whether a quoted line introduces what was quoted before: an answer without own text, and not somebody's text with signs in front.
pub(super) fn quotes_introduction(line: &str) -> bool {
    let said = line.trim_start_matches(|c: char| c == '>' || c.is_whitespace());
    is_introduction(said) || may_begin_introduction(said) || names_writer(said) || is_original(said)
}

/// Visible characters that count as own text: letters, digits and signs of any script, no lines drawn with characters.
pub(super) fn count(text: &str) -> usize {
    let counts = |c: &char| {
        c.is_alphanumeric() || (!c.is_ascii() && !super::tree::is_unseen(*c)) || matches!(c, '+' | '!' | '?')
    };
    text.chars().filter(counts).count()
}

/// Whether a line may be more than prose: a quick look that most lines do not pass.
pub(super) fn may_mark(line: &str) -> bool {
    let drawn =
        line.starts_with(['>', '-', '_', '=', '*', '#', '~', '+', '\u{2014}', '\u{2013}', '\u{2500}']);
    let colon = memchr::memchr(b':', line.as_bytes()).is_some() || (!line.is_ascii() && line.contains('：'));
    drawn
        || colon
        || line.contains("--")
        || line.ends_with('>')
        || may_begin_introduction(line)
        || names_original(line)
}

/// Whether `text` begins with `start`, which is in lower case, in any case.
fn begins(text: &str, start: &str) -> bool {
    // Most do not, and differ in their first letter.
    let (own, wanted) = (text.as_bytes().first(), start.as_bytes().first());
    // The lower case of an ASCII letter is one; the other way round it is not so.
    if own.is_some_and(u8::is_ascii) && own.map(u8::to_ascii_lowercase) != wanted.copied() {
        return false;
    }
    if let Some(own) = text.as_bytes().get(..start.len()).filter(|own| own.is_ascii() && start.is_ascii()) {
        return own.eq_ignore_ascii_case(start.as_bytes());
    }
    let mut own = text.chars().flat_map(char::to_lowercase);
    start.chars().all(|c| own.next() == Some(c))
}

#[cfg(test)]
mod tests;
