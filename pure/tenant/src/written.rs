//! What a TOML file says, with the place of every value: the first of the two readings of a configuration.
//!
//! A file is opened into a `Table`; every key is taken once, by name, and read as what it should be. Whatever is of a wrong type,
//! out of bounds or not a known word becomes a problem with its line and the reading goes on, so that one pass finds everything.
//! `finish` reports the keys that nobody took. The operator's file is read with it too.

mod duration;
mod value;

pub use duration::parse_duration;
pub use value::Value;

use crate::Problem;
use crate::suggest::hint;
use toml::de::DeTable;

/// Longest file that is read, in bytes: a configuration is written by people.
pub const FILE_LEN_MAX: usize = 1 << 20;

/// One file's problems so far, and its lines.
#[derive(Debug)]
pub struct Report {
    file: String,
    line_starts: Vec<usize>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Report {
    /// A report about `file`, whose text is `text`.
    #[must_use]
    pub fn new(file: &str, text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(offset, _)| offset + 1);
        Self {
            file: file.to_owned(),
            line_starts: core::iter::once(0).chain(ends).collect(),
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Adds a problem at the line that holds `offset`.
    pub fn at(&mut self, offset: usize, reason: impl Into<String>) {
        let line = self.line_of(offset);
        self.problems.push(Problem::at(&self.file, line, reason));
    }

    /// Adds a problem of the whole file.
    pub fn whole(&mut self, reason: impl Into<String>) {
        self.problems.push(Problem::of(&self.file, reason));
    }

    /// Adds something odd that does not prevent the file's use, at the line that holds `offset`.
    pub fn warn(&mut self, offset: usize, reason: impl Into<String>) {
        let line = self.line_of(offset);
        self.warnings.push(Problem::at(&self.file, line, reason));
    }

    /// The line, counted from 1, that holds `offset`.
    #[must_use]
    pub fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset).max(1)
    }

    /// Whether nothing prevents the file's use so far.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.problems.is_empty()
    }

    /// What prevents the file's use, and what is only odd, both in the order of the lines.
    #[must_use]
    pub fn into_parts(mut self) -> (Vec<Problem>, Vec<Problem>) {
        self.problems.sort();
        self.warnings.sort();
        (self.problems, self.warnings)
    }
}

/// Reads `bytes` as TOML, hands its top table to `read`, and gives what was read with everything that was found. A file with
/// errors of syntax gives those only and nothing is read.
pub fn read_file<T>(
    file: &str,
    bytes: &[u8],
    read: impl FnOnce(Table<'_>, &mut Report) -> Option<T>,
) -> (Option<T>, Report) {
    let text = String::from_utf8_lossy(bytes);
    let mut report = Report::new(file, &text);
    if bytes.len() > FILE_LEN_MAX {
        report.whole(format!("is larger than {FILE_LEN_MAX} bytes; shorten it"));
        return (None, report);
    }
    if let Err(error) = core::str::from_utf8(bytes) {
        report.at(error.valid_up_to(), "is not UTF-8 from this line on; save the file as UTF-8");
        return (None, report);
    }
    let (table, errors) = DeTable::parse_recoverable(&text);
    for error in &errors {
        let start = error.span().map_or(text.len(), |span| span.start);
        report.at(start, format!("is not TOML here: {}", error.message().trim()));
    }
    if !errors.is_empty() {
        return (None, report);
    }
    let value = read(Table::new(table.get_ref(), String::new(), 0), &mut report);
    (value, report)
}

/// One table; keys are taken from it.
#[derive(Debug)]
pub struct Table<'t> {
    entries: &'t DeTable<'t>,
    /// `egress.` for the table `egress`, empty for the top.
    path: String,
    start: usize,
    asked: Vec<&'static str>,
}

impl<'t> Table<'t> {
    fn new(entries: &'t DeTable<'t>, path: String, start: usize) -> Self {
        Self { entries, path, start, asked: Vec::new() }
    }

    /// The value of `key`, if it is written.
    pub fn take(&mut self, key: &'static str) -> Option<Value<'t>> {
        self.asked.push(key);
        self.entries.get(key).map(|value| Value::new(value, format!("{}{key}", self.path)))
    }

    /// The value of `key`; a problem if it is not written.
    pub fn require(&mut self, key: &'static str, report: &mut Report) -> Option<Value<'t>> {
        let value = self.take(key);
        if value.is_none() {
            report.at(self.start, format!("`{}{key}` is missing; it is required", self.path));
        }
        value
    }

    /// The table `key`, if it is written.
    pub fn table(&mut self, key: &'static str, report: &mut Report) -> Option<Table<'t>> {
        self.take(key).and_then(|value| value.table(report))
    }

    /// Every pair, for tables whose keys are chosen by the writer.
    pub fn pairs(&self) -> impl Iterator<Item = (&'t str, Value<'t>)> {
        self.entries.iter().map(|(key, value)| {
            let name: &'t str = key.get_ref();
            (name, Value::new(value, format!("{}{name}", self.path)))
        })
    }

    /// Where the table begins, for problems of the whole table.
    #[must_use]
    pub fn start(&self) -> usize {
        self.start
    }

    /// Reports the keys that were written and never taken.
    pub fn finish(self, report: &mut Report) {
        for (key, _) in self.entries {
            let name: &str = key.get_ref();
            if !self.asked.contains(&name) {
                let hint = hint(name, self.asked.iter().copied());
                report.at(key.span().start, format!("`{}{name}` is not a known key{hint}", self.path));
            }
        }
    }
}

#[cfg(test)]
mod tests;
