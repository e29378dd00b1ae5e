//! The mailboxes of an address field (RFC 5322 §3.4), read for their addresses.
//!
//! Display names are decoded for people; addresses are taken as written, because an encoded word inside an address is not an address.
//! Groups give their members. A part that cannot be read is left out, and `<a@x>,<b@y>` are two mailboxes, never one.

use crate::decode_words;

/// Mailboxes of one field that are read.
const MAILBOXES_MAX: usize = 10_000;

/// One mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub name: String,
    /// The text between the angle brackets, or the bare address; not checked.
    pub address: String,
}

/// The mailboxes of an unfolded field value.
#[must_use]
pub fn mailboxes(value: &str) -> Vec<Mailbox> {
    let mut found = Vec::new();
    let mut entry = Entry::default();
    let mut scanner = value.chars();
    while let Some(c) = scanner.next() {
        match c {
            '"' => quoted(&mut scanner, &mut entry),
            '(' => comment(&mut scanner),
            '<' => {
                entry.angle = Some(scanner.by_ref().take_while(|&c| c != '>').collect());
            }
            // A group's name stands before the colon, its members before the semicolon.
            ':' => entry = Entry::default(),
            ',' | ';' => found.extend(core::mem::take(&mut entry).finish()),
            other => entry.text.push(other),
        }
        if found.len() >= MAILBOXES_MAX {
            return found;
        }
    }
    found.extend(entry.finish());
    found
}

#[derive(Default)]
struct Entry {
    text: String,
    angle: Option<String>,
}

impl Entry {
    fn finish(self) -> Option<Mailbox> {
        let text = self.text.trim();
        match self.angle {
            Some(address) => {
                Some(Mailbox { name: decode_words(&unquote(text)), address: address.trim().to_owned() })
            }
            None if text.contains('@') => Some(Mailbox { name: String::new(), address: text.to_owned() }),
            None => None,
        }
    }
}

/// Keeps the quotes: a quoted local part needs them, a display name loses them at the end.
fn quoted(scanner: &mut core::str::Chars<'_>, entry: &mut Entry) {
    entry.text.push('"');
    while let Some(c) = scanner.next() {
        entry.text.push(c);
        match c {
            '"' => return,
            '\\' => entry.text.extend(scanner.next()),
            _ => {}
        }
    }
}

fn comment(scanner: &mut core::str::Chars<'_>) {
    let mut depth = 1;
    while let Some(c) = scanner.next() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '\\' => drop(scanner.next()),
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

/// What a quoted string says (RFC 5322 §3.2.4).
pub(crate) fn unquote(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => {}
            '\\' => out.extend(characters.next()),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests;
