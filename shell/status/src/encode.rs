//! Encodings that formats ask for: base64 (RFC 4648 §4), hexadecimal, escapes of XML.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// With padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let mut bits = [0_u8; 4];
        bits[1..=group.len()].copy_from_slice(group);
        let bits = u32::from_be_bytes(bits);
        for place in 0..4_usize {
            let index = (bits >> (18 - 6 * place)) as usize & 63;
            text.push(if place > group.len() { '=' } else { char::from(ALPHABET[index]) });
        }
    }
    text
}

/// What [`base64`] wrote; none if it is anything else.
pub(crate) fn unbase64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for group in text.as_bytes().chunks(4) {
        let letters = group.iter().take_while(|letter| **letter != b'=').count();
        if group.len() != 4 || letters < 2 {
            return None;
        }
        let mut bits = 0_u32;
        for letter in &group[..letters] {
            let index = ALPHABET.iter().position(|known| known == letter)?;
            bits = bits << 6 | u32::try_from(index).ok()?;
        }
        bits <<= 6 * (4 - letters);
        bytes.extend_from_slice(&bits.to_be_bytes()[1..letters]);
    }
    (base64(&bytes) == text).then_some(bytes)
}

/// In lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// What [`hex`] wrote; none if it is anything else.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = |pair: &[u8]| {
        let value = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        Some(value(*pair.first()?)? << 4 | value(*pair.get(1)?)?)
    };
    text.as_bytes().chunks(2).map(digits).collect()
}

/// Text of XML; what XML 1.0 cannot carry is left out.
pub(crate) fn xml(text: &str) -> String {
    let allowed = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
    let text: String = text.chars().filter(allowed).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
