//! The server's side of one connection as a machine: bytes, answers and time in; output and actions out.
//!
//! It promises: whatever way bytes are cut, the conversation is the same; a chunk of BDAT is read to its last byte even when it is
//! refused, so commands and content are never mixed up; nothing said before the handshake is believed after it; and the 250 after
//! end of data is only ever what `answer` was given. It never judges a sender or a recipient, and it never reads on while
//! an action waits for its answer. A client that breaks the protocol is told so, and after too many errors let go.
//!
//! ```text
//!                    MAIL ok            RCPT ok (again and again)
//!   Idle -> CheckingMail -> Open <-> CheckingRecipient
//!    ^ ^                     | DATA, BDAT
//!    | |                     v              354
//!    | |                 Beginning -------------> Data ---- CRLF.CRLF ----> Ending -+
//!    | |                     | BDAT                 | content failed: 55x           |
//!    | |                     v      BDAT            |                               |
//!    | +--- RSET, EHLO --- Chunks <------> Chunk ---+---- LAST ---------> Ending -+ |
//!    |                       any state with a refused BDAT: Skipping, then back   | |
//!    +------------- answer: the only 250 after end of data -----------------------+-+
//!
//!   Idle -- AUTH --> LoggingIn (a line or two) --> CheckingLogin -- answer --> Idle
//!   Idle, Open, Chunks -- STARTTLS --> Securing -- handshake --> Idle       any -- QUIT, fault, end --> Closed
//! ```
//!
//! A shell writes the output before it hands in more bytes: input that comes while a reply to EHLO or DATA is still in
//! the output was sent too early, and ends the session (RFC 2920 §3.1).

mod action;
mod bodies;
mod commands;
mod config;
mod line;
mod login;
mod pace;
mod replies;
mod state;

pub use action::{BodyError, CloseReason, Credentials, Framing, PeerCertificate, ServerAction, TlsInfo};
pub use config::{BareLf, ServerConfig, ServerLimits};

use core::mem;
use line::LineReader;
use model::{Reply, Timestamp};
use pace::Pace;
use state::State;
use std::collections::VecDeque;
use std::sync::Arc;

/// Bytes kept while an answer is awaited. A shell that heeds `wants_bytes` stays far below it.
const INPUT_LEN_MAX: usize = 256 << 10;

/// One inbound connection.
#[derive(Debug)]
pub struct ServerSession {
    config: Arc<ServerConfig>,
    state: State,
    helo: Option<String>,
    is_esmtp: bool,
    tls: Option<TlsInfo>,
    /// Who logged in.
    login: Option<String>,
    login_failures: u32,
    line: LineReader,
    /// Bytes that came while an answer was awaited, from `input_start` on.
    input: Vec<u8>,
    input_start: usize,
    output: Vec<u8>,
    /// The output holds a reply for which the client has to wait before it goes on.
    is_barred: bool,
    actions: VecDeque<ServerAction>,
    errors: u32,
    /// Commands that brought nothing since the last sender was taken.
    empty: u32,
    /// When a sender was taken or a body answered last; at first, when the session began.
    fruitful: Timestamp,
    is_stopping: bool,
    peer_has_ended: bool,
    pace: Pace,
    now: Timestamp,
}

impl ServerSession {
    /// A session whose banner is in `take_output`.
    #[must_use]
    pub fn new(config: Arc<ServerConfig>, now: Timestamp) -> Self {
        let mut session = Self {
            state: State::Idle,
            helo: None,
            is_esmtp: false,
            tls: None,
            login: None,
            login_failures: 0,
            line: LineReader::new(config.limits.command_len_max),
            input: Vec::new(),
            input_start: 0,
            output: Vec::new(),
            is_barred: true,
            actions: VecDeque::new(),
            errors: 0,
            empty: 0,
            fruitful: now,
            is_stopping: false,
            peer_has_ended: false,
            pace: Pace::new(now),
            now,
            config,
        };
        session.say(&replies::banner(&session.config.hostname));
        session
    }

    /// Bytes from the client, at most 64 KiB at a time. What cannot be read yet is kept.
    pub fn handle_bytes(&mut self, bytes: &[u8], now: Timestamp) {
        self.now = now;
        self.pace.bytes(bytes.len(), now);
        if self.input.is_empty() {
            let used = self.advance(bytes);
            self.keep(&bytes[used..]);
        } else {
            self.keep(bytes);
            self.resume();
        }
    }

    /// Whether the shell should read on: false while an action waits for its answer.
    #[must_use]
    pub fn wants_bytes(&self) -> bool {
        !self.state.awaits_answer() && !matches!(self.state, State::Closed)
    }

    /// The handshake is done. Everything said before it is forgotten (RFC 3207 §4.2).
    pub fn handle_tls_started(&mut self, tls: TlsInfo, now: Timestamp) {
        if !matches!(self.state, State::Securing) {
            debug_assert!(matches!(self.state, State::Closed), "a handshake nobody asked for");
            return;
        }
        self.now = now;
        self.pace.turn(now);
        self.state = State::Idle;
        self.line = LineReader::new(self.config.limits.command_len_max);
        self.output.clear();
        self.is_barred = false;
        self.tls = Some(tls);
        self.resume();
    }

    /// The client closed its side. An answer that is still awaited may come; then the session closes.
    pub fn handle_end(&mut self, now: Timestamp) {
        self.now = now;
        self.peer_has_ended = true;
        self.resume();
    }

