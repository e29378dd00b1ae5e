//! What is a message's own, packed: its places in the log, how far it has come, its envelope and header.
//!
//! What few messages have (outcomes beside pending recipients, recipients kept by themselves, an operator's acts) is JSON as in the log: one form to keep
//! right instead of two.

use super::Origin;
use super::bytes::{Reader, Writer};
use super::met::Met;
use crate::event::{Accepted, HeaderFacts, Kept, Progress, Undoable};
use crate::state::{Body, ChunkPlace};
use model::{
    BodyType, ByteCount, DsnReturn, Envelope, MessageId, Notify, Outcome, Recipient, Redirect, ReversePath,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;

const RARE: &str = "it has a form in the log";

/// Chunks begin at multiples of this.
const ALIGNMENT: u64 = 8;

/// What few messages have.
#[derive(Serialize, Deserialize)]
struct Rare<'a> {
    /// Empty: all are pending.
    outcomes: Cow<'a, [Outcome]>,
    kept: Cow<'a, [Kept]>,
    redirect: Cow<'a, Option<Redirect>>,
    acts: Cow<'a, [Undoable]>,
}

pub(super) fn write_places(out: &mut Writer, body: &Body, event_segments: &BTreeSet<u64>) {
    let Body { chunks, length } = body;
    out.number(*length);
    out.list(chunks.iter(), |out, chunk| {
        debug_assert!(chunk.offset.is_multiple_of(ALIGNMENT), "records are aligned");
        out.number(chunk.segment);
        out.number(chunk.offset / ALIGNMENT);
    });
    out.list(event_segments.iter(), |out, segment| out.number(*segment));
}

pub(super) fn read_size(mut from: Reader<'_>) -> u64 {
    from.number()
}

pub(super) fn read_places(mut from: Reader<'_>) -> (Body, BTreeSet<u64>) {
    let length = from.number();
    let chunks = from.list(|from| {
        let segment = from.number();
        ChunkPlace { segment, offset: from.number() * ALIGNMENT }
    });
    (Body { chunks, length }, from.list(Reader::number))
}

/// All but what `Met` and `Origin` hold and when it is due.
pub(super) fn write_progress(out: &mut Writer, progress: &Progress) {
    let Progress {
        outcomes,
        in_flight,
        maybe_duplicate,
        tries,
        losses,
        due,
        parked: _,
        kept,
        why: _,
        tried,
        parked_since,
        sender_told,
        tenant_told,
        last_try: _,
        redirect,
        acts,
        proved: _,
    } = progress;
    let is_pending = outcomes.iter().all(|outcome| *outcome == Outcome::Pending);
    let is_usual = is_pending && kept.is_empty() && redirect.is_none() && acts.is_empty();
    out.flags(&[is_usual, in_flight.is_empty() && maybe_duplicate.is_empty()]);
    out.size(outcomes.len());
    out.number(u64::from(*tries));
    out.number(u64::from(*losses));
    if !(in_flight.is_empty() && maybe_duplicate.is_empty()) {
        out.list(in_flight.iter(), |out, recipient| out.size(*recipient));
        out.list(maybe_duplicate.iter(), |out, recipient| out.size(*recipient));
    }
    for time in [tried, parked_since, sender_told, tenant_told] {
        out.maybe(*time, |out, time| out.time(time, *due));
    }
    if !is_usual {
        let outcomes: &[Outcome] = if is_pending { &[] } else { outcomes };
        let (kept, acts) = (Cow::Borrowed(kept.as_slice()), Cow::Borrowed(acts.as_slice()));
        let rare = Rare { outcomes: Cow::Borrowed(outcomes), kept, redirect: Cow::Borrowed(redirect), acts };
        out.raw(&serde_json::to_vec(&rare).expect(RARE));
    }
}

pub(super) fn read_progress(mut from: Reader<'_>, met: Met, due: Timestamp) -> Progress {
    let [is_usual, is_settled] = from.flags();
    let outcomes = vec![Outcome::Pending; from.size()];
    let (tries, losses) = (from.number() as u32, from.number() as u32);
    let (mut in_flight, mut maybe_duplicate) = (BTreeSet::new(), BTreeSet::new());
    if !is_settled {
        (in_flight, maybe_duplicate) = (from.list(Reader::size), from.list(Reader::size));
    }
    let [tried, parked_since, sender_told, tenant_told] =
        std::array::from_fn(|_| from.maybe(|from| from.time(due)));
    let Met { why, last_try, parked } = met;
    let progress = Progress {
        outcomes,
        in_flight,
        maybe_duplicate,
        tries,
        losses,
        due,
        parked,
        kept: Vec::new(),
        why,
        tried,
        parked_since,
        sender_told,
        tenant_told,
        last_try,
        redirect: None,
        acts: Vec::new(),
        proved: None,
    };
    if is_usual { progress } else { with_rare(progress, from.rest()) }
}

