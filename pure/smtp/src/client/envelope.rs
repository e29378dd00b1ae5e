//! MAIL, RCPT and DATA: all at once where PIPELINING is offered, one by one where it is not.
//!
//! With CHUNKING there is no DATA. A reply is matched to its command by order alone (RFC 2920 §3.1), so every reply is
//! awaited even when the first has decided all.

use super::content::Sending;
use super::transaction::{Step, Transaction};
use super::{ClientEvent, ClientFailure, ClientSession, Extension, RecipientOutcome, RecipientResult, State};
use crate::command::{needs_smtputf8, write_mail, write_recipient};
use core::mem;
use model::{BodyType, Envelope, Reply, ReplyClass, Stage, Timestamp};
use std::collections::VecDeque;

impl ClientSession {
    /// Starts a transaction; `size` is the message's, as far as it is known. Without `is_ready` all recipients fail.
    pub fn begin(&mut self, envelope: &Envelope, size: u64, now: Timestamp) {
        self.now = now;
        let count = envelope.recipients.len();
        if !self.is_ready() {
            return self.decline(count, ClientFailure::Lost);
        }
        if let Some(extension) = self.missing(envelope) {
            self.decline(count, ClientFailure::NotOffered(extension));
            return self.events.push_back(ClientEvent::Ready);
        }
        let mut unsent = VecDeque::from([(Step::Mail, write_mail(envelope, size, &self.offered))]);
        let recipients = envelope.recipients.iter().enumerate();
        unsent.extend(
            recipients.map(|(place, to)| (Step::Recipient(place), write_recipient(to, &self.offered))),
        );
        if !self.offered.chunking {
            unsent.push_back((Step::Data, "DATA".to_owned()));
        }
        self.transcript.begin_transaction();
        self.send_envelope(Transaction::new(count, unsent));
    }

    /// An extension without which the message cannot be sent as it is.
    fn missing(&self, envelope: &Envelope) -> Option<Extension> {
        let offered = &self.offered;
        if needs_smtputf8(envelope) && !offered.smtputf8 {
            return Some(Extension::SmtpUtf8);
        }
        // RFC 8689 §4.2.1. Whether the certificate proves the host is the shell's to know.
        if envelope.must_keep_tls() && !(self.is_secured && offered.requiretls) {
            return Some(Extension::RequireTls);
        }
        match envelope.body {
            BodyType::EightBitMime if !offered.eightbitmime => Some(Extension::EightBitMime),
            BodyType::BinaryMime if !(offered.binarymime && offered.chunking) => Some(Extension::BinaryMime),
            BodyType::SevenBit | BodyType::EightBitMime | BodyType::BinaryMime => None,
        }
    }

    fn decline(&mut self, count: usize, failure: ClientFailure) {
        let result = RecipientResult { stage: Stage::Mail, outcome: RecipientOutcome::Failed(failure) };
        self.events.push_back(ClientEvent::TransactionDone { recipients: vec![result; count] });
    }

    /// Writes as many commands as may be written now, then waits for a reply or goes on to the body.
    fn send_envelope(&mut self, mut transaction: Transaction) {
        let is_all_at_once = self.offered.pipelining;
        while is_all_at_once || transaction.awaited.is_empty() {
            let Some((step, line)) = transaction.unsent.pop_front() else { break };
            if step == Step::Data && !is_all_at_once && !transaction.has_granted() {
                break;
            }
            self.command(&line);
            transaction.awaited.push_back(step);
        }
        match transaction.awaited.front().copied() {
            Some(step) => {
                transaction.stage = step.stage();
                self.wait_for(step);
                self.state = State::Envelope(transaction);
            }
            None => self.end_envelope(transaction),
        }
    }

    fn wait_for(&mut self, step: Step) {
        let timeouts = &self.config.timeouts;
        self.wait(match step {
            Step::Mail => timeouts.mail,
            Step::Recipient(_) => timeouts.recipient,
            Step::Data => timeouts.data,
        });
    }

    pub(super) fn handle_envelope_reply(&mut self, mut transaction: Transaction, reply: Reply) {
        let Some(step) = transaction.awaited.pop_front() else {
            return self.fail_transaction(transaction, ClientFailure::UnexpectedReply(reply));
        };
        let is_goodbye = reply.code.0 == 421;
        let fits = match reply.class() {
            ReplyClass::Positive => step != Step::Data,
            ReplyClass::Intermediate => step == Step::Data,
            ReplyClass::Transient | ReplyClass::Permanent => true,
        };
        if !fits {
            return self.fail_transaction(transaction, ClientFailure::UnexpectedReply(reply));
        }
        note_reply(&mut transaction, step, reply.clone());
        if is_goodbye {
            return self.fail_transaction(transaction, ClientFailure::ServiceClosed(reply));
        }
        self.send_envelope(transaction);
    }

    /// All replies are in: to the body, or to the end.
    fn end_envelope(&mut self, mut transaction: Transaction) {
        let may_send = match &transaction.data_reply {
            Some(reply) => reply.class() == ReplyClass::Intermediate,
            None => self.offered.chunking,
        };
        transaction.stage = Stage::Data;
        match (transaction.has_granted(), may_send) {
            (true, true) => {
                self.wait(self.config.timeouts.block);
                self.events.push_back(ClientEvent::SendBody);
                let sending = Sending::new(&self.offered);
                self.state = State::Body(transaction, sending);
            }
            (false, true) if transaction.data_reply.is_some() => {
                self.command(".");
                self.wait(self.config.timeouts.end_of_data);
                self.state = State::EmptyBody(transaction);
            }
            _ => {
                let needs_reset = transaction.is_mail_granted;
                self.finish(transaction, needs_reset);
            }
        }
    }

    /// Reports a transaction after which the connection can be used again.
    pub(super) fn finish(&mut self, transaction: Transaction, needs_reset: bool) {
        self.events.push_back(ClientEvent::TransactionDone { recipients: transaction.results() });
        if needs_reset {
            self.command("RSET");
            self.wait(self.config.timeouts.command);
            self.state = State::Resetting;
        } else {
            self.become_ready();
        }
    }
}

/// Enters one reply into the book.
fn note_reply(transaction: &mut Transaction, step: Step, reply: Reply) {
    let is_positive = reply.is_positive();
    match step {
        Step::Mail if is_positive => transaction.is_mail_granted = true,
        Step::Mail => {
            transaction.decide_rest(Stage::Mail, &RecipientOutcome::Refused(reply));
            mem::take(&mut transaction.unsent);
        }
        Step::Recipient(place) if is_positive => transaction.grant(place),
        Step::Recipient(place) => transaction.refuse(place, Stage::Rcpt, reply),
        Step::Data => {
            if reply.class() != ReplyClass::Intermediate {
                transaction.decide_rest(Stage::Data, &RecipientOutcome::Refused(reply.clone()));
            }
            transaction.data_reply = Some(reply);
        }
    }
}
