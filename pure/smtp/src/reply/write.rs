//! A reply put on the wire. Whatever its text holds, it stays within its line: no reply of ours can be split in two.

use model::Reply;

/// Appends the reply with its line ends.
pub fn write_reply(reply: &Reply, out: &mut Vec<u8>) {
    let code = reply.code.0.to_string();
    let enhanced = reply.enhanced.map(|code| code.to_string());
    let empty = [Vec::new()];
    let lines = if reply.lines.is_empty() { &empty[..] } else { &reply.lines[..] };
    for (place, line) in lines.iter().enumerate() {
        out.extend_from_slice(code.as_bytes());
        out.push(if place + 1 == lines.len() { b' ' } else { b'-' });
        if let Some(enhanced) = &enhanced {
            out.extend_from_slice(enhanced.as_bytes());
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
