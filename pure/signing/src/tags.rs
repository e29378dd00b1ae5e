//! Lists of `tag=value;` as fields and records carry them (RFC 6376 §3.2), written in folded lines.

use std::collections::BTreeSet;

/// Where lines are folded (RFC 5322 §2.1.1 recommends 78).
const LINE_LEN: usize = 76;

/// A field that grows word by word.
pub(crate) struct Folded<'e> {
    text: String,
    column: usize,
    line_end: &'e str,
}

impl<'e> Folded<'e> {
    pub(crate) fn new(name: &str, line_end: &'e str) -> Self {
        let text = format!("{name}:");
        Self { column: text.len(), text, line_end }
    }

    /// A word behind a blank, or on a new line if it would be too long there.
    pub(crate) fn word(&mut self, word: &str) {
        if self.column + 1 + word.len() > LINE_LEN {
            self.fold();
        } else {
            self.text.push(' ');
            self.column += 1;
        }
        self.more(word);
    }

    /// Goes on without a blank, on a new line where this one is full; for values in which white space means nothing.
    pub(crate) fn piece(&mut self, piece: &str) {
        if self.column + piece.len() > LINE_LEN {
            self.fold();
        }
        self.more(piece);
    }

    /// Base64, cut wherever a line is full.
    pub(crate) fn base64(&mut self, mut text: &str) {
        while !text.is_empty() {
            if self.column >= LINE_LEN {
                self.fold();
            }
            let (now, later) = text.split_at(text.len().min(LINE_LEN - self.column));
            self.more(now);
            text = later;
        }
    }

    /// Entries with `;` between them, cut at their blanks where a line is full.
    pub(crate) fn list(&mut self, entries: &[String]) {
        for (place, entry) in entries.iter().enumerate() {
            let end = if place + 1 == entries.len() { "" } else { ";" };
            format!("{entry}{end}").split(' ').for_each(|word| self.word(word));
        }
    }

    fn more(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.len();
    }

    fn fold(&mut self) {
        self.text.push_str(self.line_end);
        self.text.push('\t');
        self.column = 8;
    }

    /// What stands so far.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The whole field with its line end.
    pub(crate) fn finish(mut self) -> String {
        self.text.push_str(self.line_end);
        self.text
    }
}

/// A field of entries with `;` between them, folded where a line is full.
#[must_use]
pub fn folded(name: &str, entries: &[String], line_end: &str) -> String {
    let mut field = Folded::new(name, line_end);
    field.list(entries);
    field.finish()
}

/// The tags of a list with their values, white space at the ends of both taken off; what is no tag is left out.
pub(crate) fn read(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.split(';').filter_map(|tag| {
        let (name, value) = tag.split_once('=')?;
        Some((name.trim(), value.trim()))
    })
}

/// Whether it is a list at all: every tag named, none of them twice (RFC 6376 §3.2); behind the last `;` nothing has to follow.
pub(crate) fn whole(list: &str) -> Result<(), String> {
    let list = list.trim_end();
    let mut names = BTreeSet::new();
    for tag in list.strip_suffix(';').unwrap_or(list).split(';') {
        let name = tag.split_once('=').map_or("", |(name, _)| name.trim());
        let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) || !name.bytes().all(is_inner) {
            return Err("it is no list of tags".to_owned());
        }
        if !names.insert(name) {
            return Err(format!("{name}= is there twice"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
