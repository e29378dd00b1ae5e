//! Markup as elements and texts with their ranges, in document order.
//!
//! Read as a browser reads it where mail depends on it: end tags left out, end tags that close nothing, text behind `</body>`, a second
//! page inside of the first. A caller that does not need the contents of an element skips them: they are read for their ends and not
//! kept. The nodes borrow from the markup. Every element and every end tag looks at a bounded number of open elements.

use crate::tokens::{Token, Tokens, tokens};
use std::borrow::Cow;

/// Nodes that are kept. What stands behind so many is read for its end only: memory is bounded whatever the markup is.
const NODES_MAX: usize = 1 << 18;
/// Elements that may be open at once; deeper ones hold nothing.
const DEPTH_MAX: usize = 1 << 16;
/// How far up an end tag looks for its element.
const CLOSE_DEPTH_MAX: usize = 256;
/// The same for an element that stands inside of a line.
const CLOSE_INLINE_DEPTH_MAX: usize = 32;
/// How far up a start tag looks for an element that it ends.
const IMPLIED_DEPTH_MAX: usize = 32;

/// What an element is for the reading of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// `html`, `body`: never closed.
    Page,
    /// An element that holds other blocks and says nothing itself.
    Wrapper,
    Paragraph,
    Preformatted,
    Quote,
    Table,
    RowGroup,
    Row,
    Cell,
    List,
    Item,
    /// Another block.
    Block,
    Break,
    Rule,
    Image,
    /// Another element without contents.
    Void,
    /// Stands inside of a line.
    Inline,
}

impl Tag {
    /// The tag of a name in lower case.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "html" | "body" => Self::Page,
            "div" | "section" | "article" | "main" | "header" | "footer" | "center" => Self::Wrapper,
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Self::Paragraph,
            "pre" | "listing" | "xmp" | "textarea" => Self::Preformatted,
            "blockquote" => Self::Quote,
            "table" => Self::Table,
            "tbody" | "thead" | "tfoot" => Self::RowGroup,
            "tr" => Self::Row,
            "td" | "th" | "caption" => Self::Cell,
            "ul" | "ol" | "dl" | "menu" => Self::List,
            "li" | "dd" | "dt" => Self::Item,
            "address" | "aside" | "details" | "dir" | "fieldset" | "figure" | "form" | "head" | "nav"
            | "summary" => Self::Block,
            "br" => Self::Break,
            "hr" => Self::Rule,
            "img" => Self::Image,
            "area" | "base" | "col" | "embed" | "input" | "link" | "meta" | "param" | "source" | "track"
            | "wbr" | "basefont" | "frame" | "keygen" => Self::Void,
            _ => Self::Inline,
        }
    }

    /// Whether it has no contents.
    fn is_void(self) -> bool {
        matches!(self, Self::Break | Self::Rule | Self::Image | Self::Void)
    }

    /// Whether it stands inside of a line: a picture and `link` do too.
    pub(super) fn is_inline(self) -> bool {
        matches!(self, Self::Inline | Self::Image | Self::Void)
    }

    /// Whether it stands only within another element of its kind, so that nothing can stand in front of it.
    pub(super) fn is_part(self) -> bool {
        matches!(self, Self::RowGroup | Self::Row | Self::Cell | Self::Item)
    }

    fn is_of_table(self) -> bool {
        matches!(self, Self::Table | Self::RowGroup | Self::Row | Self::Cell)
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum What<'m> {
    Element {
        tag: Tag,
        attributes: &'m str,
    },
    /// `is_lined`: line ends of the source are line ends.
    Text {
        text: &'m str,
        is_lined: bool,
    },
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
    /// The nearest element around it that is no part of a line.
    pub(super) block: Option<usize>,
    /// The first node behind it and its contents.
    pub(super) next: usize,
    /// Closed by the end tag of another element: what was meant to be in it may stand behind it.
    pub(super) is_cut: bool,
}

impl<'m> Node<'m> {
    pub(super) fn tag(&self) -> Option<Tag> {
        match self.what {
            What::Element { tag, .. } => Some(tag),
            What::Text { .. } => None,
        }
    }

    pub(super) fn attributes(&self) -> &'m str {
        match self.what {
            What::Element { attributes, .. } => attributes,
            What::Text { .. } => "",
        }
    }

    /// Whether a reader sees something of it by itself.
    pub(super) fn is_visible(&self) -> bool {
        match self.what {
            What::Text { text, .. } => is_visible(text),
            What::Element { tag, attributes } => tag == Tag::Image && !is_tracker(attributes),
        }
    }
}

/// A picture of one point, which tells that the message was opened.
fn is_tracker(attributes: &str) -> bool {
    let point = |name: &str| {
        crate::tokens::attribute(attributes, name).is_some_and(|value| matches!(value, "0" | "1"))
    };
    point("width") || point("height")
}

