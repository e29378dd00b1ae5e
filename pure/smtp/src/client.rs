//! The client's side of one connection as a machine: several transactions one after another, one result per recipient.
//!
//! It promises: the end of a message leaves only in `end_body`, and only for a recipient that was accepted; a connection lost
//! after that is `Unknown` and never taken for a refusal or a delivery; the body's bytes go out unchanged where CHUNKING is offered,
//! and otherwise with nothing changed but line ends and stuffing. It never decides what a failure means, and it never waits without
//! a limit (RFC 5321 §4.5.3.2).
//!
//! Before Ready credentials may be said (`auth`).
//!
//! ```text
//!   Banner -> Ehlo -> StartTls -> Securing -> Ehlo -> Ready -> Envelope -> Body -> Ready
//!               |  (refused 500/502)                   ^          |          |
//!               +-> Helo ------------------------------+          |          | a chunk refused
//!                                                      +- Resetting <--------+
//!                                                      |          | DATA, 354, but nobody accepted
//!                                                      +-- EmptyBody
//!   any -- 421, loss, time, unreadable reply --> Closed          Ready -- quit --> Quitting --> Closed
//! ```

mod auth;
mod capabilities;
mod config;
mod content;
mod envelope;
mod event;
mod limits;
mod opening;
mod transaction;
mod transcript;

pub use auth::EncodedCredentials;
pub use capabilities::Capabilities;
pub use config::{ClientConfig, ClientTimeouts, ClientTls};
pub use event::{
    ClientEvent, ClientFailure, Extension, RecipientOutcome, RecipientResult, TranscriptLine, TranscriptSide,
};
pub use limits::HostLimits;

use crate::ReplyReader;
use auth::Said;
use content::Sending;
use core::mem;
use model::{Duration, Reply, Stage, Timestamp};
use std::collections::VecDeque;
use transaction::Transaction;
use transcript::Transcript;

/// One outbound connection.
#[derive(Debug)]
pub struct ClientSession {
    config: ClientConfig,
    state: State,
    offered: Capabilities,
    is_secured: bool,
    has_refused_chunking: bool,
    replies: ReplyReader,
    output: Vec<u8>,
    events: VecDeque<ClientEvent>,
    transcript: Transcript,
    deadline: Timestamp,
    now: Timestamp,
}

#[derive(Debug)]
enum State {
    Banner,
    Ehlo,
    Helo,
    /// The reply to STARTTLS is awaited.
    StartTls,
    /// The shell does the handshake.
    Securing,
    /// Credentials are being said.
    Proving(Said),
    Ready,
    /// Replies to MAIL, RCPT and DATA are awaited.
    Envelope(Transaction),
    /// The message is being sent, or its last reply awaited.
    Body(Transaction, Sending),
    /// A lone dot was sent after a 354 that came although nobody was accepted (RFC 2920 §3.1).
    EmptyBody(Transaction),
    Resetting,
    Quitting,
    Closed,
}

impl ClientSession {
    /// A session that waits for the banner.
    #[must_use]
    pub fn new(config: ClientConfig, now: Timestamp) -> Self {
        Self {
            state: State::Banner,
            offered: Capabilities::default(),
            is_secured: config.tls == ClientTls::Implicit,
            has_refused_chunking: false,
            replies: ReplyReader::new(),
            output: Vec::new(),
            events: VecDeque::new(),
            transcript: Transcript::default(),
            deadline: now + config.timeouts.banner,
            now,
            config,
        }
    }

    /// Bytes from the server.
    pub fn handle_bytes(&mut self, bytes: &[u8], now: Timestamp) {
        self.now = now;
        let mut bytes = bytes;
        while !matches!(self.state, State::Closed) {
            if matches!(self.state, State::Securing) && (!bytes.is_empty() || self.replies.has_rest()) {
                // CVE-2021-38502 and its kin: what was sent in clear must not be read as if it had been protected.
                return self.fail(ClientFailure::PlaintextInjected);
            }
            match self.replies.push(bytes) {
                Ok(Some(reply)) => {
                    let lines = self.replies.take_raw();
                    self.transcript.received(&lines, now);
                    self.handle_reply(reply);
                }
                Ok(None) => return,
                Err(error) => return self.fail(ClientFailure::BadReply(error)),
            }
            bytes = &[];
        }
    }

    /// The handshake is done: the server is asked again what it offers (RFC 3207 §4.2).
    pub fn handle_tls_started(&mut self, now: Timestamp) {
        self.now = now;
        if matches!(self.state, State::Securing) {
            self.is_secured = true;
            self.replies = ReplyReader::new();
            self.say_ehlo();
        }
    }

    /// The handshake failed; the connection is of no use any more. Where policy allows, the shell connects anew in clear.
    pub fn handle_tls_failed(&mut self, reason: String, now: Timestamp) {
        self.now = now;
        self.fail(ClientFailure::TlsFailed(reason));
    }

    /// The server closed, or the connection broke.
    pub fn handle_end(&mut self, now: Timestamp) {
        self.now = now;
        self.fail(ClientFailure::Lost);
    }

