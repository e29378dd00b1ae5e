//! A reply made ready for the rules: code, enhanced code, and the words in one spelling.
//!
//! Lower case, one blank between words, without the codes that a reply of several lines repeats. Mail addresses become `@`, so that nobody's
//! name decides what a reply means; network addresses become `<ip>`. At most `TEXT_BYTES_MAX` are looked at, each once.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use model::EnhancedCode;

/// More is not looked at: what a reply means stands in its first lines.
const TEXT_BYTES_MAX: usize = 4096;

/// What the rules look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prepared {
    pub(crate) code: Option<u16>,
    pub(crate) enhanced: Option<EnhancedCode>,
    pub(crate) words: String,
}

/// Whether a refusal is for now or for good; without any code for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lasting {
    Transient,
    Permanent,
}

impl Prepared {
    pub(crate) fn lasting(&self) -> Lasting {
        let class = self.code.map(|code| code / 100);
        match class.or(self.enhanced.map(|enhanced| enhanced.class.into())) {
            Some(4) => Lasting::Transient,
            Some(_) | None => Lasting::Permanent,
        }
    }
}

pub(crate) fn prepare(reply: &str) -> Prepared {
    let reply = cut(reply.trim_start());
    let code = code_of(reply);
    let digits = code.and_then(|_| reply.get(..3)).unwrap_or_default();
    let mut enhanced = None;
    let mut words = String::with_capacity(reply.len() + 16);
    for word in reply.split_whitespace() {
        let word = without_code(word, digits);
        if word.is_empty() {
            continue;
        }
        let told = enhanced_of(word);
        if told.is_some() && (enhanced.is_none() || told == enhanced) {
            enhanced = told;
            continue;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        push_word(word, &mut words);
    }
    Prepared { code, enhanced, words }
}

fn cut(text: &str) -> &str {
    if text.len() <= TEXT_BYTES_MAX {
        return text;
    }
    let end = (0..=TEXT_BYTES_MAX).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

/// The code stands in front and ends with a blank, a dash or the reply.
fn code_of(reply: &str) -> Option<u16> {
    let digits = reply.get(..3).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let ends = reply[3..].chars().next().is_none_or(|next| next == '-' || next.is_whitespace());
    ends.then(|| digits.parse().ok()).flatten()
}

/// A reply of several lines that was made one repeats its code: `550-5.7.1 text 550 5.7.1 text`.
fn without_code<'a>(word: &'a str, digits: &str) -> &'a str {
    if digits.is_empty() {
        return word;
    }
    match word.strip_prefix(digits) {
        Some("") => "",
        Some(rest) => rest.strip_prefix('-').unwrap_or(word),
        None => word,
    }
}

/// `5.7.1`, and as older servers write it, `(#5.7.1)`.
fn enhanced_of(word: &str) -> Option<EnhancedCode> {
    if !word.bytes().any(|byte| matches!(byte, b'4' | b'5')) {
        return None;
    }
    let inner = word.trim_start_matches(['(', '#']).trim_end_matches(['.', ':', ';', ',', ')']);
    let code: EnhancedCode = inner.parse().ok()?;
    (code.class != 2).then_some(code)
}

fn push_word(word: &str, words: &mut String) {
    let start = words.len();
    if word.contains('@') {
        push_without_mailbox(word, words);
    } else if let Some((before, after)) = around_address(word) {
        words.push_str(before);
        words.push_str("<ip>");
        words.push_str(after);
    } else {
        words.push_str(word);
    }
    if words[start..].is_ascii() {
        words[start..].make_ascii_lowercase();
    } else {
        // Rare, and worth its allocation: other alphabets have capitals too.
        let plain = words[start..].replace('\u{2019}', "'").to_lowercase();
        words.truncate(start);
        words.push_str(&plain);
    }
}

/// `<kim@customer.example>:` becomes `<@>:`.
fn push_without_mailbox(word: &str, words: &mut String) {
    let ends = |c: char| matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\'' | ';' | ',' | ':' | '=');
    let mut rest = word;
    while let Some(at) = rest.find('@') {
        let start = rest[..at].rfind(ends).map_or(0, |end| end + 1);
        let after = &rest[at + 1..];
        words.push_str(&rest[..start]);
        words.push('@');
        rest = &after[after.find(ends).unwrap_or(after.len())..];
    }
    words.push_str(rest);
}

