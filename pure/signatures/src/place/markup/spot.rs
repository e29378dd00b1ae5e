//! From a node of the page to the byte at which the signature goes.

use super::super::tree::{Node, Tag, What};
use super::super::{Marker, words};
use super::page::{Page, Start};
use core::ops::Range;

/// Nodes in front of a quotation among which the line is looked for that separates it.
const SEPARATOR_NODES_MAX: usize = 24;

impl Page<'_> {
    /// The byte in front of the quotation and of what separates it.
    pub(super) fn spot(&self, start: &Start) -> usize {
        match start.at {
            Some(at) => at,
            None => self.before_separator(self.climb(start.node), start.marker),
        }
    }

    fn node(&self, number: usize) -> &Node<'_> {
        &self.tree.nodes[number]
    }

    /// The outermost element whose visible text begins with the node, and which may stand beside other blocks.
    pub(super) fn climb(&self, node: usize) -> usize {
        let seen_before = self.tree.nodes[..node].iter().rposition(Node::is_visible);
        let mut block = node;
        for around in self.tree.around(node).skip(1) {
            if seen_before.is_some_and(|seen| seen > around) || self.is_frame(around) {
                break;
            }
            let is_part = self.node(around).tag().is_some_and(Tag::is_part);
            if !is_part {
                block = around;
            }
        }
        block
    }

    /// The page itself, or Word's wrapper around the whole text.
    fn is_frame(&self, node: usize) -> bool {
        let node = self.node(node);
        node.tag() == Some(Tag::Page) || {
            let class = crate::tokens::attribute(node.attributes(), "class").unwrap_or_default();
            matches!(class, "WordSection1" | "Section1")
        }
    }

    /// In front of the rule that separates the quotation, or of Gmail's lone line break.
    fn before_separator(&self, block: usize, marker: Marker) -> usize {
        let begin = self.node(block).start;
        let mut offset = begin;
        let parent = self.node(block).parent;
        for (number, node) in self.tree.nodes.iter().enumerate().take(block).rev().take(SEPARATOR_NODES_MAX) {
            if node.is_visible() {
                break;
            }
            if node.tag() == Some(Tag::Rule) {
                return self.node(self.climb_rule(number, begin)).start;
            }
            let is_lone_break = node.tag() == Some(Tag::Break) && node.parent == parent;
            if is_lone_break && marker == Marker::GmailQuote && offset == begin {
                offset = node.start;
            }
        }
        offset
    }

    /// The wrapper that holds nothing visible but the rule, and not what begins at `begin`.
    fn climb_rule(&self, rule: usize, begin: usize) -> usize {
        let seen_before = self.tree.nodes[..rule].iter().rposition(Node::is_visible);
        let outer = self.tree.around(rule).skip(1).take_while(|around| {
            let holds_quotation = self.node(*around).end > begin;
            !holds_quotation && !self.is_frame(*around) && seen_before.is_none_or(|seen| seen < *around)
        });
        outer.last().unwrap_or(rule)
    }

    /// Behind the outermost element around `node` that lies within `free`, where nothing is quoted.
    pub(super) fn end_of_block(&self, node: usize, free: &Range<usize>) -> usize {
        let mut end = self.node(node).end;
        for around in self.tree.around(node).skip(1) {
            let outer = self.node(around);
            let is_inline = outer.tag().is_some_and(Tag::is_inline);
            let begins_here = outer.start >= free.start || is_inline;
            if self.is_frame(around) || !begins_here || outer.end > free.end {
                break;
            }
            let is_part = outer.tag().is_some_and(Tag::is_part);
            if !is_part {
                end = outer.end;
            }
        }
        end
    }

    /// The end of the text: inside of the page and of the one block in which the writer's program put everything.
    pub(super) fn end_of_text(&self) -> usize {
        let nodes = &self.tree.nodes;
        let end = self.tree.page_end.unwrap_or(self.tree.seen_end);
        if self.tree.is_full() {
            return end;
        }
        let is_inside = |node: &Node<'_>| node.start < end && node.is_visible();
        let first = nodes.iter().position(is_inside);
        let last = nodes.iter().rposition(is_inside);
        let (Some(first), Some(last)) = (first, last) else { return self.end_of_section().unwrap_or(end) };
        let around: Vec<usize> = self.tree.around(first).skip(1).collect();
        let mut wrapper = None;
        for outer in around.into_iter().rev() {
            match self.node(outer).tag() {
                Some(Tag::Page) => {}
                Some(Tag::Wrapper) if self.node(outer).next > last => wrapper = Some(outer),
                _ => break,
            }
        }
        wrapper.map_or(end, |wrapper| self.node(wrapper).inner_end.min(end))
    }

    /// The end of Word's section, if there is nothing in it.
    fn end_of_section(&self) -> Option<usize> {
        let section = self
            .tree
            .nodes
            .iter()
            .enumerate()
            .find(|(number, node)| node.tag() != Some(Tag::Page) && self.is_frame(*number))?;
        Some(section.1.inner_end)
    }

    /// How much own text stands in front of a line of the front, pictures included; the program's own lines are none.
    pub(super) fn own_len(&self, line: usize) -> usize {
        /// A picture counts as much as a word.
        const PICTURE_LEN: usize = 3;
        let end = self.front.lines.get(line).map_or(self.front_end, |line| line.node);
        let is_signature = |at: usize| self.signatures.iter().any(|node| self.covers(*node, at));
        let text: usize = (0..line)
            .filter(|line| !is_signature(self.front.lines[*line].start))
            .map(|line| self.front.text(line))
            .take_while(|text| words::is_delimiter(text).is_none())
            .filter(|text| !words::is_device_footer(text))
            .map(words::count)
            .sum();
        let pictures = self.tree.nodes.iter().take(end).filter(|node| {
            matches!(node.what, What::Element { tag: Tag::Image, .. })
                && node.is_visible()
                && !is_signature(node.start)
        });
        text + PICTURE_LEN * pictures.count()
    }

    pub(super) fn covers(&self, element: usize, at: usize) -> bool {
        let element = self.node(element);
        element.start <= at && at < element.end
    }
}
