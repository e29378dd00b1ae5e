//! A canary's message: plain text with an id in its Message-ID, and nothing that would let it pass unsigned.
//!
//! Stamping keeps Message-ID, so the id is found again; `Auto-Submitted` is left out because automatic mail is not signed.

use super::CanaryConfig;
use model::Timestamp;
use std::fmt::Write as _;

const PREFIX: &str = "canary.";

/// The id and the message.
pub(super) fn write(config: &CanaryConfig, now: Timestamp) -> (String, Vec<u8>) {
    let mut id = format!("{PREFIX}{}.", config.name);
    for byte in net::random::<16>() {
        let _infallible = write!(id, "{byte:02x}");
    }
    let CanaryConfig { name, from, to, .. } = config;
    let message = format!(
        "From: <{from}>\r\nTo: <{to}>\r\nDate: {date}\r\nMessage-ID: <{id}@{domain}>\r\nSubject: Canary {name}\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         This message tries the way that mail takes. It may be deleted.\r\n",
        date = now.to_rfc5322(),
        domain = from.domain(),
    );
    (id, message.into_bytes())
}

/// The id of a message that is a canary.
pub(super) fn id_of(message: &[u8]) -> Option<String> {
    let header = String::from_utf8_lossy(&message[..head_len(message)]).into_owned();
    let value = header.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("message-id").then(|| value.trim().to_owned())
    })?;
    let id = value.strip_prefix('<')?.split('@').next()?;
    id.starts_with(PREFIX).then(|| id.to_owned())
}

/// What comes after the header.
pub(super) fn body(message: &[u8]) -> &[u8] {
    &message[head_len(message)..]
}

fn head_len(message: &[u8]) -> usize {
    let end = message.windows(4).position(|four| four == b"\r\n\r\n");
    end.map_or(message.len(), |end| end + 4)
}
