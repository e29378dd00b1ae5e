//! The pass over the bytes: reads headers, looks for delimiters, closes what they close.
//!
//! Only lines that begin with `--` are looked at; they are found with a search for `\n--`, so large attachments cost little more than
//! reading memory. Work per such line is bounded by the depth limit.

use super::{Index, Part, PartId, Problem, Problems};
use crate::header::{ContentType, Disposition, HeaderBlock, without_line_end};
use crate::transfer::TransferEncoding;
use core::ops::Range;
use memchr::{memchr, memchr_iter, memmem};

/// Postfix's `mime_nesting_limit`.
const DEPTH_MAX: usize = 100;
const PARTS_MAX: usize = 10_000;
/// RFC 2046 §5.1.1.
const BOUNDARY_LEN_MAX: usize = 70;

/// An open multipart.
struct Open {
    part: usize,
    boundary: Vec<u8>,
    /// Behind the close delimiter: what follows is epilogue.
    closed: bool,
}

/// What a line that begins with `--` is.
#[derive(Clone, Copy)]
struct Delimiter {
    /// Of which open multipart.
    level: usize,
    closes: bool,
}

pub(super) struct Scan<'a> {
    bytes: &'a [u8],
    parts: Vec<Part>,
    problems: Problems,
    open: Vec<Open>,
    /// The leaf whose end is not yet known.
    leaf: Option<usize>,
}

