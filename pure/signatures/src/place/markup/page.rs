//! A page as far as placement needs it, and where its quotation begins.

use super::super::marks::{self, Extent, Mark, Seen};
use super::super::tree::{Tag, Tree, What};
use super::super::{Marker, words};
use super::lines::{Lines, first_lines, first_visible};

/// Lines over which an introduction may be spread.
const INTRODUCTION_LINES_MAX: usize = 4;
/// How often the text in front of or behind an element is asked what it is: bounds what hostile markup can cost.
const LOOKS_MAX: usize = 64;
/// Signatures of one kind that are looked at.
const SIGNATURES_MAX: usize = 64;
/// Attributes without a meaning that are remembered.
const PLAIN_MAX: usize = 8;
/// Nodes in front of a quotation among which its introduction is looked for.
const NEAR_NODES_MAX: usize = 24;

pub(super) struct Page<'m> {
    pub(super) body: &'m str,
    pub(super) tree: Tree<'m>,
    /// The lines in front of the first mark; all lines, if there is none.
    pub(super) front: Lines,
    /// The node behind the front.
    pub(super) front_end: usize,
    first: Option<(usize, Mark)>,
    /// What an older quotation left.
    again: Option<usize>,
    /// Elements that hold quotations, from the first mark on. Their contents are not in the tree.
    pub(super) quotes: Vec<usize>,
    /// Elements in which the writer's program put a signature.
    pub(super) signatures: Vec<usize>,
    /// Word's bookmarks of one.
    pub(super) bookmarks: Vec<usize>,
    /// Elements in which we did.
    pub(super) ours: Vec<usize>,
}

/// What may stand behind the beginning of a quotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follows {
    /// Only what is quoted.
    Nothing,
    /// Own text outside of the elements that quote.
    Elements,
    /// Own text on lines that do not begin with `>`.
    Lines,
}

/// Where a quotation begins, with what introduces it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    pub(super) marker: Marker,
    pub(super) node: usize,
    /// Byte of the markup, where the node is a text that holds other lines in front.
    pub(super) at: Option<usize>,
    /// How many lines of the front stand in front of it.
    pub(super) line: usize,
    pub(super) follows: Follows,
}

impl<'m> Page<'m> {
    pub(super) fn read(body: &'m str) -> Self {
        let mut page = Self {
            body,
            tree: Tree::new(body),
            front: Lines::default(),
            front_end: 0,
            first: None,
            again: None,
            quotes: Vec::new(),
            signatures: Vec::new(),
            bookmarks: Vec::new(),
            ours: Vec::new(),
        };
        let mut reader = Reader::default();
        while let Some(node) = page.tree.next_element() {
            if page.take(node, &mut reader) == Next::Enough {
                break;
            }
        }
        page.tree.finish();
        page.front_end = page.first.map_or(page.tree.nodes.len(), |(node, _)| node);
        page.front = Lines::of(&page.tree, 0..page.front_end);
        page
    }

    /// Takes an element; says whether anything behind it matters.
    fn take(&mut self, node: usize, reader: &mut Reader<'m>) -> Next {
        let What::Element { tag, attributes } = self.tree.nodes[node].what else { return Next::More };
        let seen = reader.read(tag, attributes);
        let named = [
            (seen.is_signature, &mut self.signatures),
            (seen.is_bookmark, &mut self.bookmarks),
            (seen.is_ours, &mut self.ours),
        ];
        for (_, list) in named.into_iter().filter(|(is, list)| *is && list.len() < SIGNATURES_MAX) {
            list.push(node);
        }
        if seen.is_lined {
            self.tree.keep_lines(node);
        }
        let mark = seen.mark.filter(|mark| self.is_followed(node, *mark, reader));
        let mark = mark.or_else(|| self.mark_by_text(node, tag, seen, reader));
        let strong = mark.filter(|mark| !mark.is_weak);
        if mark.is_some() && strong.is_none() {
            self.again = self.again.or(Some(node));
        }
        if let Some(mark) = strong.filter(|_| self.first.is_none()) {
            self.first = Some((node, mark));
            if mark.extent == Extent::Rest {
                return Next::Enough;
            }
        }
        let is_quotation = strong.is_some_and(|mark| mark.extent == Extent::Quotation);
        if is_quotation || (tag == Tag::Quote && self.first.is_some()) {
            self.quotes.push(node);
            self.tree.skip_contents(node);
        } else if seen.is_hidden {
            self.tree.skip_contents(node);
        }
        Next::More
    }

