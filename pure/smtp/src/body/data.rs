//! The reader of DATA (RFC 5321 §4.5.2): finds the one true end, takes the stuffing out, mends LF and refuses CR.
//!
//! A dot counts as stuffing only behind a CRLF of the sender: behind a bare LF, which the sender did not regard as the
//! end of a line, it is content. So none of the fourteen known near-ends of a body ends it, and what they become is stuffed again on
//! the way out.
//!
//! ```text
//!            CR            LF                 .               CR               LF
//!   Line ---------> Cr ---------> LineStart ------> Dot ------------> DotCr -----------> end
//!     ^              | else: bare CR   | else         | else: the dot    | else: bare CR
//!     +--------------+-----------------+--------------+ is dropped ------+
//! ```

use super::content::Content;
use crate::server::{BareLf, BodyError};
use memchr::memchr2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    LineStart,
    Line,
    Cr,
    Dot,
    DotCr,
}

/// Reads one body.
#[derive(Debug)]
pub(crate) struct DataReader {
    place: Place,
    bare_lf_policy: BareLf,
    bare_lf: u64,
}

/// How far a call came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) used: usize,
    pub(crate) ended: bool,
}

impl DataReader {
    pub(crate) fn new(bare_lf_policy: BareLf) -> Self {
        Self { place: Place::LineStart, bare_lf_policy, bare_lf: 0 }
    }

    /// Bare line feeds met so far.
    pub(crate) fn bare_lf(&self) -> u64 {
        self.bare_lf
    }

    /// Reads until the end of the body or of the bytes.
    pub(crate) fn read(&mut self, bytes: &[u8], content: &mut Content) -> Progress {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match (self.place, byte) {
                (Place::Line, _) => at = self.read_run(bytes, at, content),
                (Place::LineStart, b'.') => {
                    self.place = Place::Dot;
                    at += 1;
                }
                (Place::LineStart | Place::Dot, b'\r') => {
                    self.place = if self.place == Place::Dot { Place::DotCr } else { Place::Cr };
                    at += 1;
                }
                (Place::LineStart | Place::Dot, _) => self.place = Place::Line,
                (Place::Cr, b'\n') => {
                    content.push(b"\r\n");
                    self.place = Place::LineStart;
                    at += 1;
                }
                (Place::DotCr, b'\n') => return Progress { used: at + 1, ended: true },
                (Place::Cr | Place::DotCr, _) => {
                    content.fail(BodyError::BareCr);
                    self.place = Place::Line;
                }
            }
        }
        Progress { used: at, ended: false }
    }

    /// Reads inside lines, copying as much at once as needs no change; gives the place where reading goes on.
    fn read_run(&mut self, bytes: &[u8], start: usize, content: &mut Content) -> usize {
        let (mut copied, mut at) = (start, start);
        while let Some(found) = memchr2(b'\r', b'\n', &bytes[at..]) {
            let end = at + found;
            match (bytes[end], bytes.get(end + 1), bytes.get(end + 2)) {
                (b'\n', ..) => {
                    content.push(&bytes[copied..end]);
                    self.mend_bare_lf(content);
                    (copied, at) = (end + 1, end + 1);
                }
                (_, Some(b'\n'), Some(next)) if *next != b'.' => at = end + 2,
                (_, Some(b'\n'), _) => {
                    content.push(&bytes[copied..end + 2]);
                    self.place = Place::LineStart;
                    return end + 2;
                }
                (_, following, _) => {
                    content.push(&bytes[copied..end]);
                    self.place = Place::Cr;
                    debug_assert!(following.is_none_or(|byte| *byte != b'\n'), "CRLF is matched above");
                    return end + 1;
                }
            }
        }
        content.push(&bytes[copied..]);
        bytes.len()
    }

    fn mend_bare_lf(&mut self, content: &mut Content) {
        self.bare_lf += 1;
        match self.bare_lf_policy {
            BareLf::Normalise => content.push(b"\r\n"),
            BareLf::Refuse => content.fail(BodyError::BareLf),
        }
    }
}
