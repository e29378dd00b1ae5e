//! What a message may be made of, whichever way it came: size, length of lines, no NUL in its header.
//!
//! Bytes are gathered into chunks of 64 KiB. After the first failure nothing more is gathered, but bytes are still counted,
//! because a sender that goes on past twice the limit is cut off.

use crate::server::{BodyError, ServerConfig};
use core::mem;
use memchr::{memchr, memchr2, memrchr};

/// Size of a chunk that is given out.
const CHUNK_LEN: usize = 64 << 10;

/// One message's content as it arrives.
#[derive(Debug)]
pub(crate) struct Content {
    size_max: u64,
    line_len_max: usize,
    size: u64,
    /// Bytes of the line that is open.
    line_len: usize,
    header: Header,
    chunk: Vec<u8>,
    full: Vec<Vec<u8>>,
    failure: Option<BodyError>,
}

/// Whether the header is still being read (RFC 5322 §2.1).
#[derive(Debug)]
enum Header {
    /// `blank`: the open line has nothing in it but CR.
    Within {
        blank: bool,
    },
    Over,
}

impl Content {
    pub(crate) fn new(config: &ServerConfig) -> Self {
        Self {
            size_max: config.size_max.0,
            line_len_max: config.limits.body_line_len_max,
            size: 0,
            line_len: 0,
            header: Header::Within { blank: true },
            chunk: Vec::new(),
            full: Vec::new(),
            failure: None,
        }
    }

    /// Takes bytes in, whole.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.size = self.size.saturating_add(bytes.len() as u64);
        if self.failure.is_some() {
            return;
        }
        if self.size > self.size_max {
            return self.fail(BodyError::TooLarge);
        }
        if self.has_nul_in_header(bytes) {
            return self.fail(BodyError::NulInHeader);
        }
        if self.has_long_line(bytes) {
            return self.fail(BodyError::LineTooLong);
        }
        self.gather(bytes);
    }

    /// Makes the content void; the first reason stays.
    pub(crate) fn fail(&mut self, reason: BodyError) {
        if self.failure.is_none() {
            self.failure = Some(reason);
            self.chunk = Vec::new();
        }
    }

    pub(crate) fn failure(&self) -> Option<BodyError> {
        self.failure
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Whether `more` bytes would go past twice the limit.
    pub(crate) fn is_hopeless_with(&self, more: u64) -> bool {
        self.size.saturating_add(more) > self.size_max.saturating_mul(2)
    }

    /// Full chunks; the last one, which may be smaller, only with `finish`.
    pub(crate) fn take_full(&mut self) -> Vec<Vec<u8>> {
        mem::take(&mut self.full)
    }

    /// Lets the last chunk out.
    pub(crate) fn finish(&mut self) {
        if !self.chunk.is_empty() {
            self.full.push(mem::take(&mut self.chunk));
        }
    }

    fn gather(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = CHUNK_LEN - self.chunk.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.chunk.extend_from_slice(now);
            bytes = later;
            if self.chunk.len() == CHUNK_LEN {
                // A body that filled one chunk is likely to fill another.
                self.full.push(mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK_LEN)));
            }
        }
    }

    fn has_nul_in_header(&mut self, bytes: &[u8]) -> bool {
        let Header::Within { blank } = &mut self.header else { return false };
        let mut rest = bytes;
        while let Some(at) = memchr2(0, b'\n', rest) {
            if rest[at] == 0 {
                return true;
            }
            *blank &= rest[..at].iter().all(|byte| *byte == b'\r');
            if *blank {
                self.header = Header::Over;
                return false;
            }
            *blank = true;
            rest = &rest[at + 1..];
        }
        *blank &= rest.iter().all(|byte| *byte == b'\r');
        false
    }

    /// Looks at every line only if the bytes are so many that one could be too long.
    fn has_long_line(&mut self, bytes: &[u8]) -> bool {
        let Some(last_end) = memrchr(b'\n', bytes) else {
            self.line_len += bytes.len();
            return self.line_len > self.line_len_max;
        };
        if self.line_len + bytes.len() > self.line_len_max {
            let mut rest = bytes;
            while let Some(at) = memchr(b'\n', rest) {
                if self.line_len + at + 1 > self.line_len_max {
                    return true;
                }
                self.line_len = 0;
                rest = &rest[at + 1..];
            }
        }
        self.line_len = bytes.len() - last_end - 1;
        self.line_len > self.line_len_max
    }
}
