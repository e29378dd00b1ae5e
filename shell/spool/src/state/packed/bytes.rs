//! Numbers and texts in a row of bytes, as this process packed them a moment ago: reading trusts it, and stops the task where a field was
//! read that was never written.
//!
//! A number takes a byte for each seven bits (LEB128); a text its length before it.

use model::Timestamp;

const WRITTEN: &str = "what is read was packed by this process";

/// Bytes that a message's own usually takes; only the first guess.
const USUAL: usize = 192;

pub(super) struct Writer(Vec<u8>);

impl Default for Writer {
    fn default() -> Self {
        Self(Vec::with_capacity(USUAL))
    }
}

impl Writer {
    pub(super) fn finish(self) -> Box<[u8]> {
        // Exactly as long as it is; the guess is used again by the next one.
        Box::from(self.0.as_slice())
    }

    pub(super) fn finish_growing(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub(super) fn size(&mut self, size: usize) {
        self.number(size as u64);
    }

    /// In two bytes more if it is far from `near`.
    pub(super) fn time(&mut self, time: Timestamp, near: Timestamp) {
        let apart = time.as_micros().wrapping_sub(near.as_micros());
        // Small on both sides of nothing.
        self.number(((apart << 1) ^ (apart >> 63)) as u64);
    }

    pub(super) fn flags(&mut self, flags: &[bool]) {
        self.number(flags.iter().rev().fold(0, |bits, flag| bits << 1 | u64::from(*flag)));
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.size(text.len());
        self.raw(text.as_bytes());
    }

    /// One behind the other, their number before them.
    pub(super) fn list<I: ExactSizeIterator>(&mut self, items: I, mut write: impl FnMut(&mut Self, I::Item)) {
        self.size(items.len());
        items.for_each(|item| write(self, item));
    }

    pub(super) fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.flags(&[value.is_some()]);
        if let Some(value) = value {
            write(self, value);
        }
    }

    /// What `write` writes, its length before it.
    pub(super) fn section(&mut self, write: impl FnOnce(&mut Self)) {
        let start = self.0.len();
        write(self);
        let mut length = Self(Vec::new());
        length.size(self.0.len() - start);
        self.0.splice(start..start, length.0);
    }
}

#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn number(&mut self) -> u64 {
        let (mut number, mut bits) = (0, 0);
        loop {
            let (byte, rest) = self.0.split_first().expect(WRITTEN);
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << bits;
            bits += 7;
            if byte & 0x80 == 0 {
                return number;
            }
        }
    }

    pub(super) fn size(&mut self) -> usize {
        usize::try_from(self.number()).expect(WRITTEN)
    }

    pub(super) fn time(&mut self, near: Timestamp) -> Timestamp {
        let number = self.number();
        let apart = (number >> 1) as i64 ^ -((number & 1) as i64);
        Timestamp::from_micros(near.as_micros().wrapping_add(apart))
    }

    pub(super) fn flags<const N: usize>(&mut self) -> [bool; N] {
        let bits = self.number();
        std::array::from_fn(|place| bits >> place & 1 == 1)
    }

    pub(super) fn raw(&mut self, length: usize) -> &'a [u8] {
        let (bytes, rest) = self.0.split_at_checked(length).expect(WRITTEN);
        self.0 = rest;
        bytes
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        self.raw(N).try_into().expect(WRITTEN)
    }

    /// Whatever follows.
    pub(super) fn rest(self) -> &'a [u8] {
        self.0
    }

    pub(super) fn text(&mut self) -> &'a str {
        let length = self.size();
        std::str::from_utf8(self.raw(length)).expect(WRITTEN)
    }

    pub(super) fn string(&mut self) -> String {
        self.text().to_owned()
    }

    /// A value that has one written form.
    pub(super) fn parsed<T: std::str::FromStr>(&mut self) -> T {
        self.text().parse().ok().expect(WRITTEN)
    }

    pub(super) fn list<T, C: FromIterator<T>>(&mut self, mut read: impl FnMut(&mut Self) -> T) -> C {
        let count = self.size();
        (0..count).map(|_| read(self)).collect()
    }

    pub(super) fn maybe<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let [is_there] = self.flags();
        is_there.then(|| read(self))
    }

    pub(super) fn section(&mut self) -> Self {
        let length = self.size();
        Self(self.raw(length))
    }
}
