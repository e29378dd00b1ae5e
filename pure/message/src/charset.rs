//! Charsets of text parts: to UTF-8, back, and the byte at which a character begins.
//!
//! encoding_rs knows the charsets; this module knows what mail means by their labels. A text that does not fit a charset is refused, never
//! replaced by question marks. ISO-2022-JP has states: an insertion in the middle of Japanese text steps out of it and back.

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// A part's charset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Charset {
    encoding: &'static Encoding,
    /// The highest character that may be written, for labels that encoding_rs reads more widely than mail means them.
    limit: Option<char>,
}

const ESCAPE_ASCII: &[u8] = b"\x1b(B";

impl Charset {
    /// The charset of a label for `content`; `None` if it is unknown or cannot be written.
    pub(crate) fn new(label: Option<&str>, content: &[u8]) -> Option<Self> {
        let label = label.unwrap_or("us-ascii").trim();
        let is = |known: &[&str]| known.iter().any(|name| label.eq_ignore_ascii_case(name));
        if is(&["us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", ""]) {
            // Undeclared 8-bit text exists; it is read as what it most likely is and never written.
            let encoding = if core::str::from_utf8(content).is_ok() { UTF_8 } else { WINDOWS_1252 };
            return Some(Self { encoding, limit: Some('\x7f') });
        }
        let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
        if encoding == UTF_16LE || encoding == UTF_16BE {
            return None;
        }
        let latin1 = is(&["iso-8859-1", "iso_8859-1", "latin1", "iso8859-1", "l1"]);
        Some(Self { encoding, limit: latin1.then_some('\u{ff}') })
    }

    pub(crate) fn decode(self, content: &[u8]) -> String {
        self.encoding.decode_without_bom_handling(content).0.into_owned()
    }

    /// Whether `c` can be written.
    fn holds(self, c: char) -> bool {
        self.limit.is_none_or(|limit| c <= limit && !('\u{80}'..='\u{9f}').contains(&c))
    }

    /// The bytes of `text`, or `None` if a character does not fit.
    pub(crate) fn encode(self, text: &str) -> Option<Vec<u8>> {
        if !text.chars().all(|c| self.holds(c)) {
            return None;
        }
        let (bytes, _, unmappable) = self.encoding.encode(text);
        (!unmappable).then(|| bytes.into_owned())
    }

    /// The bytes of HTML `text`; a character that does not fit, or any that is not ASCII if `ascii`, becomes a numeric reference.
    pub(crate) fn encode_html(self, text: &str, ascii: bool) -> Vec<u8> {
        let referenced = |ascii: bool| -> String {
            let fits =
                |c: char| c.is_ascii() || (!ascii && self.encode(c.encode_utf8(&mut [0; 4])).is_some());
            text.chars()
                .map(|c| if fits(c) { c.to_string() } else { format!("&#{};", u32::from(c)) })
                .collect()
        };
        match self.encode(text).filter(|bytes| !ascii || bytes.is_ascii()) {
            Some(bytes) => bytes,
            None => self.encode(&referenced(ascii)).unwrap_or_else(|| referenced(true).into_bytes()),
        }
    }

    /// The content offsets of the ascending `offsets` into the decoded text.
    pub(crate) fn places(self, content: &[u8], text: &str, offsets: &[usize]) -> Vec<usize> {
        if self.encoding == UTF_8 && content == text.as_bytes() {
            return offsets.to_vec();
        }
        if self.encoding.is_single_byte() {
            // Each byte is one character, an undefined one included.
            return offsets.iter().map(|&offset| text[..offset].chars().count()).collect();
        }
        self.places_step_by_step(content, offsets)
    }

    /// Decodes byte by byte and notes where the output has each wanted length.
    fn places_step_by_step(self, content: &[u8], offsets: &[usize]) -> Vec<usize> {
        let mut decoder = self.encoding.new_decoder_without_bom_handling();
        let mut places = Vec::with_capacity(offsets.len());
        let mut decoded = 0;
        let mut scratch = [0; 16];
        for (at, byte) in content.iter().enumerate() {
            while offsets.get(places.len()).is_some_and(|&offset| offset <= decoded) {
                places.push(at);
            }
            if places.len() == offsets.len() {
                return places;
            }
            decoded += decoder.decode_to_utf8(core::slice::from_ref(byte), &mut scratch, false).2;
            // A byte that ends a damaged sequence gives the replacement and itself: what begins inside begins with it.
            while offsets.get(places.len()).is_some_and(|&offset| offset < decoded) {
                places.push(at);
            }
        }
        places.resize(offsets.len(), content.len());
        places
    }

    /// The place at which to insert: behind an escape that leads back to ASCII.
    pub(crate) fn settle(self, content: &[u8], place: usize) -> usize {
        let leads_back = self.encoding == ISO_2022_JP && content[place..].starts_with(ESCAPE_ASCII);
        if leads_back { place + ESCAPE_ASCII.len() } else { place }
    }

    /// `inserted` as it must stand between `before` and `after`: in a stateful charset it leaves the state and comes back to
    /// it. Two escapes in a row are an error for browsers, so none is written where one follows.
    pub(crate) fn in_state(self, mut inserted: Vec<u8>, before: &[u8], after: &[u8]) -> Vec<u8> {
        if self.encoding != ISO_2022_JP {
            return inserted;
        }
        if after.starts_with(b"\x1b") && inserted.ends_with(ESCAPE_ASCII) {
            inserted.truncate(inserted.len() - ESCAPE_ASCII.len());
        }
        let state = memchr::memrchr(b'\x1b', before).and_then(|at| before.get(at..at + 3));
        match state.filter(|state| *state != ESCAPE_ASCII) {
            Some(state) => [ESCAPE_ASCII, &inserted, state].concat(),
            None => inserted,
        }
    }

    /// Whether bytes in one place change the meaning of those behind.
    pub(crate) fn is_stateful(self) -> bool {
        self.encoding == ISO_2022_JP
    }
}

#[cfg(test)]
mod tests;
