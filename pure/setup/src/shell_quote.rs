//! Values as words of a POSIX shell.

/// One word in single quotes; a quote inside ends them, stands escaped, and opens them again.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
