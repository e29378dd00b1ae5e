//! Local parts of mail addresses, masked.
//!
//! An address needs a domain with a dot or an `%40` behind its local part; `@here` and `a @ b` are none. Hosts, domains and ids stay, because they
//! prove something.

const MASK: &str = "***";

/// Without the local parts.
#[must_use]
pub fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, length)) = next_at(rest) {
        let is_address = domain(&rest[at + length..]);
        let start = local_start(&rest[..at]);
        if is_address && start < at {
            masked.push_str(&rest[..start]);
            masked.push_str(MASK);
            masked.push_str(&rest[at..at + length]);
        } else {
            masked.push_str(&rest[..at + length]);
        }
        rest = &rest[at + length..];
    }
    masked.push_str(rest);
    masked
}

/// The next `@` or `%40`, and its length.
fn next_at(text: &str) -> Option<(usize, usize)> {
    text.match_indices(['@', '%']).find_map(|(at, mark)| match mark {
        "@" => Some((at, 1)),
        _ => text[at..].starts_with("%40").then_some((at, 3)),
    })
}

fn domain(text: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let end = text.find(|c: char| !is_part(c)).unwrap_or(text.len());
    let name = text[..end].trim_end_matches('.');
    name.contains('.') && name.starts_with(char::is_alphanumeric)
}

fn local_start(before: &str) -> usize {
    if let Some(inner) = before.strip_suffix('"') {
        return inner.rfind('"').unwrap_or(0);
    }
    let ends = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\'' | ',' | ';' | ':' | '|' | '/' | '?' | '&'
            )
    };
    before.rfind(ends).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8))
}
