//! What is in the way: the writer's own signature, the writer's marker, and a copy of ours that is there already.

use super::super::tree::{Node, Tag, What};
use super::super::words::{self, Delimiter};
use super::super::{ClientSignature, Marker, PlaceOptions, Placement, Post};
use super::behind::{Answer, Behind};
use super::lines::Lines;
use super::page::Page;
use core::ops::Range;

/// Lines of a signature behind `-- `, and behind a line that may only look like it.
const SIGNATURE_LINES_MAX: usize = 40;
const BARE_SIGNATURE_LINES_MAX: usize = 10;
/// Visible characters behind a copy of our signature with which it is still the end of the newest text.
const BEHIND_OURS_MAX: usize = 200;

/// The writer's newest text.
pub(super) struct Own<'b> {
    newest: Range<usize>,
    offset: usize,
    /// How far a signature may reach.
    limit: usize,
    /// Lines in which it may stand; none: those of the front.
    behind: Option<&'b Lines>,
    lines: Range<usize>,
}

impl<'b> Own<'b> {
    /// Everything in front of `offset`, which are this many lines.
    pub(super) fn above(lines: usize, offset: usize) -> Self {
        Self { newest: 0..offset, offset, limit: offset, behind: None, lines: 0..lines }
    }

    /// An answer below a quotation.
    pub(super) fn below(answer: &Answer, behind: &'b Behind) -> Self {
        Self {
            newest: answer.start..answer.end,
            offset: answer.end,
            limit: usize::MAX,
            behind: Some(&behind.lines),
            lines: answer.line..behind.lines.len(),
        }
    }
}

