//! Markup as elements and texts with their ranges, in document order.
//!
//! Elements are closed by their own end tag, by that of an element around them, or by the end. An end tag that closes nothing near is
//! passed over. The nodes borrow from the markup and hold no copies of it.

use crate::tokens::{Token, attribute, tokens};
use core::ops::Range;
use std::borrow::Cow;

/// How far up an end tag looks for its element.
const CLOSE_DEPTH_MAX: usize = 256;
/// Elements without contents.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];

#[derive(Debug)]
pub(super) enum What<'m> {
    Element { name: Cow<'m, str>, attributes: &'m str },
    Text(&'m str),
}

#[derive(Debug)]
pub(super) struct Node<'m> {
    pub(super) what: What<'m>,
    pub(super) start: usize,
    /// Where the contents end: in front of the end tag.
    pub(super) inner_end: usize,
    /// Behind the end tag.
    pub(super) end: usize,
    pub(super) parent: Option<usize>,
}

impl<'m> Node<'m> {
    pub(super) fn name(&self) -> &str {
        if let What::Element { name, .. } = &self.what { name } else { "" }
    }

    pub(super) fn attribute(&self, wanted: &str) -> Option<&'m str> {
        if let What::Element { attributes, .. } = &self.what { attribute(attributes, wanted) } else { None }
    }

    /// Whether a reader sees something of it by itself.
    pub(super) fn is_visible(&self) -> bool {
        match &self.what {
            What::Text(text) => is_visible(text),
            What::Element { name, .. } => name == "img",
        }
    }
}

/// Whether text is more than white space and what looks like it.
pub(super) fn is_visible(text: &str) -> bool {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let blank = ["&nbsp;", "&#160;", "&#xa0;", "&zwnj;", "&#8203;", "&shy;"];
        if let Some(entity) = blank.iter().find(|entity| {
            rest.len() >= entity.len()
                && rest.is_char_boundary(entity.len())
                && rest[..entity.len()].eq_ignore_ascii_case(entity)
        }) {
            rest = &rest[entity.len()..];
        } else if c.is_whitespace() || matches!(c, '\u{a0}' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}')
        {
            rest = &rest[c.len_utf8()..];
        } else {
            return true;
        }
    }
    false
}

pub(super) struct Tree<'m> {
    pub(super) nodes: Vec<Node<'m>>,
}

impl<'m> Tree<'m> {
    pub(super) fn of(markup: &'m str) -> Self {
        let mut nodes: Vec<Node<'m>> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut tokens = tokens(markup);
        while let Some(token) = tokens.next() {
            let end = tokens.offset();
            let parent = open.last().copied();
            match token {
                Token::Text(text) => {
                    let start = end - text.len();
                    nodes.push(Node { what: What::Text(text), start, inner_end: end, end, parent });
                }
                Token::Open { name, attributes } => {
                    let is_void = VOID.contains(&&*name) || attributes.ends_with('/');
                    let start = markup[..end].len() - tag_len(markup, end, &name, attributes);
                    let what = What::Element { name, attributes };
                    nodes.push(Node { what, start, inner_end: end, end, parent });
                    if !is_void {
                        open.push(nodes.len() - 1);
                    }
                }
                Token::Close { name } => {
                    let start = markup[..end].rfind("</").unwrap_or(end);
                    close(&mut nodes, &mut open, &name, start..end);
                }
            }
        }
        for node in open {
            nodes[node].inner_end = markup.len();
            nodes[node].end = markup.len();
        }
        Self { nodes }
    }

    /// The node and what is around it, from the inside out.
    pub(super) fn around(&self, node: usize) -> impl Iterator<Item = usize> {
        core::iter::successors(Some(node), |node| self.nodes[*node].parent)
    }
}

/// Closes the nearest open element of this name and everything inside of it.
fn close(nodes: &mut [Node<'_>], open: &mut Vec<usize>, name: &str, tag: Range<usize>) {
    let mut near = open.iter().rev().take(CLOSE_DEPTH_MAX);
    let Some(depth) = near.position(|node| nodes[*node].name() == name) else { return };
    let outermost = open.len() - 1 - depth;
    for (place, node) in open.drain(outermost..).enumerate() {
        nodes[node].inner_end = tag.start;
        nodes[node].end = if place == 0 { tag.end } else { tag.start };
    }
}

/// Length of the open tag that ends at `end`.
fn tag_len(markup: &str, end: usize, name: &str, attributes: &str) -> usize {
    let closing = markup[..end].len() - markup[..end].trim_end_matches('>').len();
    1 + name.len() + attributes.len() + closing
}