    /// The moment of `poll_timeout` has come; earlier calls do nothing.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.now = now;
        if now < self.poll_timeout() {
            return;
        }
        if matches!(self.state, State::Ready) {
            return self.quit(now);
        }
        self.fail(ClientFailure::TimedOut);
    }

    /// When to call `handle_timeout`.
    #[must_use]
    pub fn poll_timeout(&self) -> Timestamp {
        if matches!(self.state, State::Closed) { Timestamp::from_micros(i64::MAX) } else { self.deadline }
    }

    /// What is to be written.
    pub fn take_output(&mut self) -> Vec<u8> {
        mem::take(&mut self.output)
    }

    /// Bytes that wait to be written: above a mark of its own the shell stops calling `send_body`.
    #[must_use]
    pub fn output_len(&self) -> usize {
        let held = if let State::Body(_, sending) = &self.state { sending.held_len() } else { 0 };
        self.output.len() + held
    }

    /// Whether `begin` may be called.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready)
    }

    /// What the server offers, as of its last reply to EHLO.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        &self.offered
    }

    /// Whether the server offered CHUNKING and then did not know BDAT: nothing was delivered, and by DATA it may be.
    #[must_use]
    pub fn has_refused_chunking(&self) -> bool {
        self.has_refused_chunking
    }

    /// What happened next.
    pub fn poll_event(&mut self) -> Option<ClientEvent> {
        self.events.pop_front()
    }

    /// Says QUIT if nothing is under way; closes at once if the opening is not over.
    pub fn quit(&mut self, now: Timestamp) {
        self.now = now;
        match self.state {
            State::Ready | State::Resetting | State::Ehlo | State::Helo => {
                self.command("QUIT");
                self.wait(self.config.timeouts.quit);
                self.state = State::Quitting;
            }
            State::Banner | State::StartTls | State::Securing | State::Proving(_) => self.close(),
            State::Envelope(_) | State::Body(..) | State::EmptyBody(_) | State::Quitting | State::Closed => {}
        }
    }

    /// What was said: the connection's opening and the newest transaction, without any body.
    #[must_use]
    pub fn transcript(&self) -> &[TranscriptLine] {
        self.transcript.lines()
    }

    fn handle_reply(&mut self, reply: Reply) {
        match mem::replace(&mut self.state, State::Closed) {
            State::Banner => self.handle_banner(reply),
            State::Ehlo => self.handle_ehlo(reply),
            State::Helo => self.handle_helo(reply),
            State::StartTls => self.handle_start_tls(reply),
            State::Proving(said) => self.handle_auth(said, reply),
            State::Envelope(transaction) => self.handle_envelope_reply(transaction, reply),
            State::Body(transaction, sending) => self.handle_body_reply(transaction, sending, reply),
            State::EmptyBody(transaction) if reply.code.0 == 421 => {
                self.fail_transaction(transaction, ClientFailure::ServiceClosed(reply));
            }
            State::EmptyBody(transaction) => self.finish(transaction, false),
            State::Resetting if reply.is_positive() => self.become_ready(),
            // Nothing was asked in Ready: the server says goodbye, or replies no longer fit their commands.
            State::Ready | State::Resetting | State::Quitting | State::Securing => self.close(),
            State::Closed => {}
        }
    }

    /// The connection is over, whatever was under way.
    fn fail(&mut self, failure: ClientFailure) {
        match mem::replace(&mut self.state, State::Closed) {
            State::Banner => self.fail_opening(Stage::Banner, failure),
            State::Ehlo | State::Helo | State::Proving(_) => self.fail_opening(Stage::Ehlo, failure),
            State::StartTls | State::Securing => self.fail_opening(Stage::Tls, failure),
            State::Envelope(transaction) | State::EmptyBody(transaction) => {
                self.fail_transaction(transaction, failure);
            }
            State::Body(mut transaction, sending) => {
                if let Some(refusal) = sending.into_refusal() {
                    transaction.decide_rest(Stage::Data, &RecipientOutcome::Refused(refusal));
                }
                self.fail_transaction(transaction, failure);
            }
            State::Ready | State::Resetting | State::Quitting => self.events.push_back(ClientEvent::Closed),
            State::Closed => {}
        }
    }

    /// Reports what is decided and what is not, and ends the connection.
    fn fail_transaction(&mut self, transaction: Transaction, failure: ClientFailure) {
        let recipients = transaction.results_after(&failure);
        self.events.push_back(ClientEvent::TransactionDone { recipients });
        self.close();
    }

    fn close(&mut self) {
        self.state = State::Closed;
        self.events.push_back(ClientEvent::Closed);
    }

    fn become_ready(&mut self) {
        self.state = State::Ready;
        self.wait(self.config.timeouts.unused);
        self.events.push_back(ClientEvent::Ready);
    }

    fn wait(&mut self, span: Duration) {
        self.deadline = self.now + span;
    }

    /// A line of which the transcript shows something else.
    fn secret_command(&mut self, line: &str, shown: &str) {
        self.transcript.sent(shown, self.now);
        self.output.extend(crate::reply::without_line_ends(line.as_bytes()));
        self.output.extend_from_slice(b"\r\n");
    }

    /// Writes one command line. Whatever an old record may hold, it stays one line.
    fn command(&mut self, line: &str) {
        self.transcript.sent(line, self.now);
        self.output.extend(crate::reply::without_line_ends(line.as_bytes()));
        self.output.extend_from_slice(b"\r\n");
    }
}
