//! Where a server session stands. What exists only in one state lives in its variant.

use super::login::Exchange;
use crate::body::{Content, DataReader};
use model::{Envelope, Recipient, Reply};

#[derive(Debug)]
pub(super) enum State {
    /// No transaction.
    Idle,
    /// AUTH has begun; its next line is awaited.
    LoggingIn(Exchange),
    /// The shell judges this user's password.
    CheckingLogin(String),
    CheckingMail(Box<Envelope>),
    /// MAIL was granted.
    Open(Box<Envelope>),
    CheckingRecipient(Box<Envelope>, Box<Recipient>),
    /// The shell is asked whether it takes a body.
    Beginning(Opening),
    /// After 354.
    Data {
        reader: DataReader,
        content: Box<Content>,
    },
    /// Between two chunks of BDAT.
    Chunks(Chunked),
    /// Inside a chunk.
    Chunk {
        left: u64,
        chunk: Chunk,
        to: Chunked,
    },
    /// Inside a chunk that is refused whatever it holds; then the reply, then the state of before.
    Skipping {
        left: u64,
        reply: Reply,
        then: Box<State>,
    },
    /// The shell decides about the complete body.
    Ending,
    /// 220 was said to STARTTLS.
    Securing,
    Closed,
}

/// The command that opens a body.
#[derive(Debug, Clone, Copy)]
pub(super) enum Opening {
    Data,
    Bdat(Chunk),
}

/// One BDAT command.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk {
    pub(super) size: u64,
    pub(super) last: bool,
}

/// A body that comes in chunks.
#[derive(Debug)]
pub(super) enum Chunked {
    Taking(Box<Content>),
    /// Every further chunk is read and gets this reply.
    Refused(Reply),
}

impl State {
    /// Whether an action waits for its answer, and nothing may be read before it.
    pub(super) fn awaits_answer(&self) -> bool {
        match self {
            Self::CheckingLogin(_)
            | Self::CheckingMail(_)
            | Self::CheckingRecipient(..)
            | Self::Beginning(_)
            | Self::Ending => true,
            Self::Idle
            | Self::LoggingIn(_)
            | Self::Open(_)
            | Self::Data { .. }
            | Self::Chunks(_)
            | Self::Chunk { .. }
            | Self::Skipping { .. }
            | Self::Securing
            | Self::Closed => false,
        }
    }

    pub(super) fn is_reading_body(&self) -> bool {
        matches!(self, Self::Data { .. } | Self::Chunk { .. } | Self::Skipping { .. })
    }

    /// Whether the shell holds a body that is neither ended nor aborted.
    pub(super) fn has_open_body(&self) -> bool {
        match self {
            Self::Data { content, .. } => content.failure().is_none(),
            Self::Chunks(Chunked::Taking(_)) | Self::Chunk { to: Chunked::Taking(_), .. } => true,
            Self::Skipping { then, .. } => then.has_open_body(),
            Self::Idle
            | Self::LoggingIn(_)
            | Self::CheckingLogin(_)
            | Self::CheckingMail(_)
            | Self::Open(_)
            | Self::CheckingRecipient(..)
            | Self::Beginning(_)
            | Self::Chunks(Chunked::Refused(_))
            | Self::Chunk { to: Chunked::Refused(_), .. }
            | Self::Ending
            | Self::Securing
            | Self::Closed => false,
        }
    }
}
