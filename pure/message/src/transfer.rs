//! Content-Transfer-Encoding (RFC 2045 §6): decoding, and the raw place of every decoded byte.
//!
//! Decoding is tolerant, as every reader of mail is: what is no escape stays, characters outside of base64's alphabet are
//! skipped. Where tolerance could mean different bytes to different readers (base64 that goes on behind its padding) the result says so.

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferEncoding {
    SevenBit,
    EightBit,
    Binary,
    QuotedPrintable,
    Base64,
    /// A word that nobody knows: the body cannot be read.
    Unknown,
}

impl TransferEncoding {
    pub(crate) fn parse(value: &str) -> Self {
        let word = value.split([';', '(']).next().unwrap_or_default().trim();
        let known = [
            ("", Self::SevenBit),
            ("7bit", Self::SevenBit),
            ("8bit", Self::EightBit),
            ("binary", Self::Binary),
            ("quoted-printable", Self::QuotedPrintable),
            ("base64", Self::Base64),
        ];
        let found = known.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name));
        found.map_or(Self::Unknown, |(_, encoding)| encoding)
    }

    /// Whether the body's bytes are the content's bytes (RFC 2045 §6.2).
    #[must_use]
    pub fn is_identity(self) -> bool {
        match self {
            Self::SevenBit | Self::EightBit | Self::Binary => true,
            Self::QuotedPrintable | Self::Base64 | Self::Unknown => false,
        }
    }
}

/// A decoded base64 body.
pub(crate) struct Base64 {
    pub(crate) bytes: Vec<u8>,
    /// Data behind the padding, or a quantum of one character: readers disagree.
    pub(crate) damaged: bool,
}

pub(crate) fn decode_base64(raw: &[u8]) -> Base64 {
    let mut out = Base64 { bytes: Vec::with_capacity(raw.len() / 4 * 3), damaged: false };
    let (mut quantum, mut filled, mut padded) = (0_u32, 0_u32, false);
    for &byte in raw {
        let Some(value) = base64_value(byte) else {
            padded |= byte == b'=';
            continue;
        };
        out.damaged |= padded;
        quantum = quantum << 6 | u32::from(value);
        filled += 1;
        if filled == 4 {
            out.bytes.extend_from_slice(&quantum.to_be_bytes()[1..]);
            (quantum, filled) = (0, 0);
        }
    }
    match filled {
        2 => out.bytes.push((quantum >> 4) as u8),
        3 => out.bytes.extend_from_slice(&[(quantum >> 10) as u8, (quantum >> 2) as u8]),
        left_over => out.damaged |= left_over == 1,
    }
    out
}

/// The raw offset at which quantum number `wanted` begins; the end of the last quantum if there is none.
pub(crate) fn base64_quantum(raw: &[u8], wanted: usize) -> usize {
    let mut characters = 0;
    let mut end = 0;
    for (at, &byte) in raw.iter().enumerate() {
        if base64_value(byte).is_some() || byte == b'=' {
            if characters == wanted * 4 {
                return at;
            }
            characters += 1;
            end = at + 1;
        }
    }
    end
}

fn base64_value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

pub(crate) fn decode_quoted_printable(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
        // Most of a text is neither: it is taken a run at a time.
        let run = memchr::memchr2(b'=', b'\n', rest).unwrap_or(rest.len());
        let (text, behind) = rest.split_at(run);
        at += run;
        match behind {
            [b'=', behind @ ..] => {
                out.extend_from_slice(text);
                let (length, byte) = escape(behind);
                out.extend(byte);
                at += length;
            }
            [_, ..] => {
                let line = text.strip_suffix(b"\r").unwrap_or(text);
                out.extend_from_slice(without_blanks(line));
                out.extend_from_slice(&rest[line.len()..=run]);
                at += 1;
            }
            [] => out.extend_from_slice(without_blanks(text)),
        }
    }
    out
}

/// What a `=` is with what is behind it: its length, and its byte if it has one.
fn escape(behind: &[u8]) -> (usize, Option<u8>) {
    match (soft_break(behind), hex_pair(behind)) {
        (Some(length), _) => (1 + length, None),
        (None, Some(byte)) => (3, Some(byte)),
        (None, None) => (1, Some(b'=')),
    }
}

