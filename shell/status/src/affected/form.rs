//! What a reader filled in, read from a posted form (`application/x-www-form-urlencoded`).
//!
//! One of three questions is asked at a time. What cannot be understood is told beside what was written, and nothing is looked up.

use super::Wish;
use crate::language::Language;
use model::{Address, Domain, Timestamp};

/// Longest value that is looked at, in bytes.
const VALUE_LEN_MAX: usize = 1000;

/// What is wrong with a form, in words for its reader.
pub(super) type Wrong = &'static str;

/// The question of a form.
pub(super) fn wish(body: &[u8], language: Language) -> Result<Wish, Wrong> {
    let value =
        |name: &str| field(body, name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if let Some(id) = value("message-id") {
        return Ok(Wish::MessageId(id.trim_start_matches('<').trim_end_matches('>').to_owned()));
    }
    if let Some(sender) = value("sender") {
        let address: Address = sender.parse().map_err(|_| {
            language.pick("The sender is no mail address.", "Der Absender ist keine E-Mail-Adresse.")
        })?;
        let at = value("at").map(|text| time(&text)).transpose().map_err(|()| {
            language.pick(
                "The time cannot be read; write it as 2024-10-20T11:42, in UTC.",
                "Die Zeit ist nicht lesbar; schreiben Sie sie wie 2024-10-20T11:42, in UTC.",
            )
        })?;
        return Ok(Wish::Sender { address, at });
    }
    if let Some(domain) = value("domain") {
        let bare = domain.rsplit('@').next().unwrap_or(&domain);
        return bare
            .parse::<Domain>()
            .map(Wish::Domain)
            .map_err(|_| language.pick("This is no domain.", "Das ist keine Domain."));
    }
    Err(language.pick("Nothing was filled in.", "Es wurde nichts ausgefüllt."))
}

/// As browsers send it, or whole.
fn time(text: &str) -> Result<Timestamp, ()> {
    let whole = match text.len() {
        // 2024-10-20T11:42
        16 => format!("{text}:00Z"),
        // 2024-10-20T11:42:20
        19 => format!("{text}Z"),
        _ => text.to_owned(),
    };
    whole.parse().map_err(|_| ())
}

/// A field's value, with `+` and `%` undone (WHATWG URL, application/x-www-form-urlencoded parsing).
fn field(body: &[u8], name: &str) -> Option<String> {
    let pairs = body.split(|byte| *byte == b'&');
    let value = pairs.filter_map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        (pair[..at] == *name.as_bytes()).then_some(&pair[at + 1..])
    });
    let value = value.take(1).find(|value| value.len() <= VALUE_LEN_MAX * 3)?;
    let text = String::from_utf8(decoded(value)).ok()?;
    (text.len() <= VALUE_LEN_MAX && !text.chars().any(char::is_control)).then_some(text)
}

fn decoded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, behind)) = rest.split_first() {
        let pair = behind.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = pair.filter(|_| *first == b'%').and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, byte) {
            (_, Some(byte)) => {
                out.push(byte);
                rest = &behind[2..];
            }
            (b'+', None) => {
                out.push(b' ');
                rest = behind;
            }
            (_, None) => {
                out.push(*first);
                rest = behind;
            }
        }
    }
    out
}
