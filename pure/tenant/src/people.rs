//! `people.csv`: the directory as a spreadsheet writes it.
//!
//! The first row names the columns; `mail` is required, `aliases` and `groups` are lists split at `;`, every column is an attribute
//! for templates and rules. A bad address, an address that two people have, a row of another width and bytes that are no
//! UTF-8 are problems with their line.

use crate::Problem;
use crate::suggest::hint;
use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};
use model::Address;
use signatures::{People, Person};
use std::collections::BTreeMap;

/// The file's name in a folder.
pub(crate) const FILE: &str = "people.csv";
/// Largest file, in bytes.
const FILE_LEN_MAX: usize = 64 << 20;
const PEOPLE_MAX: usize = 200_000;
const COLUMNS_MAX: usize = 200;
/// Longest value, in bytes: it is to stand on a line of a signature.
const VALUE_LEN_MAX: usize = 4_096;
/// Most problems that are told; a file in a wrong form has one per row.
const PROBLEMS_MAX: usize = 100;

/// Columns of the example; a directory may have any others.
const KNOWN: [&str; 17] = [
    "mail",
    "display_name",
    "given_name",
    "surname",
    "title",
    "department",
    "company",
    "phone",
    "mobile",
    "street",
    "city",
    "postal_code",
    "country",
    "photo",
    "groups",
    "aliases",
    "pronouns",
];

/// The people, and what the columns are called.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    pub(crate) people: Vec<Person>,
    pub(crate) columns: Vec<String>,
}

impl Directory {
    pub(crate) fn into_people(self) -> People {
        People::new(self.people)
    }
}

/// Reads the file; what could be read is given beside the problems, so that rules can be checked against it.
pub(crate) fn read(bytes: &[u8]) -> (Directory, Vec<Problem>) {
    let mut reading = Reading::default();
    if bytes.len() > FILE_LEN_MAX {
        reading
            .problems
            .push(Problem::of(FILE, format!("is larger than {FILE_LEN_MAX} bytes; split the tenant")));
        return (reading.directory, reading.problems);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Rows of another width are found here, not by the reader, so that the reading goes on after one.
    let mut reader = ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes);
    if reading.header(&mut reader) {
        reading.rows(&mut reader);
    }
    (reading.directory, reading.problems)
}

#[derive(Default)]
struct Reading {
    directory: Directory,
    problems: Vec<Problem>,
    /// Folded address to the line that has it.
    lines: BTreeMap<String, usize>,
}

impl Reading {
    fn problem(&mut self, line: usize, reason: impl Into<String>) {
        self.problems.push(Problem::at(FILE, line, reason));
    }

