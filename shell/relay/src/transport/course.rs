//! How one try with a next hop goes, noted while it goes: how long each part takes, and what was said when it failed.
//!
//! The parts follow each other without holes, so their sum is the time of the whole. Nothing here decides anything.

use super::connection::Results;
use bounce::Failure;
use model::{SourceName, Timestamp};
use smtp::{TranscriptLine, TranscriptSide};
use spool::{Phases, SaidLine, Speaker, Tried, TriedResult, Unanswered};
use tlspolicy::report::Fault;

/// Lines that are kept of a try that failed: the last ones, which say why.
const LINES_MAX: usize = 60;
/// Bytes of each.
const LINE_LEN_MAX: usize = 400;

/// What a try is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Connect,
    Greeting,
    Tls,
    Envelope,
    Data,
    End,
}

/// A try while it goes.
#[derive(Debug)]
pub(super) struct Course {
    began: Timestamp,
    part: Part,
    since: Timestamp,
    phases: Phases,
    reused: bool,
    /// Protocol and cipher.
    pub(super) tls: Option<String>,
    /// How the handshake went, or why there was none; nothing where none was wanted or it did not come to it.
    pub(super) tls_met: Option<Result<(), Fault>>,
    said: Vec<SaidLine>,
}

impl Course {
    /// A try that opens a connection.
    pub(super) fn begin(now: Timestamp) -> Self {
        let (phases, said) = (Phases::default(), Vec::new());
        let (tls, tls_met) = (None, None);
        Self { began: now, part: Part::Connect, since: now, phases, reused: false, tls, tls_met, said }
    }

    /// A try over an open connection.
    pub(super) fn reuse(now: Timestamp) -> Self {
        Self { part: Part::Envelope, reused: true, ..Self::begin(now) }
    }

    /// The part before ends; gives its time to it.
    pub(super) fn enter(&mut self, part: Part, now: Timestamp) {
        let passed = u32::try_from(now.since(self.since).as_millis()).unwrap_or(u32::MAX);
        let whole = match self.part {
            Part::Connect => &mut self.phases.connect,
            Part::Greeting => &mut self.phases.greeting,
            Part::Tls => &mut self.phases.tls,
            Part::Envelope => &mut self.phases.envelope,
            Part::Data => &mut self.phases.data,
            Part::End => &mut self.phases.end,
        };
        *whole = Some(whole.unwrap_or(0).saturating_add(passed));
        (self.part, self.since) = (part, now);
    }

    /// The try is over; what was said explains a failure.
    pub(super) fn end(&mut self, transcript: &[TranscriptLine], failed: bool, now: Timestamp) {
        self.enter(self.part, now);
        if !failed {
            return;
        }
        let began = self.began;
        self.said.extend(transcript.iter().map(|line| SaidLine {
            ms: (line.at.as_micros() - began.as_micros()) / 1_000,
            by: match line.side {
                TranscriptSide::Client => Speaker::Us,
                TranscriptSide::Server => Speaker::Them,
            },
            text: line.text[..line.text.floor_char_boundary(LINE_LEN_MAX)].to_owned(),
        }));
        let surplus = self.said.len().saturating_sub(LINES_MAX);
        self.said.drain(..surplus);
    }

    /// As the spool keeps it.
    pub(super) fn told(self, source: SourceName, host: String, results: &Results) -> Tried {
        let mut told: Vec<TriedResult> = Vec::new();
        for (recipient, stage, result) in results {
            let (taken, reply, unanswered) = match result {
                Ok(reply) => (true, reply.to_string(), None),
                Err(failure) => (false, failure.to_string(), unanswered(failure)),
            };
            let (stage, recipients) = (*stage, vec![*recipient]);
            note(&mut told, TriedResult { recipients, stage, taken, reply, unanswered });
        }
        let Self { phases, reused, tls, said, .. } = self;
        Tried { source, host, tls, reused, phases, results: told, said }
    }
}

/// Recipients with the same answer stand together.
fn note(told: &mut Vec<TriedResult>, result: TriedResult) {
    let is_same = |one: &&mut TriedResult| {
        (one.stage, one.taken, &one.reply) == (result.stage, result.taken, &result.reply)
    };
    match told.iter_mut().find(is_same) {
        Some(same) => same.recipients.extend(result.recipients),
        None => told.push(result),
    }
}

fn unanswered(failure: &Failure) -> Option<Unanswered> {
    match failure {
        Failure::Reply(_) => None,
        Failure::Connect(_) | Failure::Tls(_) | Failure::Lost(_) | Failure::Unknown(_) => {
            Some(Unanswered::Peer)
        }
        Failure::Resolve(_)
        | Failure::Nowhere(..)
        | Failure::Local(_)
        | Failure::Lacks(_)
        | Failure::Unsecured(_)
        | Failure::Unconvertible(_)
        | Failure::Withheld(_) => Some(Unanswered::Ours),
    }
}

#[cfg(test)]
mod tests;
