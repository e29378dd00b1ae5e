//! The charset that HTML names in a `<meta>` of its own.

use core::ops::Range;

/// How far from its start markup may name its charset; browsers look at 1,024 bytes, Outlook writes more in front of it.
const SEARCHED_LEN_MAX: usize = 16 << 10;

/// Where the name of the charset stands in `html`, without quotes.
pub(super) fn in_markup(html: &str) -> Option<Range<usize>> {
    let searched = &html.as_bytes()[..html.len().min(SEARCHED_LEN_MAX)];
    let metas = memchr::memchr_iter(b'<', searched).filter(|at| begins(&searched[at + 1..], b"meta"));
    metas.into_iter().find_map(|at| {
        let length = memchr::memchr(b'>', &searched[at..])?;
        let name = in_tag(&searched[at..at + length])?;
        Some(at + name.start..at + name.end)
    })
}

fn begins(bytes: &[u8], word: &[u8]) -> bool {
    bytes.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn in_tag(tag: &[u8]) -> Option<Range<usize>> {
    let word = b"charset";
    let at = (0..tag.len()).find(|at| begins(&tag[*at..], word))? + word.len();
    let blanks = |from: usize| tag[from..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let equals = at + blanks(at);
    let behind = tag.get(equals).filter(|byte| **byte == b'=').map(|_| equals + 1)?;
    let mut start = behind + blanks(behind);
    start += usize::from(matches!(tag.get(start), Some(b'"' | b'\'')));
    let of_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    let length = tag[start..].iter().take_while(of_name).count();
    (length > 0).then(|| start..start + length)
}
