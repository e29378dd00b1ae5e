//! The lines of a text, and the first of them that belongs to a quotation.

use super::super::{Marker, words};

/// Lines over which an introduction may be wrapped, and how far up they are looked for across empty lines.
const INTRODUCTION_LINES_MAX: usize = 4;
const INTRODUCTION_REACH_MAX: usize = 8;

struct Line<'t> {
    start: usize,
    text: &'t str,
}

pub(super) struct Lines<'t> {
    lines: Vec<Line<'t>>,
    len: usize,
}

/// Where a quotation begins, with what introduces it.
pub(super) struct Start {
    pub(super) line: usize,
    pub(super) marker: Marker,
    /// Whether own text may follow what is quoted.
    pub(super) may_go_on: bool,
    /// Whether nobody said that this is a quotation.
    pub(super) is_bare: bool,
}

impl<'t> Lines<'t> {
    pub(super) fn of(body: &'t str) -> Self {
        let mut start = 0;
        let lines = body.split_inclusive('\n').map(|line| {
            let here = start;
            start += line.len();
            Line { start: here, text: line.trim_end_matches(['\r', '\n']) }
        });
        Self { lines: lines.collect(), len: body.len() }
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// A line without its line end; nothing behind the last.
    pub(super) fn text(&self, line: usize) -> &'t str {
        self.lines.get(line).map_or("", |line| line.text)
    }

    /// Lines from this one on.
    pub(super) fn from(&self, line: usize) -> impl Iterator<Item = &'t str> {
        self.lines.iter().skip(line).map(|line| line.text)
    }

    /// Where the line begins; the end of the text behind the last.
    pub(super) fn offset(&self, line: usize) -> usize {
        self.lines.get(line).map_or(self.len, |line| line.start)
    }

    pub(super) fn is_blank(&self, line: usize) -> bool {
        !super::super::tree::is_visible(self.text(line))
    }

    pub(super) fn is_quoted(&self, line: usize) -> bool {
        self.text(line).starts_with('>')
    }

    /// The first line of what introduces or is a quotation.
    pub(super) fn start(&self) -> Option<Start> {
        (0..self.len()).find_map(|line| self.start_at(line))
    }

    fn start_at(&self, line: usize) -> Option<Start> {
        let text = self.text(line);
        if self.is_quoted(line) && !words::is_original(text) {
            let (line, marker) = match self.introduction_above(line) {
                Some(above) => (above, Marker::IntroLine),
                None => (line, Marker::QuotedLines),
            };
            // The end of an address that was broken off its introduction is no quotation.
            let may_go_on = (line..self.len()).any(|line| self.is_quoted(line) && !is_rest(self.text(line)));
            let is_bare = marker == Marker::QuotedLines && !words::quotes_introduction(text);
            return Some(Start { line, marker, may_go_on, is_bare });
        }
        if !words::may_mark(text) {
            return None;
        }
        let below =
            |line: usize| words::begins_header_block(self.from(line).filter(|text| !text.trim().is_empty()));
        if words::names_writer(text) && below(line) {
            return Some(Start {
                line: self.with_rule(line),
                marker: Marker::HeaderBlock,
                may_go_on: false,
                is_bare: false,
            });
        }
        if words::is_original(text) || (words::names_original(text) && below(line + 1)) {
            return Some(Start { line, marker: Marker::OriginalMessage, may_go_on: false, is_bare: false });
        }
        let count = self.introduction_len(line)?;
        let next = (line + count..self.len()).find(|line| !self.is_blank(*line));
        let may_go_on = next.is_some_and(|next| self.is_quoted(next));
        Some(Start { line, marker: Marker::IntroLine, may_go_on, is_bare: false })
    }

    /// The line drawn above a header block, or the words that announce it.
    fn with_rule(&self, line: usize) -> usize {
        let above = (line.saturating_sub(3)..line).rev().find(|above| !self.is_blank(*above));
        let belongs =
            |above: &usize| words::is_rule(self.text(*above)) || words::names_original(self.text(*above));
        above.filter(belongs).unwrap_or(line)
    }

    /// How many lines the introduction has that begins here, if one does.
    pub(super) fn introduction_len(&self, line: usize) -> Option<usize> {
        let first = self.text(line).trim();
        if first.is_empty() || self.is_quoted(line) {
            return None;
        }
        if words::is_introduction(first) {
            return Some(1);
        }
        // Only a line that begins as one may go on.
        if !words::may_begin_introduction(first) {
            return None;
        }
        let mut spaced = first.to_owned();
        let mut close = first.to_owned();
        for more in 1..INTRODUCTION_LINES_MAX {
            let text = self.text(line + more).trim();
            if text.is_empty() || (text.starts_with('>') && !is_rest(text)) {
                return None;
            }
            spaced.push(' ');
            spaced.push_str(text);
            close.push_str(text);
            if words::is_introduction(&spaced) || words::is_introduction(&close) {
                // Prose above an introduction may begin like one.
                let is_shorter = (line + 1..=line + more).any(|later| {
                    words::may_begin_introduction(self.text(later)) && self.introduction_len(later).is_some()
                });
                return (!is_shorter).then_some(more + 1);
            }
        }
        None
    }

    /// Where the introduction in front of the quoted line begins. It is as short as can be, since own text may stand directly above it;
    /// one without a date goes on to a line that begins as introductions do.
    fn introduction_above(&self, line: usize) -> Option<usize> {
        let last = if is_rest(self.text(line)) {
            line
        } else {
            (line.saturating_sub(INTRODUCTION_LINES_MAX)..line)
                .rev()
                .find(|before| !self.is_blank(*before))?
        };
        let joined = |start: usize| {
            let lines: Vec<&str> =
                (start..=last).map(|line| self.text(line).trim()).filter(|text| !text.is_empty()).collect();
            lines.join(" ")
        };
        // Over lines without an empty one between them, unless an address was taken apart.
        let is_torn = is_rest(self.text(last));
        let most = if is_torn { INTRODUCTION_REACH_MAX } else { INTRODUCTION_LINES_MAX - 1 };
        let near =
            (last.saturating_sub(most)..last).rev().take_while(|line| is_torn || !self.is_blank(*line));
        let starts: Vec<usize> =
            core::iter::once(last).chain(near.filter(|line| !self.is_blank(*line))).collect();
        let whole = starts.iter().copied().find(|start| words::is_introduction(&joined(*start)));
        let shortest =
            whole.or_else(|| starts.iter().copied().find(|start| words::introduces(&joined(*start))))?;
        let begun = |start: &usize| {
            *start < shortest
                && words::may_begin_introduction(self.text(*start))
                && words::is_introduction(&joined(*start))
        };
        let is_dated = joined(shortest).chars().any(char::is_numeric);
        let longer = starts.iter().copied().filter(|_| !is_dated).find(begun);
        Some(longer.unwrap_or(shortest))
    }
}

/// The end of `<address> wrote:`, whose beginning stands on a line above.
fn is_rest(text: &str) -> bool {
    text.strip_prefix('>').is_some_and(|behind| {
        let behind = behind.trim();
        behind.ends_with([':', '：'])
            && behind.len() <= 40
            && (behind.len() <= 3 || words::introduces(&format!("a@b {behind}")))
    })
}
