//! Lines of Exim's main log, from 4.6 to 4.99: both forms of message ids, every flag, and the lines without a flag that tell of one host.
//!
//! Source: Exim's specification, chapter "Log files", and the 835 logs of its test suite. Only the last bracket of `H=` is reliable. A line that
//! has an id and a flag and still cannot be read is an error; one that is not about a message, or says nothing of its delivery, is nothing.

use crate::event::{Attempt, Happening, Outcome};
use crate::remote::{self, Remote, host_and_address, unescaped};
use std::borrow::Cow;

/// What a line without its time says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    Says(&'a str, Happening<'a>),
    Nothing,
    Wrong(&'static str),
}

/// Reads what stands behind the time.
pub(crate) fn read(rest: &str) -> Line<'_> {
    let rest = without_pid(rest);
    let (word, after_id) = rest.split_once(' ').unwrap_or((rest, ""));
    if !is_id(word) {
        return Line::Nothing;
    }
    let (flag, behind) = after_id.split_once(' ').unwrap_or((after_id, ""));
    let what = match flag {
        "<=" | "(=" => arrival(behind),
        "=>" | "->" | ">>" => attempt(behind, Outcome::Delivered),
        "==" => attempt(behind, Outcome::Deferred),
        "**" => attempt(behind, Outcome::Refused),
        "Completed" => Some(Happening::Completed),
        // With -N nothing is sent.
        "*>" => return Line::Nothing,
        _ => return at_host(word, after_id),
    };
    match what {
        Some(what) => Line::Says(word, what),
        None => Line::Wrong("has a message id and a flag, and no address behind them"),
    }
}

/// Base 62, 6-6-2 or since 4.97 6-11-4 characters.
pub(crate) fn is_id(word: &str) -> bool {
    let bytes = word.as_bytes();
    let dashes = match bytes.len() {
        16 => [6, 13],
        23 => [6, 18],
        _ => return false,
    };
    bytes.iter().enumerate().all(|(place, byte)| match dashes.contains(&place) {
        true => *byte == b'-',
        false => byte.is_ascii_alphanumeric(),
    })
}

/// `[1234] ` of `log_selector = +pid`.
fn without_pid(rest: &str) -> &str {
    let Some((pid, behind)) = rest.strip_prefix('[').and_then(|inner| inner.split_once("] ")) else {
        return rest;
    };
    if pid.bytes().all(|byte| byte.is_ascii_digit()) { behind } else { rest }
}

fn arrival(text: &str) -> Option<Happening<'_>> {
    let (sender, rest) = first_word(text)?;
    let sender = if sender == "<>" { "" } else { sender };
    let mut report_on = None;
    if sender.is_empty() {
        let named = rest.find("R=").map(|at| &rest[at + 2..]).and_then(|id| id.split(' ').next());
        report_on = named.filter(|id| is_id(id));
    }
    Some(Happening::Arrived { sender: Cow::Borrowed(sender), report_on })
}

fn attempt(text: &str, outcome: Outcome) -> Option<Happening<'_>> {
    let (whom, rest) = addressee(text)?;
    let mut attempt = Attempt { recipient: Some(Cow::Borrowed(whom)), outcome, ..Attempt::default() };
    let words = fields(rest, &mut attempt);
    if outcome != Outcome::Delivered {
        say(words, &mut attempt);
    }
    if outcome == Outcome::Deferred && words.contains("retry time not reached") {
        attempt.outcome = Outcome::NotTried;
    }
    Some(Happening::Attempted(Box::new(attempt)))
}

/// `H=name [ip]: SMTP error ...`, also without the colon and as an old sentence without `H=`: one host did not take it, others may.
fn at_host<'a>(id: &'a str, text: &'a str) -> Line<'a> {
    let is_about_host = text.starts_with("H=") || text.starts_with("SMTP error from remote");
    if !is_about_host || text.contains(" rejected ") || text.contains(" Warning: ") {
        return Line::Nothing;
    }
    let mut attempt = Attempt { outcome: Outcome::HostFailed, ..Attempt::default() };
    let words = if text.starts_with("H=") { fields(text, &mut attempt) } else { text };
    if words.is_empty() {
        return Line::Nothing;
    }
    say(words, &mut attempt);
    Line::Says(id, Happening::Attempted(Box::new(attempt)))
}

