//! What a peer answered, exactly: the one noun that client, verdict, report and trace share.
//!
//! The text is kept as bytes, because real replies carry bytes that are no UTF-8 and every later judgement, also one
//! made years later over a log, wants what was said. Reading a reply from the wire is `smtp`'s work.

use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// The three digits, 200 to 599.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReplyCode(pub u16);

/// The first digit (RFC 5321 §4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyClass {
    /// 2yz: done.
    Positive,
    /// 3yz: go on.
    Intermediate,
    /// 4yz: not now.
    Transient,
    /// 5yz: not so.
    Permanent,
}

/// An enhanced status code, `5.7.1` (RFC 3463).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EnhancedCode {
    pub class: u8,
    pub subject: u16,
    pub detail: u16,
}

/// A text that is no enhanced status code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an enhanced status code such as 5.7.1")]
pub struct EnhancedCodeError(String);

impl EnhancedCode {
    /// `class.subject.detail`.
    #[must_use]
    pub const fn new(class: u8, subject: u16, detail: u16) -> Self {
        Self { class, subject, detail }
    }
}

impl FromStr for EnhancedCode {
    type Err = EnhancedCodeError;

    fn from_str(text: &str) -> Result<Self, EnhancedCodeError> {
        let number = |part: &str, digits: usize| -> Option<u16> {
            let plain =
                !part.is_empty() && part.len() <= digits && part.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| part.parse().ok()).flatten()
        };
        let mut parts = text.split('.');
        let class = parts.next().and_then(|part| number(part, 1)).filter(|class| matches!(class, 2 | 4 | 5));
        let subject = parts.next().and_then(|part| number(part, 3));
        let detail = parts.next().and_then(|part| number(part, 3));
        match (class, subject, detail, parts.next()) {
            (Some(class), Some(subject), Some(detail), None) => Ok(Self::new(class as u8, subject, detail)),
            _ => Err(EnhancedCodeError(text.to_owned())),
        }
    }
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl TryFrom<String> for EnhancedCode {
    type Error = EnhancedCodeError;
    fn try_from(text: String) -> Result<Self, EnhancedCodeError> {
        text.parse()
    }
}

impl From<EnhancedCode> for String {
    fn from(code: EnhancedCode) -> Self {
        code.to_string()
    }
}

/// One complete reply of one or more lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub code: ReplyCode,
    pub enhanced: Option<EnhancedCode>,
    /// The lines without code, separator, enhanced code and line end.
    pub lines: Vec<Vec<u8>>,
}

impl Reply {
    /// A reply of one line, as we give them.
    #[must_use]
    pub fn new(code: u16, enhanced: Option<EnhancedCode>, text: impl Into<String>) -> Self {
        Self { code: ReplyCode(code), enhanced, lines: vec![text.into().into_bytes()] }
    }

    /// Done, go on, not now or not so.
    #[must_use]
    pub fn class(&self) -> ReplyClass {
        match self.code.0 / 100 {
            2 => ReplyClass::Positive,
            3 => ReplyClass::Intermediate,
            4 => ReplyClass::Transient,
            _ => ReplyClass::Permanent,
        }
    }

    /// Whether the request was granted.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.class() == ReplyClass::Positive
    }
}

/// One line for people and records: `550 5.7.1 text of line one text of line two`; bytes that are no UTF-8 become U+FFFD.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code.0)?;
        if let Some(enhanced) = self.enhanced {
            write!(f, " {enhanced}")?;
        }
        for line in self.lines.iter().filter(|line| !line.is_empty()) {
            write!(f, " {}", String::from_utf8_lossy(line))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
