//! What a client session tells its shell: when to act, and what became of each recipient.
//!
//! A result describes; it does not judge. Whether something is retried, reported or parked is decided by the verdict alone.
//! The one distinction made here is the one that only this machine can make: whether the end of the message had left.

use crate::ReplyError;
use core::fmt;
use model::{Reply, Stage, Timestamp};

/// A service extension that a message or a policy needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    StartTls,
    RequireTls,
    SmtpUtf8,
    EightBitMime,
    BinaryMime,
    Auth,
}

impl fmt::Display for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StartTls => "STARTTLS",
            Self::RequireTls => "REQUIRETLS",
            Self::SmtpUtf8 => "SMTPUTF8",
            Self::EightBitMime => "8BITMIME",
            Self::BinaryMime => "BINARYMIME",
            Self::Auth => "AUTH PLAIN or AUTH LOGIN",
        })
    }
}

/// What went wrong when it was not simply a refusal of one recipient.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientFailure {
    #[error("refused: {0}")]
    Refused(Reply),
    #[error("the server is closing the connection: {0}")]
    ServiceClosed(Reply),
    #[error("the server gave a reply that does not fit: {0}")]
    UnexpectedReply(Reply),
    #[error("the connection was lost")]
    Lost,
    #[error("the server did not answer in time")]
    TimedOut,
    #[error("the server's reply cannot be read: {0}")]
    BadReply(ReplyError),
    #[error("the server does not offer {0}")]
    NotOffered(Extension),
    #[error("the server sent bytes between its reply to STARTTLS and the handshake")]
    PlaintextInjected,
    #[error("TLS failed: {0}")]
    TlsFailed(String),
}

/// What became of one recipient in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecipientOutcome {
    /// The reply to the end of data took the message for it.
    Accepted(Reply),
    /// A complete reply refused it: to MAIL, RCPT, DATA or the end of data.
    Refused(Reply),
    /// No reply for it, and the end of the message had not left: it was certainly not delivered.
    Failed(ClientFailure),
    /// The end of the message had left and no answer came: it may have been delivered.
    Unknown(ClientFailure),
}

/// One recipient's result, in the order of the envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientResult {
    pub stage: Stage,
    pub outcome: RecipientOutcome,
}

/// What the shell learns or is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientEvent {
    /// Do the handshake, then `handle_tls_started` or `handle_tls_failed`.
    StartTls,
    /// `begin` may be called: said after the opening and again after every transaction that left the connection usable.
    Ready,
    /// At least one recipient was accepted: call `send_body`, and at the end `end_body`.
    SendBody,
    /// The end of the message is in the output. Said only by `end_body`: record the attempt before that call.
    FinalDotSent,
    /// The transaction is over; one result per recipient, in the envelope's order.
    TransactionDone { recipients: Vec<RecipientResult> },
    /// The connection failed before it could carry a transaction.
    ConnectionFailed { stage: Stage, failure: ClientFailure },
    /// Write the output, then close. Nothing comes after it.
    Closed,
}

/// Who said a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TranscriptSide {
    Client,
    Server,
}

/// One line of the conversation, without its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscriptLine {
    pub at: Timestamp,
    pub side: TranscriptSide,
    pub text: String,
}
