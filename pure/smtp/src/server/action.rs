//! What a server session asks its shell to do, and the words for how bodies and connections end.
//!
//! An action that needs a verdict says so; until `ServerSession::answer` brings it the session reads nothing further.

use core::fmt;
use model::{ByteCount, Envelope, Recipient};

/// What TLS brought, as far as admission and trace need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsInfo {
    /// For example `TLSv1.3`.
    pub protocol: String,
    pub cipher: String,
    /// The client's own certificate, if it showed one.
    pub peer_certificate: Option<PeerCertificate>,
    /// The name for which the client asked.
    pub server_name: Option<String>,
}

/// A certificate whose key the client holds, as far as it proves something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerCertificate {
    /// Its DNS names in lower case, if its chain was verified; none otherwise.
    pub names: Vec<String>,
    /// SHA-256 of the certificate in DER.
    pub fingerprint: [u8; 32],
    /// Why its chain was not verified, if it was not.
    pub unverified: Option<String>,
}

/// What a client says of itself with AUTH. The password is kept out of every debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

/// How the end of a body was marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// CRLF.CRLF after DATA.
    Data,
    /// `BDAT n LAST` (RFC 3030).
    Bdat,
}

/// Why a body that had begun does not become a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    #[error("a carriage return without a line feed")]
    BareCr,
    #[error("a line feed without a carriage return")]
    BareLf,
    #[error("the message is larger than the limit")]
    TooLarge,
    #[error("a NUL byte in the header")]
    NulInHeader,
    #[error("a line longer than the limit")]
    LineTooLong,
    #[error("the client took the transaction back")]
    Reset,
    #[error("the client sent input before it was asked for")]
    Synchronisation,
    #[error("the client made too many errors or one that cannot be mended")]
    Protocol,
    #[error("the client was silent or slow for too long")]
    TimedOut,
    #[error("the connection ended before the body did")]
    PeerGone,
    #[error("the session was ended from our side")]
    Closed,
}

/// Why the session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CloseReason {
    #[error("the client said QUIT")]
    Quit,
    #[error("the client closed the connection")]
    PeerGone,
    #[error("the client was silent or slow for too long")]
    TimedOut,
    #[error("the client made too many errors")]
    TooManyErrors,
    #[error("the client sent input before it was asked for")]
    Synchronisation,
    #[error("the client does not speak SMTP")]
    NotSmtp,
    #[error("the message was more than twice as large as the limit")]
    TooLarge,
    #[error("a BDAT command without a readable size, after which nothing can be told apart")]
    BadChunk,
    #[error("more bytes were handed in than the session wanted")]
    Overflow,
    #[error("the answer from our side was 421")]
    Answered,
    #[error("the relay is stopping")]
    ShuttingDown,
}

/// What the shell is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerAction {
    /// Write all output, do the handshake, then call `handle_tls_started`. Bytes read before it are to be dropped.
    StartTls,
    /// Is it this client? Needs an answer: 235 lets it in, anything else is said and counted as a failure.
    CheckLogin { credentials: Credentials },
    /// May this sender, with these parameters, send? `recipients` is empty. Needs an answer.
    CheckMail { envelope: Envelope },
    /// May this recipient be added? Needs an answer; a positive one adds it to the envelope.
    CheckRecipient { recipient: Recipient },
    /// A body is about to come. Needs an answer: positive lets it in, anything else is said in place of 354.
    BeginBody { envelope: Envelope },
    /// The next bytes of the message, at most 64 KiB, without stuffing.
    Body(Vec<u8>),
    /// The body is complete. Needs an answer: the only place that leads to the 250 after end of data.
    EndBody {
        framing: Framing,
        /// Bare line feeds that became CRLF.
        bare_lf: u64,
        size: ByteCount,
    },
    /// The body that had begun is void; the session answers the client by itself.
    AbortBody { reason: BodyError },
    /// Write all output, then close. Nothing comes after it.
    Close { reason: CloseReason },
}
