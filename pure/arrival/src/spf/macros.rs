//! Macros of SPF (RFC 7208 §7): whether a text is one with macros, and what it becomes.

use core::fmt::Write as _;

/// Letters that a domain may be made of; `c`, `r` and `t` are for explanations only.
const LETTERS: &str = "slodiphv";
/// Longest name (RFC 7208 §7.3).
const NAME_LEN_MAX: usize = 253;

/// A text in pieces.
enum Piece<'t> {
    Plain(&'t str),
    Macro { letter: char, last: Option<usize>, is_reversed: bool, delimiters: &'t str },
}

/// Whether `text` is a domain-spec: macros, with a name or a macro at the end.
pub(super) fn is_domain(text: &str) -> bool {
    let Some(pieces) = pieces(text) else { return false };
    match pieces.last() {
        Some(Piece::Macro { .. }) => true,
        Some(Piece::Plain(_)) => ends_in_label(text),
        None => false,
    }
}

/// Whether `text` is a macro-string, as modifiers that nobody knows have to be.
pub(super) fn is_text(text: &str) -> bool {
    pieces(text).is_some()
}

/// `.toplabel` with an optional final dot: not only digits.
fn ends_in_label(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let Some((_, label)) = text.rsplit_once('.') else { return false };
    let is_label =
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_number = label.bytes().all(|byte| byte.is_ascii_digit());
    is_label && !is_number && !label.starts_with('-') && !label.ends_with('-')
}

fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find('%').unwrap_or(rest.len());
        let (plain, behind) = rest.split_at(end);
        if !plain.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        if !plain.is_empty() {
            pieces.push(Piece::Plain(plain));
        }
        if behind.is_empty() {
            break;
        }
        let (piece, behind) = match behind.as_bytes().get(1)? {
            b'%' => (Piece::Plain("%"), &behind[2..]),
            b'_' => (Piece::Plain(" "), &behind[2..]),
            b'-' => (Piece::Plain("%20"), &behind[2..]),
            b'{' => {
                let (inside, behind) = behind[2..].split_once('}')?;
                (one(inside)?, behind)
            }
            _ => return None,
        };
        pieces.push(piece);
        rest = behind;
    }
    Some(pieces)
}

/// `letter [digits] [r] [delimiters]`.
fn one(inside: &str) -> Option<Piece<'_>> {
    let letter = inside.chars().next()?;
    if !LETTERS.contains(letter.to_ascii_lowercase()) {
        return None;
    }
    let rest = &inside[1..];
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = rest.split_at(digits);
    // More labels than there can be is as good as all of them.
    let last = (!number.is_empty()).then(|| number.parse().unwrap_or(usize::MAX));
    if last == Some(0) {
        return None;
    }
    let (is_reversed, delimiters) = match rest.strip_prefix(['r', 'R']) {
        Some(delimiters) => (true, delimiters),
        None => (false, rest),
    };
    let is_known = delimiters.chars().all(|c| ".-+,/_=".contains(c));
    is_known.then_some(Piece::Macro { letter, last, is_reversed, delimiters })
}

/// Whether the name of the peer has to be known for `text`.
pub(super) fn wants_name(text: &str) -> bool {
    let is_name = |piece: &Piece<'_>| matches!(piece, Piece::Macro { letter: 'p' | 'P', .. });
    pieces(text).is_some_and(|pieces| pieces.iter().any(is_name))
}

/// What a domain-spec becomes; `value` gives what a letter stands for.
pub(super) fn expand<'v>(text: &str, value: impl Fn(char) -> std::borrow::Cow<'v, str>) -> String {
    let mut out = String::new();
    for piece in pieces(text).unwrap_or_default() {
        match piece {
            Piece::Plain(plain) => out.push_str(plain),
            Piece::Macro { letter, last, is_reversed, delimiters } => {
                let value = value(letter.to_ascii_lowercase());
                let delimiters = if delimiters.is_empty() { "." } else { delimiters };
                let mut parts: Vec<&str> = value.split(|c| delimiters.contains(c)).collect();
                if is_reversed {
                    parts.reverse();
                }
                let from = last.map_or(0, |last| parts.len().saturating_sub(last));
                let made = parts[from..].join(".");
                if letter.is_ascii_uppercase() { escape(&made, &mut out) } else { out.push_str(&made) }
            }
        }
    }
    shortened(out.strip_suffix('.').unwrap_or(&out))
}

fn escape(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            other => {
                let _infallible = write!(out, "%{other:02X}");
            }
        }
    }
}

/// A name that is too long loses labels at its left.
fn shortened(mut name: &str) -> String {
    while name.len() > NAME_LEN_MAX {
        let Some((_, rest)) = name.split_once('.') else { break };
        name = rest;
    }
    name.to_owned()
}