    /// Reads the names of the columns; false if no row can be understood without them.
    fn header(&mut self, reader: &mut Reader<&[u8]>) -> bool {
        let header = match reader.byte_headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                self.problem(1, format!("cannot be read: {error}"));
                return false;
            }
        };
        for name in header.iter().map(String::from_utf8_lossy) {
            if self.directory.columns.contains(&name.clone().into_owned()) {
                self.problem(1, format!("the column `{name}` is there twice; rename or remove one"));
            }
            if !is_column(&name) {
                let reason = "is no column name: use letters, digits and underscores, a letter first";
                self.problem(1, format!("`{name}` {reason}"));
            }
            self.directory.columns.push(name.into_owned());
        }
        if self.directory.columns.len() > COLUMNS_MAX {
            self.problem(1, format!("has more than {COLUMNS_MAX} columns"));
        }
        let has_mail = self.directory.columns.iter().any(|column| column == "mail");
        if !has_mail {
            let near = self.directory.columns.iter().find(|column| column.eq_ignore_ascii_case("mail"));
            let found =
                near.map(|column| format!("; `{column}` has to be written `mail`")).unwrap_or_default();
            self.problem(1, format!("the first row has no column `mail`{found}"));
        }
        has_mail && self.problems.is_empty()
    }

    fn rows(&mut self, reader: &mut Reader<&[u8]>) {
        for record in reader.byte_records() {
            if self.problems.len() >= PROBLEMS_MAX {
                self.problems.push(Problem::of(FILE, "has more problems than are listed here"));
                return;
            }
            if self.directory.people.len() >= PEOPLE_MAX {
                self.problems.push(Problem::of(FILE, format!("has more than {PEOPLE_MAX} people")));
                return;
            }
            match record {
                Ok(record) => self.row(&record),
                Err(error) => {
                    let line = error.position().map_or(1, |position| position.line() as usize);
                    self.problem(line, broken_row(error.kind()));
                }
            }
        }
    }

    fn row(&mut self, record: &ByteRecord) {
        let line = record.position().map_or(1, |position| position.line() as usize);
        let (width, wanted) = (record.len(), self.directory.columns.len());
        if width != wanted {
            self.problem(
                line,
                format!("has {width} columns, the first row has {wanted}; quote values with commas"),
            );
            return;
        }
        let mut attributes = BTreeMap::new();
        for (place, bytes) in record.iter().enumerate() {
            let column = self.directory.columns[place].clone();
            match value(bytes) {
                Ok(text) => drop(attributes.insert(column, text)),
                Err(reason) => self.problem(line, format!("`{column}`: {reason}")),
            }
        }
        self.person(attributes, line);
    }

    fn person(&mut self, attributes: BTreeMap<String, String>, line: usize) {
        let mail = attributes.get("mail").map(String::as_str).unwrap_or_default();
        let mail = match mail.parse::<Address>() {
            Ok(mail) => mail,
            Err(error) => return self.problem(line, format!("`mail`: {error}")),
        };
        self.claim(&mail, "mail", line);
        let mut aliases = Vec::new();
        for text in entries(attributes.get("aliases")) {
            match text.parse::<Address>() {
                Ok(alias) => aliases.push(alias),
                Err(error) => self.problem(line, format!("`aliases`: {error}")),
            }
        }
        for alias in &aliases {
            self.claim(alias, "aliases", line);
        }
        let groups = entries(attributes.get("groups")).map(str::to_owned).collect();
        self.directory.people.push(Person { mail, aliases, groups, attributes });
    }

    fn claim(&mut self, address: &Address, column: &str, line: usize) {
        match self.lines.get(&address.folded()) {
            Some(other) => {
                let other = *other;
                let reason =
                    format!("`{column}`: {address} is already in line {other}; one of them has to go");
                self.problem(line, reason);
            }
            None => drop(self.lines.insert(address.folded(), line)),
        }
    }
}

fn broken_row(kind: &ErrorKind) -> String {
    if matches!(kind, ErrorKind::Utf8 { .. }) {
        return "is not UTF-8; save the file as UTF-8".to_owned();
    }
    format!("cannot be read as CSV: {kind:?}")
}

/// A value as text. White space at its ends is gone already; control characters would reach a message.
fn value(bytes: &[u8]) -> Result<String, &'static str> {
    let text = core::str::from_utf8(bytes).map_err(|_| "is not UTF-8; save the file as UTF-8")?;
    if text.len() > VALUE_LEN_MAX {
        return Err("is longer than 4096 bytes; shorten it");
    }
    if text.chars().any(char::is_control) {
        return Err("holds a line end or another control character; write it on one line");
    }
    Ok(text.to_owned())
}

fn entries(value: Option<&String>) -> impl Iterator<Item = &str> {
    value.map(String::as_str).unwrap_or_default().split(';').map(str::trim).filter(|entry| !entry.is_empty())
}

/// A name that a template can say.
fn is_column(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What is meant by a column that the directory does not have.
pub(crate) fn column_hint(name: &str, columns: &[String]) -> String {
    hint(name, columns.iter().map(String::as_str).chain(KNOWN.into_iter().filter(|_| columns.is_empty())))
}
