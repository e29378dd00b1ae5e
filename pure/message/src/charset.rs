//! Charsets of text parts: to UTF-8, back, and the byte at which a character begins.
//!
//! encoding_rs knows the charsets; this module knows what mail means by their labels. A text that does not fit a charset is refused, never
//! replaced by question marks. ISO-2022-JP has states: an insertion in the middle of Japanese text steps out of it and back.

mod labels;

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_874,
    WINDOWS_1252, WINDOWS_1254,
};

/// A part's charset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Charset {
    encoding: &'static Encoding,
    /// The highest character that may be written, for labels that encoding_rs reads more widely than mail means them, and for names that not every
    /// reader knows.
    limit: Option<char>,
    /// Whether it is only what the text most likely is.
    is_guess: bool,
    /// Whether 0x80 to 0x9f are control characters in it: the ISO charsets that encoding_rs reads as Microsoft's.
    has_controls: bool,
}

/// Of ISO-2022-JP, back to ASCII.
pub(crate) const ESCAPE_ASCII: [u8; 3] = *b"\x1b(B";

impl Charset {
    /// The charset of a label for `content`; `None` if it is unknown or cannot be written.
    pub(crate) fn new(label: Option<&str>, content: &[u8]) -> Option<Self> {
        const ASCII: [&str; 7] = ["us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", "iso646", "646", ""];
        let written = label.unwrap_or("us-ascii");
        let label = labels::bare(written);
        let limit = Some('\x7f');
        if ASCII.contains(&label.as_str()) {
            // Undeclared 8-bit text exists; it is read as what it most likely is and never written.
            let is_utf8 = core::str::from_utf8(content).is_ok();
            let encoding = if is_utf8 { UTF_8 } else { WINDOWS_1252 };
            return Some(Self { encoding, limit, is_guess: !is_utf8, has_controls: false });
        }
        let Some(name) = labels::known(&label) else {
            // Nobody knows the charset, and the text needs none.
            let is_plain = content.iter().all(|byte| byte.is_ascii() && !matches!(byte, 0x0e | 0x0f | 0x1b));
            return (is_plain && !labels::hides_in_ascii(&label)).then_some(Self {
                encoding: UTF_8,
                limit,
                is_guess: false,
                has_controls: false,
            });
        };
        let limit = limit.filter(|_| !written.trim().eq_ignore_ascii_case(&name));
        let label = name;
        let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
        if encoding == UTF_16LE || encoding == UTF_16BE {
            return None;
        }
        // Browsers read the ISO names as Microsoft's charsets, which have letters where ISO has control characters.
        let has_letters_there = [WINDOWS_1252, WINDOWS_1254, WINDOWS_874].contains(&encoding);
        let is_microsofts =
            ["1252", "1254", "874"].iter().any(|number| label.ends_with(number)) && !label.starts_with("iso");
        let has_controls = has_letters_there && !is_microsofts;
        Some(Self { encoding, limit, is_guess: false, has_controls })
    }

    pub(crate) fn decode(self, content: &[u8]) -> String {
        self.encoding.decode_without_bom_handling(content).0.into_owned()
    }

    /// Whether `content` is text in it, every byte: what is only guessed or cannot be decoded is not written in another charset.
    pub(crate) fn is_sure_of(self, content: &[u8]) -> bool {
        !self.is_guess && !self.encoding.decode_without_bom_handling(content).1
    }

    /// Whether `c` can be written.
    fn holds(self, c: char) -> bool {
        self.limit.is_none_or(|limit| c <= limit)
            && !('\u{80}'..='\u{9f}').contains(&c)
            && !(self.has_controls && self.is_control(c))
    }

    fn is_control(self, c: char) -> bool {
        let mut room = [0; 4];
        let (bytes, ..) = self.encoding.encode(c.encode_utf8(&mut room));
        matches!(bytes[..], [0x80..=0x9f])
    }

    /// The bytes of `text`, or `None` if a character does not fit.
    pub(crate) fn encode(self, text: &str) -> Option<Vec<u8>> {
        if !text.chars().all(|c| self.holds(c)) {
            return None;
        }
        let (bytes, _, unmappable) = self.encoding.encode(text);
        // Browsers write some characters as others (a yen sign as a backslash); mail has to give back what went in.
        let comes_back = || self.encoding == UTF_8 || self.decode(&bytes) == text;
        (!unmappable && self.is_common(&bytes) && comes_back()).then(|| bytes.into_owned())
    }

