//! Copies of our own signature that a message brings along: the same one in the newest text, and older ones in what is quoted.
//!
//! A client writes ids and classes anew (`x_`) and strips comments. So the container is known by the end of a class, and the signature also by
//! its letters and digits alone, which no client changes. Another tenant's signature is never touched: the container has a mark of the
//! tenant's first domain.

use super::texts::Text;
use crate::place::OURS;
use crate::text_form;
use crate::tokens::{Token, attribute, tokens};
use core::ops::Range;
use message::{Edit, TextKind};
use model::Domain;
use sha2::{Digest as _, Sha256};

/// Letters and digits that a signature must have to be known by them.
const LETTERS_MIN: usize = 12;
/// Bytes at the end of the newest text in which the signature is looked for, beyond its own length.
const SEARCHED_LEN_MAX: usize = 16 << 10;
/// Letters and digits that may stand behind it: with more, it is not the end of the newest text.
const BEHIND_MAX: usize = 200;
/// Copies that are folded in one message.
const FOLDS_MAX: usize = 200;
/// Characters of the line that is left of one.
const LINE_LEN_MAX: usize = 80;

/// What a tenant's containers have as a second class.
pub(super) fn mark(domains: &[Domain]) -> String {
    let first = domains.iter().map(ToString::to_string).min().unwrap_or_default();
    let hash = Sha256::digest(first.as_bytes());
    let digits: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("sp-{digits}")
}

/// The letters and digits of a signature.
pub(super) struct Fingerprint {
    letters: String,
    markup_len: usize,
}

impl Fingerprint {
    /// That of a signature in one form.
    pub(super) fn of(signature: &str, kind: TextKind) -> Self {
        Self { letters: letters(signature, kind), markup_len: signature.len() }
    }

    /// Whether the newest text of a form ends with this signature.
    pub(super) fn is_in(&self, text: &Text<'_>) -> bool {
        if self.letters.chars().count() < LETTERS_MIN {
            return false;
        }
        let placement = &text.placement;
        let behind = placement.ours.iter().chain(&placement.client_signature).map(|range| range.end);
        let end = behind.fold(placement.newest.end.max(placement.offset), usize::max);
        let newest = text.body.text().get(placement.newest.start..end).unwrap_or_default();
        let searched = end_of(newest, SEARCHED_LEN_MAX + 2 * self.markup_len, text.body.kind);
        let letters = letters(searched, text.body.kind);
        letters.rfind(&self.letters).is_some_and(|at| letters.len() - at - self.letters.len() <= BEHIND_MAX)
    }
}

fn letters(text: &str, kind: TextKind) -> String {
    let only = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect();
    match kind {
        TextKind::Html => only(&text_form::visible(text)),
        TextKind::Plain => only(text),
    }
}

/// The end of a text, from the beginning of a tag on.
fn end_of(text: &str, len: usize, kind: TextKind) -> &str {
    let mut start = text.len().saturating_sub(len);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let end = &text[start..];
    match kind {
        TextKind::Html if start > 0 => &end[end.find('<').unwrap_or(0)..],
        TextKind::Html | TextKind::Plain => end,
    }
}

/// Edits that leave one line of each older copy of a tenant's signature in markup; `others` are the edits that are made anyway.
pub(super) fn folds(text: &Text<'_>, mark: &str, others: &[Edit]) -> Vec<Edit> {
    let markup = text.body.text();
    if memchr::memmem::find(markup.as_bytes(), mark.as_bytes()).is_none() {
        return Vec::new();
    }
    let newest = &text.placement.newest;
    let is_free = |range: &Range<usize>| {
        !newest.contains(&range.start)
            && others.iter().all(|other| other.range.end <= range.start || range.end <= other.range.start)
    };
    containers(markup, mark).into_iter().filter(is_free).filter_map(|range| fold(markup, range)).collect()
}

/// The containers with our class and this mark, in order; one within another is part of that.
fn containers(markup: &str, mark: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    let mut tokens = tokens(markup);
    while let Some(token) = tokens.next() {
        match (token, open) {
            (Token::Open { name, attributes }, None) if name == "div" && is_container(attributes, mark) => {
                open = Some((tokens.start(), 1));
            }
            (Token::Open { name, .. }, Some((start, depth))) if name == "div" => {
                open = Some((start, depth + 1))
            }
            (Token::Close { name }, Some((start, 1))) if name == "div" => {
                found.push(start..tokens.offset());
                open = None;
            }
            (Token::Close { name }, Some((start, depth))) if name == "div" => open = Some((start, depth - 1)),
            (Token::Text(_) | Token::Open { .. } | Token::Close { .. }, _) => {}
        }
        if found.len() == FOLDS_MAX {
            break;
        }
    }
    found
}

fn is_container(attributes: &str, mark: &str) -> bool {
    let classes = attribute(attributes, "class").unwrap_or_default();
    let has = |wanted: &str| classes.split_ascii_whitespace().any(|class| class.ends_with(wanted));
    has(OURS) && has(mark)
}

/// One copy as its first line, if that is shorter.
fn fold(markup: &str, range: Range<usize>) -> Option<Edit> {
    let visible = text_form::visible(&markup[range.clone()]);
    let line: String = visible
        .lines()
        .find(|line| line.chars().any(char::is_alphanumeric))?
        .chars()
        .take(LINE_LEN_MAX)
        .collect();
    let insert = format!("<div class=\"signpost-folded\">{}</div>", text_form::to_html(&line));
    (insert.len() < range.len()).then_some(Edit { range, insert })
}
