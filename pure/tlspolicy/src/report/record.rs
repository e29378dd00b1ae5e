//! The record in which a domain says where reports go: `_smtp._tls.DOMAIN` (RFC 8460 §3).
//!
//! Several records are as good as none. Unknown fields are passed over, and so is a place to which nothing can be sent.

use model::Address;
use serde::{Deserialize, Serialize};

const VERSION: &str = "v=TLSRPTv1";
/// Places of one record that are used.
const PLACES_MAX: usize = 10;
const URI_LEN_MAX: usize = 2_000;

/// A place to which reports go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rua {
    Mail(Address),
    /// An https URL, to which the report is posted.
    Web(String),
}

impl core::fmt::Display for Rua {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Mail(address) => write!(f, "mailto:{address}"),
            Self::Web(url) => f.write_str(url),
        }
    }
}

/// Where the texts of `_smtp._tls.DOMAIN` want reports; nowhere: the domain wants none.
#[must_use]
pub fn wanted(texts: &[String]) -> Vec<Rua> {
    let mut records = texts.iter().filter_map(|text| fields(text));
    let (Some(fields), None) = (records.next(), records.next()) else { return Vec::new() };
    let Some(places) = fields.split(';').find_map(|field| field.trim_matches(WHITE).strip_prefix("rua="))
    else {
        return Vec::new();
    };
    let mut found: Vec<Rua> = Vec::new();
    for place in places.split(',').filter_map(|place| read(place.trim_matches(WHITE))) {
        if found.len() < PLACES_MAX && !found.contains(&place) {
            found.push(place);
        }
    }
    found
}

const WHITE: [char; 2] = [' ', '\t'];

/// What stands behind the version.
fn fields(text: &str) -> Option<&str> {
    let (first, fields) = text.split_once(';')?;
    (first.trim_end_matches(WHITE) == VERSION).then_some(fields)
}

fn read(uri: &str) -> Option<Rua> {
    let is_plain =
        !uri.is_empty() && uri.len() <= URI_LEN_MAX && uri.bytes().all(|byte| byte.is_ascii_graphic());
    let (scheme, rest) = uri.split_once(':').filter(|_| is_plain)?;
    if scheme.eq_ignore_ascii_case("mailto") {
        // RFC 6068 §2: header fields may stand behind it, which are of no use here.
        let address = unescaped(rest.split('?').next().unwrap_or_default())?;
        return address.parse().ok().map(Rua::Mail);
    }
    let is_web =
        scheme.eq_ignore_ascii_case("https") && rest.strip_prefix("//").is_some_and(|rest| !rest.is_empty());
    is_web.then(|| Rua::Web(format!("https:{rest}")))
}

/// With `%21` and the like as what they stand for (RFC 3986 §2.1).
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        if *first != b'%' {
            bytes.push(*first);
            rest = behind;
            continue;
        }
        let (digits, behind) = behind.split_at_checked(2)?;
        let digit = |at: usize| char::from(digits[at]).to_digit(16);
        bytes.push(u8::try_from(digit(0)? * 16 + digit(1)?).ok()?);
        rest = behind;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
