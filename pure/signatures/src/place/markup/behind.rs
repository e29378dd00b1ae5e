//! What the writer put below a quotation or between its pieces.

use super::super::tree::Tree;
use super::super::words;
use super::lines::Lines;
use super::page::{Follows, Page, Start};
use core::ops::Range;

/// Visible characters that count as an answer where there is own text above too.
const ANSWER_LEN_MIN: usize = 3;

/// The lines behind the beginning of a quotation.
pub(super) struct Behind {
    pub(super) lines: Lines,
    /// What is quoted, as bytes of the markup, in order.
    quotations: Vec<Range<usize>>,
    /// The lines that the writer wrote.
    own: Vec<usize>,
    follows: Follows,
    own_len_min: usize,
    /// Whether a line says that this is a quotation.
    is_introduced: bool,
}

/// The writer's last words.
pub(super) struct Answer {
    /// The line with which they begin.
    pub(super) line: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether other words stand between pieces of what is quoted.
    pub(super) is_between: bool,
}

impl Behind {
    /// Whether nothing but lines with `>` is there, and nobody said that they are a quotation.
    pub(super) fn is_all_there_is(&self) -> bool {
        self.follows == Follows::Lines && !self.is_introduced && self.own.is_empty()
    }
}

impl Page<'_> {
    /// What stands behind the beginning of the quotation; none if it is all quoted. `own` is how much own text stands above.
    pub(super) fn behind(&self, start: &Start, own: usize) -> Option<Behind> {
        let own_len_min = if own > 0 { ANSWER_LEN_MIN } else { 1 };
        let (lines, quotations) = match start.follows {
            Follows::Nothing => return None,
            Follows::Elements => {
                // Broken markup ends a quotation too early; what seems to follow is more of it.
                if own > 0 && self.quotes.iter().any(|quote| self.tree.nodes[*quote].is_cut) {
                    return None;
                }
                (lines_from(&self.tree, self.first_quotation_end()?), self.quoted_elements())
            }
            Follows::Lines => {
                let lines = lines_from(&self.tree, start.node);
                let is_quoted = |line: &usize| lines.text(*line).starts_with('>');
                let quoted = (0..lines.len())
                    .filter(is_quoted)
                    .map(|line| lines.lines[line].start..lines.lines[line].end);
                let mut quotations: Vec<Range<usize>> = quoted.chain(self.quoted_elements()).collect();
                quotations.sort_by_key(|quotation| quotation.start);
                (lines, quotations)
            }
        };
        let from = start.at.unwrap_or(self.tree.nodes[start.node].start);
        let is_introduced = start.marker == super::Marker::IntroLine
            || words::quotes_introduction(self.front.text(start.line));
        let mut behind =
            Behind { lines, quotations, own: Vec::new(), follows: start.follows, own_len_min, is_introduced };
        behind.own = self.own_lines(&behind, from, own > 0);
        Some(behind)
    }

    fn quoted_elements(&self) -> Vec<Range<usize>> {
        self.quotes.iter().map(|quote| self.tree.nodes[*quote].start..self.tree.nodes[*quote].end).collect()
    }

    /// The lines that are the writer's: not quoted, not introducing, no signature, and above what lists and gateways add.
    fn own_lines(&self, behind: &Behind, from: usize, is_top_written: bool) -> Vec<usize> {
        let last_quoted = behind.quotations.iter().map(|quotation| quotation.end).max().unwrap_or(0);
        let lines = &behind.lines;
        let mut own = Vec::new();
        let mut number = 0;
        while number < lines.len() {
            let (text, start) = (lines.text(number), lines.lines[number].start);
            let is_last = start >= last_quoted;
            if is_last && ends_own_text(lines, number) {
                break;
            }
            // Lines that were broken on their way look like answers in the middle of what is quoted.
            let may_be_own = is_last || behind.follows == Follows::Elements || !is_top_written;
            let is_signature = self.signatures.iter().any(|node| self.covers(*node, start));
            if let Some(count) = introduction_len(lines, number).filter(|_| !is_last || start == from) {
                number += count;
                continue;
            }
            if start >= from && may_be_own && !is_signature && !text.starts_with('>') {
                own.push(number);
            }
            number += 1;
        }
        own
    }

    /// The writer's last words behind the quotation, if there are enough.
    pub(super) fn answer(&self, behind: &Behind) -> Option<Answer> {
        let length: usize = behind.own.iter().map(|line| words::count(behind.lines.text(*line))).sum();
        let last = *behind.own.last()?;
        if length < behind.own_len_min {
            return None;
        }
        let lines = &behind.lines.lines;
        let before =
            behind.quotations.iter().filter(|one| one.end <= lines[last].start).map(|one| one.end).max();
        let after =
            behind.quotations.iter().filter(|one| one.start >= lines[last].end).map(|one| one.start).min();
        let free = before.unwrap_or(0)..after.unwrap_or(usize::MAX);
        let first = behind.own.iter().copied().find(|line| lines[*line].start >= free.start).unwrap_or(last);
        let is_whole = lines[last].end == self.tree.nodes[lines[last].last].end;
        let end = if is_whole { self.end_of_block(lines[last].last, &free) } else { lines[last].end };
        let is_between = behind.own.first().is_some_and(|line| *line < first) || after.is_some();
        Some(Answer { line: first, start: lines[first].start, end, is_between })
    }
}

fn lines_from(tree: &Tree<'_>, node: usize) -> Lines {
    Lines::of(tree, node.min(tree.nodes.len())..tree.nodes.len())
}

/// Whether a signature, a device's line or a footer begins here, so that nothing below is an answer.
fn ends_own_text(lines: &Lines, number: usize) -> bool {
    let text = lines.text(number);
    words::is_delimiter(text).is_some() || words::is_footer(text) || words::is_device_footer(text)
}

/// How many lines introduce another quotation.
fn introduction_len(lines: &Lines, number: usize) -> Option<usize> {
    let text = lines.text(number);
    if words::is_introduction(text) || words::is_original(text) {
        return Some(1);
    }
    let next = lines.text(number + 1);
    let is_spread = words::may_begin_introduction(text) && words::is_introduction(&format!("{text} {next}"));
    is_spread.then_some(2)
}
