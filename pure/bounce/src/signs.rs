//! Refusals that say something about the way and not about the message: a limit is reached.
//!
//! Each row has a reply as it was seen, in `signs/tests.rs`. A limit is answered by patience from the same source. Whose fault a refusal is
//! only `classify` says; these words tell what to do less of.

use crate::Failure;
use model::{EnhancedCode, Reply, ReplyClass};

/// What a reply says about the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Fewer connections: `421 4.3.2 ... maximum number of concurrent connections`.
    Crowded,
    /// Slower: `451 4.7.500 Server busy`.
    Busy,
}

const CROWDED: [&str; 4] =
    ["concurrent connections", "too many connections", "too many concurrent", "trop de connexions"];
const BUSY: [&str; 5] =
    ["server busy", "unusual rate", "excessive volume", "rate limit", "too many messages"];
/// What `failure` says about the way. A host that is another region's by now sets no limit: its name is asked again by the schedule.
#[must_use]
pub fn sign(failure: &Failure) -> Option<Sign> {
    let Failure::Reply(reply) = failure else { return None };
    if reply.class() != ReplyClass::Transient {
        return None;
    }
    let text = reply.to_string().to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&CROWDED) {
        Some(Sign::Crowded)
    } else {
        (is(reply, 7, 500) || says(&BUSY)).then_some(Sign::Busy)
    }
}

fn is(reply: &Reply, subject: u16, detail: u16) -> bool {
    reply
        .enhanced
        .is_some_and(|EnhancedCode { subject: said, detail: number, .. }| (said, number) == (subject, detail))
}

#[cfg(test)]
mod tests;
