//! A stored event read back, and its own text taken out of what is stored.
//!
//! What happens to every message is read straight into its type. Serde's way for an enum whose name stands among its fields copies all of them
//! into a tree first; the rare events go that way. A test holds that both ways read the same.

use super::{Accepted, Event, Final, MessageId, Proved, SourceName, StampedGroup, Stored, Timestamp, Tried};
use serde::Deserialize;
use std::borrow::Cow;

/// Whose event it is and which one.
#[derive(Deserialize)]
struct Head<'a> {
    id: MessageId,
    at: Timestamp,
    #[serde(borrow)]
    event: Cow<'a, str>,
}

#[derive(Deserialize)]
struct AcceptedFields {
    message: Box<Accepted>,
    chunks: u32,
    length: u64,
}

#[derive(Deserialize)]
struct StampedFields {
    groups: Vec<StampedGroup>,
    proved: Option<Box<Proved>>,
}

#[derive(Deserialize)]
struct AttemptFields {
    recipients: Vec<usize>,
    source: SourceName,
    host: String,
}

#[derive(Deserialize)]
struct TriedFields {
    tried: Box<Tried>,
}

#[derive(Deserialize)]
struct OutcomesFields {
    outcomes: Vec<(usize, Final)>,
}

impl Stored {
    /// Reads what was written; nothing if it is no event that is known here.
    pub(crate) fn read(json: &[u8]) -> Option<Self> {
        let Head { id, at, event } = serde_json::from_slice(json).ok()?;
        let event = match &*event {
            "accepted" => {
                let AcceptedFields { message, chunks, length } = fields(json)?;
                Event::Accepted { message, chunks, length }
            }
            "stamped" => {
                let StampedFields { groups, proved } = fields(json)?;
                Event::Stamped { groups, proved }
            }
            "attempt" => {
                let AttemptFields { recipients, source, host } = fields(json)?;
                Event::Attempt { recipients, source, host }
            }
            "tried" => {
                let TriedFields { tried } = fields(json)?;
                Event::Tried { tried }
            }
            "outcomes" => {
                let OutcomesFields { outcomes } = fields(json)?;
                Event::Outcomes { outcomes }
            }
            _ => return serde_json::from_slice(json).ok(),
        };
        Some(Self { id, at, event })
    }
}

fn fields<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Option<T> {
    serde_json::from_slice(json).ok()
}

#[cfg(test)]
mod tests;
