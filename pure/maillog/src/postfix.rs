//! Lines of Postfix: what its daemons say of a queue id, behind the prefix of syslog or of `maillog_file`.
//!
//! Source: `src/global/log_adhoc.c` and `mail_queue.h`. Deliveries are the lines with `status=`; a host that was asked and is not the last one is
//! told by a line of its own. `NOQUEUE: reject` is about mail that never came in, so it is nothing here. Behind a host that refuses to talk the queue
//! manager keeps the rest back without asking (`error(8)`), with the words of that host: no attempt. A message that becomes active again is told
//! as one that comes in.

use crate::event::{Attempt, Happening, Outcome};
use crate::exim::Line;
use crate::remote::{self, Remote, host_and_address};
use std::borrow::Cow;

/// `host postfix/smtp[123]: QID: ...`, without its time: the daemon and what it says. `None`: no line of syslog.
pub(crate) fn daemon(rest: &str) -> Option<(&str, &str)> {
    let (_host, rest) = rest.split_once(' ')?;
    let (tag, text) = rest.split_once(": ")?;
    let tag = tag.split('[').next().unwrap_or(tag);
    let is_tag = !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_graphic());
    is_tag.then_some((tag, text))
}

/// Reads what a daemon says.
pub(crate) fn read<'a>(tag: &str, text: &'a str) -> Line<'a> {
    let Some((id, says)) = text.split_once(": ") else { return Line::Nothing };
    if !is_queue_id(id) {
        return Line::Nothing;
    }
    let what = match tag.rsplit('/').next().unwrap_or(tag) {
        "qmgr" if says == "removed" => Some(Happening::Completed),
        "qmgr" if says.starts_with("from=<") && says.contains(", size=") => arrival(says),
        "bounce" if says.starts_with("sender non-delivery notification: ") => Some(Happening::Reported),
        _ if says.contains(" status=") => match delivery(says) {
            Some(what) => Some(what),
            None => return Line::Wrong("has a status that cannot be read"),
        },
        "smtp" | "lmtp" if says.starts_with("host ") => at_host(says),
        _ => None,
    };
    what.map_or(Line::Nothing, |what| Line::Says(id, what))
}

/// Short ids are upper-case hex, long ones letters and digits without some (`mail_queue.h`).
fn is_queue_id(word: &str) -> bool {
    (5..=24).contains(&word.len())
        && word != "NOQUEUE"
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && word.bytes().any(|byte| byte.is_ascii_digit())
}

fn arrival(says: &str) -> Option<Happening<'_>> {
    let sender = says.strip_prefix("from=<")?.split_once('>')?.0;
    Some(Happening::Arrived { sender: Cow::Borrowed(sender), report_on: None })
}

/// What the queue manager puts before the words for which a destination rests (`qmgr_queue.c`).
const SUSPENDED: &str = "delivery temporarily suspended: ";

fn delivery(says: &str) -> Option<Happening<'_>> {
    let (head, status) = says.split_once(" status=")?;
    let (status, words) = status.split_once(' ').unwrap_or((status, ""));
    let outcome = match status {
        "sent" | "deliverable" => Outcome::Delivered,
        "deferred" => Outcome::Deferred,
        "bounced" | "expired" | "undeliverable" => Outcome::Refused,
        _ => return None,
    };
    let words = words.strip_prefix('(').map_or(words, |inner| inner.strip_suffix(')').unwrap_or(inner));
    let (words, outcome) = match (words.strip_prefix(SUSPENDED), outcome) {
        (Some(words), Outcome::Deferred) => (words, Outcome::NotTried),
        (Some(words), outcome) => (words, outcome),
        (None, outcome) => (words, outcome),
    };
    let recipient = head.strip_prefix("to=<").and_then(|rest| rest.split_once('>'))?.0;
    let relay = field(head, "relay=").filter(|relay| *relay != "none" && relay.contains('['));
    let (host, address) = relay.map_or((None, None), host_and_address);
    let mut attempt = Attempt {
        recipient: Some(Cow::Borrowed(recipient)),
        host: host.map(Cow::Borrowed),
        address,
        outcome,
        ..Attempt::default()
    };
    if outcome != Outcome::Delivered {
        say(words, &mut attempt);
    }
    Some(Happening::Attempted(Box::new(attempt)))
}

fn at_host(says: &str) -> Option<Happening<'_>> {
    let mut attempt = Attempt { outcome: Outcome::HostFailed, ..Attempt::default() };
    say(says, &mut attempt);
    attempt.reply.is_some().then(|| Happening::Attempted(Box::new(attempt)))
}

fn say<'a>(words: &'a str, attempt: &mut Attempt<'a>) {
    let Remote { host, address, stage, reply, .. } = remote::postfix(words);
    if let Some(host) = host {
        attempt.host = Some(Cow::Borrowed(host));
        attempt.address = address;
    }
    attempt.stage = stage;
    match reply {
        Some(reply) => attempt.reply = Some(Cow::Borrowed(reply)),
        None => attempt.words = Some(Cow::Borrowed(words)).filter(|words| !words.is_empty()),
    }
}

/// `name=value` up to a comma.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let at = text.find(name)?;
    text[at + name.len()..].split(',').next()
}

#[cfg(test)]
mod tests;
