//! Markup: the first mark, the block in front of which the signature goes, and what follows the quotation.

use super::marks::{self, is_signature, mark};
use super::tree::{Tree, What};
use super::{ClientSignature, Marker, PlaceOptions, Placement, Post, words};
use crate::text_form::decode;
use core::ops::Range;

/// Visible characters that count as own text.
const OWN_TEXT_MIN: usize = 3;
/// Lines over which an introduction may be spread.
const INTRO_LINES_MAX: usize = 3;
/// Bytes of one line that are read.
const LINE_LEN_MAX: usize = 2_000;
/// Elements that stand inside of a line.
const INLINE: [&str; 21] = [
    "a", "abbr", "b", "big", "code", "em", "font", "i", "img", "ins", "label", "o:p", "s", "small", "span",
    "strike", "strong", "sub", "sup", "tt", "u",
];

pub(super) fn place(body: &str, options: &PlaceOptions<'_>) -> Placement {
    let tree = Tree::of(body);
    let lines = lines(&tree);
    let page = Page { body, tree: &tree, lines: &lines };
    let found = page.element_mark().or_else(|| page.text_mark());
    let Some((node, marker)) = found else {
        let end = page.end_of_text();
        return page.finish(options, 0..end, end, Marker::None, Post::New);
    };
    let block = page.climb(node);
    let offset = page.before_breaks(block, marker);
    let has_own_text = page.visible_len(0..offset) > 0;
    if marks::may_go_on(marker)
        && let Some((newest, end)) = page.own_text_behind(block)
    {
        let post =
            if has_own_text || page.is_between(block, newest.start) { Post::Inline } else { Post::Bottom };
        return page.finish(options, newest, end, marker, post);
    }
    let forwarded = words::says_forwarded(&page.text_from(offset));
    let post = if forwarded || !has_own_text { Post::Forward } else { Post::Top };
    page.finish(options, 0..offset, offset, marker, post)
}

/// Visible text between two line ends.
struct Line {
    /// The first text node.
    node: usize,
    text: String,
}

/// The visible lines in order.
fn lines(tree: &Tree<'_>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut line = Line { node: 0, text: String::new() };
    let mut block = None;
    for (number, node) in tree.nodes.iter().enumerate() {
        match &node.what {
            What::Element { name, .. } => {
                if !INLINE.contains(&&**name) && !line.text.trim().is_empty() {
                    lines.push(core::mem::replace(&mut line, Line { node: number, text: String::new() }));
                }
            }
            What::Text(text) => {
                let own_block = block_of(tree, number);
                if own_block != block && !line.text.trim().is_empty() {
                    lines.push(core::mem::replace(&mut line, Line { node: number, text: String::new() }));
                }
                block = own_block;
                if line.text.trim().is_empty() {
                    line = Line { node: number, text: String::new() };
                }
                if line.text.len() < LINE_LEN_MAX {
                    let mut end = text.len().min(LINE_LEN_MAX);
                    while !text.is_char_boundary(end) {
                        end -= 1;
                    }
                    let read = decode(&text[..end]);
                    line.text.reserve(read.len());
                    line.text.extend(read.chars().map(without_breaks));
                }
            }
        }
    }
    if !line.text.trim().is_empty() {
        lines.push(line);
    }
    lines
}

/// What stands on a line between two words.
fn without_breaks(c: char) -> char {
    if matches!(c, '\r' | '\n' | '\t' | '\u{a0}') { ' ' } else { c }
}

/// The nearest element around a text that is no part of a line.
fn block_of(tree: &Tree<'_>, node: usize) -> Option<usize> {
    tree.around(node).skip(1).take(64).find(|around| !INLINE.contains(&tree.nodes[*around].name()))
}

struct Page<'p, 'm> {
    body: &'m str,
    tree: &'p Tree<'m>,
    lines: &'p [Line],
}

impl Page<'_, '_> {
    /// The first element that marks a quotation; one that was quoted again counts only where no other does.
    fn element_mark(&self) -> Option<(usize, Marker)> {
        let mut again = None;
        for (number, node) in self.tree.nodes.iter().enumerate() {
            match mark(node) {
                Some(Marker::QuotedAgain) => again = again.or(Some((number, Marker::QuotedAgain))),
                Some(Marker::BlockquoteCite) => {
                    return Some((self.introduction(number).unwrap_or(number), Marker::BlockquoteCite));
                }
                Some(marker) => return Some((number, marker)),
                None => {}
            }
        }
        again
    }

