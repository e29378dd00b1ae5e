//! What each command does in each state, and what each answer leads to.

use super::line::Line;
use super::replies;
use super::state::{Chunk, Chunked, Opening, State};
use super::{BodyError, CloseReason, ServerAction, ServerSession};
use crate::{Command, CommandError, ForwardPath, PathSide, parse_command};
use core::mem;
use model::{Envelope, Notify, Recipient, Reply, ReplyClass};

impl ServerSession {
    pub(super) fn handle_line(&mut self, line: Line) {
        if matches!(self.state, State::LoggingIn(_)) {
            return self.go_on_logging_in(line);
        }
        let command = match line {
            Line::Whole(line) => parse_command(&line),
            Line::BareLf => Err(CommandError::BareLineEnd),
            Line::TooLong => Err(CommandError::TooLong),
        };
        match command {
            Ok(command) => self.handle_command(command),
            Err(error) => self.refuse_line(&error),
        }
    }

    fn refuse_line(&mut self, error: &CommandError) {
        match error {
            CommandError::NotSmtp => {
                self.say(&error.reply());
                self.close(CloseReason::NotSmtp);
            }
            CommandError::BdatSize => {
                self.say(&error.reply());
                self.close(CloseReason::BadChunk);
            }
            CommandError::Nul
            | CommandError::BareLineEnd
            | CommandError::TooLong
            | CommandError::Unknown
            | CommandError::NotImplemented
            | CommandError::Syntax(_)
            | CommandError::Path(_)
            | CommandError::NotUtf8
            | CommandError::NeedsSmtpUtf8
            | CommandError::UnknownParameter(_)
            | CommandError::Parameter(_) => self.refuse(&error.reply()),
        }
    }

    fn handle_command(&mut self, command: Command) {
        match command {
            Command::Helo(name) => self.greet(name, false),
            Command::Ehlo(name) => self.greet(name, true),
            Command::Mail(envelope) => self.mail(envelope),
            Command::Rcpt { path, notify, orcpt } => self.rcpt(path, notify, orcpt),
            Command::Data => self.data(),
            Command::Bdat { size, last } => self.bdat(Chunk { size, last }),
            Command::Rset => {
                self.abandon_transaction();
                self.answer_empty(&replies::done());
            }
            Command::Noop => self.answer_empty(&replies::done()),
            Command::Vrfy => self.answer_empty(&replies::cannot_verify()),
            Command::Help => self.answer_empty(&replies::help()),
            Command::Quit => {
                self.say(&replies::bye(&self.config.hostname));
                self.close(CloseReason::Quit);
            }
            Command::StartTls => self.start_tls(),
            Command::Auth { mechanism, initial } => self.log_in(&mechanism, initial),
        }
    }

    /// RFC 5321 §4.1.4: EHLO also takes an open transaction back.
    fn greet(&mut self, name: String, is_esmtp: bool) {
        self.abandon_transaction();
        self.helo = Some(name);
        self.is_esmtp = is_esmtp;
        let offers_tls = self.config.starttls && self.tls.is_none();
        let reply = if is_esmtp {
            replies::ehlo(&self.config, offers_tls, self.tls.is_some())
        } else {
            replies::helo(&self.config.hostname)
        };
        self.say(&reply);
        self.is_barred = true;
    }

    fn mail(&mut self, envelope: Box<Envelope>) {
        if self.helo.is_none() {
            return self.refuse(&replies::out_of_order("EHLO comes first"));
        }
        if !matches!(self.state, State::Idle) {
            return self.refuse(&replies::out_of_order("a transaction is open, RSET ends it"));
        }
        if envelope.require_tls && self.tls.is_none() {
            return self.refuse(&replies::tls_first());
        }
        if envelope.size.is_some_and(|size| size > self.config.size_max) {
            // RFC 1870 §6.1. Not an error of protocol: a well-behaved client asks in this way.
            return self.say(&replies::too_large(self.config.size_max.0));
        }
        self.actions.push_back(ServerAction::CheckMail { envelope: (*envelope).clone() });
        self.state = State::CheckingMail(envelope);
    }

    fn rcpt(&mut self, path: ForwardPath, notify: Option<Notify>, orcpt: Option<String>) {
        let State::Open(envelope) = &self.state else {
            let has_begun = matches!(self.state, State::Chunks(_));
            let expected = if has_begun { "the message has begun, RSET ends it" } else { "MAIL comes first" };
            return self.refuse(&replies::out_of_order(expected));
        };
        let address = match path {
            ForwardPath::Mailbox(address) => Some(address),
            ForwardPath::Postmaster(word) => format!("{word}@{}", self.config.hostname).parse().ok(),
        };
        let Some(address) = address else {
            return self.refuse(&CommandError::Path(PathSide::Forward).reply());
        };
        let beyond_ascii = address.needs_smtputf8() || orcpt.as_ref().is_some_and(|text| !text.is_ascii());
        if beyond_ascii && !envelope.smtputf8 {
            return self.refuse(&CommandError::NeedsSmtpUtf8.reply());
        }
        if envelope.recipients.len() >= self.config.recipients_max {
            return self.say(&replies::too_many_recipients());
        }
        let recipient = Recipient { address, notify, orcpt };
        self.actions.push_back(ServerAction::CheckRecipient { recipient: recipient.clone() });
        if let State::Open(envelope) = mem::replace(&mut self.state, State::Idle) {
            self.state = State::CheckingRecipient(envelope, Box::new(recipient));
        }
    }

