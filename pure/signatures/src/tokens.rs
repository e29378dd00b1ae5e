//! Tags and text of markup, in order. It reads as forgivingly as a browser where that is simple, and never fails.
//!
//! The contents of `script`, `style`, `title` and comments are skipped. A `<` that opens nothing is text. A quote opens a value only
//! behind `=`, as in HTML 13.2.5: one that stands loose in a tag hides nothing. Each byte is looked at a bounded number of times.

use memchr::{memchr, memchr3, memmem};
use std::borrow::Cow;

/// A piece of markup.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token<'m> {
    Text(&'m str),
    /// The name in lower case.
    Open {
        name: Cow<'m, str>,
        attributes: &'m str,
    },
    Close {
        name: Cow<'m, str>,
    },
}

/// The pieces of `markup`.
pub(crate) fn tokens(markup: &str) -> Tokens<'_> {
    Tokens { markup, start: 0, at: 0, quotes_are_broken: false }
}

/// An iterator over the pieces.
pub(crate) struct Tokens<'m> {
    markup: &'m str,
    start: usize,
    at: usize,
    /// A quote was left open to the end: from there on a tag ends with the first `>`. Asked once, so that reading stays linear.
    quotes_are_broken: bool,
}

/// Elements whose contents nobody sees.
const HIDDEN: [&str; 3] = ["script", "style", "title"];

impl<'m> Iterator for Tokens<'m> {
    type Item = Token<'m>;

    fn next(&mut self) -> Option<Token<'m>> {
        while self.at < self.markup.len() {
            if let Some(token) = self.step() {
                return Some(token);
            }
        }
        None
    }
}

impl<'m> Tokens<'m> {
    /// Where the last piece begins, as a byte of the markup.
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// Where the next piece begins.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// Takes one piece; `None` for one that is not seen.
    fn step(&mut self) -> Option<Token<'m>> {
        let rest = &self.markup[self.at..];
        self.start = self.at;
        if !opens_tag(rest.as_bytes()) {
            let end = next_tag(rest.as_bytes());
            self.at += end;
            return Some(Token::Text(&rest[..end]));
        }
        if let Some(end) = unseen_end(rest) {
            self.at += end;
            return None;
        }
        let end = self.tag_end(rest.as_bytes());
        let inner = &rest[1..end];
        let inner = inner.strip_suffix('>').unwrap_or(inner);
        self.at += end;
        if let Some(name) = inner.strip_prefix('/') {
            return Some(Token::Close { name: tag_name(name) });
        }
        let name = tag_name(inner);
        let attributes = &inner[name.len()..];
        if HIDDEN.contains(&&*name) {
            self.skip_contents(&name);
            return None;
        }
        Some(Token::Open { name, attributes })
    }

    /// Behind the `>` that closes the tag; quoted values may hold one.
    fn tag_end(&mut self, text: &[u8]) -> usize {
        let mut at = 1;
        while !self.quotes_are_broken {
            let Some(found) = memchr3(b'>', b'"', b'\'', &text[at..]) else { return text.len() };
            let here = at + found;
            if text[here] == b'>' {
                return here + 1;
            }
            at = here + 1;
            if opens_value(&text[..here]) {
                match memchr(text[here], &text[at..]) {
                    Some(length) => at += length + 1,
                    None => self.quotes_are_broken = true,
                }
            }
        }
        memchr(b'>', text).map_or(text.len(), |offset| offset + 1)
    }

    fn skip_contents(&mut self, name: &str) {
        let rest = &self.markup.as_bytes()[self.at..];
        let closes = |at: &usize| {
            let tag = &rest[at + 1..];
            tag.first() == Some(&b'/')
                && tag.get(1..=name.len()).is_some_and(|own| own.eq_ignore_ascii_case(name.as_bytes()))
        };
        self.at += memchr::memchr_iter(b'<', rest).find(closes).unwrap_or(rest.len());
    }
}

fn opens_tag(text: &[u8]) -> bool {
    let [b'<', next, ..] = text else { return false };
    next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?')
}

/// The length of a comment, a declaration or an instruction at the beginning of `text`.
fn unseen_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if let Some(comment) = bytes.strip_prefix(b"<!--") {
        // HTML 13.2.5.43: these two close a comment at once.
        let end = match comment {
            [b'>', ..] => Some(1),
            [b'-', b'>', ..] => Some(2),
            _ => memmem::find(comment, b"-->").map(|at| at + 3),
        };
        return Some(end.map_or(text.len(), |end| end + 4));
    }
    matches!(bytes, [b'<', b'!' | b'?', ..])
        .then(|| memchr(b'>', bytes).map_or(text.len(), |offset| offset + 1))
}

/// Whether a quote behind `tag` begins the value of an attribute.
fn opens_value(tag: &[u8]) -> bool {
    tag.iter().rev().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'=')
}

/// Where the text before the next tag ends; at least one character is text.
fn next_tag(text: &[u8]) -> usize {
    memchr::memchr_iter(b'<', text)
        .find(|offset| *offset > 0 && opens_tag(&text[*offset..]))
        .unwrap_or(text.len())
}

/// The name in lower case. Names are ASCII; anything else ends them, so lengths agree with the source.
fn tag_name(inner: &str) -> Cow<'_, str> {
    let end = inner
        .bytes()
        .position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b':' | b'-'))
        .unwrap_or(inner.len());
    let name = &inner[..end];
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Owned(name.to_ascii_lowercase());
    }
    Cow::Borrowed(name)
}

/// The value of an attribute, undecoded.
pub(crate) fn attribute<'m>(attributes: &'m str, name: &str) -> Option<&'m str> {
    self::attributes(attributes).find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Names and undecoded values, in order.
pub(crate) fn attributes(written: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = written;
    core::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return None;
        }
        // A name has at least one character, whatever it is.
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest
            .bytes()
            .skip(first)
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'/'))
            .map_or(rest.len(), |end| first + end);
        let name = &rest[..end];
        let behind = rest[end..].trim_ascii_start();
        let (value, next) = match behind.strip_prefix('=') {
            Some(written) => attribute_value(written.trim_ascii_start()),
            None => ("", behind.strip_prefix('/').unwrap_or(behind)),
        };
        rest = next;
        Some((name, value))
    })
}

fn attribute_value(written: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = written.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let end = written.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(written.len());
    written.split_at(end)
}
