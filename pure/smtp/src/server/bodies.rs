//! Reading a body: DATA to its end, chunks of BDAT to their last byte, refused chunks past it.
//!
//! A fault in a body is told to the shell at once and to the client at the end, when it listens again.

use super::state::{Chunk, Chunked, State};
use super::{BodyError, CloseReason, Framing, ServerAction, ServerSession, replies};
use crate::body::{Content, DataReader};
use core::mem;
use model::{ByteCount, Reply};
use std::collections::VecDeque;

impl ServerSession {
    pub(super) fn new_content(&self) -> Content {
        Content::new(&self.config)
    }

    pub(super) fn start_data(&mut self) {
        self.say(&replies::start_data());
        self.is_barred = true;
        self.pace.turn(self.now);
        let reader = DataReader::new(self.config.bare_lf);
        self.state = State::Data { reader, content: Box::new(self.new_content()) };
    }

    pub(super) fn read_data(&mut self, bytes: &[u8]) -> usize {
        let State::Data { reader, content } = &mut self.state else { return 0 };
        let was_void = content.failure().is_some();
        let progress = reader.read(bytes, content);
        if progress.ended {
            content.finish();
        }
        give_out(content, was_void, &mut self.actions);
        // Asked first, so that it does not matter whether the end came in the same read.
        if content.is_hopeless_with(0) {
            self.say(&replies::too_large(self.config.size_max.0));
            self.close(CloseReason::TooLarge);
        } else if progress.ended {
            self.end_data();
        }
        progress.used
    }

    fn end_data(&mut self) {
        let State::Data { reader, content } = mem::replace(&mut self.state, State::Idle) else { return };
        self.pace.turn(self.now);
        match content.failure() {
            Some(reason) => self.say(&replies::body_refused(reason, &self.config)),
            None => self.end_body(Framing::Data, reader.bare_lf(), content.size()),
        }
    }

    fn end_body(&mut self, framing: Framing, bare_lf: u64, size: u64) {
        self.state = State::Ending;
        self.actions.push_back(ServerAction::EndBody { framing, bare_lf, size: ByteCount(size) });
    }

    /// Goes from between two chunks into one.
    pub(super) fn start_chunk(&mut self, chunk: Chunk) {
        let State::Chunks(to) = mem::replace(&mut self.state, State::Idle) else { return };
        self.pace.turn(self.now);
        let is_hopeless = match &to {
            Chunked::Taking(content) => content.is_hopeless_with(chunk.size),
            Chunked::Refused(_) => self.is_hopeless(chunk.size),
        };
        self.state = State::Chunk { left: chunk.size, chunk, to };
        if is_hopeless {
            self.say(&replies::too_large(self.config.size_max.0));
            self.close(CloseReason::TooLarge);
        } else if chunk.size == 0 {
            self.end_chunk();
        }
    }

    pub(super) fn read_chunk(&mut self, bytes: &[u8]) -> usize {
        let State::Chunk { left, to, .. } = &mut self.state else { return 0 };
        let used = take(left, bytes);
        let is_complete = *left == 0;
        if let Chunked::Taking(content) = to {
            content.push(&bytes[..used]);
            give_out(content, false, &mut self.actions);
            if let Some(reason) = content.failure() {
                *to = Chunked::Refused(replies::body_refused(reason, &self.config));
            }
        }
        if is_complete {
            self.end_chunk();
        }
        used
    }

    fn end_chunk(&mut self) {
        let State::Chunk { chunk, to, .. } = mem::replace(&mut self.state, State::Idle) else { return };
        self.pace.turn(self.now);
        match to {
            Chunked::Refused(reply) => {
                self.say(&reply);
                if !chunk.last {
                    self.state = State::Chunks(Chunked::Refused(reply));
                }
            }
            Chunked::Taking(mut content) if chunk.last => {
                content.finish();
                give_out(&mut content, false, &mut self.actions);
                self.end_body(Framing::Bdat, 0, content.size());
            }
            Chunked::Taking(content) => {
                self.say(&replies::chunk_taken(chunk.size));
                self.state = State::Chunks(Chunked::Taking(content));
            }
        }
    }

    /// Reads a chunk that came out of order, so that the next command is found behind it.
    pub(super) fn start_skipping(&mut self, size: u64, reply: Reply) {
        if self.is_hopeless(size) {
            self.say(&reply);
            return self.close(CloseReason::TooLarge);
        }
        let then = Box::new(mem::replace(&mut self.state, State::Idle));
        self.state = State::Skipping { left: size, reply, then };
        if size == 0 {
            self.end_skipping();
        }
    }

    pub(super) fn skip(&mut self, bytes: &[u8]) -> usize {
        let State::Skipping { left, .. } = &mut self.state else { return 0 };
        let used = take(left, bytes);
        if *left == 0 {
            self.end_skipping();
        }
        used
    }

    fn end_skipping(&mut self) {
        if let State::Skipping { reply, then, .. } = mem::replace(&mut self.state, State::Idle) {
            self.state = *then;
            self.pace.turn(self.now);
            self.refuse(&reply);
        }
    }

    /// Whether a chunk is so large that reading past it is not worth the connection.
    fn is_hopeless(&self, size: u64) -> bool {
        size > self.config.size_max.0.saturating_mul(2)
    }

    /// Tells the shell that its open body is void, if it has one.
    pub(super) fn abort_body(&mut self, reason: BodyError) {
        if self.state.has_open_body() {
            self.actions.push_back(ServerAction::AbortBody { reason });
        }
    }
}

/// Takes what belongs to the chunk.
fn take(left: &mut u64, bytes: &[u8]) -> usize {
    let used = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
    *left -= used as u64;
    used
}

/// Hands chunks to the shell, and a failure once.
fn give_out(content: &mut Content, was_void: bool, actions: &mut VecDeque<ServerAction>) {
    actions.extend(content.take_full().into_iter().map(ServerAction::Body));
    if let (false, Some(reason)) = (was_void, content.failure()) {
        actions.push_back(ServerAction::AbortBody { reason });
    }
}