    /// Whether every reader knows the characters of `bytes`, not only those who read a charset with the additions of one vendor, as browsers do.
    fn is_common(self, bytes: &[u8]) -> bool {
        if bytes.is_ascii() && !self.is_stateful() {
            return true;
        }
        let is_kana = |byte: u8| self.encoding == SHIFT_JIS && matches!(byte, 0xa1..=0xdf);
        let rows = |is_known: fn(u8, u8) -> bool| {
            characters(bytes, is_kana).all(|(lead, trail)| is_known(lead, trail))
        };
        match self.encoding {
            // `gb2312` and `gbk` are one to a browser; a reader who takes the first at its word knows rows of 94 only, and few know GBK's euro.
            encoding if encoding == GBK => {
                rows(|lead, trail| trail >= 0xa1 && matches!(lead, 0xa1 | 0xa3..=0xa5 | 0xb0..=0xf7))
            }
            // JIS X 0208 without the rows of NEC and IBM.
            encoding if encoding == SHIFT_JIS => {
                rows(|lead, _| matches!(lead, 0x81..=0x84 | 0x88..=0x9f | 0xe0..=0xea))
            }
            encoding if encoding == EUC_JP => {
                rows(|lead, _| matches!(lead, 0x8e | 0xa1..=0xa8 | 0xb0..=0xf4))
            }
            // KS X 1001 without Microsoft's syllables.
            encoding if encoding == EUC_KR => {
                rows(|lead, trail| trail >= 0xa1 && matches!(lead, 0xa1..=0xac | 0xb0..=0xfd))
            }
            // The two levels of Big5 without the euro and what Hong Kong added.
            encoding if encoding == BIG5 => rows(|lead, trail| {
                (lead != 0xa3 || trail < 0xc0) && matches!(lead, 0xa1..=0xa3 | 0xa4..=0xc6 | 0xc9..=0xf9)
            }),
            encoding if encoding == ISO_2022_JP => {
                jis_rows(bytes).all(|lead| matches!(lead, 0x21..=0x28 | 0x30..=0x74))
            }
            _ => true,
        }
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
        let leads_back = self.encoding == ISO_2022_JP && content[place..].starts_with(&ESCAPE_ASCII);
        if leads_back { place + ESCAPE_ASCII.len() } else { place }
    }

    /// The escape that leads back to the state in which `before` ends, if that is not ASCII: what is inserted there, and every line end and
    /// blank that goes with it, has to stand between [`ESCAPE_ASCII`] and this.
    pub(crate) fn state_after(self, before: &[u8]) -> Option<[u8; 3]> {
        if self.encoding != ISO_2022_JP {
            return None;
        }
        let at = memchr::memrchr(b'\x1b', before)?;
        let state: [u8; 3] = before.get(at..at + 3)?.try_into().ok()?;
        (state != ESCAPE_ASCII).then_some(state)
    }

    /// `inserted` without a last escape where another one follows: two in a row are an error for browsers.
    pub(crate) fn in_front_of(self, mut inserted: Vec<u8>, after: &[u8]) -> Vec<u8> {
        if self.encoding == ISO_2022_JP && after.starts_with(b"\x1b") && inserted.ends_with(&ESCAPE_ASCII) {
            inserted.truncate(inserted.len() - ESCAPE_ASCII.len());
        }
        inserted
    }

    /// Whether bytes in one place change the meaning of those behind.
    pub(crate) fn is_stateful(self) -> bool {
        self.encoding == ISO_2022_JP
    }
}

/// The characters of two bytes in a text where ASCII and what `is_single` names have one.
fn characters(bytes: &[u8], is_single: impl Fn(u8) -> bool) -> impl Iterator<Item = (u8, u8)> {
    let mut rest = bytes;
    core::iter::from_fn(move || {
        rest = &rest[rest.iter().take_while(|byte| byte.is_ascii() || is_single(**byte)).count()..];
        let (lead, trail) = (*rest.first()?, rest.get(1).copied().unwrap_or_default());
        rest = rest.get(2..).unwrap_or_default();
        Some((lead, trail))
    })
}

/// The first byte of each character of two bytes in ISO-2022-JP.
fn jis_rows(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let runs = bytes.split(|&byte| byte == b'\x1b').filter_map(|run| run.strip_prefix(b"$B"));
    runs.flat_map(|run| run.chunks(2).filter_map(|character| character.first().copied()))
}

#[cfg(test)]
mod tests;
