//! What a listener says about the sessions on it: its name, what it takes, and where patience ends.
//!
//! The defaults are the figures of the house's decided details; a listener overrides what its operator wrote.

use model::{ByteCount, Duration};

/// What happens to a line feed without a carriage return inside DATA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BareLf {
    /// It becomes CRLF and is counted.
    #[default]
    Normalise,
    /// The message is refused after the final dot.
    Refuse,
}

/// Bounds of one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerLimits {
    /// Longest silence, between commands and inside a body (RFC 5321 §4.5.3.2.7).
    pub idle: Duration,
    /// Longest time without a transaction, whatever is said meanwhile: from the begin, the last sender taken or the last answer to a body.
    pub fruitless: Duration,
    /// NOOP, VRFY, HELP and RSET without a sender taken in between, then 421.
    pub empty_max: u32,
    /// Errors of protocol without an accepted message in between, then 421.
    pub errors_max: u32,
    /// Failed logins of one session, then 421.
    pub logins_max: u32,
    /// Bytes of a command line with its CRLF.
    pub command_len_max: usize,
    /// Bytes of a line of a body with its line end.
    pub body_line_len_max: usize,
    /// Bytes a second that a body must bring on average once `idle` is used up.
    pub data_rate_min: u64,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(300),
            fruitless: Duration::from_secs(600),
            empty_max: 100,
            errors_max: 20,
            logins_max: 3,
            command_len_max: 2_048,
            body_line_len_max: 1 << 20,
            data_rate_min: 500,
        }
    }
}

/// One listener's settings, shared by its sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerConfig {
    /// Said in the banner and after EHLO; completes `<postmaster>`.
    pub hostname: String,
    /// Announced with SIZE and enforced.
    pub size_max: ByteCount,
    pub bare_lf: BareLf,
    /// Recipients of one transaction; above it 452 4.5.3.
    pub recipients_max: usize,
    /// Whether STARTTLS is offered.
    pub starttls: bool,
    /// Whether AUTH is offered, under TLS only. Default: no.
    pub auth: bool,
    pub limits: ServerLimits,
}

impl ServerConfig {
    /// The defaults under this host name.
    #[must_use]
    pub fn new(hostname: impl Into<String>) -> Self {
        Self {
            hostname: hostname.into(),
            size_max: ByteCount(150 << 20),
            bare_lf: BareLf::default(),
            recipients_max: 1_000,
            starttls: true,
            auth: false,
            limits: ServerLimits::default(),
        }
    }
}