    fn data(&mut self) {
        match self.why_no_body() {
            Some(reply) => {
                self.refuse(&reply);
                // RFC 2920 §3.1: DATA is the last command of a group. A client that sends its body all the same must not
                // have it read as commands.
                self.is_barred = true;
            }
            None => self.begin_body(Opening::Data),
        }
    }

    fn bdat(&mut self, chunk: Chunk) {
        if let State::Chunks(_) = self.state {
            return self.start_chunk(chunk);
        }
        match self.why_no_body() {
            Some(reply) => self.start_skipping(chunk.size, reply),
            None => self.begin_body(Opening::Bdat(chunk)),
        }
    }

    /// Why a body cannot begin here.
    fn why_no_body(&self) -> Option<Reply> {
        if let State::Open(envelope) = &self.state {
            return envelope.recipients.is_empty().then(replies::no_recipients);
        }
        let has_begun = matches!(self.state, State::Chunks(_));
        let expected = if has_begun { "the message has begun with BDAT" } else { "MAIL and RCPT come first" };
        Some(replies::out_of_order(expected))
    }

    fn begin_body(&mut self, opening: Opening) {
        if let State::Open(envelope) = mem::replace(&mut self.state, State::Beginning(opening)) {
            self.actions.push_back(ServerAction::BeginBody { envelope: *envelope });
        }
    }

    fn start_tls(&mut self) {
        if self.tls.is_some() {
            return self.refuse(&replies::out_of_order("TLS is in use already"));
        }
        if !self.config.starttls {
            return self.refuse(&replies::not_offered());
        }
        self.abandon_transaction();
        self.say(&replies::start_tls());
        self.helo = None;
        self.is_esmtp = false;
        self.state = State::Securing;
        self.actions.push_back(ServerAction::StartTls);
    }

    fn abandon_transaction(&mut self) {
        self.abort_body(BodyError::Reset);
        // A body that was refused after a long time, for example: the next message gets its time.
        if matches!(self.state, State::Open(_) | State::Chunks(_)) {
            self.fruitful = self.now;
        }
        self.state = State::Idle;
    }

    /// Carries the shell's answer into the state that waits for it.
    pub(super) fn handle_answer(&mut self, answer: &Reply) {
        match mem::replace(&mut self.state, State::Idle) {
            State::CheckingLogin(user) => self.end_login(user, answer),
            State::CheckingMail(envelope) => {
                self.say(answer);
                if answer.is_positive() {
                    self.fruitful = self.now;
                    self.empty = 0;
                    self.state = State::Open(envelope);
                }
            }
            State::CheckingRecipient(mut envelope, recipient) => {
                self.say(answer);
                if answer.is_positive() {
                    envelope.recipients.push(*recipient);
                }
                self.state = State::Open(envelope);
            }
            State::Beginning(Opening::Data) if lets_in(answer) => self.start_data(),
            State::Beginning(Opening::Data) => {
                self.say(answer);
                self.is_barred = true;
            }
            // Nothing is read after 421, so it is not put off to the end of the chunk.
            State::Beginning(Opening::Bdat(_)) if answer.code.0 == 421 => self.say(answer),
            State::Beginning(Opening::Bdat(chunk)) => {
                self.state = State::Chunks(self.chunked(answer));
                self.start_chunk(chunk);
            }
            State::Ending => {
                self.say(answer);
                self.fruitful = self.now;
                if answer.is_positive() {
                    self.errors = 0;
                }
            }
            // The session was closed while the shell was still thinking.
            State::Closed => self.state = State::Closed,
            state @ (State::Idle
            | State::LoggingIn(_)
            | State::Open(_)
            | State::Data { .. }
            | State::Chunks(_)
            | State::Chunk { .. }
            | State::Skipping { .. }
            | State::Securing) => {
                debug_assert!(false, "an answer that nobody waits for");
                self.state = state;
            }
        }
        if answer.code.0 == 421 {
            self.close(CloseReason::Answered);
        }
    }

    fn chunked(&self, answer: &Reply) -> Chunked {
        if lets_in(answer) {
            Chunked::Taking(Box::new(self.new_content()))
        } else {
            Chunked::Refused(answer.clone())
        }
    }
}

/// A shell may answer BeginBody with 250 or with 354: what is said to the client is the session's own in both forms.
fn lets_in(answer: &Reply) -> bool {
    matches!(answer.class(), ReplyClass::Positive | ReplyClass::Intermediate)
}
