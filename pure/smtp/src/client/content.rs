//! The message leaves: as chunks of BDAT where CHUNKING is offered, else stuffed behind DATA.
//!
//! The newest chunk of BDAT is kept back until the next one or the end is known, so that the last chunk can be marked and
//! nothing that completes a message leaves before `end_body`. Small pieces are put together: each chunk costs a reply. A server that does not
//! know BDAT although CHUNKING was offered takes the bytes behind it for commands, so nothing more is said on that connection.

use super::transaction::Transaction;
use super::{Capabilities, ClientEvent, ClientFailure, ClientSession, RecipientOutcome, State};
use crate::body::DataWriter;
use core::mem;
use model::{Reply, ReplyClass, Stage, Timestamp};
use std::collections::VecDeque;

/// Pieces are put together to chunks of at most this size; larger ones leave as they come.
const CHUNK_LEN: usize = 64 << 10;

/// The form in which a body leaves.
#[derive(Debug)]
pub(super) enum Sending {
    Data(DataWriter),
    Chunks(Chunks),
}

#[derive(Debug)]
pub(super) struct Chunks {
    /// The newest chunk, and those that wait for the reply to an earlier one.
    unsent: VecDeque<Vec<u8>>,
    /// Chunks whose replies are awaited; true for the last one.
    awaited: VecDeque<bool>,
    may_pipeline: bool,
    is_complete: bool,
    /// A chunk was taken.
    is_known: bool,
    /// The first refusal of a chunk: it decides, whatever follows.
    refusal: Option<Reply>,
}

impl Sending {
    pub(super) fn new(offered: &Capabilities) -> Self {
        if !offered.chunking {
            return Self::Data(DataWriter::new());
        }
        Self::Chunks(Chunks {
            unsent: VecDeque::new(),
            awaited: VecDeque::new(),
            may_pipeline: offered.pipelining,
            is_complete: false,
            is_known: false,
            refusal: None,
        })
    }

    /// The refusal of a part, which stands even if the connection ends before the rest is answered.
    pub(super) fn into_refusal(self) -> Option<Reply> {
        match self {
            Self::Data(_) => None,
            Self::Chunks(chunks) => chunks.refusal,
        }
    }

    pub(super) fn held_len(&self) -> usize {
        match self {
            Self::Data(_) => 0,
            Self::Chunks(chunks) => chunks.unsent.iter().map(Vec::len).sum(),
        }
    }
}

impl Chunks {
    /// Adds a piece to the newest chunk, or behind it.
    fn add(&mut self, piece: &[u8]) {
        match self.unsent.back_mut().filter(|newest| newest.len() + piece.len() <= CHUNK_LEN) {
            Some(newest) => newest.extend_from_slice(piece),
            None => self.unsent.push_back(piece.to_vec()),
        }
    }

    /// The next chunk that may leave, and whether it is the last one.
    fn next(&mut self) -> Option<(Vec<u8>, bool)> {
        if !self.may_pipeline && !self.awaited.is_empty() {
            return None;
        }
        let is_last = self.is_complete && self.unsent.len() == 1;
        if self.unsent.len() < 2 && !is_last {
            return None;
        }
        let chunk = self.unsent.pop_front()?;
        self.awaited.push_back(is_last);
        Some((chunk, is_last))
    }
}

impl ClientSession {
    /// The next bytes of the message, after `SendBody`. Ignored once the transaction is decided.
    pub fn send_body(&mut self, chunk: &[u8], now: Timestamp) {
        self.now = now;
        if chunk.is_empty() {
            return;
        }
        let State::Body(transaction, sending) = &mut self.state else { return };
        if transaction.end_has_left {
            return;
        }
        match sending {
            Sending::Data(writer) => writer.write(chunk, &mut self.output),
            Sending::Chunks(chunks) if chunks.is_complete || chunks.refusal.is_some() => return,
            Sending::Chunks(chunks) => chunks.add(chunk),
        }
        self.wait(self.config.timeouts.block);
        self.send_chunks();
    }

    /// The message is complete: lets its end out. Record the attempt first.
    pub fn end_body(&mut self, now: Timestamp) {
        self.now = now;
        let State::Body(transaction, sending) = &mut self.state else { return };
        if transaction.end_has_left {
            return;
        }
        match sending {
            Sending::Data(writer) => {
                mem::replace(writer, DataWriter::new()).finish(&mut self.output);
                self.transcript.sent(".", now);
                self.note_end();
            }
            Sending::Chunks(chunks) if chunks.is_complete || chunks.refusal.is_some() => {}
            Sending::Chunks(chunks) => {
                chunks.is_complete = true;
                if chunks.unsent.is_empty() {
                    chunks.unsent.push_back(Vec::new());
                }
                self.send_chunks();
            }
        }
    }

