//! Command lines out of bytes. Only CRLF ends a line.
//!
//! A line feed alone makes the line a fault at once, and all bytes up to the next CRLF belong to that one faulty line:
//! what follows a bare LF is never taken for a command. The same holds for a line that is too long.

use memchr::memchr;

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Without its CRLF.
    Whole(Vec<u8>),
    BareLf,
    TooLong,
}

#[derive(Debug)]
pub(super) struct LineReader {
    len_max: usize,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Collecting(Vec<u8>),
    /// Behind a fault; `cr`: the last byte was CR.
    Skipping {
        cr: bool,
    },
}

impl LineReader {
    /// `len_max` counts the CRLF.
    pub(super) fn new(len_max: usize) -> Self {
        Self { len_max, place: Place::Collecting(Vec::new()) }
    }

    /// Reads up to the end of one line: the bytes used, and the line if it is there.
    pub(super) fn read(&mut self, bytes: &[u8]) -> (usize, Option<Line>) {
        match &mut self.place {
            Place::Collecting(line) => {
                let window = &bytes[..bytes.len().min(self.len_max - line.len())];
                let end = memchr(b'\n', window);
                let used = end.map_or(window.len(), |at| at + 1);
                line.extend_from_slice(&bytes[..used]);
                (used, self.judge(end.is_some()))
            }
            Place::Skipping { cr } => {
                let end = memchr(b'\n', bytes);
                let used = end.map_or(bytes.len(), |at| at + 1);
                let before = used.checked_sub(2).map_or(*cr, |at| bytes[at] == b'\r');
                *cr = bytes.get(used.saturating_sub(1)).is_some_and(|byte| *byte == b'\r');
                if end.is_some() && before {
                    self.place = Place::Collecting(Vec::new());
                }
                (used, None)
            }
        }
    }

    fn judge(&mut self, has_end: bool) -> Option<Line> {
        let Place::Collecting(line) = &mut self.place else { return None };
        if !has_end && line.len() < self.len_max {
            return None;
        }
        if line.ends_with(b"\r\n") {
            line.truncate(line.len() - 2);
            return Some(Line::Whole(core::mem::take(line)));
        }
        let cr = line.ends_with(b"\r");
        self.place = Place::Skipping { cr };
        Some(if has_end { Line::BareLf } else { Line::TooLong })
    }
}

#[cfg(test)]
mod tests;
