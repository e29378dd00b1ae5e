//! What the writer put below the quoted lines or between them.

use super::super::words;
use super::lines::{Lines, Start};
use core::ops::Range;

/// Visible characters that count as an answer where there is own text above too.
const ANSWER_LEN_MIN: usize = 3;

/// The writer's last words.
pub(super) struct Answer {
    pub(super) lines: Range<usize>,
    /// The line at which what is below them ends: the next quotation or the end.
    pub(super) limit: usize,
    /// Whether other words stand between pieces of what is quoted.
    pub(super) is_between: bool,
}

impl Lines<'_> {
    /// The writer's last words behind the beginning of a quotation.
    pub(super) fn answers(&self, start: &Start, is_top_written: bool) -> Option<Answer> {
        let last_quoted = (start.line..self.len()).rev().find(|line| self.is_quoted(*line))?;
        let own = self.own_lines(start, last_quoted, is_top_written);
        let length: usize = own.iter().map(|line| words::count(self.text(*line))).sum();
        let last = *own.last()?;
        if length < if is_top_written { ANSWER_LEN_MIN } else { 1 } {
            return None;
        }
        let quoted_before = (start.line..last).rev().find(|line| self.is_quoted(*line));
        let first = own
            .iter()
            .copied()
            .find(|line| quoted_before.is_none_or(|quoted| *line > quoted))
            .unwrap_or(last);
        let limit = if last < last_quoted { self.next_quotation(last) } else { self.len() };
        let is_between = own.first().is_some_and(|line| *line < first) || last < last_quoted;
        Some(Answer { lines: first..last + 1, limit, is_between })
    }

    /// The lines that are the writer's: not quoted, not introducing, and above the signature and what lists and gateways add.
    fn own_lines(&self, start: &Start, last_quoted: usize, is_top_written: bool) -> Vec<usize> {
        let mut own = Vec::new();
        // What stands in front of the first quoted line introduces it.
        let mut number = (start.line..=last_quoted).find(|line| self.is_quoted(*line)).unwrap_or(start.line);
        while number < self.len() {
            let text = self.text(number);
            let is_last = number > last_quoted;
            if is_last
                && (words::is_delimiter(text).is_some()
                    || words::is_footer(text)
                    || words::is_device_footer(text))
            {
                break;
            }
            if !is_last && let Some(count) = self.introduction_len(number) {
                number += count;
                continue;
            }
            // The end of a quoted line that was broken on its way has no empty line in front of it.
            let is_torn = !is_last
                && number > 0
                && is_top_written
                && self.is_quoted(number - 1)
                && self.is_quoted(number + 1);
            if !self.is_quoted(number) && !self.is_blank(number) && !is_torn {
                own.push(number);
            }
            number += 1;
        }
        own
    }

    /// The quoted line that comes next, or what introduces it.
    fn next_quotation(&self, line: usize) -> usize {
        let begins = |next: &usize| self.is_quoted(*next) || self.introduction_len(*next).is_some();
        (line + 1..self.len()).find(begins).unwrap_or(self.len())
    }
}
