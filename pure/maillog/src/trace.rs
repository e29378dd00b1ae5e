//! Our own ledger as `signpost trace --json` prints it: one document with a story for each message.
//!
//! The document is cut into its stories while it comes in. They lie in it one after the other though they happened side by side, so their events
//! are kept until its end and told in the order of time. Kinds and fields are those of `docs/formats/ledger-v1.md`; what is not about a
//! delivery is passed over.

use crate::event::{Attempt, Event, Happening, Outcome};
use crate::reader::Read;
use crate::remote::{has_code, host_and_address};
use core::net::IpAddr;
use model::{Final, Stage, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Depth at which the objects of the lists `stories` and `gaps` begin: document, list, object.
const OBJECT_DEPTH: usize = 3;
/// A trace of some ten thousand messages.
const DOCUMENT_BYTES_MAX: usize = 64 << 20;

/// A document that comes in.
#[derive(Debug, Default)]
pub(crate) struct Document {
    cutter: Cutter,
    bytes: usize,
    events: Vec<Kept>,
}

/// An event that waits for its turn.
#[derive(Debug)]
struct Kept {
    at: Timestamp,
    id: String,
    what: Happening<'static>,
}

impl Document {
    /// The next line, without its end.
    pub(crate) fn push(&mut self, line: &[u8]) -> Result<Read, String> {
        self.bytes = self.bytes.saturating_add(line.len());
        if self.bytes > DOCUMENT_BYTES_MAX {
            return Err(
                "is in a trace of over 64 MiB; ask for it in parts, by --since and --until".to_owned()
            );
        }
        let (mut read, mut outcome) = (Read::Nothing, Ok(()));
        let events = &mut self.events;
        self.cutter.push(line, |object| {
            read = Read::Events;
            let done = read_object(object, events);
            if outcome.is_ok() {
                outcome = done;
            }
        });
        outcome.map(|()| read)
    }

    /// Tells what was kept.
    pub(crate) fn end(mut self, take: &mut dyn FnMut(Event<'_>)) {
        // Stable: what has the same time keeps its order.
        self.events.sort_by_key(|kept| kept.at);
        for Kept { at, id, what } in self.events {
            take(Event { at, id: &id, what });
        }
    }
}

/// Cuts a document into the objects of its lists.
#[derive(Debug, Default)]
struct Cutter {
    depth: usize,
    is_text: bool,
    is_escaped: bool,
    object: Vec<u8>,
}

impl Cutter {
    fn push(&mut self, bytes: &[u8], mut take: impl FnMut(&[u8])) {
        for byte in bytes {
            let ends = self.step(*byte);
            if self.depth >= OBJECT_DEPTH || ends {
                self.object.push(*byte);
            }
            if ends {
                take(&core::mem::take(&mut self.object));
            }
        }
    }

    /// Whether an object of a list ends with this byte.
    fn step(&mut self, byte: u8) -> bool {
        if self.is_text {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => self.is_text = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.is_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                let was = self.depth;
                self.depth = was.saturating_sub(1);
                return was == OBJECT_DEPTH;
            }
            _ => {}
        }
        false
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Object {
    Story { id: String, events: Vec<Told> },
    Gap { noticed: Timestamp, what: String },
}

#[derive(Debug, Deserialize)]
struct Told {
    at: Timestamp,
    kind: String,
    detail: serde_json::Value,
}

#[derive(Debug, Deserialize)]
struct Message {
    envelope: model::Envelope,
}

#[derive(Debug, Deserialize)]
struct Tried {
    host: String,
    results: Vec<TriedResult>,
}

#[derive(Debug, Clone, Deserialize)]
struct TriedResult {
    recipients: Vec<usize>,
    stage: Stage,
    taken: bool,
    reply: String,
}

fn read_object(object: &[u8], kept: &mut Vec<Kept>) -> Result<(), String> {
    let object: Object = serde_json::from_slice(object)
        .map_err(|_| "ends what is neither a story nor a gap of `signpost trace --json`".to_owned())?;
    match object {
        Object::Gap { noticed, what } => {
            kept.push(Kept { at: noticed, id: String::new(), what: Happening::Gap { what } });
        }
        Object::Story { id, events } => {
            let mut story = Story { id, kept, recipients: Vec::new(), refusals: BTreeMap::new(), left: 0 };
            for event in &events {
                story.read(event)?;
            }
        }
    }
    Ok(())
}

/// A message's life while it is read.
struct Story<'a> {
    id: String,
    kept: &'a mut Vec<Kept>,
    recipients: Vec<String>,
    /// What each recipient's last refusal was: host, stage, reply.
    refusals: BTreeMap<usize, (String, Stage, String)>,
    /// Recipients without a final outcome.
    left: usize,
}

impl Story<'_> {
    fn read(&mut self, event: &Told) -> Result<(), String> {
        match event.kind.as_str() {
            // A copy by the spool's housekeeping stands in for what came before it.
            "accepted" | "moved" => {
                let message: Message = part(event, "message")?;
                let envelope = message.envelope;
                self.recipients = envelope.recipients.iter().map(|one| one.address.to_string()).collect();
                self.left = self.recipients.len();
                let sender = envelope.mail_from.mailbox().map(ToString::to_string).unwrap_or_default();
                self.keep(event.at, Happening::Arrived { sender: Cow::Owned(sender), report_on: None });
            }
            "tried" => {
                let tried: Tried = part(event, "tried")?;
                for result in tried.results.iter().filter(|result| !result.taken) {
                    self.refused(event.at, &tried.host, result);
                }
            }
            "outcomes" => {
                let outcomes: Vec<(usize, Final)> = part(event, "outcomes")?;
                for (number, outcome) in &outcomes {
                    self.end(event.at, *number, outcome);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn keep(&mut self, at: Timestamp, what: Happening<'static>) {
        self.kept.push(Kept { at, id: self.id.clone(), what });
    }

    /// What was refused may be tried again; what was taken is told by its outcome.
    fn refused(&mut self, at: Timestamp, host: &str, result: &TriedResult) {
        for number in &result.recipients {
            self.refusals.insert(*number, (host.to_owned(), result.stage, result.reply.clone()));
            let attempt =
                self.attempt(*number, host, Some((result.stage, &result.reply)), Outcome::HostFailed);
            self.keep(at, attempt);
        }
    }

    fn end(&mut self, at: Timestamp, number: usize, outcome: &Final) {
        let refusal = self.refusals.get(&number).cloned();
        match outcome {
            Final::Delivered { host, .. } => {
                let attempt = self.attempt(number, host, None, Outcome::Delivered);
                self.keep(at, attempt);
            }
            Final::Bounced { reply, .. } | Final::Discarded { reply, .. } => {
                let (host, stage, said) = refusal.unwrap_or((String::new(), Stage::Resolve, reply.clone()));
                let attempt = self.attempt(number, &host, Some((stage, &said)), Outcome::Refused);
                self.keep(at, attempt);
                if matches!(outcome, Final::Bounced { .. }) {
                    self.keep(at, Happening::Reported);
                }
            }
            Final::Operator { .. } => {}
        }
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            self.keep(at, Happening::Completed);
        }
    }

    fn attempt(
        &self,
        number: usize,
        host: &str,
        said: Option<(Stage, &str)>,
        outcome: Outcome,
    ) -> Happening<'static> {
        let (name, address): (Option<&str>, Option<IpAddr>) = host_and_address(host);
        let text = said.map(|(_, text)| text.to_owned());
        let is_reply = text.as_deref().is_some_and(has_code);
        let (reply, words) = if is_reply { (text, None) } else { (None, text) };
        Happening::Attempted(Box::new(Attempt {
            recipient: self.recipients.get(number).cloned().map(Cow::Owned),
            host: name.map(|name| Cow::Owned(name.to_owned())),
            address,
            stage: said.map(|(stage, _)| stage),
            outcome,
            reply: reply.map(Cow::Owned),
            words: words.map(Cow::Owned),
            ..Attempt::default()
        }))
    }
}

fn part<T: DeserializeOwned>(event: &Told, name: &str) -> Result<T, String> {
    let part = event.detail.get(name).cloned().unwrap_or_default();
    serde_json::from_value(part)
        .map_err(|error| format!("ends a story with an event `{}` that cannot be read: {error}", event.kind))
}

#[cfg(test)]
mod tests;
