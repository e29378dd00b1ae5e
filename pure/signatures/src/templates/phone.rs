//! Telephone numbers as links (RFC 3966).

/// `tel:` and the number without its visual separators; nothing if there is no digit. The trunk zero in brackets behind an
/// international prefix, `+49 (0)30`, is not dialled; what follows `ext` or `x` is the extension.
pub(super) fn tel_uri(phone: &str) -> String {
    let trimmed = phone.trim();
    let international = trimmed.starts_with('+');
    let dialled = if international { trimmed.replace("(0)", "") } else { trimmed.to_owned() };
    let lower = dialled.to_lowercase();
    let (number, extension) = match lower.split_once("ext").or_else(|| lower.split_once('x')) {
        Some((number, extension)) => (digits(number), digits(extension)),
        None => (digits(&lower), String::new()),
    };
    if number.is_empty() {
        return String::new();
    }
    let plus = if international { "+" } else { "" };
    let suffix = if extension.is_empty() { String::new() } else { format!(";ext={extension}") };
    format!("tel:{plus}{number}{suffix}")
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
