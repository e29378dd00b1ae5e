//! Encoded words in header texts (RFC 2047), read tolerantly: what is no encoded word stays as it is.

use crate::transfer;
use encoding_rs::Encoding;

/// The text of a header value with its encoded words decoded.
#[must_use]
pub fn decode_words(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let Some((text, length)) = decode_word(&rest[start..]) else {
            out.push_str(&rest[..start + 2]);
            rest = &rest[start + 2..];
            after_word = false;
            continue;
        };
        // White space between two encoded words is not part of the text (RFC 2047 §6.2).
        if !(after_word && rest[..start].trim().is_empty()) {
            out.push_str(&rest[..start]);
        }
        out.push_str(&text);
        rest = &rest[start + length..];
        after_word = true;
    }
    out.push_str(rest);
    out
}

/// The text of the encoded word at the start of `from`, and its length.
fn decode_word(from: &str) -> Option<(String, usize)> {
    let mut parts = from[2..].splitn(3, '?');
    let (charset, encoding, tail) = (parts.next()?, parts.next()?, parts.next()?);
    let length = tail.find("?=")?;
    let encoded = &tail[..length];
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain(charset) || encoded.contains([' ', '\t']) {
        return None;
    }
    // RFC 2231 §5 allows a language behind the charset.
    let charset_name = charset.split('*').next().unwrap_or(charset);
    let charset_read = Encoding::for_label(charset_name.as_bytes())?;
    let bytes = match encoding {
        "B" | "b" => transfer::decode_base64(encoded.as_bytes()).bytes,
        "Q" | "q" => transfer::decode_quoted_printable(&raw(&encoded.replace('_', " "), charset_read)),
        _ => return None,
    };
    let text = charset_read.decode_without_bom_handling(&bytes).0.into_owned();
    let whole = 2 + charset.len() + 1 + encoding.len() + 1 + length + 2;
    Some((text, whole))
}

/// The bytes of a word that its writer left unencoded here and there: of a charset of single bytes, a character below U+0100 stands for its byte.
fn raw(text: &str, charset: &'static Encoding) -> Vec<u8> {
    let single = charset.is_single_byte().then(|| text.chars().map(|c| u8::try_from(c).ok()).collect());
    single.flatten().unwrap_or_else(|| text.as_bytes().to_vec())
}

#[cfg(test)]
mod tests;
