//! The words of an inbound conversation: paths and parameters as they are heard, and the refusal of a listed client.
//!
//! Nothing is validated beyond what is needed to find the parts: what a client wrote is kept as it wrote it.

use crate::wall_clock;
use std::net::IpAddr;

/// The path between the angle brackets and what follows, as heard.
pub(super) fn path_in(rest: &str, keyword: &str) -> Option<(String, String)> {
    let found = rest.get(..keyword.len()).filter(|found| found.eq_ignore_ascii_case(keyword))?;
    let path = rest[found.len()..].trim_start().strip_prefix('<')?;
    let close = closing_bracket(path)?;
    Some((path[..close].to_owned(), path[close + 1..].trim().to_owned()))
}

/// The first `>` outside quotes: a quoted local part may hold one (RFC 5321 §4.1.2).
fn closing_bracket(path: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in path.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

pub(super) fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    parameters.split_whitespace().find_map(|word| {
        let (key, value) = word.split_once('=')?;
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

/// The words that Xink's users read on 2024-10-20, with the client's address in both places.
pub(super) fn listed_words(client: IpAddr, host: &str) -> String {
    format!(
        "550 5.7.1 Service unavailable, Client host [{client}] blocked using Spamhaus. To request removal from this \
         list see https://www.spamhaus.org/query/ip/{client} AS(1440) [{host} {} 08DCF05E631C54C6]",
        wall_clock()
    )
}

#[cfg(test)]
mod tests;
