//! From the spool's events and refused sessions to the ledger's entries: under which keys each is found.
//!
//! A message keeps every class that it ever met: one that was deferred and then delivered is found by both words.

use model::{Final, MessageId, ParkReason};
use relay::RefusedSession;
use spool::{Accepted, Change, Event, LogRecord, StampedGroup, Tried};
use store::ledger::{Entry, Key, KeyKind};

/// One event of a message.
pub(super) fn of_record(record: &LogRecord) -> Entry {
    let (kind, detail) = told(&record.text);
    Entry {
        id: record.id,
        at: record.at,
        mark: record.mark,
        kind,
        detail,
        keys: keys(&record.event),
        only_if_unknown: matches!(record.event, Event::Moved { .. }),
    }
}

/// The event's name, and its fields as a JSON object, out of the record that the spool wrote: id, time, name, fields.
fn told(record: &str) -> (String, String) {
    let behind = record.split_once(r#","event":""#).and_then(|(_, rest)| rest.split_once('"'));
    let (kind, fields) = behind.unwrap_or(("unknown", "}"));
    (kind.to_owned(), ["{", fields.strip_prefix(',').unwrap_or(fields)].concat())
}

/// A session that brought no message; it gets an id of its own.
pub(super) fn of_refused(refused: &RefusedSession) -> Entry {
    let mut keys = vec![class("refused")];
    keys.extend(refused.mail_from.iter().map(|from| Key::new(KeyKind::Sender, from)));
    keys.extend(refused.recipients.iter().map(|to| Key::new(KeyKind::Recipient, to)));
    keys.extend(codes(&refused.reply));
    Entry {
        id: MessageId::new(refused.at, net::random()),
        at: refused.at,
        mark: 0,
        kind: "refused".to_owned(),
        detail: serde_json::to_string(refused).unwrap_or_default(),
        keys,
        only_if_unknown: false,
    }
}

fn class(word: &str) -> Key {
    Key::new(KeyKind::Class, word)
}

fn keys(event: &Event) -> Vec<Key> {
    match event {
        Event::Accepted { message, .. } | Event::Moved { message, .. } => of_message(message),
        Event::Stamped { groups, .. } => groups.iter().flat_map(of_group).collect(),
        Event::Attempt { host, .. } => vec![Key::new(KeyKind::Site, host)],
        Event::Tried { tried } => of_try(tried),
        Event::Outcomes { outcomes } => {
            outcomes.iter().flat_map(|(_, outcome)| of_outcome(outcome)).collect()
        }
        Event::Rescheduled { kept, .. } => {
            let kept = kept.iter().flat_map(|kept| of_park(&kept.why));
            [class("deferred")].into_iter().chain(kept).collect()
        }
        Event::Parked { reason, kept, .. } => {
            of_park(reason).into_iter().chain(kept.iter().flat_map(|kept| of_park(&kept.why))).collect()
        }
        Event::Released { .. } => vec![class("released")],
        Event::Told { .. } => vec![class("told")],
        Event::Acted { change, .. } => vec![class(of_change(change))],
        Event::Act { .. } => vec![class("act")],
        Event::Dropped => vec![class("dropped")],
    }
}

fn of_change(change: &Change) -> &'static str {
    match change {
        Change::Held { .. } => "held",
        Change::Released { .. } => "released",
        Change::Retried { .. } => "retried",
        Change::Redirected { .. } => "redirected",
        Change::Undone { .. } => "undone",
    }
}

fn of_message(message: &Accepted) -> Vec<Key> {
    let envelope = &message.envelope;
    let mut keys = vec![Key::new(KeyKind::Tenant, message.tenant.as_str())];
    let sender = envelope.mail_from.mailbox().map_or_else(|| "<>".to_owned(), ToString::to_string);
    keys.push(Key::new(KeyKind::Sender, &sender));
    let recipients = envelope.recipients.iter();
    keys.extend(recipients.map(|one| Key::new(KeyKind::Recipient, &one.address.to_string())));
    keys.extend(message.header.message_id.iter().map(|id| Key::new(KeyKind::MessageId, id)));
    keys.extend(message.about.iter().map(|_| class("report")));
    keys
}

/// What is stamped is the rule and no class.
fn of_group(group: &StampedGroup) -> Vec<Key> {
    let outcome = Some(&group.outcome).filter(|outcome| *outcome != "stamped");
    outcome.into_iter().chain(&group.reason).map(|word| class(word)).collect()
}

fn of_try(tried: &Tried) -> Vec<Key> {
    let refused = tried.results.iter().filter(|one| !one.taken);
    let mut keys: Vec<Key> = refused.flat_map(|one| codes(&one.reply)).collect();
    keys.push(Key::new(KeyKind::Site, &tried.host));
    keys
}

fn of_outcome(outcome: &Final) -> Vec<Key> {
    match outcome {
        Final::Delivered { .. } => vec![class("delivered")],
        Final::Bounced { reply, .. } => [class("bounced")].into_iter().chain(codes(reply)).collect(),
        Final::Discarded { reply, .. } => [class("discarded")].into_iter().chain(codes(reply)).collect(),
        Final::Operator { act, .. } => vec![class("operator"), class(act)],
    }
}

fn of_park(reason: &ParkReason) -> Vec<Key> {
    match reason {
        ParkReason::Refused { reply, category, owner, .. } => {
            let words = [category.map(|one| one.as_str()), owner.map(|one| one.as_str())];
            let words = [Some("parked")].into_iter().chain(words).flatten();
            words.map(class).chain(codes(reply)).collect()
        }
        ParkReason::TenantSetup { reply, .. } => {
            [class("parked"), class("tenant_setup")].into_iter().chain(codes(reply)).collect()
        }
        ParkReason::Loop { .. } => vec![class("held"), class("loop")],
        ParkReason::Policy { .. } => vec![class("held"), class("policy")],
        ParkReason::Conduct { .. } => vec![class("parked"), class("conduct")],
        ParkReason::Damaged { .. } => vec![class("held"), class("damaged")],
        ParkReason::Operator { .. } => vec![class("held"), class("operator")],
    }
}

/// The codes with which a reply begins: `550` and `5.7.1`.
fn codes(reply: &str) -> Vec<Key> {
    let mut words = reply.split([' ', '-']);
    let code = words.next().filter(|word| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(code) = code else { return Vec::new() };
    let is_enhanced = |word: &&str| {
        let mut numbers = word.split('.');
        let all =
            word.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
        all && numbers.nth(2).is_some() && numbers.next().is_none()
    };
    [Some(code), words.next().filter(is_enhanced)].into_iter().flatten().map(class).collect()
}

#[cfg(test)]
mod tests;
