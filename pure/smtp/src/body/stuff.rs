//! The writer of DATA: dots stuffed, every line end CRLF, one end.
//!
//! A CR or LF that stands alone becomes CRLF, because no next hop may be left to guess; every other byte goes out as it is, NUL
//! included. A body that does not end in CRLF is given one, or its final dot would not stand alone.

use memchr::memchr2;

/// What was written last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    LineStart,
    Line,
    /// A CR was read and nothing written for it yet.
    Cr,
}

/// Writes one body.
#[derive(Debug)]
pub(crate) struct DataWriter {
    place: Place,
}

impl DataWriter {
    pub(crate) fn new() -> Self {
        Self { place: Place::LineStart }
    }

    /// Appends the bytes as DATA wants them.
    pub(crate) fn write(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = self.write_some(rest, out);
        }
    }

    /// Appends the end of the body.
    pub(crate) fn finish(self, out: &mut Vec<u8>) {
        out.extend_from_slice(match self.place {
            Place::LineStart => b".\r\n",
            Place::Line | Place::Cr => b"\r\n.\r\n",
        });
    }

    fn write_some<'a>(&mut self, rest: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        match self.place {
            Place::Cr => {
                out.extend_from_slice(b"\r\n");
                self.place = Place::LineStart;
                rest.strip_prefix(b"\n").unwrap_or(rest)
            }
            Place::LineStart => {
                if rest[0] == b'.' {
                    out.push(b'.');
                }
                self.place = Place::Line;
                rest
            }
            Place::Line => self.write_line(rest, out),
        }
    }

    fn write_line<'a>(&mut self, rest: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        let mut at = 0;
        loop {
            let Some(found) = memchr2(b'\r', b'\n', &rest[at..]) else {
                out.extend_from_slice(rest);
                return &[];
            };
            let end = at + found;
            match (rest[end], rest.get(end + 1), rest.get(end + 2)) {
                // The common line: copied together with its neighbours.
                (b'\r', Some(b'\n'), Some(next)) if *next != b'.' => at = end + 2,
                (b'\r', ..) => {
                    out.extend_from_slice(&rest[..end]);
                    self.place = Place::Cr;
                    return &rest[end + 1..];
                }
                _ => {
                    out.extend_from_slice(&rest[..end]);
                    out.extend_from_slice(b"\r\n");
                    self.place = Place::LineStart;
                    return &rest[end + 1..];
                }
            }
        }
    }
}