    /// Whether something is quoted behind the mark: Outlook on the web leaves its anchors in new messages too.
    fn is_followed(&self, node: usize, mark: Mark, reader: &mut Reader<'m>) -> bool {
        if mark.extent != Extent::Rest || self.first.is_some() {
            return true;
        }
        let from = self.tree.nodes[node].inner_end;
        // What was found for an earlier mark holds for this one, if it stands behind it: no byte is looked at twice.
        if reader.visible_at < from {
            let next = first_visible(&self.body[from..]);
            reader.visible_at = next.map_or(usize::MAX, |offset| from + offset);
        }
        self.tree.nodes[node].is_visible() || reader.visible_at < usize::MAX
    }

    /// A mark that is one by the text beside it: a line above a header block, a `blockquote` below an introduction.
    fn mark_by_text(&self, node: usize, tag: Tag, seen: Seen, reader: &mut Reader<'m>) -> Option<Mark> {
        let may_be_introduced = (tag == Tag::Quote || seen.is_barred) && self.first.is_none();
        let asks = seen.is_ruled || may_be_introduced;
        if !asks || reader.looks >= LOOKS_MAX {
            return None;
        }
        reader.looks += 1;
        let is_weak = false;
        if seen.is_ruled {
            let behind = first_lines(&self.body[self.tree.nodes[node].inner_end..], 1);
            let is_header = behind.first().is_some_and(|line| words::names_writer(line.trim()));
            return is_header.then_some(Mark {
                marker: Marker::OutlookHeader,
                extent: Extent::Rest,
                is_weak,
            });
        }
        let near = Lines::of(&self.tree, node.saturating_sub(NEAR_NODES_MAX)..node);
        let is_introduced = introduction(&near, words::is_introduction).is_some();
        is_introduced.then_some(Mark { marker: Marker::BlockquoteCite, extent: Extent::Quotation, is_weak })
    }

    /// Where the quotation begins, if there is one.
    pub(super) fn start(&self) -> Option<Start> {
        let by_text = (0..self.front.len()).find_map(|line| self.start_at(line));
        let by_element = || self.first.map(|(node, mark)| self.element_start(node, mark));
        by_text.or_else(by_element).or_else(|| {
            let line = self.again.map(|node| self.lines_before(node))?;
            let follows = Follows::Nothing;
            self.again.map(|node| Start { marker: Marker::QuotedAgain, node, at: None, line, follows })
        })
    }

    fn lines_before(&self, node: usize) -> usize {
        self.front.lines.partition_point(|line| line.node < node)
    }

    /// Whether the quotation begins with this line of the front.
    fn start_at(&self, line: usize) -> Option<Start> {
        let text = self.front.text(line);
        if !words::may_mark(text) {
            return None;
        }
        let below = |line| words::begins_header_block(self.front.from(line));
        if below(line) {
            return Some(self.line_start(self.with_rule(line), Marker::HeaderBlock, Follows::Nothing));
        }
        if words::is_original(text) || (words::names_original(text) && below(line + 1)) {
            return Some(self.line_start(line, Marker::OriginalMessage, Follows::Nothing));
        }
        if let Some(count) = self.introduction_from(line) {
            let next = line + count;
            return match self.first {
                Some((node, mark)) if next >= self.front.len() => {
                    Some(Start { line, ..self.marked_start(line, node, mark) })
                }
                _ if self.front.text(next).starts_with('>') => {
                    Some(self.line_start(line, Marker::IntroLine, Follows::Lines))
                }
                // A mark comes later, so this line is somebody's text.
                Some(_) => None,
                None => Some(self.line_start(line, Marker::IntroLine, Follows::Nothing)),
            };
        }
        text.starts_with('>').then(|| {
            let introduced = line.checked_sub(1).filter(|above| words::introduces(self.front.text(*above)));
            match introduced {
                Some(above) => self.line_start(above, Marker::IntroLine, Follows::Lines),
                None => self.line_start(line, Marker::QuotedLines, Follows::Lines),
            }
        })
    }

    /// The line above a header block that is only drawn or says that a message follows.
    fn with_rule(&self, line: usize) -> usize {
        let belongs = |above: &usize| {
            let text = self.front.text(*above);
            words::is_rule(text) || words::names_original(text)
        };
        line.checked_sub(1).filter(belongs).unwrap_or(line)
    }

