//! Tags and text of markup, in order. It reads as forgivingly as a browser where that is simple, and never fails.
//!
//! The contents of `script`, `style`, `title` and comments are skipped. A `<` that opens nothing is text.

use std::borrow::Cow;

/// A piece of markup.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token<'m> {
    Text(&'m str),
    Open { name: Cow<'m, str>, attributes: &'m str },
    Close { name: Cow<'m, str> },
}

/// The pieces of `markup`.
pub(crate) fn tokens(markup: &str) -> Tokens<'_> {
    Tokens { rest: markup, length: markup.len(), quotes_are_broken: false }
}

/// An iterator over the pieces.
pub(crate) struct Tokens<'m> {
    rest: &'m str,
    length: usize,
    /// A quote was left open to the end: from there on a tag ends with the first `>`. Asked once, so that reading stays linear.
    quotes_are_broken: bool,
}

/// Elements whose contents nobody sees.
const HIDDEN: [&str; 3] = ["script", "style", "title"];

impl<'m> Iterator for Tokens<'m> {
    type Item = Token<'m>;

    fn next(&mut self) -> Option<Token<'m>> {
        while !self.rest.is_empty() {
            if let Some(token) = self.step() {
                return Some(token);
            }
        }
        None
    }
}

impl<'m> Tokens<'m> {
    /// Where the next piece begins, as a byte of the markup.
    pub(crate) fn offset(&self) -> usize {
        self.length - self.rest.len()
    }

    /// Takes one piece off the rest; `None` for one that is not seen.
    fn step(&mut self) -> Option<Token<'m>> {
        let rest = self.rest;
        if let Some(comment) = rest.strip_prefix("<!--") {
            self.rest = comment.split_once("-->").map_or("", |(_, behind)| behind);
            return None;
        }
        if !opens_tag(rest) {
            let end = next_tag(rest);
            self.rest = &rest[end..];
            return Some(Token::Text(&rest[..end]));
        }
        let end = self.tag_end(rest);
        let inner = rest[1..end].trim_end_matches('>');
        self.rest = &rest[end..];
        match inner.strip_prefix('/') {
            Some(name) => Some(Token::Close { name: tag_name(name) }),
            None if inner.starts_with(['!', '?']) => None,
            None => {
                let name = tag_name(inner);
                let attributes = &inner[name.len()..];
                if HIDDEN.contains(&&*name) {
                    self.skip_contents(&name);
                    return None;
                }
                Some(Token::Open { name, attributes })
            }
        }
    }

    /// Behind the `>` that closes the tag; quoted values may hold one.
    fn tag_end(&mut self, text: &str) -> usize {
        let mut quote = None;
        for (offset, byte) in text.bytes().enumerate().take_while(|_| !self.quotes_are_broken) {
            match (quote, byte) {
                (None, b'>') => return offset + 1,
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), _) if open == byte => quote = None,
                (Some(_) | None, _) => {}
            }
        }
        self.quotes_are_broken = true;
        text.find('>').map_or(text.len(), |offset| offset + 1)
    }

    fn skip_contents(&mut self, name: &str) {
        let close = format!("</{name}");
        let end = find_ignoring_case(self.rest, &close).unwrap_or(self.rest.len());
        self.rest = &self.rest[end..];
    }
}

fn opens_tag(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next() == Some(b'<')
        && bytes.next().is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?'))
}

/// Where the text before the next tag ends; at least one character is text.
fn next_tag(text: &str) -> usize {
    text.match_indices('<')
        .map(|(offset, _)| offset)
        .find(|offset| *offset > 0 && opens_tag(&text[*offset..]))
        .unwrap_or(text.len())
}

/// The name in lower case. Names are ASCII; anything else ends them, so lengths agree with the source.
fn tag_name(inner: &str) -> Cow<'_, str> {
    let end =
        inner.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, ':' | '-')).unwrap_or(inner.len());
    let name = &inner[..end];
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Owned(name.to_ascii_lowercase());
    }
    Cow::Borrowed(name)
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    text.windows(wanted.len()).position(|window| window.eq_ignore_ascii_case(wanted))
}

/// The value of an attribute, undecoded.
pub(crate) fn attribute<'m>(attributes: &'m str, name: &str) -> Option<&'m str> {
    let mut rest = attributes.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
        let own = &rest[..end];
        let behind = rest[end..].trim_start();
        let (value, next) = match behind.strip_prefix('=') {
            Some(written) => attribute_value(written.trim_start()),
            None => ("", behind.strip_prefix('/').unwrap_or(behind)),
        };
        if own.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = next.trim_start();
    }
    None
}

fn attribute_value(written: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = written.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let end = written.find(char::is_whitespace).unwrap_or(written.len());
    written.split_at(end)
}
