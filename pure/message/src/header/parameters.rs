//! Content-Type and Content-Disposition with their parameters (RFC 2045 §5.1, RFC 2183), continued and encoded ones included (RFC 2231).

use super::{decode_words, unfold};
use crate::transfer::percent_decode;
use encoding_rs::{Encoding, UTF_8};
use std::collections::BTreeMap;

/// Parameters of one field that are read.
const PARAMETERS_MAX: usize = 64;

/// A media type with its parameters; all in lower case but the values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentType {
    /// `text/html`.
    pub media_type: String,
    pub parameters: BTreeMap<String, String>,
    /// Whether a parameter was given twice: readers disagree which one counts.
    pub doubled: bool,
}

/// `inline`, `attachment` or another word, with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposition {
    pub kind: String,
    pub filename: Option<String>,
}

impl ContentType {
    /// What a part is that does not say (RFC 2045 §5.2).
    #[must_use]
    pub fn plain() -> Self {
        Self { media_type: "text/plain".to_owned(), parameters: BTreeMap::new(), doubled: false }
    }

    pub(crate) fn parse(value: &[u8]) -> Self {
        let value = unfold(value);
        let (word, rest) = split_word(&value);
        let (parameters, doubled) = parameters(rest);
        let good = word.split_once('/').is_some_and(|(kind, sub)| !kind.is_empty() && !sub.is_empty());
        // RFC 2045 §5.2: a value that cannot be read is text/plain, except that old mail says just `text`.
        let media_type = if good || word.is_empty() { word } else { format!("{word}/plain") };
        let media_type = if media_type.is_empty() { "text/plain".to_owned() } else { media_type };
        Self { media_type, parameters, doubled }
    }

    /// A parameter's value.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// Whether the type is `multipart/*`.
    #[must_use]
    pub fn is_multipart(&self) -> bool {
        self.media_type.starts_with("multipart/")
    }

    /// Whether the media type is `media_type`, given in lower case.
    #[must_use]
    pub fn is(&self, media_type: &str) -> bool {
        self.media_type == media_type
    }
}

impl Disposition {
    pub(crate) fn parse(value: &[u8]) -> Self {
        let value = unfold(value);
        let (kind, rest) = split_word(&value);
        let (mut parameters, _doubled) = parameters(rest);
        Self { kind, filename: parameters.remove("filename") }
    }
}

/// A value's word and its parameters, and whether one was given twice.
pub(crate) fn split(value: &str) -> (String, BTreeMap<String, String>, bool) {
    let (word, rest) = split_word(value);
    let (parameters, doubled) = parameters(rest);
    (word, parameters, doubled)
}

/// The word in front of the first `;`, in lower case, comments and blanks dropped.
fn split_word(value: &str) -> (String, &str) {
    let end = value.find(';').unwrap_or(value.len());
    let written = value[..end].split('(').next().unwrap_or_default();
    let mut word = String::with_capacity(written.len());
    word.extend(written.split_whitespace());
    word.make_ascii_lowercase();
    (word, &value[end..])
}

/// The parameters behind the word, continued ones joined, and whether one was given twice.
fn parameters(text: &str) -> (BTreeMap<String, String>, bool) {
    let mut plain = BTreeMap::new();
    let mut pieces: BTreeMap<String, BTreeMap<usize, (String, bool)>> = BTreeMap::new();
    let mut doubled = false;
    for (name, value) in Scanner(text).take(PARAMETERS_MAX) {
        match continuation(&name) {
            Some((base, number, encoded)) => {
                let taken = pieces.entry(base.to_owned()).or_default().insert(number, (value, encoded));
                doubled |= taken.is_some();
            }
            None => {
                let value = if value.contains("=?") { decode_words(&value) } else { value };
                doubled |= plain.insert(name, value).is_some();
            }
        }
    }
    for (name, parts) in pieces {
        plain.insert(name, join(parts));
    }
    (plain, doubled)
}

/// `name*`, `name*0` and `name*0*` of RFC 2231 §3 and §4.
fn continuation(name: &str) -> Option<(&str, usize, bool)> {
    let (base, tail) = name.split_once('*')?;
    match tail.strip_suffix('*') {
        None if tail.is_empty() => Some((base, 0, true)),
        None => Some((base, tail.parse().ok()?, false)),
        Some(number) => Some((base, number.parse().ok()?, true)),
    }
}

fn join(parts: BTreeMap<usize, (String, bool)>) -> String {
    let mut charset = UTF_8;
    let mut bytes = Vec::new();
    for (place, (value, encoded)) in parts.into_values().enumerate() {
        if !encoded {
            bytes.extend_from_slice(value.as_bytes());
            continue;
        }
        let mut fields = value.splitn(3, '\'');
        match (place, fields.next(), fields.next(), fields.next()) {
            (0, Some(label), Some(_language), Some(text)) => {
                charset = Encoding::for_label(label.as_bytes()).unwrap_or(UTF_8);
                bytes.extend(percent_decode(text.as_bytes()));
            }
            _ => bytes.extend(percent_decode(value.as_bytes())),
        }
    }
    charset.decode_without_bom_handling(&bytes).0.into_owned()
}

/// Reads `; name=value` one after another and stops at what it cannot read.
struct Scanner<'a>(&'a str);

impl Iterator for Scanner<'_> {
    type Item = (String, String);

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.0.trim_start_matches(|c: char| c == ';' || c.is_whitespace());
        let equals = text.find('=')?;
        let name = text[..equals].trim().to_ascii_lowercase();
        if name.is_empty() || name.contains([';', '"', ' ', '(']) {
            self.0 = "";
            return None;
        }
        let (value, rest) = value(text[equals + 1..].trim_start());
        self.0 = rest;
        Some((name, value))
    }
}

/// A token or quoted string, and what follows the next `;`.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        let token = text[..end].split(" (").next().unwrap_or_default();
        return (token.trim().to_owned(), &text[end..]);
    };
    let mut value = String::with_capacity(quoted.find('"').unwrap_or(0));
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests;
