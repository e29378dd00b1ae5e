//! What a header says to every reader alike: fields that occur once, and the people in From.
//!
//! A proof that two readers could read differently proves nothing. So a header that is longer than what is kept, that holds a line which is no
//! field, or whose lines end in different ways, has no readable field at all; and a From with a group, an address in a comment or
//! letters that only look like a domain's is nobody's. What it cannot read it says, and it never guesses.

use message::HeaderBlock;
use model::Address;

/// People that one From may name; more is no mail that people send.
const AUTHORS_MAX: usize = 20;

/// A message's header.
pub(super) struct Header<'h> {
    bytes: &'h [u8],
    block: HeaderBlock,
    /// Why it has no readable field.
    unreadable: Option<&'static str>,
}

impl<'h> Header<'h> {
    /// Of the beginning of a message; `is_whole` unless the header may go on behind it.
    pub(super) fn of(bytes: &'h [u8], is_whole: bool) -> Self {
        let block = HeaderBlock::of(bytes);
        let lines = &bytes[block.range.start..block.body_start];
        let unreadable = if block.too_long || !is_whole {
            Some("the header is too long to be read whole")
        } else if block.malformed_lines > 0 {
            Some("the header holds a line that is no field")
        } else if has_odd_line_ends(lines) {
            Some("the header's lines end in different ways")
        } else {
            None
        };
        Self { bytes, block, unreadable }
    }

    /// The value of a field that occurs once.
    pub(super) fn single(&self, name: &str) -> Result<String, String> {
        if let Some(why) = self.unreadable {
            return Err(why.to_owned());
        }
        match (self.block.count(self.bytes, name), self.block.value(self.bytes, name)) {
            (1, Some(value)) => Ok(value.into_owned()),
            (0, _) => Err(format!("there is no {name}")),
            (count, _) => Err(format!("there are {count} fields {name} where one proves something")),
        }
    }

    /// The people whom the one From names, at least one.
    pub(super) fn authors(&self) -> Result<Vec<Address>, String> {
        let value = self.single("From")?;
        let authors = mailboxes(&value).ok_or("From can be read in more than one way")?;
        if authors.is_empty() {
            return Err("From names nobody".to_owned());
        }
        Ok(authors)
    }
}

/// CR without LF, or LF without CR beside lines that have both: a reader may see other lines than we.
fn has_odd_line_ends(lines: &[u8]) -> bool {
    let mut crlf = 0;
    let mut lf = 0;
    for (at, byte) in lines.iter().enumerate() {
        match byte {
            b'\r' if lines.get(at + 1) != Some(&b'\n') => return true,
            b'\n' if at > 0 && lines[at - 1] == b'\r' => crlf += 1,
            b'\n' => lf += 1,
            _ => {}
        }
    }
    crlf > 0 && lf > 0
}

/// A mailbox list (RFC 5322 §3.4), strictly: no group, no route, an address in plain sight.
fn mailboxes(value: &str) -> Option<Vec<Address>> {
    let mut authors = Vec::new();
    for entry in split(value)? {
        if authors.len() == AUTHORS_MAX {
            return None;
        }
        authors.push(mailbox(&entry)?);
    }
    Some(authors)
}

/// One piece of an entry.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    /// What stands outside of quotes, brackets and comments.
    Plain(String),
    Quoted(String),
    Angle(String),
}

/// The entries between commas, each as its pieces. Comments are left out if they hold no address.
fn split(value: &str) -> Option<Vec<Vec<Piece>>> {
    let mut entries = vec![Vec::new()];
    let mut scanner = value.chars();
    while let Some(c) = scanner.next() {
        let entry = entries.last_mut()?;
        match c {
            '"' => entry.push(Piece::Quoted(until(&mut scanner, '"', true)?)),
            '<' => entry.push(Piece::Angle(until(&mut scanner, '>', false)?)),
            '(' => comment(&mut scanner, entry)?,
            ',' => entries.push(Vec::new()),
            // A group or a route has a colon, and a backslash or a bracket outside of quotes is no atom.
            ':' | ';' | '>' | ')' | '\\' => return None,
            other => match entry.last_mut() {
                Some(Piece::Plain(text)) => text.push(other),
                Some(Piece::Quoted(_) | Piece::Angle(_)) | None => {
                    entry.push(Piece::Plain(other.to_string()))
                }
            },
        }
    }
    Some(entries)
}

fn until(scanner: &mut core::str::Chars<'_>, end: char, with_escapes: bool) -> Option<String> {
    let mut text = String::new();
    loop {
        match scanner.next()? {
            c if c == end => return Some(text),
            '\\' if with_escapes => text.extend(['\\', scanner.next()?]),
            c => text.push(c),
        }
    }
}

/// `anna@acme.example (Anna Berg)` is how cron and old programs write. Inside an address a comment hides something.
fn comment(scanner: &mut core::str::Chars<'_>, entry: &mut Vec<Piece>) -> Option<()> {
    let text = until(scanner, ')', true)?;
    if text.contains(['(', '@', '<', '>', '"']) {
        return None;
    }
    entry.push(Piece::Plain(" ".to_owned()));
    Some(())
}

fn mailbox(pieces: &[Piece]) -> Option<Address> {
    let seen: Vec<&Piece> = pieces
        .iter()
        .filter(|piece| !matches!(piece, Piece::Plain(text) if text.trim().is_empty()))
        .collect();
    let text = match seen.as_slice() {
        // A display name of atoms and quoted strings, then the address in brackets, then nothing.
        [name @ .., Piece::Angle(address)] => {
            let hides = |piece: &&Piece| match piece {
                // Some programs write the address as its own display name.
                Piece::Plain(text) => text.contains('@') && !text.trim().eq_ignore_ascii_case(address.trim()),
                Piece::Quoted(_) => false,
                Piece::Angle(_) => true,
            };
            if name.iter().any(hides) {
                return None;
            }
            address.trim().to_owned()
        }
        [Piece::Plain(address)] => address.trim().to_owned(),
        [Piece::Quoted(local), Piece::Plain(rest)] => format!("\"{local}\"{}", rest.trim()),
        _ => return None,
    };
    // An encoded word is no part of an address (RFC 2047 §5), and a reader that decodes it sees another one.
    if text.contains("=?") {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests;
