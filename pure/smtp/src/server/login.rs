//! AUTH with PLAIN (RFC 4616) and LOGIN, as far as a user's name and password.
//!
//! Offered and taken under TLS only, so that no password is read from a wire that others read. A password is handed to the shell and
//! forgotten; a failure counts as an error of protocol, and after a few of them the session ends. What a client sends behind AUTH
//! before it has the answer ends the session too: RFC 4954 §4 makes AUTH the last command of a group.

use super::line::Line;
use super::replies;
use super::state::State;
use super::{CloseReason, Credentials, ServerAction, ServerSession};
use crate::base64;
use core::mem;
use model::Reply;

/// Which line is awaited.
#[derive(Debug)]
pub(super) enum Exchange {
    /// The one response of PLAIN.
    Plain,
    LoginUser,
    LoginPassword(String),
}

/// What one response leads to.
enum Step {
    Ask(Exchange),
    Check(Credentials),
}

/// `Username:` and `Password:`, as every client of LOGIN expects them.
const USERNAME: &str = "VXNlcm5hbWU6";
const PASSWORD: &str = "UGFzc3dvcmQ6";
/// RFC 4616 §2: bytes of a name and of a password.
const WORD_LEN_MAX: usize = 255;

impl ServerSession {
    pub(super) fn log_in(&mut self, mechanism: &str, initial: Option<Vec<u8>>) {
        if !self.config.auth {
            return self.refuse(&replies::not_offered());
        }
        if self.tls.is_none() {
            return self.refuse(&replies::needs_tls());
        }
        if self.helo.is_none() || self.login.is_some() || !matches!(self.state, State::Idle) {
            let expected = "AUTH comes once, behind EHLO and before MAIL";
            return self.refuse(&replies::out_of_order(expected));
        }
        let exchange = match mechanism {
            "PLAIN" => Exchange::Plain,
            "LOGIN" => Exchange::LoginUser,
            _ => return self.refuse(&replies::unknown_mechanism()),
        };
        match initial {
            // RFC 4954 §4: a first response of no bytes is written as `=`.
            Some(response) if response == b"=" => self.respond(exchange, b""),
            Some(response) => self.respond(exchange, &response),
            None => self.ask(exchange),
        }
    }

    /// A line that is a response and no command.
    pub(super) fn go_on_logging_in(&mut self, line: Line) {
        let State::LoggingIn(exchange) = mem::replace(&mut self.state, State::Idle) else { return };
        match line {
            Line::Whole(response) if response == b"*" => self.refuse(&replies::login_cancelled()),
            Line::Whole(response) => self.respond(exchange, &response),
            Line::BareLf => self.refuse(&replies::login_unreadable()),
            Line::TooLong => self.refuse(&replies::login_line_too_long()),
        }
    }

    fn respond(&mut self, exchange: Exchange, response: &[u8]) {
        match step(exchange, response) {
            Some(Step::Ask(exchange)) => self.ask(exchange),
            Some(Step::Check(credentials)) => {
                self.state = State::CheckingLogin(credentials.user.clone());
                self.actions.push_back(ServerAction::CheckLogin { credentials });
            }
            None => self.refuse(&replies::login_unreadable()),
        }
    }

    fn ask(&mut self, exchange: Exchange) {
        self.say(&replies::challenge(match exchange {
            Exchange::Plain => "",
            Exchange::LoginUser => USERNAME,
            Exchange::LoginPassword(_) => PASSWORD,
        }));
        self.is_barred = true;
        self.state = State::LoggingIn(exchange);
    }

    pub(super) fn end_login(&mut self, user: String, answer: &Reply) {
        self.is_barred = true;
        if answer.is_positive() {
            self.say(answer);
            self.login = Some(user);
            return;
        }
        self.refuse(answer);
        self.login_failures += 1;
        if self.login_failures >= self.config.limits.logins_max {
            self.say(&replies::too_many_logins(&self.config.hostname));
            self.close(CloseReason::TooManyErrors);
        }
    }
}

fn step(exchange: Exchange, response: &[u8]) -> Option<Step> {
    let bytes = base64::decode(response)?;
    match exchange {
        Exchange::Plain => plain(&bytes).map(Step::Check),
        Exchange::LoginUser => Some(Step::Ask(Exchange::LoginPassword(word(&bytes)?))),
        Exchange::LoginPassword(user) => Some(Step::Check(Credentials { user, password: word(&bytes)? })),
    }
}

/// RFC 4616 §2: `[authzid] NUL authcid NUL passwd`. Nobody acts for somebody else here.
fn plain(bytes: &[u8]) -> Option<Credentials> {
    let mut words = bytes.split(|byte| *byte == 0);
    let (acts_for, user, password, more) = (words.next()?, words.next()?, words.next()?, words.next());
    let is_itself = acts_for.is_empty() || acts_for == user;
    if !is_itself || more.is_some() {
        return None;
    }
    Some(Credentials { user: word(user)?, password: word(password)? })
}

fn word(bytes: &[u8]) -> Option<String> {
    let good = (1..=WORD_LEN_MAX).contains(&bytes.len()) && !bytes.contains(&0);
    good.then(|| String::from_utf8(bytes.to_vec()).ok()).flatten()
}
