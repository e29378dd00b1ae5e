//! Values as PowerShell literals, in ASCII only.
//!
//! PowerShell takes five characters for a single quote (U+2018 to U+201B beside the plain one), and Windows PowerShell reads a file
//! without a byte order mark in the machine's old code page, where bytes of UTF-8 can turn into such quotes. A script that holds
//! nothing beyond ASCII means the same under every encoding, so other characters are written as their numbers.

/// One literal, or a sum of literals in parentheses.
pub(crate) fn literal(text: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            '\'' => plain.push_str("''"),
            ' '..='~' => plain.push(c),
            other => {
                if !plain.is_empty() || parts.is_empty() {
                    parts.push(format!("'{plain}'"));
                }
                plain.clear();
                parts.push(format!("[char]::ConvertFromUtf32(0x{:04X})", u32::from(other)));
            }
        }
    }
    if !plain.is_empty() || parts.is_empty() {
        parts.push(format!("'{plain}'"));
    }
    if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(" + ")) }
}

/// A list inside `@( )`.
pub(crate) fn list<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    texts.into_iter().map(literal).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
