//! What never entered the spool, told to whoever keeps the history: one event for each refusal.
//!
//! Told through a bounded channel without waiting. When it is full the event is dropped and counted: a flood of refusals costs history, never
//! mail.

use crate::accept::Caller;
use model::{ListenerName, Metrics, ReversePath, Timestamp};
use serde::Serialize;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Refusals that may wait to be read.
const WAITING_MAX: usize = 1_000;

/// How far a refused session had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedAt {
    /// In place of the banner.
    Connect,
    /// AUTH.
    Login,
    Mail,
    Rcpt,
    /// At DATA, during the body, or at its end.
    Data,
}

/// One refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedSession {
    #[serde(skip)]
    pub at: Timestamp,
    pub stage: RefusedAt,
    pub peer: IpAddr,
    pub listener: ListenerName,
    pub helo: String,
    /// Protocol and cipher, if the session was encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_from: Option<String>,
    /// Of a refused RCPT: that one; of a refused body: all that were taken.
    pub recipients: Vec<String>,
    /// What the peer was told, or why there was nobody to tell.
    pub reply: String,
}

/// The telling side, shared by all sessions of a node.
#[derive(Debug, Clone)]
pub struct Refusals {
    way: Option<mpsc::Sender<RefusedSession>>,
    metrics: Arc<Metrics>,
}

impl Refusals {
    /// Both ends of the channel.
    #[must_use]
    pub fn channel(metrics: Arc<Metrics>) -> (Self, mpsc::Receiver<RefusedSession>) {
        let (way, told) = mpsc::channel(WAITING_MAX);
        (Self { way: Some(way), metrics }, told)
    }

    /// Nobody listens.
    #[must_use]
    pub fn untold(metrics: Arc<Metrics>) -> Self {
        Self { way: None, metrics }
    }

    pub(crate) fn tell(&self, refused: impl FnOnce() -> RefusedSession) {
        let Some(way) = &self.way else { return };
        match way.try_reserve() {
            Ok(place) => place.send(refused()),
            Err(_) => self.metrics.ledger_refusals_dropped.add_one(),
        }
    }
}

impl RefusedSession {
    pub(crate) fn new(caller: &Caller, stage: RefusedAt, reply: String, at: Timestamp) -> Self {
        Self {
            at,
            stage,
            peer: caller.peer,
            listener: caller.listener.clone(),
            helo: caller.helo.clone(),
            tls: caller.tls.as_ref().map(|tls| format!("{} {}", tls.protocol, tls.cipher)),
            mail_from: None,
            recipients: Vec::new(),
            reply,
        }
    }

    pub(crate) fn of(mut self, mail_from: Option<&ReversePath>, recipients: Vec<String>) -> Self {
        let shown = |path: &ReversePath| path.mailbox().map_or_else(|| "<>".to_owned(), ToString::to_string);
        self.mail_from = mail_from.map(shown);
        self.recipients = recipients;
        self
    }
}

#[cfg(test)]
mod tests;
