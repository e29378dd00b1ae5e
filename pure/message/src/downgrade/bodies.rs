//! Bodies of eight bits put into a transfer encoding: text quoted-printable, everything else base64.
//!
//! A forwarded message may not be encoded as a whole (RFC 2046 §5.2.1): the same is done inside of it. Labels of the parts around follow only when
//! nothing of eight bits is left in any of them (RFC 2045 §6.4).

use super::header;
use crate::changes::{ChangeError, Changes};
use crate::encode;
use crate::index::{Index, Part, PartId};
use crate::splice::Splices;
use crate::transfer::TransferEncoding;

/// Forwarded messages within each other that are looked into.
const FORWARDED_MAX: usize = 8;

/// Parts whose bytes are what was signed or encrypted (RFC 1847, RFC 8551).
const KEPT: [&str; 4] =
    ["multipart/signed", "multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"];

/// How a part can be brought to seven bits.
enum Way {
    /// It has no other bytes.
    Nothing,
    /// It has, and keeps them.
    Stays,
    Encoded(&'static str),
    Forwarded,
}

pub(super) fn to_seven_bits(bytes: &[u8], index: &Index, depth: usize) -> Splices {
    if bytes.is_ascii() || index.problems.ambiguity().is_some() {
        return Splices::new();
    }
    // Two changes of one byte would be a defect of ours: the message then stays as it is.
    changes(bytes, index, depth).unwrap_or_default()
}

fn changes(bytes: &[u8], index: &Index, depth: usize) -> Result<Splices, ChangeError> {
    let mut changes = Changes::new(bytes, index);
    let mut containers = Vec::new();
    let (mut is_encoded, mut is_whole) = (false, true);
    for (id, part) in index.iter() {
        header_of(bytes, index, part, &mut changes)?;
        let raw = &bytes[part.body.clone()];
        let is_container = part.content_type.is_multipart() || part.content_type.is("message/rfc822");
        if is_container && matches!(part.encoding, TransferEncoding::EightBit | TransferEncoding::Binary) {
            containers.push(id);
        }
        match way(index, id, part, raw, depth) {
            Way::Nothing => {}
            Way::Stays => is_whole = false,
            Way::Encoded(encoding) => {
                let body = encoded(raw, encoding, index.line_end, part.body.end == bytes.len());
                changes.replace(part.body.clone(), body)?;
                changes.set(id, "Content-Transfer-Encoding", encoding.to_owned());
                is_encoded = true;
            }
            Way::Forwarded => {
                let inner = to_seven_bits(raw, &Index::of(raw), depth + 1);
                is_whole &= inner.pieces(raw).all(<[u8]>::is_ascii);
                for splice in &inner {
                    let start = part.body.start + splice.offset;
                    changes.replace(start..start + splice.removed, splice.inserted.clone())?;
                }
            }
        }
    }
    if is_whole {
        for id in containers {
            changes.set(id, "Content-Transfer-Encoding", "7bit".to_owned());
        }
    }
    if is_encoded && index.header().count(bytes, "MIME-Version") == 0 {
        changes.set(PartId::MESSAGE, "MIME-Version", "1.0".to_owned());
    }
    changes.finish()
}

/// The part's header as far as it can be brought to ASCII.
fn header_of(bytes: &[u8], index: &Index, part: &Part, changes: &mut Changes<'_>) -> Result<(), ChangeError> {
    for field in &part.header.fields {
        if let Ok(Some(value)) = header::to_ascii(bytes, field, index.line_end) {
            changes.replace(field.value.clone(), value.into_bytes())?;
        }
    }
    Ok(())
}

fn way(index: &Index, id: PartId, part: &Part, raw: &[u8], depth: usize) -> Way {
    // What stands before and behind the parts of a multipart is read by nobody, and there is no form for it.
    if raw.is_ascii() || part.content_type.is_multipart() {
        return Way::Nothing;
    }
    let media_type = part.content_type.media_type.as_str();
    let is_kept = |id: PartId| KEPT.contains(&index.part(id).content_type.media_type.as_str());
    if !part.encoding.is_identity() || is_kept(id) || index.ancestors(id).any(is_kept) {
        return Way::Stays;
    }
    match media_type {
        "message/rfc822" if depth < FORWARDED_MAX => Way::Forwarded,
        // RFC 6532 §3.7 and RFC 6533 §4: these may be encoded, and no other message type may.
        "message/global" | "message/global-headers" | "message/global-delivery-status" => {
            Way::Encoded("base64")
        }
        other if other.starts_with("message/") => Way::Stays,
        other if other.starts_with("text/") => Way::Encoded("quoted-printable"),
        _ => Way::Encoded("base64"),
    }
}

fn encoded(raw: &[u8], encoding: &str, line_end: &str, is_last: bool) -> Vec<u8> {
    if encoding == "quoted-printable" {
        return encode::quoted_printable(raw, line_end);
    }
    let mut body = encode::base64(raw, line_end);
    if is_last {
        body.extend_from_slice(line_end.as_bytes());
    }
    body
}
