//! What only the message's own header tells: what the trace is searched by, and whether its sender waives TLS.
//!
//! Read tolerantly and cut at a bound.

use message::HeaderBlock;
use model::Envelope;
use spool::HeaderFacts;
use tlspolicy::OfSender;

/// A line of a header is at most 998 bytes long (RFC 5322 §2.1.1).
const MESSAGE_ID_LEN_MAX: usize = 998;
const SUBJECT_LEN_MAX: usize = 300;
/// RFC 8689 §3.
const WAIVER: &str = "TLS-Required";

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
        waives_tls: block.count(header, WAIVER) == 1
            && block.value(header, WAIVER).is_some_and(|value| value.trim().eq_ignore_ascii_case("No")),
    }
}

/// What its sender says of TLS; REQUIRETLS counts more than the header (RFC 8689 §4.1).
pub(crate) fn of_sender(envelope: &Envelope, header: &HeaderFacts) -> OfSender {
    match (envelope.require_tls, header.waives_tls) {
        (true, _) if envelope.must_keep_tls() => OfSender::Requires,
        (false, true) => OfSender::Waives,
        (true, _) | (false, false) => OfSender::Silent,
    }
}

fn cut(text: &str, length: usize) -> String {
    text[..text.floor_char_boundary(length)].to_owned()
}

#[cfg(test)]
mod tests;