/// What stands before and after a network address in a word. Documents write `x.xx.x.xx` for one. One inside a link is none: links name
/// whom to ask, words name who is meant.
fn around_address(word: &str) -> Option<(&str, &str)> {
    let count = |wanted: u8| word.bytes().filter(|byte| *byte == wanted).count();
    if count(b'.') >= 3 {
        around_quad(word)
    } else if count(b':') >= 2 {
        around_v6(word)
    } else {
        None
    }
}

fn around_quad(word: &str) -> Option<(&str, &str)> {
    let bytes = word.as_bytes();
    let begins = |at: usize| {
        let is_tagged = || at >= 3 && bytes[at - 3..at].eq_ignore_ascii_case(b"ip=");
        at == 0 || !is_part_before(bytes[at - 1]) || is_tagged()
    };
    let found = (0..bytes.len()).filter(|at| begins(*at)).find_map(|at| Some((at, quad(&bytes[at..])?)));
    let (at, length) = found?;
    (!bytes[..at].contains(&b'/')).then(|| (&word[..at], &word[at + length..]))
}

fn around_v6(word: &str) -> Option<(&str, &str)> {
    let inner = word.trim_matches(|c: char| !c.is_ascii_hexdigit() && c != ':').trim_end_matches(':');
    inner.parse::<Ipv6Addr>().ok()?;
    let start = word.find(inner)?;
    Some((&word[..start], &word[start + inner.len()..]))
}

fn is_part_before(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'=' | b'?' | b'&' | b'-')
}

/// The length of four groups with dots between, at the start.
fn quad(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    for group in 0..4 {
        if group > 0 {
            (bytes.get(at) == Some(&b'.')).then_some(())?;
            at += 1;
        }
        at += group_length(&bytes[at..])?;
    }
    let ends = match bytes.get(at) {
        None => true,
        Some(b'.') => !bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric),
        Some(byte) => !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'/' | b'-'),
    };
    ends.then_some(at)
}

fn group_length(bytes: &[u8]) -> Option<usize> {
    let count = |is: fn(&u8) -> bool| bytes.iter().take(3).take_while(|byte| is(byte)).count();
    let digits = count(u8::is_ascii_digit);
    let letters = count(|byte| matches!(byte.to_ascii_lowercase(), b'a'..=b'd' | b'x' | b'n' | b'#'));
    match digits.max(letters) {
        0 => None,
        length => Some(length),
    }
}

/// A network address that a reply names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) address: IpAddr,
    /// In square brackets, as servers write who is connected.
    pub(crate) is_bracketed: bool,
}

/// Every network address in the text, links included.
pub(crate) fn addresses(reply: &str) -> Vec<Named> {
    let reply = cut(reply);
    let is_part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = reply[at..].find(is_part).map(|offset| at + offset) {
        let end = reply[start..].find(|c: char| !is_part(c)).map_or(reply.len(), |length| start + length);
        at = end;
        let (before, run) = without_tag(&reply[..start], &reply[start..end]);
        if let Some(address) = parse(run) {
            let is_bracketed = before.ends_with('[') && reply[end..].starts_with(']');
            found.push(Named { address, is_bracketed });
        }
    }
    found
}

/// `[IPv6:2001:db8::1]` is an address literal with its tag (RFC 5321 §4.1.3).
fn without_tag<'a>(before: &'a str, run: &'a str) -> (&'a str, &'a str) {
    let is_tag = |text: &str| text.eq_ignore_ascii_case("ipv");
    match (before.len().checked_sub(3).and_then(|at| before.split_at_checked(at)), run.strip_prefix("6:")) {
        (Some((outer, tag)), Some(rest)) if is_tag(tag) => (outer, rest),
        _ => (before, run),
    }
}

fn parse(run: &str) -> Option<IpAddr> {
    let run = run.trim_matches('.');
    let is_v6 = run.matches(':').count() >= 3;
    if is_v6 {
        return run.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    }
    let plain = run.trim_matches(|c| matches!(c, '.' | ':'));
    // A port may follow: `1.2.3.4:25`.
    plain.split(':').next().and_then(|first| first.parse::<Ipv4Addr>().ok()).map(IpAddr::V4)
}

#[cfg(test)]
mod tests;
