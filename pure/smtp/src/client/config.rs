//! How a client session introduces itself, what it asks of TLS, and how long it waits at each step.

use super::EncodedCredentials;
use model::Duration;

/// Whether STARTTLS is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientTls {
    Never,
    /// Where it is offered; in clear where it is not, or where the server declines it.
    #[default]
    Opportunistic,
    /// Without it nothing is sent.
    Required,
    /// It was there from the first byte (RFC 8314 §3.3): the shell has done the handshake before the session.
    Implicit,
}

/// The waits of RFC 5321 §4.5.3.2; those for EHLO, RSET and STARTTLS are not named there and follow MAIL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientTimeouts {
    pub banner: Duration,
    /// EHLO, STARTTLS, RSET and the handshake.
    pub command: Duration,
    pub mail: Duration,
    pub recipient: Duration,
    /// The reply to DATA.
    pub data: Duration,
    /// Between two blocks of the body.
    pub block: Duration,
    /// The reply to the final dot or the last chunk.
    pub end_of_data: Duration,
    pub quit: Duration,
    /// How long an open connection may wait for its next transaction.
    pub unused: Duration,
}

impl Default for ClientTimeouts {
    fn default() -> Self {
        Self {
            banner: Duration::from_secs(300),
            command: Duration::from_secs(300),
            mail: Duration::from_secs(300),
            recipient: Duration::from_secs(300),
            data: Duration::from_secs(120),
            block: Duration::from_secs(180),
            end_of_data: Duration::from_secs(600),
            quit: Duration::from_secs(10),
            unused: Duration::from_secs(300),
        }
    }
}

/// One connection's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientConfig {
    /// The source's own name, said in EHLO.
    pub ehlo: String,
    pub tls: ClientTls,
    pub timeouts: ClientTimeouts,
    /// Whether BDAT is said where CHUNKING is offered.
    pub chunking: bool,
    /// Said before the first transaction, over TLS only; without them nothing is said.
    pub credentials: Option<EncodedCredentials>,
}

impl ClientConfig {
    /// The default waits under this name.
    #[must_use]
    pub fn new(ehlo: impl Into<String>, tls: ClientTls) -> Self {
        Self {
            ehlo: ehlo.into(),
            tls,
            timeouts: ClientTimeouts::default(),
            chunking: true,
            credentials: None,
        }
    }
}
