//! skeleton
mod action;
mod config;

pub use action::{BodyError, CloseReason, Framing, ServerAction, TlsInfo};
pub use config::{BareLf, ServerConfig, ServerLimits};

use model::{Reply, Timestamp};
use std::sync::Arc;

/// One inbound connection.
#[derive(Debug)]
pub struct ServerSession {
    config: Arc<ServerConfig>,
    helo: Option<String>,
    tls: Option<TlsInfo>,
    now: Timestamp,
}

impl ServerSession {
    /// A session whose banner is in `take_output`.
    #[must_use]
    pub fn new(config: Arc<ServerConfig>, now: Timestamp) -> Self {
        Self { config, helo: None, tls: None, now }
    }
    /// Bytes from the client, at most 64 KiB.
    pub fn handle_bytes(&mut self, _bytes: &[u8], now: Timestamp) {
        self.now = now;
    }
    /// Whether the shell should read on: false while an action is unanswered.
    #[must_use]
    pub fn wants_bytes(&self) -> bool {
        true
    }
    /// The handshake is done; everything said before it is forgotten.
    pub fn handle_tls_started(&mut self, tls: TlsInfo, now: Timestamp) {
        self.tls = Some(tls);
        self.now = now;
    }
    /// The client closed its side.
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
        self.now + self.config.limits.idle
    }
    /// The next thing to do.
    pub fn poll_action(&mut self) -> Option<ServerAction> {
        None
    }
    /// The answer to the action that asked for one.
    pub fn answer(&mut self, _answer: Reply, now: Timestamp) {
        self.now = now;
    }
    /// What is to be written.
    pub fn take_output(&mut self) -> Vec<u8> {
        Vec::new()
    }
    /// The name that the client gave itself.
    #[must_use]
    pub fn helo(&self) -> Option<&str> {
        self.helo.as_deref()
    }
    /// What TLS brought.
    #[must_use]
    pub fn tls(&self) -> Option<&TlsInfo> {
        self.tls.as_ref()
    }
    /// Whether the client said EHLO.
    #[must_use]
    pub fn is_esmtp(&self) -> bool {
        false
    }
    /// 421 4.3.2 at the next command boundary; an open transaction may end first.
    pub fn shut_down(&mut self, now: Timestamp) {
        self.now = now;
    }
}
