//! `Authentication-Results` (RFC 8601): what stands in ours, and which fields only say that they are ours.
//!
//! Names that a peer chose stand in it only if they are plain, so nobody writes a result through them. A field in our name that we did not write is a
//! forgery wherever it came from (§5). Of one that cannot be read, what matters is whether a lenient reader could find our name in it.

use crate::dmarc::DmarcResult;
use crate::spf::{Client, SpfResult};
use message::{Field, HeaderBlock};
use signing::{Proof, Worth};

/// The field.
pub const FIELD: &str = "Authentication-Results";
/// Longest name that is shown.
const NAME_LEN_MAX: usize = 253;

pub(crate) fn spf(result: SpfResult, client: &Client<'_>) -> String {
    let identity = if client.mail_from.is_empty() { "helo" } else { "mailfrom" };
    let name = property(&format!("smtp.{identity}"), Some(client.domain()));
    format!("spf={}{name}", result.word())
}

pub(crate) fn dkim(proof: &Proof<'_>, worth: &Worth) -> String {
    let why = match worth {
        Worth::Pass | Worth::TempError => String::new(),
        Worth::Fail(why) | Worth::Policy(why) | Worth::PermError(why) => format!(" ({})", comment(why)),
    };
    let domain = property("header.d", proof.domain().as_deref());
    let selector = property("header.s", proof.selector().as_deref());
    format!("dkim={}{why}{domain}{selector}", worth.word())
}

pub(crate) fn dmarc(result: DmarcResult, author: Option<&str>) -> String {
    format!("dmarc={result}{}", property("header.from", author))
}

fn property(name: &str, value: Option<&str>) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let plain =
        value.filter(|value| (1..=NAME_LEN_MAX).contains(&value.len()) && value.bytes().all(is_plain));
    plain.map(|value| format!(" {name}={value}")).unwrap_or_default()
}

/// A reason without what could end a comment.
fn comment(why: &str) -> String {
    let is_plain =
        |c: &char| (c.is_ascii_graphic() || *c == ' ') && !matches!(c, '(' | ')' | '\\' | ';' | '"');
    why.chars().filter(is_plain).take(NAME_LEN_MAX).collect()
}

/// The fields that claim to be written by one of `ours`.
#[must_use]
pub fn forged<'h>(header: &[u8], block: &'h HeaderBlock, ours: &[&str]) -> Vec<&'h Field> {
    let is_called = |field: &&Field| header[field.name.clone()].eq_ignore_ascii_case(FIELD.as_bytes());
    let claims = |field: &&Field| {
        let value = String::from_utf8_lossy(&header[field.value.clone()]).into_owned();
        match author(&value) {
            Some(author) => ours.iter().any(|name| is_same(&author, name)),
            None => ours.iter().any(|name| value.to_ascii_lowercase().contains(&name.to_ascii_lowercase())),
        }
    };
    block.fields.iter().filter(is_called).filter(claims).collect()
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim_end_matches('.').eq_ignore_ascii_case(other.trim_end_matches('.'))
}

/// The authserv-id: the first word, behind comments and folds, quoted or not. `None` if there is no telling.
fn author(value: &str) -> Option<String> {
    let rest = behind_comments(value)?;
    if let Some(quoted) = rest.strip_prefix('"') {
        let mut word = String::new();
        let mut chars = quoted.chars();
        loop {
            match chars.next()? {
                '"' => return Some(word.trim().to_owned()),
                '\\' => word.push(chars.next()?),
                '\r' | '\n' => {}
                other => word.push(other),
            }
        }
    }
    let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, ';' | '(' | '/' | '"'));
    // A word that goes on as a quoted one is none, and readers differ on it.
    let word = &rest[..end.unwrap_or(rest.len())];
    let is_word = word.bytes().all(|byte| byte.is_ascii_graphic()) && !rest[word.len()..].starts_with('"');
    is_word.then(|| word.to_owned())
}

/// What stands behind white space and comments, which may lie in each other (RFC 5322 §3.2.2).
fn behind_comments(value: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let mut chars = value.char_indices();
    while let Some((place, c)) = chars.next() {
        match c {
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            '\\' if depth > 0 => {
                chars.next()?;
            }
            other if depth > 0 || other.is_ascii_whitespace() => {}
            _ => return Some(&value[place..]),
        }
    }
    (depth == 0).then_some("")
}

#[cfg(test)]
mod tests;