/// What looks like white space or like nothing. U+1427 is a word that a plug-in of Gmail leaves where its picture was.
pub(super) fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{1427}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether text is more than white space and what looks like it.
pub(super) fn is_visible(text: &str) -> bool {
    const UNSEEN: [&str; 9] =
        ["&nbsp;", "&#160;", "&#xa0;", "&zwnj;", "&zwj;", "&#8203;", "&#8204;", "&shy;", "&#65279;"];
    let mut rest = text.trim_ascii_start();
    while let Some(c) = rest.chars().next() {
        let entity =
            |entity: &&&str| rest.get(..entity.len()).is_some_and(|start| start.eq_ignore_ascii_case(entity));
        if c == '&'
            && let Some(entity) = UNSEEN.iter().find(entity)
        {
            rest = &rest[entity.len()..];
        } else if is_unseen(c) {
            rest = &rest[c.len_utf8()..];
        } else {
            return true;
        }
    }
    false
}

struct Open<'m> {
    name: Cow<'m, str>,
    tag: Tag,
    /// None while contents are skipped.
    node: Option<usize>,
    is_lined: bool,
}

pub(super) struct Tree<'m> {
    pub(super) nodes: Vec<Node<'m>>,
    /// In front of the last `</body>` or, without one, `</html>`.
    pub(super) page_end: Option<usize>,
    markup: &'m str,
    tokens: Tokens<'m>,
    open: Vec<Open<'m>>,
    /// How many elements are open around what is skipped.
    skipped_from: Option<usize>,
    is_bare: bool,
    /// Behind the last piece that was seen: a comment that is never closed hides what follows.
    pub(super) seen_end: usize,
}

impl<'m> Tree<'m> {
    pub(super) fn new(markup: &'m str) -> Self {
        let is_bare = !markup.contains('<');
        Self {
            nodes: Vec::with_capacity((markup.len() / 64).min(NODES_MAX)),
            page_end: None,
            markup,
            tokens: tokens(markup),
            open: Vec::new(),
            skipped_from: None,
            is_bare,
            seen_end: 0,
        }
    }

    /// Reads on to the next element that is kept, and gives its number. At the end everything is closed.
    pub(super) fn next_element(&mut self) -> Option<usize> {
        while let Some(token) = self.tokens.next() {
            let (start, end) = (self.tokens.start(), self.tokens.offset());
            let is_text = matches!(token, Token::Text(_));
            // The end in the middle of a tag: nobody sees it, and nothing behind it would be seen.
            if !is_text && !self.markup[..end].ends_with('>') {
                continue;
            }
            self.seen_end = end;
            match token {
                Token::Text(text) if self.skipped_from.is_none() && !self.is_full() => {
                    let is_lined = self.is_bare || self.open.last().is_some_and(|open| open.is_lined);
                    self.push(What::Text { text, is_lined }, start, end);
                }
                Token::Text(_) => {}
                Token::Open { name, attributes } => {
                    if let Some(node) = self.begin(name, attributes, start, end) {
                        return Some(node);
                    }
                }
                Token::Close { name } => self.end(&name, start, end),
            }
        }
        None
    }

    /// Whether no further node is kept.
    pub(super) fn is_full(&self) -> bool {
        self.nodes.len() >= NODES_MAX
    }

    /// Leaves the contents of the element that was read last out.
    pub(super) fn skip_contents(&mut self, element: usize) {
        if self.open.last().is_some_and(|open| open.node == Some(element)) {
            self.skipped_from = Some(self.open.len());
        }
    }

    /// Line ends in the element that was read last are line ends.
    pub(super) fn keep_lines(&mut self, element: usize) {
        if let Some(open) = self.open.last_mut().filter(|open| open.node == Some(element)) {
            open.is_lined = true;
        }
    }

    /// Closes what is open: to be called when nothing more is read.
    pub(super) fn finish(&mut self) {
        let (end, next) = (self.seen_end, self.nodes.len());
        for open in self.open.drain(..) {
            if let Some(node) = open.node {
                let node = &mut self.nodes[node];
                (node.inner_end, node.end, node.next) = (end, end, next);
            }
        }
    }

    /// The node and what is around it, from the inside out.
    pub(super) fn around(&self, node: usize) -> impl Iterator<Item = usize> {
        core::iter::successors(Some(node), |node| self.nodes[*node].parent)
    }

    fn push(&mut self, what: What<'m>, start: usize, end: usize) -> usize {
        let number = self.nodes.len();
        let parent = self.open.last().and_then(|open| open.node);
        let block = parent.and_then(|parent| match self.nodes[parent].tag() {
            Some(tag) if tag.is_inline() => self.nodes[parent].block,
            Some(_) | None => Some(parent),
        });
        self.nodes.push(Node {
            what,
            start,
            inner_end: end,
            end,
            parent,
            block,
            next: number + 1,
            is_cut: false,
        });
        number
    }