impl Page<'_> {
    pub(super) fn finish(
        &self,
        options: &PlaceOptions<'_>,
        own: &Own<'_>,
        marker: Marker,
        post: Post,
    ) -> Placement {
        let lines = own.behind.unwrap_or(&self.front);
        let client_signature = self.client_signature(own, lines);
        let writer_marker =
            options.writer_marker.filter(|word| !word.is_empty()).and_then(|word| self.find(word, own));
        let replaces = options.client_signature == ClientSignature::Replace;
        let is_in_way =
            |range: &&Range<usize>| replaces && range.start >= own.newest.start && range.start <= own.limit;
        let offset = client_signature.as_ref().filter(is_in_way).map_or(own.offset, |range| range.start);
        let ours = self.ours_in(own);
        Placement { offset, marker, post, client_signature, writer_marker, ours, newest: own.newest.clone() }
    }

    /// The signature of the writer's program: its element, or the lines that look like one. Some programs put it below what they quote.
    fn client_signature(&self, own: &Own<'_>, lines: &Lines) -> Option<Range<usize>> {
        let within = own.newest.start..own.limit;
        self.signature_element(&within)
            .or_else(|| self.signature_bookmark(&within))
            .or_else(|| self.signature_lines(own, lines))
            .or_else(|| self.signature_element(&(own.offset..usize::MAX)))
    }

    fn signature_element(&self, within: &Range<usize>) -> Option<Range<usize>> {
        let inside = |node: &Node<'_>| node.start >= within.start && node.end <= within.end;
        let found = self.signatures.iter().copied().find(|number| {
            let node = &self.tree.nodes[*number];
            inside(node) && self.is_seen(*number) && !self.is_written_in(*number)
        })?;
        let node = &self.tree.nodes[found];
        Some(
            self.delimiter_before(found).filter(|start| *start >= within.start).unwrap_or(node.start)
                ..node.end,
        )
    }

    /// Word's blocks of a signature: the first has a bookmark, the others are in its name.
    fn signature_bookmark(&self, within: &Range<usize>) -> Option<Range<usize>> {
        const BOOKMARK: &str = "_MailAutoSig";
        let inside = |node: &Node<'_>| node.start >= within.start && node.end <= within.end;
        let nodes = &self.tree.nodes;
        let anchor = *self.bookmarks.first()?;
        let first = nodes[anchor].block.filter(|block| inside(&nodes[*block]))?;
        let mut end = nodes[first].end;
        let mut next = nodes[first].next;
        while let Some(block) =
            nodes.get(next).filter(|block| block.parent == nodes[first].parent && inside(block))
        {
            if self.body[block.start..block.end].contains(BOOKMARK) {
                end = block.end;
            }
            next = block.next;
        }
        Some(nodes[first].start..end)
    }

    /// Whether there is something in the element.
    fn is_seen(&self, element: usize) -> bool {
        let next = self.tree.nodes[element].next;
        self.tree.nodes[element..next].iter().any(Node::is_visible)
    }

    /// Yahoo's program for Android gives its signature's id to what people write below it (seen on public lists, 2023).
    fn is_written_in(&self, element: usize) -> bool {
        let node = &self.tree.nodes[element];
        let is_yahoo = node.attributes().contains("ymail_");
        is_yahoo && {
            let lines = Lines::of(&self.tree, element..node.next);
            !lines.from(0).all(words::is_device_footer)
        }
    }

    /// Where a line `-- ` begins that stands in front of the element, beside it.
    fn delimiter_before(&self, element: usize) -> Option<usize> {
        let nodes = &self.tree.nodes;
        let before = nodes[..element].iter().rposition(Node::is_visible)?;
        let What::Text { text, .. } = nodes[before].what else { return None };
        if !matches!(text.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}'), "--" | "--&nbsp;") {
            return None;
        }
        let parent = nodes[element].parent;
        self.tree
            .around(before)
            .find(|around| nodes[*around].parent == parent)
            .map(|around| nodes[around].start)
    }

    /// The lines behind `-- `, or those of a device at the end of the text.
    fn signature_lines(&self, own: &Own<'_>, lines: &Lines) -> Option<Range<usize>> {
        let last = own.lines.end.checked_sub(1)?;
        let near = own.lines.clone().rev().take(SIGNATURE_LINES_MAX);
        let exact = |line: &usize| delimiter(lines.raw(*line)) == Some(Delimiter::Exact);
        let bare =
            |line: &usize| delimiter(lines.raw(*line)).is_some() && last - *line <= BARE_SIGNATURE_LINES_MAX;
        let device = || {
            let footers =
                own.lines.clone().rev().take_while(|line| words::is_device_footer(lines.text(*line)));
            footers.last()
        };
        let first = near.clone().rfind(exact).or_else(|| near.clone().find(bare)).or_else(device)?;
        // A message that is nothing but this has no other text.
        self.range_from(first, own, lines)
    }

    /// From a line to the end of the text, as far as whole elements go.
    fn range_from(&self, line: usize, own: &Own<'_>, lines: &Lines) -> Option<Range<usize>> {
        let nodes = &self.tree.nodes;
        let begin = &lines.lines[line];
        if begin.start != nodes[begin.node].start {
            let range = begin.start..nodes[begin.node].end.min(own.limit);
            // Text behind the end of the body belongs to nobody's signature.
            return (!range.is_empty()).then_some(range);
        }
        let climbed = self.climb(begin.node);
        let fits =
            |around: &usize| nodes[*around].end <= own.limit && nodes[*around].start >= own.newest.start;
        let inside = self.tree.around(begin.node).take_while(|around| *around >= climbed && fits(around));
        let block = inside.filter(|around| !nodes[*around].tag().is_some_and(Tag::is_part)).last()?;
        let parent = nodes[block].parent;
        let mut end = nodes[block].end;
        let mut next = nodes[block].next;
        while let Some(sibling) =
            nodes.get(next).filter(|sibling| sibling.parent == parent && sibling.end <= own.limit)
        {
            if nodes[next..sibling.next].iter().any(Node::is_visible) {
                end = sibling.end;
            }
            next = sibling.next;
        }
        Some(nodes[block].start..end)
    }

    /// A word in the writer's text, never in a tag and never in what is quoted.
    fn find(&self, word: &str, own: &Own<'_>) -> Option<Range<usize>> {
        let limit = own.offset.max(own.newest.end);
        let (nodes, others) =
            self.tree.nodes.split_at(self.tree.nodes.partition_point(|node| node.start < limit));
        // Most messages have none anywhere.
        let end = others.first().map_or(self.body.len(), |node| node.start);
        memchr::memmem::find(&self.body.as_bytes()[..end], word.as_bytes())?;
        nodes.iter().find_map(|node| {
            let What::Text { text, .. } = node.what else { return None };
            if text.trim_start().starts_with("&gt;") {
                return None;
            }
            let start = node.start + text.find(word)?;
            Some(start..start + word.len())
        })
    }

    /// Our signature at the end of the newest text; several in a row are one.
    fn ours_in(&self, own: &Own<'_>) -> Option<Range<usize>> {
        let nodes = &self.tree.nodes;
        let inside =
            |number: &usize| nodes[*number].start >= own.newest.start && nodes[*number].end <= own.limit;
        let last = self.ours.iter().copied().rfind(inside)?;
        let behind =
            nodes[nodes[last].next..].iter().take_while(|next| next.end <= own.limit.min(own.offset));
        let length: usize = behind
            .map(|next| match next.what {
                What::Text { text, .. } => words::count(text),
                What::Element { .. } => 0,
            })
            .sum();
        let mut first = last;
        for number in self.ours.iter().copied().rev().filter(|number| *number < last && inside(number)) {
            let is_beside = nodes[number].parent == nodes[first].parent
                && !nodes[nodes[number].next..first].iter().any(Node::is_visible);
            if !is_beside {
                break;
            }
            first = number;
        }
        (length <= BEHIND_OURS_MAX).then_some(nodes[first].start..nodes[last].end)
    }
}

fn delimiter(raw: &str) -> Option<Delimiter> {
    words::is_delimiter(raw)
}