/// What went wrong, and what the next hop said of it.
fn say<'a>(words: &'a str, attempt: &mut Attempt<'a>) {
    let words = without_times(words);
    // `defer (110): Connection timed out H=name [ip]: SMTP timeout ...`: the host stands behind the reason.
    let behind = words.find(" H=").filter(|_| attempt.host.is_none()).map(|at| host_token(&words[at + 1..]));
    if let Some(token) = behind {
        take(token.trim_end_matches(':'), attempt);
    }
    let Remote { host, address, stage, reply, recipient } = remote::exim(words);
    attempt.stage = stage;
    if attempt.host.is_none() {
        attempt.host = host.map(Cow::Borrowed);
    }
    attempt.address = attempt.address.or(address);
    if attempt.recipient.is_none() {
        attempt.recipient = recipient.map(Cow::Borrowed);
    }
    match reply {
        Some(reply) => attempt.reply = Some(unescaped(reply)),
        None => attempt.words = Some(unescaped(words)).filter(|words| !words.is_empty()),
    }
}

/// The address that is meant, and what follows. A final address that is no mail address (a file, a pipe, a local name) gives way to the original one.
fn addressee(text: &str) -> Option<(&str, &str)> {
    let (end, is_pipe) = match text.as_bytes().first()? {
        // A command has blanks: it ends where the original address or the fields begin.
        b'|' => {
            ([" <", " R=", " ("].iter().filter_map(|mark| text.find(mark)).min().unwrap_or(text.len()), true)
        }
        _ => (first_word(text)?.0.len(), false),
    };
    let (address, mut rest) = (&text[..end], text[end..].trim_start_matches(' '));
    if let Some(found) = unquoted(address, rest) {
        return Some(found);
    }
    while let Some(inner) = rest.strip_prefix('(') {
        rest = inner.split_once(") ").map_or("", |(_, behind)| behind);
    }
    let mut original = None;
    if let Some((inner, behind)) = rest.strip_prefix('<').and_then(|inner| inner.split_once('>')) {
        original = Some(inner);
        rest = behind;
    }
    // `** address: text`.
    let (address, rest) = match address.strip_suffix(':') {
        Some(bare) if original.is_none() && !is_pipe => (bare, &text[end - 1..]),
        Some(_) | None => (address, rest),
    };
    let has_at = address.contains('@') && !is_pipe;
    let whom = if has_at { address } else { original.unwrap_or(address) };
    (!whom.is_empty()).then_some((whom, rest))
}

/// Exim writes `"kim lee"@c.example` as `kim lee@c.example <"kim lee"@c.example>`: the original address is the one that can be read.
fn unquoted<'a>(word: &str, rest: &'a str) -> Option<(&'a str, &'a str)> {
    if word.contains('@') || word.starts_with(['|', '/', ':']) || rest.starts_with(['<', '(']) {
        return None;
    }
    let open = rest.find(" <").filter(|open| !rest[..*open].contains('='))?;
    let (inner, behind) = rest[open + 2..].split_once('>')?;
    (!inner.is_empty()).then_some((inner, behind))
}

/// With `log_selector = +deliver_time` the times stand behind the reply: `550 no DT=0.084s`.
fn without_times(mut words: &str) -> &str {
    while let Some((before, last)) = words.rsplit_once(' ') {
        let value = last.strip_prefix("DT=").or_else(|| last.strip_prefix("QT="));
        let is_time = value.and_then(|value| value.strip_suffix('s'));
        if !is_time.is_some_and(|time| time.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')) {
            break;
        }
        words = before;
    }
    words
}

