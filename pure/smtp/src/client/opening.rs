//! From the banner to the first transaction: EHLO, its fall-back, and TLS as the policy wants it.

use super::{Capabilities, ClientEvent, ClientFailure, ClientSession, ClientTls, Extension, State};
use model::{Reply, Stage};

impl ClientSession {
    pub(super) fn handle_banner(&mut self, reply: Reply) {
        if reply.is_positive() {
            self.say_ehlo();
        } else {
            self.fail_opening(Stage::Banner, of_reply(reply));
        }
    }

    pub(super) fn say_ehlo(&mut self) {
        self.command(&format!("EHLO {}", self.config.ehlo));
        self.wait(self.config.timeouts.command);
        self.state = State::Ehlo;
    }

    pub(super) fn handle_ehlo(&mut self, reply: Reply) {
        if reply.is_positive() {
            self.offered = Capabilities::of(&reply);
            self.offered.chunking &= self.config.chunking;
            self.choose_tls();
        } else if matches!(reply.code.0, 500 | 502) {
            // RFC 5321 §3.2: a server that does not know the command; any other refusal is meant.
            self.command(&format!("HELO {}", self.config.ehlo));
            self.wait(self.config.timeouts.command);
            self.state = State::Helo;
        } else {
            self.fail_opening(Stage::Ehlo, of_reply(reply));
        }
    }

    pub(super) fn handle_helo(&mut self, reply: Reply) {
        if reply.is_positive() {
            self.offered = Capabilities::default();
            self.choose_tls();
        } else {
            self.fail_opening(Stage::Ehlo, of_reply(reply));
        }
    }

    fn choose_tls(&mut self) {
        let wanted = self.config.tls != ClientTls::Never && !self.is_secured;
        if wanted && self.offered.starttls {
            self.command("STARTTLS");
            self.wait(self.config.timeouts.command);
            self.state = State::StartTls;
        } else if wanted && self.config.tls == ClientTls::Required {
            self.fail_opening(Stage::Tls, ClientFailure::NotOffered(Extension::StartTls));
        } else {
            self.prove();
        }
    }

    pub(super) fn handle_start_tls(&mut self, reply: Reply) {
        if reply.is_positive() {
            self.wait(self.config.timeouts.command);
            self.state = State::Securing;
            self.events.push_back(ClientEvent::StartTls);
        } else if self.config.tls == ClientTls::Required || reply.code.0 == 421 {
            self.fail_opening(Stage::Tls, of_reply(reply));
        } else {
            self.prove();
        }
    }

    pub(super) fn open(&mut self) {
        self.transcript.end_opening();
        self.become_ready();
    }

    pub(super) fn fail_opening(&mut self, stage: Stage, failure: ClientFailure) {
        self.events.push_back(ClientEvent::ConnectionFailed { stage, failure });
        self.close();
    }
}

/// A negative reply as a failure of the connection.
fn of_reply(reply: Reply) -> ClientFailure {
    match reply.code.0 {
        421 => ClientFailure::ServiceClosed(reply),
        400.. => ClientFailure::Refused(reply),
        _ => ClientFailure::UnexpectedReply(reply),
    }
}
