//! A reply put on the wire. Whatever its text holds, it stays within its line: no reply of ours can be split in two.

use model::Reply;
use std::io::Write as _;

/// Code, enhanced code, separators and line end.
const LINE_LEN_BESIDE_TEXT: usize = 16;

/// Appends the reply with its line ends.
pub fn write_reply(reply: &Reply, out: &mut Vec<u8>) {
    let empty = [Vec::new()];
    let lines = if reply.lines.is_empty() { &empty[..] } else { &reply.lines[..] };
    for (place, line) in lines.iter().enumerate() {
        out.reserve(LINE_LEN_BESIDE_TEXT + line.len());
        let separator = if place + 1 == lines.len() { ' ' } else { '-' };
        let _infallible = write!(out, "{}{separator}", reply.code.0);
        if let Some(enhanced) = &reply.enhanced {
            let _infallible = write!(out, "{enhanced}");
            if !line.is_empty() {
                out.push(b' ');
            }
        }
        out.extend(without_line_ends(line));
        out.extend_from_slice(b"\r\n");
    }
}

/// The bytes with CR, LF and NUL as spaces.
pub(crate) fn without_line_ends(text: &[u8]) -> impl Iterator<Item = u8> {
    text.iter().map(|byte| if matches!(byte, b'\r' | b'\n' | 0) { b' ' } else { *byte })
}