/// Up to a blank that is not within quotes, and the rest.
fn first_word(text: &str) -> Option<(&str, &str)> {
    let mut is_quoted = false;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\\' if is_quoted => drop(bytes.next()),
            b' ' if !is_quoted => return (at > 0).then(|| (&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    // A quote that is never closed belongs to the word.
    match text.split_once(' ').filter(|_| is_quoted) {
        Some((word, rest)) if !word.is_empty() => Some((word, rest)),
        Some(_) | None => (!text.is_empty() && !is_quoted).then_some((text, "")),
    }
}

/// Takes what is wanted of `F= H= I=` and gives what stands behind the colon that ends the fields.
fn fields<'a>(text: &'a str, attempt: &mut Attempt<'a>) -> &'a str {
    let mut rest = text.trim_start_matches(' ');
    while !rest.is_empty() {
        if let Some(words) = rest.strip_prefix(": ").or_else(|| rest.strip_prefix(':')) {
            return words.trim_start_matches(' ');
        }
        let Some(token) = token(rest) else { return rest };
        rest = &rest[token.len()..];
        let (token, is_last) = match token.strip_suffix(':') {
            Some(token) if rest.is_empty() || rest.starts_with(' ') => (token, true),
            Some(_) | None => (token, false),
        };
        let is_host = take(token, attempt);
        rest = rest.trim_start_matches(' ');
        // `H=name [ip] Connection refused`, and `routing defer (-51): ...`.
        if is_last || is_host && !rest.starts_with(':') && !begins_field(rest) {
            return rest;
        }
    }
    ""
}

/// Whether it was the host.
fn take<'a>(token: &'a str, attempt: &mut Attempt<'a>) -> bool {
    if let Some(host) = token.strip_prefix("H=") {
        let (name, address) = host_and_address(host);
        attempt.host = name.map(Cow::Borrowed);
        attempt.address = address;
        return true;
    }
    if let Some(sender) = token.strip_prefix("F=<").and_then(|rest| rest.strip_suffix('>')) {
        attempt.sender = Some(Cow::Borrowed(sender));
    } else if let Some(ours) = token.strip_prefix("I=") {
        (_, attempt.our_address) = host_and_address(ours);
    }
    false
}

/// A field with its value, quotes and the blanks of `H=` included.
fn token(text: &str) -> Option<&str> {
    if text.starts_with("H=") {
        return Some(host_token(text));
    }
    if let Some(open) = text.find("=\"").filter(|at| !text[..*at].contains(' ')) {
        let mut bytes = text.bytes().enumerate().skip(open + 2);
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'\\' => drop(bytes.next()),
                b'"' => return Some(&text[..=at]),
                _ => {}
            }
        }
        // The line was cut inside the quotes.
        return None;
    }
    Some(&text[..text.find(' ').unwrap_or(text.len())])
}

/// `H=name (helo) [ip]:25*`: up to the blank behind the bracket of the address, if that bracket is its own.
fn host_token(text: &str) -> &str {
    let open = text.find('[').filter(|open| !text[2..*open].contains('='));
    let close = open.and_then(|open| text[open..].find(']').map(|close| open + close));
    let from = close.unwrap_or(0);
    let end = text[from..].find(' ').map_or(text.len(), |at| from + at);
    &text[..end]
}

/// `X=...`, `CV=yes`, `DN="..."`, and the bare marks `L`, `L-`, `K`, `TFO`, `PRDR`, `M8S`, `ARC`, `DS`, `DKIM`.
fn begins_field(text: &str) -> bool {
    let word = text.split([' ', ':']).next().unwrap_or("");
    let name = word.split(['=', '*', '-', '.']).next().unwrap_or("");
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_mark = matches!(name, "L" | "K" | "TFO" | "PRDR" | "ARC" | "DS" | "PRX" | "DKIM");
    text.is_empty() || is_mark || is_name && word.contains('=')
}

#[cfg(test)]
mod tests;
