//! Why a command line is refused, and the words in which the client learns it.

use crate::path::PathSide;
use model::{EnhancedCode, Reply};

/// Why a line is not a command that we take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    #[error("a NUL byte in a command")]
    Nul,
    #[error("a line that ends in less than CRLF, or a CR inside it")]
    BareLineEnd,
    #[error("a line longer than the limit")]
    TooLong,
    #[error("an unknown command")]
    Unknown,
    #[error("a command of SMTP that is not offered")]
    NotImplemented,
    #[error("not SMTP but another protocol")]
    NotSmtp,
    #[error("wrong syntax, expected {0}")]
    Syntax(&'static str),
    #[error("the path is not an address in angle brackets")]
    Path(PathSide),
    #[error("an address that is not UTF-8")]
    NotUtf8,
    #[error("an address beyond ASCII without SMTPUTF8")]
    NeedsSmtpUtf8,
    #[error("the parameter {0} is not known or not offered")]
    UnknownParameter(String),
    #[error("the parameter {0} has a wrong value or comes twice")]
    Parameter(&'static str),
    #[error("BDAT without a size that can be read")]
    BdatSize,
}

impl CommandError {
    /// What the client is told.
    #[must_use]
    pub fn reply(&self) -> Reply {
        let reply = |code, subject, detail, text: &str| {
            Reply::new(code, Some(EnhancedCode::new(5, subject, detail)), text)
        };
        match self {
            Self::Nul => reply(501, 5, 2, "a command cannot contain NUL"),
            Self::BareLineEnd => reply(500, 5, 2, "a command ends in CRLF and contains no other CR or LF"),
            Self::TooLong => reply(500, 5, 2, "the line is too long"),
            Self::Unknown => reply(500, 5, 1, "the command is not known"),
            Self::NotImplemented => reply(502, 5, 1, "the command is not offered"),
            Self::NotSmtp => reply(521, 5, 1, "this is an SMTP server"),
            Self::Syntax(expected) => reply(501, 5, 4, &format!("expected: {expected}")),
            Self::Path(PathSide::Reverse) => {
                reply(501, 1, 7, "the sender is not an address in angle brackets")
            }
            Self::Path(PathSide::Forward) => {
                reply(501, 1, 3, "the recipient is not an address in angle brackets")
            }
            Self::NotUtf8 => reply(553, 6, 7, "the address is not UTF-8"),
            Self::NeedsSmtpUtf8 => reply(553, 6, 7, "this address needs SMTPUTF8"),
            Self::UnknownParameter(name) => reply(555, 5, 4, &format!("the parameter {name} is not offered")),
            Self::Parameter(name) => reply(501, 5, 4, &format!("the parameter {name} is wrong or doubled")),
            Self::BdatSize => reply(521, 5, 4, "expected: BDAT size [LAST]"),
        }
    }
}
