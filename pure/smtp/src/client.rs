//! skeleton
mod capabilities;
mod config;
mod event;

pub use capabilities::Capabilities;
pub use config::{ClientConfig, ClientTimeouts, ClientTls};
pub use event::{
    ClientEvent, ClientFailure, Extension, RecipientOutcome, RecipientResult, TranscriptLine, TranscriptSide,
};

use model::{Envelope, Timestamp};

/// One outbound connection.
#[derive(Debug)]
pub struct ClientSession {
    config: ClientConfig,
    offered: Capabilities,
    now: Timestamp,
}

impl ClientSession {
    /// A session that waits for the banner.
    #[must_use]
    pub fn new(config: ClientConfig, now: Timestamp) -> Self {
        Self { config, offered: Capabilities::default(), now }
    }
    /// Bytes from the server.
    pub fn handle_bytes(&mut self, _bytes: &[u8], now: Timestamp) {
        self.now = now;
    }
    /// The handshake is done.
    pub fn handle_tls_started(&mut self, now: Timestamp) {
        self.now = now;
    }
    /// The handshake failed; the connection is of no use any more.
    pub fn handle_tls_failed(&mut self, _reason: String, now: Timestamp) {
        self.now = now;
    }
    /// The server closed, or the connection broke.
    pub fn handle_end(&mut self, now: Timestamp) {
        self.now = now;
    }
    /// The moment of `poll_timeout` has come.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.now = now;
    }
    /// When to call `handle_timeout`.
    #[must_use]
    pub fn poll_timeout(&self) -> Timestamp {
        self.now + self.config.timeouts.banner
    }
    /// What is to be written.
    pub fn take_output(&mut self) -> Vec<u8> {
        Vec::new()
    }
    /// Bytes that wait to be written.
    #[must_use]
    pub fn output_len(&self) -> usize {
        0
    }
    /// Whether `begin` may be called.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        false
    }
    /// What the server offers.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        &self.offered
    }
    /// Starts a transaction; `size` is the message's.
    pub fn begin(&mut self, _envelope: &Envelope, _size: u64, now: Timestamp) {
        self.now = now;
    }
    /// What happened next.
    pub fn poll_event(&mut self) -> Option<ClientEvent> {
        None
    }
    /// The next bytes of the message.
    pub fn send_body(&mut self, _chunk: &[u8], now: Timestamp) {
        self.now = now;
    }
    /// The message is complete: lets its end out. Record the attempt first.
    pub fn end_body(&mut self, now: Timestamp) {
        self.now = now;
    }
    /// Says QUIT when nothing is under way.
    pub fn quit(&mut self, now: Timestamp) {
        self.now = now;
    }
    /// What was said: the connection's opening and the newest transaction, without body.
    #[must_use]
    pub fn transcript(&self) -> &[TranscriptLine] {
        &[]
    }
}
