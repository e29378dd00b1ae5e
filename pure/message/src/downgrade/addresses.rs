//! An address field in ASCII: display names, groups and comments as encoded words, domains in A-labels, a mailbox on each line.
//!
//! It is read as tolerantly as [`crate::mailboxes`] reads it, and what is ASCII stays as it was written.

use super::{ascii_domain, header};
use crate::address::unquote;
use core::str::Chars;

/// The value, or the address that has no such form.
pub(super) fn to_ascii(value: &str, line_end: &str) -> Result<String, String> {
    let mut out = String::with_capacity(value.len() * 2);
    let mut text = String::new();
    let mut has_angle = false;
    let mut scanner = value.chars();
    while let Some(c) = scanner.next() {
        match c {
            '"' => quoted(&mut scanner, &mut text),
            '(' => {
                flush(&mut text, has_angle, line_end, &mut out)?;
                out.push_str(&comment(&mut scanner, line_end));
            }
            '<' => {
                phrase(&mut text, line_end, &mut out);
                let inner: String = scanner.by_ref().take_while(|c| *c != '>').collect();
                out.push_str(&format!("<{}>", address(inner.trim())?));
                has_angle = true;
            }
            ':' => {
                phrase(&mut text, line_end, &mut out);
                end_with(": ", &mut out);
            }
            ',' | ';' => {
                flush(&mut text, has_angle, line_end, &mut out)?;
                end_with(&format!("{c}{line_end} "), &mut out);
                has_angle = false;
            }
            other => text.push(other),
        }
    }
    flush(&mut text, has_angle, line_end, &mut out)?;
    end_with("", &mut out);
    Ok(out)
}

fn end_with(end: &str, out: &mut String) {
    out.truncate(out.trim_end().len());
    out.push_str(end);
}

/// What stands where a mailbox may be: a bare address, or words.
fn flush(text: &mut String, has_angle: bool, line_end: &str, out: &mut String) -> Result<(), String> {
    if has_angle || !text.contains('@') {
        phrase(text, line_end, out);
    } else {
        out.push_str(&address(core::mem::take(text).trim())?);
        out.push(' ');
    }
    Ok(())
}

/// Words, with a blank behind them.
fn phrase(text: &mut String, line_end: &str, out: &mut String) {
    let words = core::mem::take(text);
    let words = words.trim();
    if words.is_empty() {
        return;
    }
    if words.is_ascii() {
        out.push_str(words);
    } else {
        out.push_str(&header::words(&unquote(words), line_end));
    }
    out.push(' ');
}

fn address(text: &str) -> Result<String, String> {
    if text.is_ascii() {
        return Ok(text.to_owned());
    }
    let at_fault = || text.to_owned();
    let (local, domain) = text.rsplit_once('@').filter(|(local, _)| local.is_ascii()).ok_or_else(at_fault)?;
    let domain = ascii_domain(domain.trim()).ok_or_else(at_fault)?;
    Ok(format!("{local}@{domain}"))
}

/// Keeps the quotes.
fn quoted(scanner: &mut Chars<'_>, text: &mut String) {
    text.push('"');
    while let Some(c) = scanner.next() {
        text.push(c);
        match c {
            '"' => return,
            '\\' => text.extend(scanner.next()),
            _ => {}
        }
    }
}

/// The rest of a comment, with its parentheses.
fn comment(scanner: &mut Chars<'_>, line_end: &str) -> String {
    let (mut inner, mut depth) = (String::new(), 1_usize);
    while let Some(c) = scanner.next() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        inner.push(c);
        if c == '\\' {
            inner.extend(scanner.next());
        }
    }
    // An open comment is closed, or the words behind it would be lost in it.
    let inner = if inner.is_ascii() { inner } else { header::words(&inner, line_end) };
    format!("({inner}) ")
}