    /// The moment of `poll_timeout` has come; earlier calls do nothing.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.now = now;
        if now >= self.poll_timeout() {
            self.say(&replies::timed_out(&self.config.hostname));
            self.close(CloseReason::TimedOut);
        }
    }

    /// When to call `handle_timeout`. While an answer is awaited the wait is the shell's, and so is its deadline.
    #[must_use]
    pub fn poll_timeout(&self) -> Timestamp {
        if self.state.awaits_answer() || matches!(self.state, State::Closed) {
            return Timestamp::from_micros(i64::MAX);
        }
        let deadline = self.pace.deadline(self.state.is_reading_body(), &self.config.limits);
        if matches!(self.state, State::Idle | State::LoggingIn(_)) {
            return deadline.min(self.fruitful + self.config.limits.fruitless);
        }
        deadline
    }

    /// The next thing to do.
    pub fn poll_action(&mut self) -> Option<ServerAction> {
        self.actions.pop_front()
    }

    /// The answer to the action that waits for one: what the client is told, in these words.
    pub fn answer(&mut self, answer: Reply, now: Timestamp) {
        self.now = now;
        self.pace.turn(now);
        self.handle_answer(&answer);
        self.resume();
    }

    /// What is to be written; the client is taken to have it from now on.
    pub fn take_output(&mut self) -> Vec<u8> {
        self.is_barred = false;
        mem::take(&mut self.output)
    }

    /// The name that the client gave itself with EHLO or HELO.
    #[must_use]
    pub fn helo(&self) -> Option<&str> {
        self.helo.as_deref()
    }

    /// What TLS brought, once it has started.
    #[must_use]
    pub fn tls(&self) -> Option<&TlsInfo> {
        self.tls.as_ref()
    }

    /// The user who logged in, if one did.
    #[must_use]
    pub fn login(&self) -> Option<&str> {
        self.login.as_deref()
    }

    /// Whether the client said EHLO rather than HELO.
    #[must_use]
    pub fn is_esmtp(&self) -> bool {
        self.is_esmtp
    }

    /// 421 4.3.2 at the next command boundary; an open transaction may end first.
    pub fn shut_down(&mut self, now: Timestamp) {
        self.now = now;
        self.is_stopping = true;
        self.stop_if_idle();
    }

    /// Reads on from what was kept.
    fn resume(&mut self) {
        let input = mem::take(&mut self.input);
        let used = self.advance(&input[self.input_start..]);
        self.input = input;
        self.input_start += used;
        if self.input_start == self.input.len() {
            self.input = Vec::new();
            self.input_start = 0;
        }
        self.stop_if_idle();
        if self.peer_has_ended && self.wants_bytes() {
            self.close(CloseReason::PeerGone);
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.input.len() - self.input_start + bytes.len() > INPUT_LEN_MAX {
            return self.close(CloseReason::Overflow);
        }
        if self.input_start > self.input.len() / 2 {
            self.input.drain(..self.input_start);
            self.input_start = 0;
        }
        self.input.extend_from_slice(bytes);
    }

    /// Reads as far as the state allows; gives the number of bytes that are done with.
    fn advance(&mut self, bytes: &[u8]) -> usize {
        let mut used = 0;
        while used < bytes.len() && !self.state.awaits_answer() {
            self.stop_if_idle();
            if self.is_barred && !matches!(self.state, State::Closed | State::Securing) {
                self.say(&replies::synchronisation());
                self.close(CloseReason::Synchronisation);
            }
            used += self.step(&bytes[used..]);
        }
        used
    }

    /// One step in the present state.
    fn step(&mut self, bytes: &[u8]) -> usize {
        match &mut self.state {
            State::Idle | State::LoggingIn(_) | State::Open(_) | State::Chunks(_) => {
                let (used, line) = self.line.read(bytes);
                if let Some(line) = line {
                    self.pace.turn(self.now);
                    self.handle_line(line);
                }
                used
            }
            State::Data { .. } => self.read_data(bytes),
            State::Chunk { .. } => self.read_chunk(bytes),
            State::Skipping { .. } => self.skip(bytes),
            // Bytes before the handshake were not protected by it, and bytes after the close are nobody's.
            State::Securing | State::Closed => bytes.len(),
            State::CheckingLogin(_)
            | State::CheckingMail(_)
            | State::CheckingRecipient(..)
            | State::Beginning(_)
            | State::Ending => 0,
        }
    }

    fn say(&mut self, reply: &Reply) {
        if !matches!(self.state, State::Closed) {
            crate::write_reply(reply, &mut self.output);
        }
    }

    /// An error of protocol: said and counted.
    fn refuse(&mut self, reply: &Reply) {
        self.say(reply);
        self.errors += 1;
        if self.errors >= self.config.limits.errors_max {
            self.say(&replies::too_many_errors(&self.config.hostname));
            self.close(CloseReason::TooManyErrors);
        }
    }

    /// A command that is fine and brings nothing: said and counted, for NOOP alone would keep a session open.
    fn answer_empty(&mut self, reply: &Reply) {
        self.say(reply);
        self.empty += 1;
        if self.empty >= self.config.limits.empty_max {
            self.say(&replies::too_many_empty(&self.config.hostname));
            self.close(CloseReason::TooManyErrors);
        }
    }

    fn stop_if_idle(&mut self) {
        if self.is_stopping && matches!(self.state, State::Idle) {
            self.say(&replies::shutting_down(&self.config.hostname));
            self.close(CloseReason::ShuttingDown);
        }
    }

    /// Ends the session once; a body that had begun is void.
    fn close(&mut self, reason: CloseReason) {
        if matches!(self.state, State::Closed) {
            return;
        }
        self.abort_body(replies::body_error(reason));
        self.state = State::Closed;
        self.actions.push_back(ServerAction::Close { reason });
    }
}
