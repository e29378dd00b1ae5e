//! The block in front of a message: `Received`, `X-Signpost-Processed` and `X-Signpost-Result`.
//!
//! What a peer wrote is cut to printable ASCII before it stands in a field, so nobody can write a field through it. Lines are folded
//! below 78 characters where there is a place to fold (RFC 5322 §2.1.1).

use super::RESULT_FIELD;
use crate::processed::FIELD as PROCESSED_FIELD;
use model::MessageId;
use signatures::Group;
use spool::Accepted;

const LINE_LEN: usize = 78;
/// Bytes of a block, as a rule; only the first guess of a buffer.
const BLOCK_LEN_USUAL: usize = 640;
/// Characters of a peer's own words that are shown.
const WORDS_MAX: usize = 200;

/// The fields that every form of one message has.
pub(super) fn block(id: MessageId, accepted: &Accepted, processed: &str, line_end: &str) -> String {
    let mut block = String::with_capacity(BLOCK_LEN_USUAL);
    field("Received", &received(id, accepted), line_end, &mut block);
    field(PROCESSED_FIELD, processed, line_end, &mut block);
    block
}

/// The same with what was decided for one group, each line with its line end.
pub(super) fn told(block: &str, result: Option<&str>, line_end: &str) -> Vec<u8> {
    let mut block = block.to_owned();
    if let Some(result) = result {
        field(RESULT_FIELD, result, line_end, &mut block);
    }
    block.into_bytes()
}

/// `stamped; signature=standard; rule=all` or `passed; reason=signed`.
pub(super) fn result(group: &Group) -> String {
    let explain = &group.explain;
    let mut words = vec![explain.outcome.as_str().to_owned()];
    words.extend(explain.reason.map(|reason| format!("reason={}", reason.as_str())));
    words.extend(explain.signature.as_deref().map(|signature| format!("signature={}", plain(signature))));
    words.extend(explain.smaller.map(|smaller| format!("smaller={}", smaller.as_str())));
    words.extend(explain.rule.as_deref().map(|rule| format!("rule={}", plain(rule))));
    words.push(format!("snapshot={}", explain.snapshot.0));
    words.join("; ")
}

/// RFC 5321 §4.4; the protocol words are those of RFC 3848 and RFC 6531 §4.3.
fn received(id: MessageId, accepted: &Accepted) -> String {
    let trace = &accepted.trace;
    let protocol = match (accepted.envelope.smtputf8, trace.esmtp, trace.tls.is_some()) {
        (true, _, true) => "UTF8SMTPS",
        (true, _, false) => "UTF8SMTP",
        (false, true, true) => "ESMTPS",
        (false, true, false) => "ESMTP",
        (false, false, _) => "SMTP",
    };
    let tls = trace.tls.as_deref().map(|tls| format!(" ({})", plain(tls))).unwrap_or_default();
    let peer = match trace.peer {
        std::net::IpAddr::V4(address) => format!("[{address}]"),
        std::net::IpAddr::V6(address) => format!("[IPv6:{address}]"),
    };
    let date = accepted.received.to_rfc5322();
    format!(
        "from {} ({peer}) by {} with {protocol}{tls} id {id}; {date}",
        plain(&trace.helo),
        plain(&trace.by)
    )
}

fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len().min(WORDS_MAX));
    let is_plain = |c: &char| {
        (c.is_ascii_graphic() || *c == ' ') && !matches!(c, '(' | ')' | ';' | '<' | '>' | '\\' | '"')
    };
    plain.extend(text.chars().filter(is_plain).take(WORDS_MAX));
    if plain.trim().is_empty() { "unknown".to_owned() } else { plain }
}

fn field(name: &str, value: &str, line_end: &str, block: &mut String) {
    block.push_str(name);
    block.push(':');
    let mut length = name.len() + 1;
    for word in value.split_ascii_whitespace() {
        if length + 1 + word.len() > LINE_LEN && length > name.len() + 1 {
            block.push_str(line_end);
            block.push('\t');
            length = 8;
        } else {
            block.push(' ');
            length += 1;
        }
        block.push_str(word);
        length += word.len();
    }
    block.push_str(line_end);
}
