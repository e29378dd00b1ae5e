//! Lines: wrapped for people, cleaned of control characters, encoded so that every mail system carries them.

use super::{Language, words};
use message::encode;
use model::Timestamp;

/// Characters of a line that people read.
const WIDTH: usize = 76;

/// The part that people read, header fields of the part included. Quoted-printable, so that no 8BITMIME is needed for umlauts.
pub(super) fn write_part(text: &str, languages: &[Language], out: &mut Vec<u8>) {
    line(out, "Content-Type: text/plain; charset=utf-8");
    let tags: Vec<&str> = languages.iter().map(|language| words::tag(*language)).collect();
    line(out, &format!("Content-Language: {}", tags.join(", ")));
    line(out, "Content-Transfer-Encoding: quoted-printable");
    line(out, "");
    let text = text.replace('\n', "\r\n");
    out.extend_from_slice(&encode::quoted_printable(text.as_bytes(), "\r\n"));
    line(out, "");
}

/// A paragraph with its line ends; a word that is longer than a line stays whole.
pub(super) fn wrapped(paragraph: &str) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in paragraph.split_ascii_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            text.push('\n');
            column = 0;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text.push('\n');
    text
}

/// A time as people of any language read it: `2024-10-24 15:58 UTC`.
pub(super) fn shown(time: Timestamp) -> String {
    let text: String = time.to_string().chars().take("2024-10-24T15:58".len()).collect();
    format!("{} UTC", text.replace('T', " "))
}

/// A text as part of one line: every control character becomes a space.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The same in ASCII, with what lies beyond as `\x{HEX}`.
pub(super) fn ascii(text: &str) -> String {
    escaped(text, &[])
}

/// An address of the type `utf-8` in ASCII: utf-8-addr-xtext of RFC 6533 §3, which keeps three characters for itself.
pub(super) fn address_in_ascii(text: &str) -> String {
    escaped(text, &['\\', '+', '='])
}

/// Both forms of RFC 6533 §3 read: `\x{7528}` is the character. What is none stays as it is.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("\\x{") {
        out.push_str(before);
        let named = behind.split_once('}').filter(|(hex, _)| hex.len() <= 6);
        let character = |hex: &str| u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
        match named.and_then(|(hex, after)| Some((character(hex)?, after))) {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push_str("\\x{");
                rest = behind;
            }
        }
    }
    out + rest
}

fn escaped(text: &str, kept: &[char]) -> String {
    let mut out = String::new();
    for c in clean(text).chars() {
        if c.is_ascii() && !kept.contains(&c) {
            out.push(c);
        } else {
            out.push_str(&format!("\\x{{{:X}}}", u32::from(c)));
        }
    }
    out
}

pub(super) fn line(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
    out.extend_from_slice(b"\r\n");
}
