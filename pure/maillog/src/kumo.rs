//! KumoMTA's log records: one JSON object a line, each with sender, recipient, peer, our own address and the reply split into its parts.
//!
//! Source: its reference, "log_record". Times are seconds since 1970, so no zone has to be known. KumoMTA makes no reports (NDR) itself; what others
//! sent about our mail (OOB, Feedback) is no delivery and is passed over.

use crate::event::{Attempt, Event, Happening, Outcome};
use crate::remote;
use core::net::IpAddr;
use model::{Stage, Timestamp};
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Debug, Deserialize)]
struct Record<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    sender: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    recipient: Option<Recipients<'a>>,
    /// Seconds, whole or with a fraction.
    timestamp: f64,
    event_time: Option<f64>,
    #[serde(borrow, default)]
    response: Option<Response<'a>>,
    #[serde(borrow, default)]
    peer_address: Option<Peer<'a>>,
    #[serde(borrow, default)]
    source_address: Option<Ours<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Recipients<'a> {
    One(#[serde(borrow)] Cow<'a, str>),
    Many(Vec<Cow<'a, str>>),
}

#[derive(Debug, Deserialize)]
struct Response<'a> {
    #[serde(default)]
    code: u16,
    #[serde(default)]
    enhanced_code: Option<Enhanced>,
    #[serde(borrow, default)]
    content: Cow<'a, str>,
    #[serde(borrow, default)]
    command: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
struct Enhanced {
    class: u16,
    subject: u16,
    detail: u16,
}

#[derive(Debug, Deserialize)]
struct Peer<'a> {
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(default)]
    addr: Option<IpAddr>,
}

#[derive(Debug, Deserialize)]
struct Ours<'a> {
    #[serde(borrow)]
    address: Cow<'a, str>,
}

/// Reads one record. `Ok(false)`: it says nothing of a delivery.
pub(crate) fn read(line: &str, take: &mut dyn FnMut(Event<'_>)) -> Result<bool, String> {
    let record: Record<'_> =
        serde_json::from_str(line).map_err(|error| format!("is no log record of KumoMTA: {error}"))?;
    let at = at(record.event_time.unwrap_or(record.timestamp));
    let sender = record.sender.clone().unwrap_or_default();
    let outcome = match record.kind.as_ref() {
        "Reception" => {
            let what = Happening::Arrived { sender, report_on: None };
            take(Event { at, id: &record.id, what });
            return Ok(true);
        }
        "Delivery" | "XferOut" => Outcome::Delivered,
        "TransientFailure" => Outcome::Deferred,
        "Bounce" | "Expiration" | "AdminBounce" => Outcome::Refused,
        _ => return Ok(false),
    };
    let recipients: &[Cow<'_, str>] = match &record.recipient {
        Some(Recipients::One(one)) => core::slice::from_ref(one),
        Some(Recipients::Many(many)) => many,
        None => &[],
    };
    for recipient in recipients {
        let attempt = attempt(&record, &sender, recipient, outcome);
        take(Event { at, id: &record.id, what: Happening::Attempted(Box::new(attempt)) });
    }
    // The record is whole: nothing has to be remembered of the message, and another recipient's record brings its own sender.
    if outcome != Outcome::Deferred {
        take(Event { at, id: &record.id, what: Happening::Completed });
    }
    Ok(!recipients.is_empty())
}

fn attempt<'a>(record: &'a Record<'_>, sender: &'a str, recipient: &'a str, outcome: Outcome) -> Attempt<'a> {
    let peer = record.peer_address.as_ref();
    let ours = record.source_address.as_ref().map(|ours| ours.address.as_ref());
    let ours = ours.and_then(|ours| {
        ours.parse().ok().or_else(|| ours.parse().ok().map(|ours: core::net::SocketAddr| ours.ip()))
    });
    let mut attempt = Attempt {
        sender: Some(Cow::Borrowed(sender)),
        recipient: Some(Cow::Borrowed(recipient)),
        host: peer.and_then(|peer| peer.name.as_deref()).map(Cow::Borrowed),
        address: peer.and_then(|peer| peer.addr),
        our_address: ours,
        outcome,
        ..Attempt::default()
    };
    if let Some(response) = record.response.as_ref().filter(|_| outcome != Outcome::Delivered) {
        attempt.stage = response.command.as_deref().and_then(stage);
        let reply = reply(response);
        // What KumoMTA says by itself, without a host, is no answer of anybody.
        if peer.is_some() && response.code >= 400 {
            attempt.reply = Some(Cow::Owned(reply));
        } else {
            attempt.words = Some(Cow::Owned(reply));
        }
    }
    attempt
}

/// KumoMTA puts commands as they were sent; at the banner it names none.
fn stage(command: &str) -> Option<Stage> {
    remote::stage(command.trim_end())
}

fn reply(response: &Response<'_>) -> String {
    let enhanced = response.enhanced_code.as_ref();
    let enhanced =
        enhanced.map(|code| format!("{}.{}.{} ", code.class, code.subject, code.detail)).unwrap_or_default();
    format!("{} {enhanced}{}", response.code, response.content)
}

fn at(seconds: f64) -> Timestamp {
    // Out of range only in a damaged record: `as` stays at the bound.
    Timestamp::from_micros((seconds * 1e6) as i64)
}

#[cfg(test)]
mod tests;
