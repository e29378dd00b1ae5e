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

    /// Takes bytes in, whole. Of several faults the one that comes first counts, however the bytes were cut.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let room = self.size_max.saturating_sub(self.size);
        self.size = self.size.saturating_add(bytes.len() as u64);
        if self.failure.is_some() {
            return;
        }
        let excess = usize::try_from(room).ok().filter(|room| *room < bytes.len());
        let faults = [
            (self.nul_in_header(bytes), BodyError::NulInHeader),
            (self.excess_of_line(bytes), BodyError::LineTooLong),
            (excess, BodyError::TooLarge),
        ];
        let first = faults
            .into_iter()
            .filter_map(|(place, fault)| Some((place?, fault)))
            .min_by_key(|(place, _)| *place);
        match first {
            Some((_, fault)) => self.fail(fault),
            None => self.gather(bytes),
        }
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

    /// The place of the first NUL, as long as the header lasts.
    fn nul_in_header(&mut self, bytes: &[u8]) -> Option<usize> {
        let Header::Within { blank } = &mut self.header else { return None };
        let mut start = 0;
        while let Some(length) = memchr2(0, b'\n', &bytes[start..]) {
            let at = start + length;
            if bytes[at] == 0 {
                return Some(at);
            }
            *blank &= bytes[start..at].iter().all(|byte| *byte == b'\r');
            if *blank {
                self.header = Header::Over;
                return None;
            }
            *blank = true;
            start = at + 1;
        }
        *blank &= bytes[start..].iter().all(|byte| *byte == b'\r');
        None
    }

    /// The place of the first byte beyond the longest line. Looks at every line only if one could be too long.
    fn excess_of_line(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut start = 0;
        if self.line_len + bytes.len() > self.line_len_max {
            while let Some(length) = memchr(b'\n', &bytes[start..]) {
                let left = self.line_len_max - self.line_len;
                if length + 1 > left {
                    return Some(start + left);
                }
                self.line_len = 0;
                start += length + 1;
            }
        } else if let Some(last_end) = memrchr(b'\n', bytes) {
            self.line_len = 0;
            start = last_end + 1;
        }
        let left = self.line_len_max - self.line_len;
        let open = bytes.len() - start;
        self.line_len += open.min(left);
        (open > left).then_some(start + left)
    }
}
