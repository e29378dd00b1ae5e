//! What Markdown did to a text, undone: escapes and links.
//!
//! Marks of emphasis stay, because `**` is also how Exim's log begins a failure. A page's editor makes links of host names in a quoted log line; there
//! only the words stay.

use super::url;

/// Letters that Markdown lets one escape (CommonMark §2.4).
const ESCAPABLE: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
/// Longer is no link's words or address.
const LINK_LEN_MAX: usize = 2_000;

/// The text as it was meant.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let is_log = is_log_line(line);
        let mut rest = line;
        while let Some(at) = rest.find(['\\', '[']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(escaped) = rest.strip_prefix('\\') {
                match escaped.chars().next().filter(|c| ESCAPABLE.contains(*c)) {
                    Some(letter) => {
                        out.push(letter);
                        rest = &escaped[letter.len_utf8()..];
                    }
                    None if escaped.starts_with('\n') || escaped.is_empty() => rest = escaped,
                    None => {
                        out.push('\\');
                        rest = escaped;
                    }
                }
            } else if let Some((words, address, length)) = link(rest) {
                out.push_str(&said(words, address, is_log));
                rest = &rest[length..];
            } else {
                out.push('[');
                rest = &rest[1..];
            }
        }
        out.push_str(rest);
    }
    out
}

/// A line that quotes a mail server: a reply with its enhanced code, or the words of a log.
#[must_use]
pub fn is_log_line(line: &str) -> bool {
    let words =
        ["SMTP error", "RCPT TO:", "MAIL FROM:", "T=remote", "status=bounced", "status=deferred", "dsn="];
    if words.iter().any(|word| line.contains(word)) {
        return true;
    }
    let mut words =
        line.split(|c: char| c.is_whitespace() || c == '-').filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let is_code =
            word.len() == 3 && word.starts_with(['4', '5']) && word.bytes().all(|byte| byte.is_ascii_digit());
        let is_enhanced = |next: &&str| next.starts_with(['4', '5']) && next.matches('.').count() == 2;
        if is_code && words.peek().is_some_and(is_enhanced) {
            return true;
        }
    }
    false
}

/// `[words](address)` at the beginning: both, and its length.
fn link(text: &str) -> Option<(&str, &str, usize)> {
    let inner = text.strip_prefix('[')?;
    // No further than to the next line or link, so that many that are not closed cost little.
    let near = |text: &'_ str, other: u8| {
        let end = text.bytes().take(LINK_LEN_MAX).position(|byte| byte == b'\n' || byte == other);
        end.unwrap_or(text.len().min(LINK_LEN_MAX))
    };
    let words_end = near(inner, b'[');
    let middle = inner.as_bytes()[..words_end].windows(2).position(|pair| pair == b"](")?;
    let words = inner.get(..middle)?;
    let after = inner.get(middle + 2..)?;
    let address_end = near(after, b'(');
    let end = after.as_bytes()[..address_end].iter().position(|byte| *byte == b')')?;
    Some((words, after.get(..end)?, middle + end + 4))
}

fn said(words: &str, address: &str, is_log: bool) -> String {
    let words = unescaped_words(words);
    let address = address.split_whitespace().next().unwrap_or_default();
    let bare = |text: &str| {
        text.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned()
    };
    let shown = url(address).filter(|_| !is_log && bare(&words) != bare(address));
    match shown {
        Some(address) if words.is_empty() => address,
        Some(address) => format!("{words} ({address})"),
        None => words,
    }
}

/// Escapes within the words of a link; a link within a link is none.
fn unescaped_words(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut letters = words.chars().peekable();
    while let Some(letter) = letters.next() {
        match letters.peek() {
            Some(next) if letter == '\\' && ESCAPABLE.contains(*next) => {}
            Some(_) | None => out.push(letter),
        }
    }
    out
}
