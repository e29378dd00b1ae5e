//! One field's value in ASCII, by what stands in it (RFC 5322, RFC 2047 §5, RFC 2231).

use super::{NotAscii, addresses};
use crate::encode;
use crate::header::{Field, decode_words, split_parameters, unfold};
use crate::transfer::percent_encode;

/// Fields of addresses.
const ADDRESSES: [&str; 15] = [
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "resent-from",
    "resent-sender",
    "resent-reply-to",
    "resent-to",
    "resent-cc",
    "resent-bcc",
    "return-path",
    "delivered-to",
    "disposition-notification-to",
];
/// Identities that are compared byte by byte.
const IDENTITIES: [&str; 5] = ["message-id", "in-reply-to", "references", "resent-message-id", "content-id"];
const WITH_PARAMETERS: [&str; 2] = ["content-type", "content-disposition"];
/// Escaped bytes of a parameter in one piece (RFC 2231 §3): lines stay below 78 characters.
const PIECE_LEN_MAX: usize = 48;

/// The value that takes the place of this field's; `None` if it can stay, or is no UTF-8.
pub(super) fn to_ascii(bytes: &[u8], field: &Field, line_end: &str) -> Result<Option<String>, NotAscii> {
    let raw = &bytes[field.value.clone()];
    if raw.is_ascii() || str::from_utf8(raw).is_err() {
        return Ok(None);
    }
    let name = name_of(bytes, field);
    let lower = name.to_ascii_lowercase();
    let value = unfold(raw);
    if IDENTITIES.contains(&lower.as_str()) {
        return Err(NotAscii::Field(name));
    }
    let ascii = if ADDRESSES.contains(&lower.as_str()) {
        let address = |address: &str| NotAscii::Address { field: name.clone(), address: address.to_owned() };
        addresses::to_ascii(&value, line_end).map_err(|at_fault| address(&at_fault))?
    } else if WITH_PARAMETERS.contains(&lower.as_str()) {
        parameters(&value, line_end).ok_or(NotAscii::Field(name))?
    } else {
        words(&value, line_end)
    };
    Ok(Some(format!(" {ascii}")))
}

pub(super) fn unfit(bytes: &[u8], field: &Field) -> NotAscii {
    NotAscii::Field(name_of(bytes, field))
}

fn name_of(bytes: &[u8], field: &Field) -> String {
    String::from_utf8_lossy(&bytes[field.name.clone()]).into_owned()
}

/// A text as encoded words; what was one already is encoded with the rest.
pub(super) fn words(text: &str, line_end: &str) -> String {
    encode::header_text(&decode_words(text)).replace("\r\n", line_end)
}

/// A parameter on each line; those that are not ASCII in the form of RFC 2231.
fn parameters(value: &str, line_end: &str) -> Option<String> {
    let (word, parameters, doubled) = split_parameters(value);
    if doubled || !word.is_ascii() || word.is_empty() {
        return None;
    }
    let mut out = word;
    for (name, text) in parameters {
        if !name.is_ascii() {
            return None;
        }
        for line in parameter(&name, &text) {
            out.push_str(&format!(";{line_end}\t{line}"));
        }
    }
    Some(out)
}

fn parameter(name: &str, text: &str) -> Vec<String> {
    if text.is_ascii() {
        return vec![format!("{name}={}", encode::quoted_parameter(text))];
    }
    let escaped = percent_encode(text.as_bytes());
    let mut pieces = vec![String::new()];
    for unit in escaped {
        match pieces.last_mut().filter(|piece| piece.len() + unit.len() <= PIECE_LEN_MAX) {
            Some(piece) => piece.push_str(&unit),
            None => pieces.push(unit),
        }
    }
    if let [one] = pieces.as_slice() {
        return vec![format!("{name}*=utf-8''{one}")];
    }
    let piece = |(number, piece): (usize, &String)| match number {
        0 => format!("{name}*0*=utf-8''{piece}"),
        _ => format!("{name}*{number}*={piece}"),
    };
    pieces.iter().enumerate().map(piece).collect()
}
