//! A reply taken off the wire, byte for byte, however the bytes arrive.

use core::str;
use memchr::memchr;
use model::{EnhancedCode, Reply, ReplyCode};

/// Longest line without its line end; RFC 5321 §4.5.3.1.5 asks for 512, servers in use exceed it.
const LINE_LEN_MAX: usize = 4_096;
/// Most lines of one reply.
const LINES_MAX: usize = 100;

/// Why bytes are not a reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    #[error("a line begins with `{0}` and not with a code from 200 to 599")]
    Code(String),
    #[error("the code changes from {0} to {1} between two lines of one reply")]
    CodeChanges(u16, u16),
    #[error("a line is longer than {LINE_LEN_MAX} bytes")]
    LineTooLong,
    #[error("a reply has more than {LINES_MAX} lines")]
    TooManyLines,
}

/// Collects bytes and gives out whole replies, in order.
#[derive(Debug, Default)]
pub struct ReplyReader {
    input: Vec<u8>,
    start: usize,
    open: Option<Reply>,
    /// The lines of the newest reply, as they came, for the transcript.
    raw: Vec<Vec<u8>>,
}

struct Line<'a> {
    code: u16,
    last: bool,
    text: &'a [u8],
}

impl ReplyReader {
    /// A reader with nothing read.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes in; then the first whole reply, if there is one. Call it with no bytes for the next one.
    ///
    /// # Errors
    /// What came is not a reply. Nothing after it can be told apart: the connection is to be given up.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Option<Reply>, ReplyError> {
        self.input.extend_from_slice(bytes);
        loop {
            let Some(length) = memchr(b'\n', &self.input[self.start..]) else {
                if self.input.len() - self.start > LINE_LEN_MAX + 1 {
                    return Err(ReplyError::LineTooLong);
                }
                self.input.drain(..self.start);
                self.start = 0;
                return Ok(None);
            };
            let whole = &self.input[self.start..self.start + length];
            let line = whole.strip_suffix(b"\r").unwrap_or(whole).to_vec();
            self.start += length + 1;
            if let Some(reply) = self.add(line)? {
                return Ok(Some(reply));
            }
        }
    }

    /// Whether bytes are left that have not become a reply.
    #[must_use]
    pub fn has_rest(&self) -> bool {
        self.start < self.input.len() || self.open.is_some()
    }

    /// The lines of the newest reply, as they came and without line ends.
    pub fn take_raw(&mut self) -> Vec<Vec<u8>> {
        core::mem::take(&mut self.raw)
    }

    fn add(&mut self, raw: Vec<u8>) -> Result<Option<Reply>, ReplyError> {
        if raw.len() > LINE_LEN_MAX {
            return Err(ReplyError::LineTooLong);
        }
        let line = split(&raw)?;
        if self.open.is_none() {
            self.raw.clear();
        }
        let enhanced = enhanced_code(line.text);
        let mut reply = self.open.take().unwrap_or_else(|| Reply {
            code: ReplyCode(line.code),
            enhanced,
            lines: Vec::new(),
        });
        if reply.code.0 != line.code {
            return Err(ReplyError::CodeChanges(reply.code.0, line.code));
        }
        if reply.lines.len() == LINES_MAX {
            return Err(ReplyError::TooManyLines);
        }
        reply.lines.push(without_code(line.text, reply.enhanced));
        let last = line.last;
        self.raw.push(raw);
        if last {
            return Ok(Some(reply));
        }
        self.open = Some(reply);
        Ok(None)
    }
}

fn split(raw: &[u8]) -> Result<Line<'_>, ReplyError> {
    let digits = raw.get(..3).filter(|digits| digits.iter().all(u8::is_ascii_digit));
    let code = digits.and_then(|digits| str::from_utf8(digits).ok()).and_then(|digits| digits.parse().ok());
    let last = match raw.get(3) {
        None | Some(b' ') => Some(true),
        Some(b'-') => Some(false),
        Some(_) => None,
    };
    match (code, last) {
        (Some(code @ 200..=599), Some(last)) => {
            Ok(Line { code, last, text: raw.get(4..).unwrap_or_default() })
        }
        _ => {
            let shown: String =
                String::from_utf8_lossy(raw).chars().filter(|c| !c.is_control()).take(40).collect();
            Err(ReplyError::Code(shown))
        }
    }
}

/// The enhanced code at the begin of a text, if it is written in the one way in which we would write it.
fn enhanced_code(text: &[u8]) -> Option<EnhancedCode> {
    let word = text.split(|byte| *byte == b' ').next()?;
    let word = str::from_utf8(word).ok()?;
    word.parse::<EnhancedCode>().ok().filter(|code| code.to_string() == word)
}

fn without_code(text: &[u8], code: Option<EnhancedCode>) -> Vec<u8> {
    let Some(code) = code else { return text.to_vec() };
    match text.strip_prefix(code.to_string().as_bytes()) {
        Some([]) => Vec::new(),
        // An empty line is written without the blank, so a lone blank stays with the text.
        Some([b' ', rest @ ..]) if !rest.is_empty() => rest.to_vec(),
        _ => text.to_vec(),
    }
}
