//! The canonical forms of a body, hashed while its pieces go by (RFC 6376 §3.4.3, §3.4.4). We sign the relaxed one; the simple one is there to verify.
//!
//! In the relaxed form white space at the ends of lines goes, elsewhere it counts as one blank; empty lines at the end go; what is left ends with CRLF. A
//! body of nothing but such lines is empty. A CR or LF that stands alone counts as a line end, because DATA writes it as one. Pieces may be cut anywhere.

use aws_lc_rs::digest::{Context, SHA256};
use memchr::memchr2;

/// Bytes that are handed to the hash at once.
const BUFFER_LEN: usize = 4096;

/// SHA-256 of a body's canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyHash(pub(crate) [u8; 32]);

impl BodyHash {
    /// The hash.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Relaxed,
    Simple,
}

/// Takes a body in pieces.
pub struct BodyHasher {
    digest: Context,
    form: Form,
    buffer: Vec<u8>,
    /// Line ends that are written only if text follows.
    line_ends: u64,
    /// White space that is written, as one blank, only if text follows on its line.
    blank: bool,
    /// The piece before ended with CR: an LF now belongs to it.
    after_cr: bool,
    has_text: bool,
}

impl Default for BodyHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl BodyHasher {
    /// Nothing read yet; for the relaxed form.
    #[must_use]
    pub fn new() -> Self {
        Self::of(Form::Relaxed)
    }

    /// Nothing read yet.
    #[must_use]
    pub fn of(form: Form) -> Self {
        Self {
            digest: Context::new(&SHA256),
            form,
            buffer: Vec::with_capacity(BUFFER_LEN),
            line_ends: 0,
            blank: false,
            after_cr: false,
            has_text: false,
        }
    }

    /// The next piece.
    pub fn update(&mut self, mut piece: &[u8]) {
        if self.after_cr && !piece.is_empty() {
            self.after_cr = false;
            piece = piece.strip_prefix(b"\n").unwrap_or(piece);
        }
        while let Some(end) = memchr2(b'\r', b'\n', piece) {
            self.line(&piece[..end]);
            self.line_ends += 1;
            self.blank = false;
            let rest = &piece[end + 1..];
            let is_cr = piece[end] == b'\r';
            self.after_cr = is_cr && rest.is_empty();
            piece = if is_cr { rest.strip_prefix(b"\n").unwrap_or(rest) } else { rest };
        }
        self.line(piece);
    }

    /// The hash of all pieces.
    #[must_use]
    pub fn finish(mut self) -> BodyHash {
        // §3.4.3: in the simple form no body at all is one empty line.
        if self.has_text || self.form == Form::Simple {
            self.write(b"\r\n");
        }
        self.digest.update(&self.buffer);
        let mut hash = [0; 32];
        hash.copy_from_slice(self.digest.finish().as_ref());
        BodyHash(hash)
    }

    /// A line, or a part of one, without its end.
    fn line(&mut self, mut text: &[u8]) {
        if self.form == Form::Simple && !text.is_empty() {
            return self.text(text);
        }
        while !text.is_empty() {
            let length = memchr2(b' ', b'\t', text).unwrap_or(text.len());
            if length > 0 {
                self.text(&text[..length]);
            }
            let blanks = text[length..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            self.blank |= blanks > 0;
            text = &text[length + blanks..];
        }
    }

    fn text(&mut self, text: &[u8]) {
        for _ in 0..core::mem::take(&mut self.line_ends) {
            self.write(b"\r\n");
        }
        if core::mem::take(&mut self.blank) {
            self.write(b" ");
        }
        self.has_text = true;
        self.write(text);
    }

    fn write(&mut self, bytes: &[u8]) {
        if self.buffer.len() + bytes.len() > BUFFER_LEN {
            self.digest.update(&self.buffer);
            self.buffer.clear();
        }
        if bytes.len() > BUFFER_LEN {
            self.digest.update(bytes);
        } else {
            self.buffer.extend_from_slice(bytes);
        }
    }
}

#[cfg(test)]
mod tests;
