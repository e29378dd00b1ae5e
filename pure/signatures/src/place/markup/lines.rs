//! The visible lines of markup: what a reader sees between two breaks, with the place at which each begins.
//!
//! All text stands in one buffer. White space is one blank, what nobody sees is nothing, and a line longer than any introduction is cut.

use super::super::tree::{Node, Tag, Tree, What, is_unseen, is_visible};
use crate::text_form::{self, decode};
use core::ops::Range;

/// Bytes of one line that are kept.
const LINE_LEN_MAX: usize = 2_000;

/// A line that is not empty.
pub(super) struct Line {
    /// Byte of the markup at which its first text begins.
    pub(super) start: usize,
    /// Where its last text ends, without a line end of the source.
    pub(super) end: usize,
    /// The first text node, and the last.
    pub(super) node: usize,
    pub(super) last: usize,
    text: Range<usize>,
}

#[derive(Default)]
pub(super) struct Lines {
    buffer: String,
    pub(super) lines: Vec<Line>,
}

impl Lines {
    /// The visible lines of some nodes.
    pub(super) fn of(tree: &Tree<'_>, nodes: Range<usize>) -> Self {
        let mut lines = Self::default();
        let mut block = None;
        let mut is_open = false;
        for (number, node) in nodes.clone().zip(&tree.nodes[nodes]) {
            match node.what {
                What::Element { tag, .. } => is_open &= tag.is_inline(),
                What::Text { text, is_lined } => {
                    is_open &= node.block == block;
                    block = node.block;
                    is_open = lines.take(node, number, text, is_lined, is_open);
                }
            }
        }
        lines
    }

    pub(super) fn text(&self, line: usize) -> &str {
        self.raw(line).trim()
    }

    /// With a blank at its end, if there is one.
    pub(super) fn raw(&self, line: usize) -> &str {
        self.lines.get(line).map_or("", |line| self.buffer[line.text.clone()].trim_start())
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Texts from `line` on.
    pub(super) fn from(&self, line: usize) -> impl Iterator<Item = &str> {
        (line..self.len()).map(|line| self.text(line))
    }

    /// Adds the text of a node; says whether its last line may go on.
    fn take(&mut self, node: &Node<'_>, number: usize, text: &str, is_lined: bool, is_open: bool) -> bool {
        if !is_lined {
            return self.add(node.start, number, text, is_open);
        }
        let mut start = node.start;
        let mut is_open = is_open;
        for piece in text.split_inclusive('\n') {
            is_open = self.add(start, number, piece, is_open) && !piece.ends_with('\n');
            start += piece.len();
        }
        is_open
    }

    fn add(&mut self, start: usize, node: usize, text: &str, is_open: bool) -> bool {
        let is_open = is_open && !self.lines.is_empty();
        if !is_open && !is_visible(text) {
            return false;
        }
        if !is_open {
            let at = self.buffer.len();
            self.lines.push(Line { start, end: start, node, last: node, text: at..at });
        }
        let Some(line) = self.lines.last_mut() else { return false };
        if line.text.len() < LINE_LEN_MAX {
            let mut end = text.len().min(LINE_LEN_MAX);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            squeeze(&decode(&text[..end]), &mut self.buffer);
            line.text.end = self.buffer.len();
        }
        line.last = node;
        line.end = start + text.trim_end_matches(['\r', '\n']).len();
        true
    }
}

/// Each stretch of white space becomes one blank.
fn squeeze(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // Words of plain letters with single blanks between them are taken whole.
        let words = text_form::words_len(rest);
        if words > 0 {
            into.push_str(&rest[..words]);
            rest = &rest[words..];
            continue;
        }
        if c.is_whitespace() {
            if !into.ends_with(' ') {
                into.push(' ');
            }
        } else if !is_unseen(c) {
            into.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
}

/// Where the first of the markup stands that a reader sees.
pub(super) fn first_visible(markup: &str) -> Option<usize> {
    let mut tokens = crate::tokens::tokens(markup);
    while let Some(token) = tokens.next() {
        let is_seen = match token {
            crate::tokens::Token::Text(text) => is_visible(text),
            crate::tokens::Token::Open { name, .. } => name == "img",
            crate::tokens::Token::Close { .. } => false,
        };
        if is_seen {
            return Some(tokens.start());
        }
    }
    None
}

/// The first visible lines of markup, for a look at what something begins with.
pub(super) fn first_lines(markup: &str, count: usize) -> Vec<String> {
    /// Pieces of markup that are looked at, and bytes of text that are kept.
    const PIECES_MAX: usize = 400;
    const TEXT_LEN_MAX: usize = 600;
    let mut lines = vec![String::new()];
    let mut kept = 0;
    for token in crate::tokens::tokens(markup).take(PIECES_MAX) {
        let ends_line = match &token {
            crate::tokens::Token::Text(text) => {
                let mut end = text.len().min(TEXT_LEN_MAX);
                while !text.is_char_boundary(end) {
                    end -= 1;
                }
                kept += end;
                if let Some(line) = lines.last_mut() {
                    squeeze(&decode(&text[..end]), line);
                }
                false
            }
            crate::tokens::Token::Open { name, .. } | crate::tokens::Token::Close { name } => {
                !matches!(Tag::of(name), Tag::Inline | Tag::Image | Tag::Void)
            }
        };
        let is_full = lines.last().is_some_and(|line| !line.trim().is_empty());
        if ends_line && is_full {
            if lines.len() == count {
                break;
            }
            lines.push(String::new());
        }
        if kept > TEXT_LEN_MAX * count {
            break;
        }
    }
    lines
}
