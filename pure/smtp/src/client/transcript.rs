//! What was said, for the evidence of an incident: commands and reply lines, bounded in number and length, never a body.
//!
//! The connection's opening stays; a new transaction takes the place of the one before. When a transaction says too much,
//! its middle gives way, because its begin and its end explain it.

use super::{TranscriptLine, TranscriptSide};
use model::Timestamp;

const LINES_MAX: usize = 256;
const LINE_LEN_MAX: usize = 1_024;

#[derive(Debug, Default)]
pub(super) struct Transcript {
    lines: Vec<TranscriptLine>,
    /// How many lines belong to the opening.
    opening: usize,
}

impl Transcript {
    pub(super) fn lines(&self) -> &[TranscriptLine] {
        &self.lines
    }

    /// The opening is over.
    pub(super) fn end_opening(&mut self) {
        self.opening = self.lines.len();
    }

    /// A transaction begins; the one before is forgotten.
    pub(super) fn begin_transaction(&mut self) {
        self.lines.truncate(self.opening);
    }

    pub(super) fn sent(&mut self, line: &str, at: Timestamp) {
        self.add(line.to_owned(), TranscriptSide::Client, at);
    }

    pub(super) fn received(&mut self, lines: &[Vec<u8>], at: Timestamp) {
        for line in lines {
            self.add(String::from_utf8_lossy(line).into_owned(), TranscriptSide::Server, at);
        }
    }

    fn add(&mut self, mut text: String, side: TranscriptSide, at: Timestamp) {
        if self.lines.len() == LINES_MAX {
            self.lines.remove(LINES_MAX / 2);
            self.opening = self.opening.min(LINES_MAX / 2);
        }
        text.truncate(text.floor_char_boundary(LINE_LEN_MAX));
        self.lines.push(TranscriptLine { at, side, text });
    }
}