    /// The first line of text that introduces a quotation.
    fn text_mark(&self) -> Option<(usize, Marker)> {
        for (number, line) in self.lines.iter().enumerate() {
            let text = line.text.trim();
            let behind = self.lines[number..].iter().map(|line| line.text.trim());
            let marker = if words::begins_header_block(behind) {
                Marker::HeaderBlock
            } else if words::is_original(text) {
                Marker::OriginalMessage
            } else if self.intro_from(number) {
                Marker::IntroLine
            } else if text.starts_with('>') {
                Marker::QuotedLines
            } else {
                continue;
            };
            return Some((line.node, marker));
        }
        None
    }

    /// Whether an introduction begins with the line, which stands alone unless it begins as introductions do.
    fn intro_from(&self, first: usize) -> bool {
        let text = self.lines[first].text.trim();
        if words::is_intro(text) {
            return true;
        }
        if !words::may_begin_intro(text) {
            return false;
        }
        let mut joined = text.to_owned();
        self.lines[first + 1..].iter().take(INTRO_LINES_MAX - 1).any(|line| {
            joined.push(' ');
            joined.push_str(line.text.trim());
            words::is_intro(&joined)
        })
    }

    /// The text node with which the introduction in front of a quotation begins.
    fn introduction(&self, quotation: usize) -> Option<usize> {
        let before = self.lines.partition_point(|line| line.node < quotation);
        let first = before.saturating_sub(INTRO_LINES_MAX);
        let start = (first..before).rev().find(|start| {
            let joined: Vec<&str> = self.lines[*start..before].iter().map(|line| line.text.trim()).collect();
            words::is_intro(&joined.join(" "))
        })?;
        Some(self.lines[start].node)
    }

    /// The outermost element whose visible text begins with the node.
    fn climb(&self, node: usize) -> usize {
        let mut block = node;
        for around in self.tree.around(node).skip(1) {
            let name = self.tree.nodes[around].name();
            if matches!(name, "body" | "html" | "td") || self.is_section(around) {
                break;
            }
            if self.sees_before(around, node) {
                break;
            }
            block = around;
        }
        block
    }

    /// Whether something is visible between the start of `outer` and `node`.
    fn sees_before(&self, outer: usize, node: usize) -> bool {
        self.tree.nodes[outer..node].iter().any(super::tree::Node::is_visible)
    }

    /// Word's wrapper around the whole text.
    fn is_section(&self, node: usize) -> bool {
        let class = self.tree.nodes[node].attribute("class").unwrap_or_default();
        matches!(class, "WordSection1" | "Section1")
    }

    /// In front of the block, and of the rule or the lone line break that belongs to it.
    fn before_breaks(&self, block: usize, marker: Marker) -> usize {
        let mut offset = self.tree.nodes[block].start;
        let mut breaks = 0;
        for number in (0..block).rev() {
            let node = &self.tree.nodes[number];
            let encloses = node.end > offset;
            match node.name() {
                _ if encloses => {}
                "" if !node.is_visible() => {}
                "hr" => {
                    let rule = self.climb_rule(number, block);
                    return self.tree.nodes[rule].start;
                }
                "br" if breaks == 0 && marker == Marker::GmailQuote => {
                    breaks += 1;
                    offset = node.start;
                }
                _ => break,
            }
        }
        offset
    }

    /// The wrapper that holds nothing but the rule.
    fn climb_rule(&self, rule: usize, block: usize) -> usize {
        let mut outer = rule;
        for around in self.tree.around(rule).skip(1) {
            let node = &self.tree.nodes[around];
            let holds_block = node.end > self.tree.nodes[block].start;
            if holds_block || matches!(node.name(), "body" | "html") || self.sees_before(around, rule) {
                break;
            }
            outer = around;
        }
        outer
    }

    /// The writer's text behind the quotation that `block` begins: from where, and where it ends.
    fn own_text_behind(&self, block: usize) -> Option<(Range<usize>, usize)> {
        let mut quoted_end = self.tree.nodes[block].start;
        let mut first = None;
        let mut last = None;
        let mut count = 0;
        for (number, node) in self.tree.nodes.iter().enumerate().skip(block) {
            let opens_quote = node.name() == "blockquote" || mark(node).is_some();
            if opens_quote || is_signature(node) {
                quoted_end = quoted_end.max(node.end);
                if opens_quote {
                    (first, last, count) = (None, None, 0);
                }
            }
            if node.start < quoted_end || quoted_end == self.tree.nodes[block].start {
                continue;
            }
            if let What::Text(text) = &node.what
                && node.is_visible()
            {
                count += text.chars().filter(|c| !c.is_whitespace()).count();
                first = first.or(Some(node.start));
                last = Some(number);
            }
        }
        let (first, last) = (first?, last?);
        if count < OWN_TEXT_MIN {
            return None;
        }
        let end = self.end_of_block(last, quoted_end);
        Some((first..end, end))
    }

