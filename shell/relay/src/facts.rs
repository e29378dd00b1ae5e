//! What the trace is searched by and only the message's own header tells.
//!
//! Read tolerantly and cut at a bound; nothing is decided by it.

use message::HeaderBlock;
use spool::HeaderFacts;

/// A line of a header is at most 998 bytes long (RFC 5322 §2.1.1).
const MESSAGE_ID_LEN_MAX: usize = 998;
const SUBJECT_LEN_MAX: usize = 300;

/// From the beginning of a message, to the end of the header at least. The subject is kept only if it is wanted.
pub(crate) fn of(header: &[u8], wants_subject: bool) -> HeaderFacts {
    let block = HeaderBlock::of(header);
    let message_id = block.value(header, "Message-ID").map(|value| {
        let value = value.trim();
        let inner = value.strip_prefix('<').and_then(|value| value.strip_suffix('>'));
        cut(inner.unwrap_or(value), MESSAGE_ID_LEN_MAX)
    });
    let subject = if wants_subject { block.text(header, "Subject") } else { None };
    HeaderFacts {
        message_id: message_id.filter(|id| !id.is_empty()),
        subject: subject.map(|subject| cut(subject.trim(), SUBJECT_LEN_MAX)),
    }
}

fn cut(text: &str, length: usize) -> String {
    text[..text.floor_char_boundary(length)].to_owned()
}

#[cfg(test)]
mod tests;
