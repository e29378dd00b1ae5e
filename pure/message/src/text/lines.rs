//! Line ends and line lengths of text that is inserted.

/// RFC 5321 §4.5.3.1.6, without the line end.
pub(super) const LINE_MAX: usize = 998;
/// What an inserted line may have so that what stands beside it on the line fits too.
const INSERTED_LINE_MAX: usize = 900;

/// How the first line of `content` ends.
pub(super) fn line_end_of(content: &[u8]) -> Option<&'static str> {
    let at = memchr::memchr(b'\n', content)?;
    Some(if at > 0 && content[at - 1] == b'\r' { "\r\n" } else { "\n" })
}

/// `text` with every line end written as `line_end`.
pub(super) fn with_line_end(text: &str, line_end: &str) -> String {
    let unix = text.replace("\r\n", "\n").replace('\r', "\n");
    if line_end == "\n" { unix } else { unix.replace('\n', line_end) }
}

/// Whether no line of `text` is longer than a line may be between two blanks. Characters may take ten bytes as a reference. A tab or a
/// blank that is no space does not count: [`wrap`] breaks at spaces only.
pub(super) fn can_be_wrapped(text: &str) -> bool {
    let width = |word: &str| word.chars().map(|c| if c.is_ascii() { 1 } else { 10 }).sum::<usize>();
    text.split([' ', '\r', '\n']).all(|word| width(word) < INSERTED_LINE_MAX)
}

/// `inserted` broken at blanks so that no line is too long, alone or with its neighbours on the line: `before` bytes
/// in front and `after` behind.
pub(super) fn wrap(inserted: Vec<u8>, before: usize, after: usize, line_end: &str) -> Vec<u8> {
    let longest = inserted.split(|&byte| byte == b'\n').map(<[u8]>::len).max().unwrap_or(0);
    if before.saturating_add(longest).saturating_add(after) <= LINE_MAX {
        return inserted;
    }
    let mut out = Vec::with_capacity(inserted.len() + 16);
    if before > 0 {
        out.extend_from_slice(line_end.as_bytes());
    }
    for (number, line) in inserted.split(|&byte| byte == b'\n').enumerate() {
        if number > 0 {
            out.push(b'\n');
        }
        wrap_line(line, line_end, &mut out);
    }
    if after > 0 && !out.ends_with(b"\n") {
        out.extend_from_slice(line_end.as_bytes());
    }
    out
}

fn wrap_line(mut line: &[u8], line_end: &str, out: &mut Vec<u8>) {
    while line.len() > INSERTED_LINE_MAX {
        let Some(blank) = line[..INSERTED_LINE_MAX].iter().rposition(|&byte| byte == b' ') else { break };
        out.extend_from_slice(&line[..blank]);
        out.extend_from_slice(line_end.as_bytes());
        line = &line[blank + 1..];
    }
    out.extend_from_slice(line);
}
