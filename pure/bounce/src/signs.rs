//! Refusals that say something about the way and not about the message: a limit is reached.
//!
//! Each row has a reply as it was seen, in `signs/tests.rs`. A limit is answered by patience from the same source. Whose fault a refusal is
//! only `classify` says; these words tell what to do less of.

use crate::Failure;
use model::{EnhancedCode, Reply, ReplyClass, Stage};

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
/// Of a transaction, where no code says it.
const FULL: [&str; 3] = ["too many recipients", "too many rcpt", "separate transaction"];

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

/// Whether a recipient is refused because the transaction is full, so that it may go in another one at once. RFC 5321 §4.5.3.1.10: 452, and 552 from servers
/// of an older standard. Google says so too where the policies of a recipient's domain need a transaction of their own (`452 4.5.3`).
#[must_use]
pub fn wants_another_transaction(failure: &Failure, stage: Stage) -> bool {
    let Failure::Reply(reply) = failure else { return false };
    let is_code = matches!(reply.code.0, 452 | 552);
    if stage != Stage::Rcpt || !is_code || sign(failure).is_some() {
        return false;
    }
    let text = reply.to_string().to_ascii_lowercase();
    is(reply, 5, 3) || FULL.iter().any(|words| text.contains(words))
}

fn is(reply: &Reply, subject: u16, detail: u16) -> bool {
    reply
        .enhanced
        .is_some_and(|EnhancedCode { subject: said, detail: number, .. }| (said, number) == (subject, detail))
}

#[cfg(test)]
mod tests;
