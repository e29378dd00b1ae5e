//! Texts of vendors as plain text: what can be shown anywhere, if only it is escaped there.
//!
//! HTML loses its tags (scripts and styles with what is in them), entities become letters, escapes of Markdown go, links stay as words with their
//! address unless they stand in a line of a mail log, where a page's editor made them. Control characters and marks that turn the direction of text
//! are taken out, local parts of mail addresses are masked, and a text has a bound.

mod entities;
mod html;
mod markdown;
mod mask;

pub(crate) use entities::{decoded, entity};
pub(crate) use html::is_html;
pub use markdown::is_log_line;
pub use mask::masked;

/// A longer text is cut.
pub const TEXT_CHARS_MAX: usize = 65_536;
/// A longer title, name or word is cut.
pub const LINE_CHARS_MAX: usize = 500;

const CUT: &str = " […]";

/// A text of several lines. What looks like HTML is read as HTML; Markdown's escapes go either way.
pub(crate) fn text(source: &str) -> String {
    let source = bounded(source, TEXT_CHARS_MAX * 4);
    let unmarked = if is_html(&source) { html::text(&source) } else { decoded(&source) };
    finish(&markdown::unescaped(&unmarked), TEXT_CHARS_MAX)
}

/// One line: a title, a name, a word.
pub(crate) fn line(source: &str) -> String {
    let text = text(&bounded(source, LINE_CHARS_MAX * 8));
    let words: Vec<&str> = text.split_whitespace().collect();
    bounded(&words.join(" "), LINE_CHARS_MAX)
}

/// An address on the web; anything else is none.
pub(crate) fn url(source: &str) -> Option<String> {
    let source = source.trim();
    let is_web = ["https://", "http://"]
        .iter()
        .any(|scheme| source.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let is_clean = !source.chars().any(|c| {
        c.is_whitespace()
            || c.is_control()
            || is_hidden(c)
            || matches!(c, '<' | '>' | '"' | '\'' | '`' | '\\')
    });
    (is_web && is_clean && source.len() <= 2_000).then(|| source.to_owned())
}

fn finish(source: &str, chars_max: usize) -> String {
    let masked = mask::masked(source);
    let mut lines: Vec<String> = Vec::new();
    for line in masked.lines() {
        let line: String = line
            .chars()
            .map(|c| if c == '\t' || c == '\u{a0}' { ' ' } else { c })
            .filter(|c| !c.is_control() && !is_hidden(*c))
            .collect();
        let line = line.trim_end();
        let is_second_blank = line.is_empty() && lines.last().is_none_or(String::is_empty);
        if !is_second_blank {
            lines.push(line.to_owned());
        }
    }
    bounded(lines.join("\n").trim(), chars_max)
}

/// Letters that show nothing and turn or hide what follows.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{ad}')
}

fn bounded(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}{CUT}", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
