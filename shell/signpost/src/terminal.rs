//! The one way by which words reach standard output and standard error.
//!
//! Replies, subjects, addresses and the words of vendors come from outside. A control character in them could rewrite what stands on the screen, a bidi
//! override could turn it round: they are shown as `\u001b`, in the form that JSON has too, so that JSON stays what it says. Bytes that are meant to be
//! exact, of a message or a table for other programs, are so in a file or a pipe, and shown like all others on a terminal.

use anyhow::{Context as _, Result};
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};

/// Letters that do something instead of being seen: C0 and C1 controls, DEL, marks of direction, and separators that end a line in no other place.
fn is_active(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text of several lines: their ends and tabs stay.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_end = matches!(letter, '\n' | '\t') || letter == '\r' && letters.peek() == Some(&'\n');
        push(&mut shown, letter, is_end);
    }
    shown
}

/// Text of one line, in which no line ends.
pub(crate) fn cell(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    text.chars().for_each(|letter| push(&mut shown, letter, false));
    shown
}

/// A line of the log: its colours are our own, and of other controls the library that writes it has shown the most.
fn log_line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    text.chars().for_each(|letter| push(&mut shown, letter, matches!(letter, '\n' | '\t' | '\u{1b}')));
    shown
}

fn push(shown: &mut String, letter: char, stays: bool) {
    if is_active(letter) && !stays {
        let _infallible = write!(shown, "\\u{:04x}", u32::from(letter));
    } else {
        shown.push(letter);
    }
}

/// Writes text to standard output.
pub(crate) fn print(text: &str) -> Result<()> {
    write_out(shown(text).as_bytes())
}

/// Writes a value as JSON, for programs and for people.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<()> {
    print(&(serde_json::to_string_pretty(value)? + "\n"))
}

/// Writes bytes to standard output: exactly these, unless somebody looks at them.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<()> {
    write_out(&exact(bytes, std::io::stdout().is_terminal()))
}

fn exact(bytes: &[u8], is_terminal: bool) -> Vec<u8> {
    if is_terminal { shown(&String::from_utf8_lossy(bytes)).into_bytes() } else { bytes.to_vec() }
}

/// Says a line on standard error.
pub(crate) fn say(text: &str) {
    eprintln!("{}", shown(text));
}

/// Standard error for log lines, each of which is written as a whole.
#[derive(Debug)]
pub(crate) struct LogLines;

impl std::io::Write for LogLines {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        std::io::stderr().write_all(log_line(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}

/// A reader who went away is no error.
fn write_out(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => done.context("cannot write to standard output"),
    }
}

#[cfg(test)]
mod tests;
