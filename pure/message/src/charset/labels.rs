//! The names by which mail calls its charsets, beside those that encoding_rs knows: other spellings, with quotes, comments and zeros.

use encoding_rs::Encoding;

/// The name as encoding_rs knows it, if the one in lower case is another spelling of it.
pub(super) fn known(bare: &str) -> Option<String> {
    let is_known = |name: &str| Encoding::for_label_no_replacement(name.as_bytes()).is_some();
    if is_known(bare) {
        return Some(bare.to_owned());
    }
    let letters: String = bare.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = letters.strip_prefix('x').unwrap_or(&letters);
    let fixed = match name {
        "utf8mb4" | "utf8mb3" | "cp65001" | "65001" => "utf-8",
        "latin9" | "isolatin9" => "iso-8859-15",
        "cp932" | "ms932" | "windows932" => "shift_jis",
        "cp936" | "ms936" | "windows936" | "euccn" => "gbk",
        "gb180302000" | "gb180302005" | "gb180302022" => "gb18030",
        "cp949" | "ms949" | "windows949" | "uhc" => "euc-kr",
        "cp950" | "ms950" | "windows950" => "big5",
        "koi8r" => "koi8-r",
        "koi8u" => "koi8-u",
        "eucjp" => "euc-jp",
        "euckr" => "euc-kr",
        "shiftjis" | "sjis" => "shift_jis",
        "big5" => "big5",
        "utf8" => "utf-8",
        "tis620" | "cp874" | "windows874" => "windows-874",
        _ => return numbered(name).filter(|name| is_known(name)),
    };
    Some(fixed.to_owned())
}

/// `cp1252`, `win1251`, `8859_1`, `iso-8859-01`, `iso-latin-1`.
fn numbered(name: &str) -> Option<String> {
    let behind = |prefixes: &[&str]| prefixes.iter().find_map(|prefix| name.strip_prefix(prefix));
    if let Some(page) = behind(&["windows", "win", "cp", "ms", "ansi"]) {
        return matches!(
            page,
            "1250" | "1251" | "1252" | "1253" | "1254" | "1255" | "1256" | "1257" | "1258"
        )
        .then(|| format!("windows-{page}"));
    }
    if let Some(part) = behind(&["iso8859", "isoir8859", "8859"]) {
        let part = part.trim_start_matches('0');
        return (part.len() <= 2 && !part.is_empty()).then(|| format!("iso-8859-{part}"));
    }
    let latin = behind(&["isolatin", "latin"])?;
    matches!(latin, "1" | "2" | "3" | "4" | "5" | "6").then(|| format!("latin{latin}"))
}

/// Whether a text in a charset of this name may mean something else than its bytes say where they are ASCII.
pub(super) fn hides_in_ascii(bare: &str) -> bool {
    const HIDING: [&str; 13] = [
        "utf7", "utf-7", "utf16", "utf-16", "utf32", "utf-32", "ucs", "unicode", "10646", "2022", "hz",
        "ebcdic", "ibm037",
    ];
    HIDING.iter().any(|name| bare.contains(name))
}

/// In lower case without comments, quotes and signs at its ends.
pub(super) fn bare(written: &str) -> String {
    let mut depth = 0_usize;
    let outside = |c: &char| match c {
        '(' => {
            depth += 1;
            false
        }
        ')' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    };
    let kept: String = written.chars().filter(outside).collect();
    let is_loose =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '/' | ':' | '`' | '<' | '>');
    kept.trim_matches(is_loose).to_ascii_lowercase()
}