    fn begin(&mut self, name: Cow<'m, str>, attributes: &'m str, start: usize, end: usize) -> Option<usize> {
        let tag = Tag::of(&name);
        let is_second = tag == Tag::Page && self.open.iter().take(4).any(|open| open.name == name);
        if is_second {
            return None;
        }
        if let Some(depth) = self.implied_end(tag, &name) {
            self.close_from(depth, start, start);
        }
        let is_skipped = self.skipped_from.is_some() || self.is_full();
        let node = (!is_skipped).then(|| self.push(What::Element { tag, attributes }, start, end));
        // Only elements of other name spaces end themselves.
        let is_closed = tag.is_void() || (attributes.ends_with('/') && name.contains(':'));
        if !is_closed && self.open.len() < DEPTH_MAX {
            let is_lined = tag == Tag::Preformatted || self.open.last().is_some_and(|open| open.is_lined);
            self.open.push(Open { name, tag, node, is_lined });
        }
        node
    }

    /// The open element that ends where one of this tag begins (HTML 13.2.6.4.7).
    fn implied_end(&self, tag: Tag, name: &str) -> Option<usize> {
        let near = self.open.iter().enumerate().rev().take(IMPLIED_DEPTH_MAX);
        for (depth, open) in near {
            let (ends, stops) = match tag {
                Tag::Item => (open.tag == Tag::Item, matches!(open.tag, Tag::List | Tag::Cell | Tag::Quote)),
                Tag::Cell => (open.tag == Tag::Cell, matches!(open.tag, Tag::Row | Tag::Table)),
                Tag::Row => (open.tag == Tag::Row, open.tag == Tag::Table),
                Tag::Wrapper
                | Tag::Paragraph
                | Tag::Preformatted
                | Tag::Quote
                | Tag::List
                | Tag::Block
                | Tag::Rule => {
                    let is_paragraph = open.tag == Tag::Paragraph;
                    // A heading is ended by a heading only.
                    let ends = is_paragraph && (open.name == "p" || (tag == Tag::Paragraph && name != "p"));
                    (ends, open.tag != Tag::Inline)
                }
                Tag::Page
                | Tag::Table
                | Tag::RowGroup
                | Tag::Break
                | Tag::Image
                | Tag::Void
                | Tag::Inline => (false, true),
            };
            if ends {
                return Some(depth);
            }
            if stops {
                return None;
            }
        }
        None
    }

    fn end(&mut self, name: &str, start: usize, end: usize) {
        let tag = Tag::of(name);
        if tag == Tag::Page {
            let is_newer = self.page_end.is_none_or(|before| {
                let seen = self.nodes.iter().rev().take_while(|node| node.start >= before);
                name == "body" || seen.take(64).any(Node::is_visible)
            });
            if is_newer && self.skipped_from.is_none() {
                self.page_end = Some(start);
            }
            return;
        }
        let depth_max = if tag.is_inline() { CLOSE_INLINE_DEPTH_MAX } else { CLOSE_DEPTH_MAX };
        let near = self.open.iter().enumerate().rev().take(depth_max);
        for (depth, open) in near {
            if open.tag == tag && open.name == name {
                self.close_from(depth, start, end);
                return;
            }
            // An end tag does not reach out of its cell, that of a cell not out of its table, and that of an inline element
            // not out of its block.
            let stops = match open.tag {
                Tag::Page => true,
                Tag::Table => tag != Tag::Table,
                Tag::Cell => !tag.is_of_table(),
                _ if tag.is_inline() => !open.tag.is_inline(),
                Tag::Wrapper
                | Tag::Paragraph
                | Tag::Preformatted
                | Tag::Quote
                | Tag::RowGroup
                | Tag::Row
                | Tag::List
                | Tag::Item
                | Tag::Block
                | Tag::Break
                | Tag::Rule
                | Tag::Image
                | Tag::Void
                | Tag::Inline => false,
            };
            if stops {
                return;
            }
        }
    }

    /// Closes the open element `depth` and everything inside of it; the end tag, if it has one, is `start..end`.
    fn close_from(&mut self, depth: usize, start: usize, end: usize) {
        let next = self.nodes.len();
        for (place, open) in self.open.drain(depth..).enumerate() {
            if let Some(node) = open.node {
                let node = &mut self.nodes[node];
                node.inner_end = start;
                node.end = if place == 0 { end } else { start };
                node.next = next;
                node.is_cut = place > 0;
            }
        }
        if self.skipped_from.is_some_and(|from| self.open.len() < from) {
            self.skipped_from = None;
        }
    }
}