    /// Whether own text stands between the quotations, in front of the last one.
    fn is_between(&self, block: usize, newest: usize) -> bool {
        let mut quoted_end = 0;
        let mut count = 0;
        let mut quotes = 0;
        for node in self.tree.nodes.iter().skip(block).take_while(|node| node.start < newest) {
            if node.name() == "blockquote" || mark(node).is_some() {
                quotes += 1;
                quoted_end = quoted_end.max(node.end);
            }
            if let What::Text(text) = &node.what
                && quotes > 0
                && node.start >= quoted_end
                && node.is_visible()
            {
                count += text.chars().filter(|c| !c.is_whitespace()).count();
            }
        }
        count >= OWN_TEXT_MIN
    }

    /// Behind the outermost element around `node` that begins behind `from` and is not the page.
    fn end_of_block(&self, node: usize, from: usize) -> usize {
        let mut end = self.tree.nodes[node].end;
        for around in self.tree.around(node).skip(1) {
            let outer = &self.tree.nodes[around];
            if matches!(outer.name(), "body" | "html" | "td") || self.is_section(around) {
                break;
            }
            let is_inline = INLINE.contains(&outer.name());
            if outer.start < from && !is_inline {
                break;
            }
            end = outer.end;
        }
        end
    }

    /// The end of the page: inside of body and of Word's section.
    fn end_of_text(&self) -> usize {
        let last = |wanted: &dyn Fn(usize) -> bool| {
            (0..self.tree.nodes.len())
                .rev()
                .find(|node| wanted(*node))
                .map(|node| self.tree.nodes[node].inner_end)
        };
        let section = last(&|node| self.is_section(node));
        section
            .or_else(|| last(&|node| self.tree.nodes[node].name() == "body"))
            .unwrap_or_else(|| self.end_of_loose_text())
    }

    /// Markup without a body: in front of `</html>`, or the end where nothing is left open that hides.
    fn end_of_loose_text(&self) -> usize {
        let html = self.tree.nodes.iter().find(|node| node.name() == "html");
        let last = self.tree.nodes.iter().map(|node| node.end).max().unwrap_or(0);
        html.map_or(last, |html| html.inner_end)
    }

    fn visible_len(&self, range: Range<usize>) -> usize {
        let inside = self.tree.nodes.iter().filter(|node| node.start >= range.start && node.end <= range.end);
        inside
            .map(|node| match &node.what {
                What::Text(text) if node.is_visible() => text.chars().filter(|c| !c.is_whitespace()).count(),
                What::Text(_) => 0,
                What::Element { name, .. } => {
                    if name == "img" {
                        OWN_TEXT_MIN
                    } else {
                        0
                    }
                }
            })
            .sum()
    }

    /// The visible text from `offset` on, as much as says what a quotation is.
    fn text_from(&self, offset: usize) -> String {
        let lines = self.lines.iter().filter(|line| self.tree.nodes[line.node].start >= offset);
        lines.take(5).map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn finish(
        &self,
        options: &PlaceOptions<'_>,
        newest: Range<usize>,
        offset: usize,
        marker: Marker,
        post: Post,
    ) -> Placement {
        let inside = |range: &Range<usize>| range.start >= newest.start && range.end <= newest.end;
        let signatures =
            self.tree.nodes.iter().filter(|node| is_signature(node)).map(|node| node.start..node.end);
        let client_signature = signatures.into_iter().find(inside);
        let writer_marker =
            options.writer_marker.filter(|word| !word.is_empty()).and_then(|word| self.find(word, &newest));
        let offset = match (&client_signature, options.client_signature) {
            (Some(range), ClientSignature::Replace) => range.start,
            (Some(_) | None, ClientSignature::Keep | ClientSignature::Replace | ClientSignature::Skip) => {
                offset
            }
        };
        debug_assert!(self.body.is_char_boundary(offset));
        Placement { offset, marker, post, client_signature, writer_marker, newest }
    }

    /// A word in the text, never in a tag.
    fn find(&self, word: &str, within: &Range<usize>) -> Option<Range<usize>> {
        self.tree.nodes.iter().filter(|node| node.start >= within.start && node.end <= within.end).find_map(
            |node| {
                let What::Text(text) = &node.what else { return None };
                let start = node.start + text.find(word)?;
                Some(start..start + word.len())
            },
        )
    }
}
