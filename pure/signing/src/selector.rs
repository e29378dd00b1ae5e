//! The name of one key among those of a domain (RFC 6376 §3.1).

use core::fmt;
use core::str::FromStr;

const LEN_MAX: usize = 63;

/// Labels of letters, digits, dashes and underscores joined by dots, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selector(Box<str>);

/// Why a text is no selector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no selector: up to {LEN_MAX} letters, digits and dashes, with dots between labels")]
pub struct SelectorError(String);

impl Selector {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        let is_label = |label: &str| {
            let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            !label.is_empty()
                && label.bytes().all(is_inner)
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if text.len() > LEN_MAX || !text.split('.').all(is_label) {
            return Err(SelectorError(text.to_owned()));
        }
        Ok(Self(text.to_ascii_lowercase().into_boxed_str()))
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