fn with_rare(mut progress: Progress, json: &[u8]) -> Progress {
    let Rare { outcomes, kept, redirect, acts } = serde_json::from_slice(json).expect(RARE);
    if !outcomes.is_empty() {
        progress.outcomes = outcomes.into_owned();
    }
    (progress.kept, progress.redirect) = (kept.into_owned(), redirect.into_owned());
    progress.acts = acts.into_owned();
    progress
}

/// All but its origin, and the times that stand beside.
pub(super) fn write_accepted(out: &mut Writer, accepted: &Accepted) {
    let Accepted {
        tenant: _,
        snapshot: _,
        envelope,
        received,
        due,
        expires: _,
        trace: _,
        header,
        about,
        avoid,
    } = accepted;
    out.time(*due, *received);
    write_envelope(out, envelope);
    let HeaderFacts { message_id, subject, waives_tls } = header;
    out.flags(&[message_id.is_some(), subject.is_some(), *waives_tls, about.is_some(), avoid.is_some()]);
    message_id.iter().chain(subject).for_each(|text| out.text(text));
    about.iter().for_each(|about| out.raw(&about.to_bytes()));
    avoid.iter().for_each(|source| out.text(source.as_str()));
}

pub(super) fn read_accepted(
    mut from: Reader<'_>,
    origin: &Origin,
    (received, expires): (Timestamp, Timestamp),
) -> Accepted {
    let due = from.time(received);
    let envelope = read_envelope(&mut from);
    let [has_id, has_subject, waives_tls, has_about, has_avoid] = from.flags();
    let message_id = has_id.then(|| from.string());
    let header = HeaderFacts { message_id, subject: has_subject.then(|| from.string()), waives_tls };
    let about = has_about.then(|| MessageId::from_bytes(from.bytes()));
    let avoid = has_avoid.then(|| from.parsed());
    let Origin { tenant, snapshot, trace, proved: _ } = origin;
    let (tenant, snapshot, trace) = (tenant.clone(), *snapshot, trace.clone());
    Accepted { tenant, snapshot, envelope, received, due, expires, trace, header, about, avoid }
}

fn write_envelope(out: &mut Writer, envelope: &Envelope) {
    let Envelope { mail_from, recipients, body, smtputf8, require_tls, size, ret, envid } = envelope;
    let (is_eight_bit, is_binary) = match body {
        BodyType::SevenBit => (false, false),
        BodyType::EightBitMime => (true, false),
        BodyType::BinaryMime => (false, true),
    };
    let returns_headers = match ret {
        None | Some(DsnReturn::Full) => false,
        Some(DsnReturn::Headers) => true,
    };
    let (sender, has_ret) = (mail_from.mailbox(), ret.is_some());
    out.flags(&[
        sender.is_some(),
        is_eight_bit,
        is_binary,
        *smtputf8,
        *require_tls,
        has_ret,
        returns_headers,
    ]);
    sender.iter().for_each(|sender| out.text(sender.as_str()));
    out.maybe(*size, |out, size| out.number(size.0));
    out.maybe(envid.as_deref(), Writer::text);
    out.list(recipients.iter(), |out, recipient| {
        let Recipient { address, notify, orcpt } = recipient;
        out.text(address.as_str());
        let Notify { success, failure, delay } = notify.unwrap_or(Notify::NEVER);
        out.flags(&[orcpt.is_some(), notify.is_some(), success, failure, delay]);
        orcpt.iter().for_each(|orcpt| out.text(orcpt));
    });
}

fn read_envelope(from: &mut Reader<'_>) -> Envelope {
    let [has_sender, is_eight_bit, is_binary, smtputf8, require_tls, has_ret, returns_headers] = from.flags();
    let mail_from = if has_sender { ReversePath::Mailbox(from.parsed()) } else { ReversePath::Null };
    let body = match (is_eight_bit, is_binary) {
        (false, false) => BodyType::SevenBit,
        (true, _) => BodyType::EightBitMime,
        (false, true) => BodyType::BinaryMime,
    };
    let ret = has_ret.then_some(if returns_headers { DsnReturn::Headers } else { DsnReturn::Full });
    let size = from.maybe(|from| ByteCount(from.number()));
    let envid = from.maybe(Reader::string);
    let recipients = from.list(|from| {
        let address = from.parsed();
        let [has_orcpt, has_notify, success, failure, delay] = from.flags();
        let notify = has_notify.then_some(Notify { success, failure, delay });
        Recipient { address, notify, orcpt: has_orcpt.then(|| from.string()) }
    });
    Envelope { mail_from, recipients, body, smtputf8, require_tls, size, ret, envid }
}
