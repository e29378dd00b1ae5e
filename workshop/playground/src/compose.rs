//! Writes the mails that the playground's people send: as Outlook on the web would, small and valid.
//!
//! A mail is text and HTML in `multipart/alternative`, both quoted-printable in UTF-8; a reply carries the quoted message below Outlook's
//! divider. The words of a visitor are escaped, never interpreted. Nothing here reads a message.

use crate::{Mail, Person};
use model::Timestamp;
use std::fmt::Write as _;

/// RFC 2045 §6.7: an encoded line has at most 76 characters, the soft break included.
const QUOTED_LINE_MAX: usize = 75;
/// RFC 2047 §2: an encoded word has at most 75 characters; so many bytes of UTF-8 fit in base64.
const ENCODED_WORD_BYTES_MAX: usize = 45;

/// What a visitor wants to send.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    pub from: &'a Person,
    pub to: &'a str,
    pub subject: &'a str,
    pub body: &'a str,
    /// Whether it answers a message, which is then quoted below.
    pub reply: bool,
}

/// Anna Berg writes to a customer: the message that a new playground sends by itself.
#[must_use]
pub fn first_message() -> Mail {
    let anna = Person { name: "Anna Berg".to_owned(), address: "anna.berg@acme.example".to_owned() };
    let body = "Dear Ms Kim,\n\nthank you for your visit on Tuesday. The two samples that you liked leave Berlin \
                today and should be with you on Friday.\n\nDo you need the drawings as well? Just answer this mail.\n\nBest regards\nAnna";
    let draft = Draft {
        from: &anna,
        to: "kim@customer.example",
        subject: "Samples on their way – see you on Friday",
        body,
        reply: false,
    };
    compose(&draft, crate::wall_clock())
}

/// The mail of a draft, written at `now`.
#[must_use]
pub fn compose(draft: &Draft<'_>, now: Timestamp) -> Mail {
    let id = format!("{:016x}", now.as_micros());
    let boundary = format!("_000_{id}acme_");
    let mut raw = String::new();
    let mut field = |name: &str, value: &str| {
        let _infallible = write!(raw, "{name}: {value}\r\n");
    };
    field("From", &format!("{} <{}>", encode_name(&draft.from.name), draft.from.address));
    field("To", &format!("<{}>", draft.to));
    field("Subject", &encode_words(&subject_of(draft)));
    field("Date", &now.to_rfc5322());
    field("Message-ID", &format!("<{id}@acme.example>"));
    if draft.reply {
        field("In-Reply-To", "<earlier@customer.example>");
        field("References", "<earlier@customer.example>");
    }
    field("MIME-Version", "1.0");
    field("Content-Language", "en-GB");
    field("Content-Type", &format!("multipart/alternative;\r\n\tboundary=\"{boundary}\""));
    for (kind, body) in [("plain", text_body(draft)), ("html", html_body(draft))] {
        let encoded = quote(&body);
        let _infallible = write!(
            raw,
            "\r\n--{boundary}\r\nContent-Type: text/{kind}; charset=\"utf-8\"\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\n{encoded}"
        );
    }
    let _infallible = write!(raw, "\r\n--{boundary}--\r\n");
    Mail { from: draft.from.address.clone(), to: vec![draft.to.to_owned()], raw: raw.into_bytes() }
}

fn subject_of(draft: &Draft<'_>) -> String {
    if draft.reply && !draft.subject.to_ascii_lowercase().starts_with("re:") {
        format!("Re: {}", draft.subject)
    } else {
        draft.subject.to_owned()
    }
}

const EARLIER: &str = "Could you tell me when the samples arrive?";

fn text_body(draft: &Draft<'_>) -> String {
    let mut text = draft.body.replace("\r\n", "\n");
    if draft.reply {
        let _infallible = write!(
            text,
            "\n\n________________________________\nFrom: {0} <{0}>\nSent: Monday, 23 November 2026 16:02\nTo: {1}\n\
             Subject: {2}\n\n{EARLIER}",
            draft.to, draft.from.name, draft.subject
        );
    }
    text.replace('\n', "\r\n") + "\r\n"
}

fn html_body(draft: &Draft<'_>) -> String {
    let style = "font-family: Calibri, Helvetica, sans-serif; font-size: 12pt; color: rgb(0, 0, 0);";
    let mut html = String::from(
        "<html>\r\n<head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\r\n</head>\r\n<body dir=\"ltr\">\r\n",
    );
    for line in draft.body.replace("\r\n", "\n").split('\n') {
        let line = if line.is_empty() { "<br>".to_owned() } else { escape_html(line) };
        let _infallible = write!(html, "<div style=\"{style}\">{line}</div>\r\n");
    }
    if draft.reply {
        let _infallible = write!(
            html,
            "<div id=\"appendonsend\"></div>\r\n<hr tabindex=\"-1\" style=\"display:inline-block; width:98%\">\r\n\
             <div id=\"divRplyFwdMsg\" dir=\"ltr\"><font face=\"Calibri, sans-serif\" style=\"font-size:11pt\" color=\"#000000\">\
             <b>From:</b> {0} &lt;{0}&gt;<br>\r\n<b>Sent:</b> Monday, 23 November 2026 16:02<br>\r\n<b>To:</b> {1}<br>\r\n\
             <b>Subject:</b> {2}</font>\r\n<div>&nbsp;</div>\r\n</div>\r\n<div>{EARLIER}</div>\r\n",
            escape_html(draft.to),
            escape_html(&draft.from.name),
            escape_html(draft.subject)
        );
    }
    html + "</body>\r\n</html>\r\n"
}

/// The five characters that HTML gives a meaning.
pub(crate) fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Quoted-printable of a text whose lines end with CRLF (RFC 2045 §6.7).
fn quote(text: &str) -> String {
    let mut encoded = String::new();
    for line in text.split_inclusive("\r\n") {
        let content = line.strip_suffix("\r\n").unwrap_or(line);
        let mut length = 0;
        for (at, byte) in content.bytes().enumerate() {
            let last = at + 1 == content.len();
            let plain = (33..=126).contains(&byte) && byte != b'=' || (byte == b' ' && !last);
            let piece = if plain { char::from(byte).to_string() } else { format!("={byte:02X}") };
            if length + piece.len() > QUOTED_LINE_MAX {
                encoded.push_str("=\r\n");
                length = 0;
            }
            length += piece.len();
            encoded.push_str(&piece);
        }
        encoded.push_str("\r\n");
    }
    encoded
}

fn encode_name(name: &str) -> String {
    if name.is_ascii() { format!("\"{}\"", name.replace(['"', '\\'], "")) } else { encode_words(name) }
}

/// The text as it is if it is plain ASCII, else as encoded words on folded lines (RFC 2047).
fn encode_words(text: &str) -> String {
    let single_line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if single_line.is_ascii() {
        return single_line;
    }
    let mut words = vec![String::new()];
    for c in single_line.chars() {
        if words.last().is_some_and(|word| word.len() + c.len_utf8() > ENCODED_WORD_BYTES_MAX) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    let encoded = words.iter().map(|word| format!("=?utf-8?B?{}?=", base64(word.as_bytes())));
    encoded.collect::<Vec<_>>().join("\r\n ")
}

/// RFC 4648 §4, without line breaks.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for at in 0..4 {
            if at <= group.len() {
                let letter = (bits >> (18 - 6 * at)) as usize & 63;
                text.push(char::from(LETTERS[letter]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests;
