//! What a next hop answered, taken out of the sentence in which a server logs it.
//!
//! Exim: `SMTP error from remote mail server after RCPT TO:<a@b>: 550 ...`, older ones with `host h [ip]:` before the code. Postfix: `host h[ip]
//! said: 550 ... (in reply to RCPT TO command)`. Where no code stands at the place of the reply there is no reply, only words.

use core::net::IpAddr;
use model::Stage;
use std::borrow::Cow;

/// A reply with what its sentence says of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Remote<'a> {
    pub(crate) host: Option<&'a str>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) stage: Option<Stage>,
    /// From the code on.
    pub(crate) reply: Option<&'a str>,
    /// Inside `RCPT TO:<...>`.
    pub(crate) recipient: Option<&'a str>,
}

/// Exim's sentence (spec "Log files", and `smtp_deliver.c`), new and old.
pub(crate) fn exim(text: &str) -> Remote<'_> {
    const BEGINNINGS: [&str; 4] = [
        "SMTP error from remote mail server after ",
        "SMTP error from remote mailer after ",
        "LMTP error from remote mail server after ",
        "LMTP error after ",
    ];
    let after =
        BEGINNINGS.iter().find_map(|beginning| Some(&text[text.find(beginning)? + beginning.len()..]));
    let Some(after) = after else { return at_ehlo(text) };
    let command = after.strip_prefix("pipelined ").unwrap_or(after);
    let Some((before, reply)) = split_at_code(command) else {
        return Remote { stage: stage(command), ..Remote::default() };
    };
    let (host, address) = match before.rfind(": host ") {
        Some(at) => host_and_address(&before[at + 7..]),
        None => (None, None),
    };
    let recipient = command.strip_prefix("RCPT TO:<").and_then(|rest| rest.split_once('>')).map(|(to, _)| to);
    Remote { host, address, stage: stage(command), reply: Some(reply), recipient }
}

/// `... in response to HELO name (EHLO response was: 550 no)`.
fn at_ehlo(text: &str) -> Remote<'_> {
    let said =
        text.split_once("(EHLO response was: ").map(|(_, said)| said.strip_suffix(')').unwrap_or(said));
    match said.filter(|said| has_code(said)) {
        Some(reply) => Remote { stage: Some(Stage::Ehlo), reply: Some(reply), ..Remote::default() },
        None => Remote::default(),
    }
}

/// Postfix's sentence (`smtp_proto.c`, `smtp_trouble.c`).
pub(crate) fn postfix(text: &str) -> Remote<'_> {
    let at_banner = text.split_once(" refused to talk to me: ");
    let (host, said) = match at_banner.or_else(|| text.split_once(" said: ")) {
        Some((host, said)) => (host.strip_prefix("host ").unwrap_or(host), said),
        None => return Remote::default(),
    };
    let (host, address) = host_and_address(host);
    let (said, command) = match said.rsplit_once(" (in reply to ") {
        Some((said, command)) => (said, Some(command)),
        None => (said, None),
    };
    let stage = if at_banner.is_some() { Some(Stage::Banner) } else { command.and_then(stage) };
    Remote { host, address, stage, reply: has_code(said).then_some(said), recipient: None }
}

/// `name [address]`, `name[address]`, `[address]:25`; only the last bracket is the address. What stands there and is none, such as the path of a
/// socket, is no address that the log tells.
pub(crate) fn host_and_address(text: &str) -> (Option<&str>, Option<IpAddr>) {
    let Some(open) = text.rfind('[') else {
        return (Some(text.trim()).filter(|name| !name.is_empty()), None);
    };
    let inner = text[open + 1..].split(']').next().unwrap_or("");
    let inner = inner.strip_prefix("IPv6:").unwrap_or(inner);
    // `real (helo) [ip]`, and `name DS [ip]` where the answer was signed.
    let name = text[..open].split_ascii_whitespace().next().filter(|name| !name.is_empty());
    let name = name.map(|name| name.trim_start_matches('(').trim_end_matches(')'));
    (name, inner.parse().ok())
}

/// Where in the conversation the command stands.
pub(crate) fn stage(command: &str) -> Option<Stage> {
    let command = command.strip_prefix("end of ").map_or(command, |rest| match rest.get(..4) {
        Some("data" | "DATA") => "END",
        Some(_) | None => command,
    });
    const TABLE: [(&str, Stage); 14] = [
        ("initial connection", Stage::Banner),
        ("connect", Stage::Connect),
        ("EHLO", Stage::Ehlo),
        ("HELO", Stage::Ehlo),
        ("LHLO", Stage::Ehlo),
        ("STARTTLS", Stage::Tls),
        ("MAIL", Stage::Mail),
        ("RCPT", Stage::Rcpt),
        ("DATA", Stage::Data),
        ("BDAT", Stage::EndOfData),
        ("END", Stage::EndOfData),
        ("sending data block", Stage::EndOfData),
        (".", Stage::EndOfData),
        ("data", Stage::EndOfData),
    ];
    let is_named =
        |name: &str| command.get(..name.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(name));
    TABLE.iter().find(|(name, _)| is_named(name)).map(|(_, stage)| *stage)
}

/// What stands before the first `: 550 `, and from the code on.
fn split_at_code(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    while let Some(at) = text[from..].find(": ").map(|at| from + at) {
        let behind = &text[at + 2..];
        if has_code(behind) {
            return Some((&text[..at], behind));
        }
        from = at + 2;
    }
    None
}

/// Whether it begins as a reply does (RFC 5321 §4.2).
pub(crate) fn has_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_code = bytes.len() >= 3
        && matches!(bytes[0], b'2'..=b'5')
        && bytes[1].is_ascii_digit()
        && bytes[2].is_ascii_digit();
    // A log may escape the end of a line: `550-one\n550 two`.
    is_code && matches!(bytes.get(3), None | Some(b' ' | b'-' | b'\n' | b'\\' | b':'))
}

/// `\n`, `\t`, `\"`, `\\` and `\ooo` as Exim writes them.
pub(crate) fn unescaped(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let octal = behind.get(..3).and_then(|octal| u8::from_str_radix(octal, 8).ok());
        let (letter, taken) = match (octal, behind.chars().next()) {
            // Bytes beyond ASCII have lost their neighbours: one sign for each.
            (Some(code), _) => (if code.is_ascii() { char::from(code) } else { '\u{fffd}' }, 3),
            (None, Some('n')) => ('\n', 1),
            (None, Some('t')) => ('\t', 1),
            (None, Some('r')) => ('\r', 1),
            (None, Some(other)) => (other, other.len_utf8()),
            (None, None) => ('\\', 0),
        };
        plain.push(letter);
        rest = &behind[taken..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests;
