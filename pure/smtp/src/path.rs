//! The angle-bracketed paths of MAIL and RCPT (RFC 5321 §4.1.2).
//!
//! A source route is checked for its form and dropped, as RFC 5321 §3.3 allows; the mailbox keeps its bytes, quotes
//! included. What stands outside the brackets is not read here, and an address without brackets is not a path.

use crate::CommandError;
use core::str;
use model::{Address, Domain, ReversePath};

/// Where RCPT points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForwardPath {
    Mailbox(Address),
    /// `<postmaster>` without a domain, which every server takes (RFC 5321 §4.5.1); as it was written.
    Postmaster(String),
}

/// Which of the two paths is meant: they differ in their codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathSide {
    Reverse,
    Forward,
}

/// Reads `<...>` and an optional rest of parameters: the path's inside, and what follows it.
pub(crate) fn split_path(text: &[u8], side: PathSide) -> Result<(&str, &[u8]), CommandError> {
    let inside = text.strip_prefix(b"<").ok_or(CommandError::Path(side))?;
    let end = closing_bracket(inside).ok_or(CommandError::Path(side))?;
    let rest = &inside[end + 1..];
    if !rest.is_empty() && !rest.starts_with(b" ") {
        return Err(CommandError::Path(side));
    }
    let path = str::from_utf8(&inside[..end]).map_err(|_| CommandError::NotUtf8)?;
    Ok((path, rest))
}

/// The place of the `>` that is not inside a quoted string.
fn closing_bracket(inside: &[u8]) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (place, &byte) in inside.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Some(place),
            _ => {}
        }
    }
    None
}

pub(crate) fn reverse_path(path: &str) -> Result<ReversePath, CommandError> {
    if path.is_empty() {
        return Ok(ReversePath::Null);
    }
    mailbox(path, PathSide::Reverse).map(ReversePath::Mailbox)
}

pub(crate) fn forward_path(path: &str) -> Result<ForwardPath, CommandError> {
    if path.eq_ignore_ascii_case("postmaster") {
        return Ok(ForwardPath::Postmaster(path.to_owned()));
    }
    mailbox(path, PathSide::Forward).map(ForwardPath::Mailbox)
}

fn mailbox(path: &str, side: PathSide) -> Result<Address, CommandError> {
    let text = if path.starts_with('@') { without_route(path, side)? } else { path };
    text.parse().map_err(|_| CommandError::Path(side))
}

/// RFC 5321 §4.1.2 A-d-l: `@a,@b:` before the mailbox.
fn without_route(path: &str, side: PathSide) -> Result<&str, CommandError> {
    let mut in_literal = false;
    let colon = path.find(|c| {
        match c {
            '[' => in_literal = true,
            ']' => in_literal = false,
            _ => {}
        }
        c == ':' && !in_literal
    });
    let (route, text) = colon.map(|at| (&path[..at], &path[at + 1..])).ok_or(CommandError::Path(side))?;
    let is_hop = |hop: &str| hop.strip_prefix('@').is_some_and(|host| host.parse::<Domain>().is_ok());
    if route.split(',').all(is_hop) { Ok(text) } else { Err(CommandError::Path(side)) }
}

#[cfg(test)]
mod tests;