    fn send_chunks(&mut self) {
        while let State::Body(_, Sending::Chunks(chunks)) = &mut self.state {
            let Some((chunk, is_last)) = chunks.next() else { return };
            let last = if is_last { " LAST" } else { "" };
            self.command(&format!("BDAT {}{last}", chunk.len()));
            self.output.extend_from_slice(&chunk);
            if is_last {
                return self.note_end();
            }
        }
    }

    /// The end is in the output: from here on a silence means that nobody knows.
    fn note_end(&mut self) {
        if let State::Body(transaction, _) = &mut self.state {
            transaction.end_has_left = true;
            transaction.stage = Stage::EndOfData;
        }
        self.wait(self.config.timeouts.end_of_data);
        self.events.push_back(ClientEvent::FinalDotSent);
    }

    pub(super) fn handle_body_reply(&mut self, mut transaction: Transaction, sending: Sending, reply: Reply) {
        match sending {
            Sending::Data(_) if transaction.end_has_left => self.conclude(transaction, reply),
            Sending::Chunks(chunks) if !chunks.awaited.is_empty() => {
                self.handle_chunk_reply(transaction, chunks, reply)
            }
            // Said although nothing was asked: the server gives up on the message and will not stay in step.
            Sending::Data(_) | Sending::Chunks(_) => {
                if is_refusal(&reply) {
                    transaction.decide_rest(Stage::Data, &RecipientOutcome::Refused(reply.clone()));
                }
                self.fail_transaction(transaction, ClientFailure::UnexpectedReply(reply));
            }
        }
    }

    fn handle_chunk_reply(&mut self, mut transaction: Transaction, mut chunks: Chunks, reply: Reply) {
        let was_last = chunks.awaited.pop_front().unwrap_or_default();
        if matches!(reply.code.0, 500 | 502) && !chunks.is_known && chunks.refusal.is_none() {
            self.has_refused_chunking = true;
            transaction.decide_rest(Stage::Data, &RecipientOutcome::Refused(reply.clone()));
            return self.fail_transaction(transaction, ClientFailure::Refused(reply));
        }
        chunks.is_known |= reply.is_positive();
        if was_last {
            return match chunks.refusal {
                // A server that takes the end after it refused a part has not got the message.
                Some(refusal) => self.refuse_body(transaction, refusal, false),
                None => self.conclude(transaction, reply),
            };
        }
        if reply.code.0 == 421 {
            transaction.decide_rest(Stage::Data, &RecipientOutcome::Refused(reply.clone()));
            return self.fail_transaction(transaction, ClientFailure::ServiceClosed(reply));
        }
        if reply.class() == ReplyClass::Intermediate {
            return self.fail_transaction(transaction, ClientFailure::UnexpectedReply(reply));
        }
        if is_refusal(&reply) && chunks.refusal.is_none() {
            chunks.unsent.clear();
            chunks.refusal = Some(reply);
        }
        match chunks.refusal.take_if(|_| chunks.awaited.is_empty()) {
            Some(refusal) => self.refuse_body(transaction, refusal, true),
            None => {
                if !transaction.end_has_left {
                    self.wait(self.config.timeouts.block);
                }
                self.state = State::Body(transaction, Sending::Chunks(chunks));
                self.send_chunks();
            }
        }
    }

    fn refuse_body(&mut self, mut transaction: Transaction, refusal: Reply, needs_reset: bool) {
        transaction.decide_rest(Stage::Data, &RecipientOutcome::Refused(refusal));
        self.finish(transaction, needs_reset);
    }

    /// The reply to the end of the message decides for all that were accepted.
    fn conclude(&mut self, mut transaction: Transaction, reply: Reply) {
        let outcome = match reply.class() {
            ReplyClass::Positive => RecipientOutcome::Accepted(reply.clone()),
            ReplyClass::Transient | ReplyClass::Permanent => RecipientOutcome::Refused(reply.clone()),
            ReplyClass::Intermediate => {
                return self.fail_transaction(transaction, ClientFailure::UnexpectedReply(reply));
            }
        };
        transaction.decide_rest(Stage::EndOfData, &outcome);
        if reply.code.0 == 421 {
            return self.fail_transaction(transaction, ClientFailure::ServiceClosed(reply));
        }
        self.finish(transaction, false);
    }
}

fn is_refusal(reply: &Reply) -> bool {
    matches!(reply.class(), ReplyClass::Transient | ReplyClass::Permanent)
}