/// A line without the blanks at its end, which transport may have put there (RFC 2045 §6.7 rule 3).
fn without_blanks(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
    &line[..end]
}

/// The raw offsets at which the decoded bytes `wanted` (ascending) begin; the end of the content for what lies behind it.
pub(crate) fn quoted_printable_places(raw: &[u8], wanted: &[usize]) -> Vec<usize> {
    let mut places = Vec::with_capacity(wanted.len());
    let Some(&first) = wanted.first() else { return places };
    let (at, mut decoded) = whole_lines(raw, first);
    let mut end = at;
    let tokens = QuotedPrintable { raw, at, inner_blanks_end: 0 };
    for token in tokens.filter(|token| token.byte.is_some()) {
        if places.len() == wanted.len() {
            break;
        }
        while wanted.get(places.len()) == Some(&decoded) {
            places.push(token.start);
        }
        decoded += 1;
        end = token.end;
    }
    places.resize(wanted.len(), end);
    places
}

/// The start of the raw line in which the decoded byte `wanted` stands, or of one above it, and how many decoded bytes stand in front of that.
fn whole_lines(raw: &[u8], wanted: usize) -> (usize, usize) {
    let (mut start, mut before) = (0, 0);
    while let Some(length) = memchr::memchr(b'\n', &raw[start..]) {
        let line = &raw[start..=start + length];
        // With a line end, what a line is does not depend on what follows.
        let decoded = decode_quoted_printable(line).len();
        if before + decoded >= wanted {
            break;
        }
        (start, before) = (start + line.len(), before + decoded);
    }
    (start, before)
}

/// The tokens of quoted-printable: a content byte, or raw bytes without content (soft line breaks, blanks at a line's end).
struct QuotedPrintable<'a> {
    raw: &'a [u8],
    at: usize,
    /// Blanks in front of this are no line's last: asked once for each run of them.
    inner_blanks_end: usize,
}

struct Token {
    start: usize,
    end: usize,
    byte: Option<u8>,
}

impl QuotedPrintable<'_> {
    fn token(&mut self, length: usize, byte: Option<u8>) -> Token {
        let start = self.at;
        self.at += length;
        Token { start, end: self.at, byte }
    }
}

impl Iterator for QuotedPrintable<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let rest = self.raw.get(self.at..).filter(|rest| !rest.is_empty())?;
        Some(match rest[0] {
            b'=' => {
                let (length, byte) = escape(&rest[1..]);
                self.token(length, byte)
            }
            b' ' | b'\t' if self.at >= self.inner_blanks_end => {
                let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
                let at_line_end = rest.len() == blanks || line_end(&rest[blanks..]).is_some();
                if at_line_end {
                    self.token(blanks, None)
                } else {
                    self.inner_blanks_end = self.at + blanks;
                    self.token(1, Some(rest[0]))
                }
            }
            byte => self.token(1, Some(byte)),
        })
    }
}

/// The length of blanks and line end behind a `=`; blanks there are transport padding (RFC 2045 §6.7 rule 3).
fn soft_break(rest: &[u8]) -> Option<usize> {
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    line_end(&rest[blanks..]).map(|length| blanks + length)
}

fn line_end(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'\r', b'\n', ..] => Some(2),
        [b'\n', ..] => Some(1),
        _ => None,
    }
}

fn hex_pair(rest: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (high, low) = (digit(*rest.first()?)?, digit(*rest.get(1)?)?);
    u8::try_from(high * 16 + low).ok()
}

/// The bytes as RFC 2231 §7 lets them stand, each by itself.
pub(crate) fn percent_encode(bytes: &[u8]) -> impl Iterator<Item = String> {
    bytes.iter().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(*byte).to_string(),
        _ => format!("%{byte:02X}"),
    })
}

/// `%41` of RFC 2231 §4; what is no escape stays.
pub(crate) fn percent_decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match hex_pair(&text[at + 1..]).filter(|_| text[at] == b'%') {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(text[at]);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests;
