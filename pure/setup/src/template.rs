//! Texts with places for values, written as `@@NAME@@`.
//!
//! A value is put in once and never looked at again, so a value that looks like a place stays what it is.

/// Fills every place of `template`.
///
/// # Panics
/// If a place has no value: the templates are compiled in, and a test fills each of them.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len() * 2);
    for (number, piece) in template.split("@@").enumerate() {
        if number % 2 == 0 {
            text.push_str(piece);
            continue;
        }
        let value = values.iter().find(|(name, _)| *name == piece).map(|(_, value)| *value);
        text.push_str(value.expect("every place of a compiled-in template has a value"));
    }
    text
}
