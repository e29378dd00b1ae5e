//! AUTH as a client says it (RFC 4954): PLAIN in one line (RFC 4616), else LOGIN in three.
//!
//! It is never said in clear, whatever the server offers. The transcript shows that something was said and not what.

use super::{ClientFailure, ClientSession, Extension, State};
use core::fmt;
use model::{Reply, Stage};

/// What proves who we are; each text is base64 already, without line ends.
#[derive(Clone, PartialEq, Eq)]
pub struct EncodedCredentials {
    /// NUL, user, NUL, password.
    pub plain: String,
    pub user: String,
    pub password: String,
}

impl fmt::Debug for EncodedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncodedCredentials(..)")
    }
}

/// What was said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Login,
    User,
    /// With PLAIN's only line, or LOGIN's last one.
    All,
}

impl ClientSession {
    /// Begins where credentials are wanted; else the session is open.
    pub(super) fn prove(&mut self) {
        let Some(credentials) = self.config.credentials.clone() else { return self.open() };
        if !self.is_secured {
            return self.fail_opening(Stage::Tls, ClientFailure::NotOffered(Extension::StartTls));
        }
        let (line, said) = if self.offered.auth_plain {
            (format!("AUTH PLAIN {}", credentials.plain), Said::All)
        } else if self.offered.auth_login {
            ("AUTH LOGIN".to_owned(), Said::Login)
        } else {
            return self.fail_opening(Stage::Ehlo, ClientFailure::NotOffered(Extension::Auth));
        };
        self.say(&line, said);
    }

    pub(super) fn handle_auth(&mut self, said: Said, reply: Reply) {
        let Some(credentials) = self.config.credentials.clone() else { return self.open() };
        match (said, reply.code.0) {
            (Said::Login, 334) => self.say(&credentials.user, Said::User),
            (Said::User, 334) => self.say(&credentials.password, Said::All),
            (Said::All, 235) => self.open(),
            (Said::Login | Said::User | Said::All, 421) => {
                self.fail_opening(Stage::Ehlo, ClientFailure::ServiceClosed(reply));
            }
            (Said::Login | Said::User | Said::All, 400..) => {
                self.fail_opening(Stage::Ehlo, ClientFailure::Refused(reply));
            }
            (Said::Login | Said::User | Said::All, _) => {
                self.fail_opening(Stage::Ehlo, ClientFailure::UnexpectedReply(reply));
            }
        }
    }

    fn say(&mut self, line: &str, said: Said) {
        self.secret_command(line, "(credentials)");
        self.wait(self.config.timeouts.command);
        self.state = State::Proving(said);
    }
}
