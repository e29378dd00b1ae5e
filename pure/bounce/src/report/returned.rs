//! The last part of a report: the original, whole where the sender asked for that and it is small, else its header.
//!
//! RFC 3461 §4.3 speaks of failures only, and lets a mail system return less than was asked for.

use super::text::line;
use super::{Kind, Report};
use model::DsnReturn;

/// Longer originals are returned by their header alone, whatever RET says.
const FULL_BYTES_MAX: u64 = 1 << 20;
/// Bytes of a header that are returned.
const HEADER_BYTES_MAX: usize = 64 << 10;

pub(super) fn write(report: &Report<'_>, out: &mut Vec<u8>) {
    let (beginning, size) = (report.original.beginning, report.original.size);
    let wants_all = report.kind == Kind::Failed && report.envelope.ret == Some(DsnReturn::Full)
        // RFC 8689 §5.
        && !report.envelope.require_tls;
    let is_whole = beginning.len() as u64 == size && size <= FULL_BYTES_MAX;
    let full = wants_all && is_whole && size > 0;
    let bytes = if full { beginning } else { bounded(header_of(beginning)) };
    let is_global = report.envelope.smtputf8 && !header_of(bytes).is_ascii();
    // RFC 6533 §5: what is no RFC 5322 header any more has types of its own.
    let media_type = match (full, is_global) {
        (true, false) => "message/rfc822",
        (true, true) => "message/global",
        (false, false) => "text/rfc822-headers",
        (false, true) => "message/global-headers",
    };
    line(out, &format!("Content-Type: {media_type}"));
    let encoding = if bytes.is_ascii() { "7bit" } else { "8bit" };
    line(out, &format!("Content-Transfer-Encoding: {encoding}"));
    line(out, "");
    out.extend_from_slice(bytes);
    if !bytes.is_empty() && !bytes.ends_with(b"\n") {
        line(out, "");
    }
    // The line end before a boundary belongs to the boundary: this one keeps the original's own last line end.
    line(out, "");
}

/// Everything up to the first empty line, its own line end included.
pub(super) fn header_of(original: &[u8]) -> &[u8] {
    let mut start = 0;
    while let Some(length) = original[start..].iter().position(|&byte| byte == b'\n') {
        let text = &original[start..start + length];
        if text.is_empty() || text == b"\r" {
            return &original[..start];
        }
        start += length + 1;
    }
    original
}

/// Whole lines only.
fn bounded(header: &[u8]) -> &[u8] {
    if header.len() <= HEADER_BYTES_MAX {
        return header;
    }
    let end = header[..HEADER_BYTES_MAX].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    &header[..end]
}