impl<'a> Scan<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, parts: Vec::new(), problems: Problems::default(), open: Vec::new(), leaf: None }
    }

    pub(super) fn run(mut self) -> Index {
        self.note_bytes();
        let first_end = memchr(b'\n', self.bytes).unwrap_or(0);
        let lf_only = first_end > 0 && self.bytes[first_end - 1] != b'\r';
        let mut at = self.begin_part(0, None);
        let finder = memmem::Finder::new(b"\n--");
        // A delimiter may stand on the very first line of a body; later ones are behind a line feed.
        while let Some(line_start) = self.next_candidate(&finder, at) {
            let line_end =
                memchr(b'\n', &self.bytes[line_start..]).map_or(self.bytes.len(), |n| line_start + n + 1);
            let line = without_line_end(&self.bytes[line_start..line_end]);
            at = match delimiter(&self.open, line, Some(&mut self.problems)) {
                Some(found) => self.take(found, line_start, line_end),
                None => line_end,
            };
            if self.parts.len() >= PARTS_MAX {
                self.problems.add(Problem::TooManyParts);
                break;
            }
        }
        self.end(self.bytes.len(), 0);
        Index { parts: self.parts, problems: self.problems, line_end: if lf_only { "\n" } else { "\r\n" } }
    }

    /// Bytes that are wrong wherever they stand.
    fn note_bytes(&mut self) {
        if memchr(0, self.bytes).is_some() {
            self.problems.add(Problem::Nul);
        }
        if memchr_iter(b'\r', self.bytes).any(|at| self.bytes.get(at + 1) != Some(&b'\n')) {
            self.problems.add(Problem::BareCr);
        }
    }

    /// The start of the next line from `at` (itself a line's start) that begins with `--`.
    fn next_candidate(&self, finder: &memmem::Finder<'_>, at: usize) -> Option<usize> {
        if self.open.is_empty() {
            return None;
        }
        let rest = &self.bytes[at..];
        if rest.starts_with(b"--") {
            return Some(at);
        }
        finder.find(rest).map(|found| at + found + 1)
    }

    /// Reads the header at `start`, opens the part and returns where to look on.
    fn begin_part(&mut self, start: usize, parent: Option<usize>) -> usize {
        let open = &self.open;
        let header = HeaderBlock::read(self.bytes, start, |line| {
            line.starts_with(b"--") && delimiter(open, line, None).is_some()
        });
        self.note_header(&header, parent.is_none());
        let part = self.describe(header, parent);
        let body_start = part.body.start;
        let id = self.parts.len();
        if let Some(parent) = parent {
            self.parts[parent].children.push(PartId(id));
        }
        let boundary = self.boundary_of(&part);
        self.parts.push(part);
        match boundary {
            Some(boundary) => self.open.push(Open { part: id, boundary, closed: false }),
            None => self.leaf = Some(id),
        }
        body_start
    }

    fn note_header(&mut self, header: &HeaderBlock, is_message: bool) {
        let count = |name| header.count(self.bytes, name);
        let doubled = count("Content-Type") > 1 || count("Content-Transfer-Encoding") > 1;
        let originators = is_message && ["From", "Sender", "MIME-Version"].iter().any(|name| count(name) > 1);
        let noted = [
            (header.too_long, Problem::HeaderTooLong),
            (header.malformed_lines > 0, Problem::MalformedHeader),
            (doubled, Problem::DoubledField),
            (originators, Problem::DoubledOriginator),
        ];
        for (_, problem) in noted.into_iter().filter(|(met, _)| *met) {
            self.problems.add(problem);
        }
    }

    fn describe(&self, header: HeaderBlock, parent: Option<usize>) -> Part {
        let bytes = self.bytes;
        let raw = |name| header.named(bytes, name).next().map(|field| &bytes[field.value.clone()]);
        let default_type =
            || match parent.map(|parent| self.parts[parent].content_type.is("multipart/digest")) {
                // RFC 2046 §5.1.5.
                Some(true) => ContentType::parse(b"message/rfc822"),
                Some(false) | None => ContentType::plain(),
            };
        Part {
            parent: parent.map(PartId),
            children: Vec::new(),
            content_type: raw("Content-Type").map_or_else(default_type, ContentType::parse),
            encoding: TransferEncoding::parse(
                &header.value(bytes, "Content-Transfer-Encoding").unwrap_or_default(),
            ),
            disposition: raw("Content-Disposition").map(Disposition::parse),
            content_id: header
                .value(bytes, "Content-ID")
                .map(|id| id.trim_start_matches('<').trim_end_matches('>').to_owned()),
            body: header.body_start..header.body_start,
            close: None,
            header,
        }
    }

    /// The boundary of a multipart that can be read.
    fn boundary_of(&mut self, part: &Part) -> Option<Vec<u8>> {
        if part.content_type.doubled {
            self.problems.add(Problem::DoubledField);
        }
        if !part.content_type.is_multipart() {
            return None;
        }
        if !part.encoding.is_identity() {
            self.problems.add(Problem::EncodedMultipart);
        }
        let boundary = part.content_type.parameter("boundary").unwrap_or_default().trim_end();
        if boundary.is_empty() || boundary.len() > BOUNDARY_LEN_MAX {
            self.problems.add(Problem::Boundary);
            return None;
        }
        if self.open.len() >= DEPTH_MAX {
            self.problems.add(Problem::TooDeep);
            return None;
        }
        // A delimiter of both: some readers take it for the outer one.
        if self.open.iter().any(|open| open.boundary == boundary.as_bytes()) {
            self.problems.add(Problem::Boundary);
        }
        Some(boundary.as_bytes().to_vec())
    }

    /// Acts on a delimiter and returns where to look on.
    fn take(&mut self, found: Delimiter, line_start: usize, line_end: usize) -> usize {
        self.end(self.before_line_end(line_start), found.level + 1);
        let multipart = self.open[found.level].part;
        if found.closes {
            self.open[found.level].closed = true;
            self.parts[multipart].close = Some(line_start);
            return line_end;
        }
        self.begin_part(line_end, Some(multipart))
    }

    /// Ends the leaf and every multipart from `level` up at `end`.
    fn end(&mut self, end: usize, level: usize) {
        if let Some(leaf) = self.leaf.take() {
            let start = self.parts[leaf].body.start;
            self.parts[leaf].body = start..end.max(start);
        }
        for open in self.open.drain(level.min(self.open.len())..) {
            if !open.closed {
                self.problems.add(Problem::Unterminated);
            }
            let body: &mut Range<usize> = &mut self.parts[open.part].body;
            body.end = end.max(body.start);
        }
    }

    /// The line end before a delimiter belongs to the delimiter.
    fn before_line_end(&self, line_start: usize) -> usize {
        without_line_end(&self.bytes[..line_start]).len()
    }
}

/// Whether `line` is a delimiter of an open multipart, the innermost that matches. With `problems`, lines that some readers
/// would take otherwise are noted.
fn delimiter(open: &[Open], line: &[u8], problems: Option<&mut Problems>) -> Option<Delimiter> {
    let mut near = None;
    let mut exact = None;
    for (level, candidate) in open.iter().enumerate().rev() {
        let Some(rest) = line.get(2..).and_then(|rest| rest.strip_prefix(candidate.boundary.as_slice()))
        else {
            continue;
        };
        near = near.or(Some(level));
        let blank = |text: &[u8]| text.iter().all(|byte| matches!(byte, b' ' | b'\t'));
        let closes = rest.strip_prefix(b"--").is_some_and(blank);
        if closes || blank(rest) {
            exact = Some(Delimiter { level, closes });
            break;
        }
    }
    // After its close delimiter a multipart has no more parts; a further one is text of the epilogue for some readers.
    let again = exact.is_some_and(|found| open[found.level].closed);
    if let Some(problems) = problems.filter(|_| near != exact.map(|found| found.level) || again) {
        problems.add(Problem::NearDelimiter);
    }
    exact.filter(|_| !again)
}