    /// How many lines the introduction has that begins here, if one does.
    fn introduction_from(&self, line: usize) -> Option<usize> {
        let text = self.front.text(line);
        if words::is_introduction(text) {
            return Some(1);
        }
        if !words::may_begin_introduction(text) {
            return None;
        }
        let mut joined = text.to_owned();
        (1..INTRODUCTION_LINES_MAX).find_map(|more| {
            joined.push(' ');
            joined.push_str(self.front.text(line + more));
            let is_whole = line + more < self.front.len() && words::is_introduction(&joined);
            // Prose above an introduction may begin like one.
            let is_shorter = || {
                (line + 1..=line + more).any(|later| {
                    words::may_begin_introduction(self.front.text(later))
                        && words::is_introduction(&self.joined(later, line + more))
                })
            };
            (is_whole && !is_shorter()).then_some(more + 1)
        })
    }

    fn joined(&self, first: usize, last: usize) -> String {
        (first..=last).map(|line| self.front.text(line)).collect::<Vec<_>>().join(" ")
    }

    fn line_start(&self, line: usize, marker: Marker, follows: Follows) -> Start {
        let begins = &self.front.lines[line];
        let is_first = self.tree.nodes[begins.node].start == begins.start;
        Start { marker, node: begins.node, at: (!is_first).then_some(begins.start), line, follows }
    }

    /// A marked quotation that begins with a line in front of its element.
    fn marked_start(&self, line: usize, node: usize, mark: Mark) -> Start {
        let follows = self.follows(mark);
        if line >= self.front.len() {
            return Start { marker: mark.marker, node, at: None, line, follows };
        }
        self.line_start(line, mark.marker, follows)
    }

    fn follows(&self, mark: Mark) -> Follows {
        match mark.extent {
            Extent::Rest => Follows::Nothing,
            Extent::Introduction if self.quotes.is_empty() => Follows::Nothing,
            Extent::Quotation | Extent::Container | Extent::Introduction => Follows::Elements,
        }
    }

    /// A marked quotation, with the line in front that introduces it in whatever language.
    fn element_start(&self, node: usize, mark: Mark) -> Start {
        let last = self.front.len();
        let line = match mark.extent {
            Extent::Quotation => {
                let inner = first_lines(&self.body[self.tree.nodes[node].start..], 1);
                let is_inside = inner.first().is_some_and(|line| words::introduces(line));
                if is_inside { None } else { introduction(&self.front, words::introduces) }
            }
            Extent::Rest => last.checked_sub(1).filter(|line| words::is_rule(self.front.text(*line))),
            Extent::Container | Extent::Introduction => None,
        };
        self.marked_start(line.unwrap_or(last), node, mark)
    }

    /// Where the elements of the quotation end for the first time, as a node.
    pub(super) fn first_quotation_end(&self) -> Option<usize> {
        let (node, mark) = self.first?;
        let own = match mark.extent {
            Extent::Quotation | Extent::Container => Some(node),
            Extent::Introduction | Extent::Rest => None,
        };
        self.quotes.first().copied().or(own).map(|node| self.tree.nodes[node].next)
    }
}

/// The line with which the introduction begins that the last of these lines end with. The whole form counts more than a short one.
fn introduction(lines: &Lines, is_one: fn(&str) -> bool) -> Option<usize> {
    let last = lines.len().checked_sub(1)?;
    let first = lines.len().saturating_sub(INTRODUCTION_LINES_MAX);
    let whole = (first..=last).rev().find(|start| {
        let joined: Vec<&str> = lines.from(*start).collect();
        words::is_introduction(&joined.join(" "))
    });
    whole.or_else(|| is_one(lines.text(last)).then_some(last))
}

/// Whether reading goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    More,
    Enough,
}

/// What reading remembers.
#[derive(Default)]
struct Reader<'m> {
    looks: usize,
    /// Where the first thing that is seen stands behind the last mark for which that was asked; the highest number: nowhere.
    visible_at: usize,
    /// Attributes that said nothing: programs repeat the same few thousands of times.
    plain: [Option<(Tag, &'m str)>; PLAIN_MAX],
    oldest: usize,
}

impl<'m> Reader<'m> {
    fn read(&mut self, tag: Tag, attributes: &'m str) -> Seen {
        if attributes.is_empty() || self.plain.contains(&Some((tag, attributes))) {
            return Seen::default();
        }
        let seen = marks::read(tag, attributes);
        if seen == Seen::default() {
            self.plain[self.oldest] = Some((tag, attributes));
            self.oldest = (self.oldest + 1) % PLAIN_MAX;
        }
        seen
    }
}
