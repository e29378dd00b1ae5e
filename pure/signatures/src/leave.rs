//! Which messages keep every byte, whoever sent them: the classes that a changed byte would break or that no person wrote.
//!
//! Structure decides first (signed, encrypted, calendar, TNEF, report), then the envelope, then the header. A class
//! anywhere in the tree counts for the whole message, because a client judges the whole; only what a `message/rfc822` part holds
//! does not, that is somebody else's mail. `X-Auto-Response-Suppress` alone is no class: it asks others not to answer.

use crate::PassReason;
use message::{Index, Part};
use model::ReversePath;

/// The class and what showed it, or nothing if the message may be stamped.
pub(crate) fn class(bytes: &[u8], index: &Index, mail_from: &ReversePath) -> Option<(PassReason, String)> {
    by_structure(bytes, index)
        .or_else(|| by_envelope(mail_from))
        .or_else(|| auto_reply(bytes, index))
        .or_else(|| list(bytes, index))
}

/// What of a part shows its class, if it is of it.
type PartTest = fn(&[u8], &Index, &Part) -> Option<String>;

fn by_structure(bytes: &[u8], index: &Index) -> Option<(PassReason, String)> {
    // In the order of the list of reasons: what is signed and holds an invitation is signed.
    let tests: [(PassReason, PartTest); 5] = [
        (PassReason::Signed, signed),
        (PassReason::Encrypted, encrypted),
        (PassReason::Calendar, calendar),
        (PassReason::Tnef, tnef),
        (PassReason::Report, report),
    ];
    tests.into_iter().find_map(|(reason, test)| {
        let sign = index.iter().find_map(|(_, part)| test(bytes, index, part))?;
        Some((reason, sign))
    })
}

fn of_type(part: &Part, media_types: &[&str]) -> Option<String> {
    let media_type = part.content_type.media_type.as_str();
    media_types.contains(&media_type).then(|| media_type.to_owned())
}

/// RFC 1847 §2.1, RFC 8551 §3.4.2.
fn signed(bytes: &[u8], _: &Index, part: &Part) -> Option<String> {
    let smime = of_type(part, &SMIME).filter(|_| smime_type(part) == Some("signed-data"));
    of_type(part, &["multipart/signed"]).or(smime).or_else(|| inline_pgp(bytes, part, "SIGNED MESSAGE"))
}

const SMIME: [&str; 2] = ["application/pkcs7-mime", "application/x-pkcs7-mime"];

fn smime_type(part: &Part) -> Option<&str> {
    part.content_type.parameter("smime-type")
}

/// RFC 1847 §2.2, RFC 8551 §3.4.3; rpmsg is Microsoft's rights management.
fn encrypted(bytes: &[u8], index: &Index, part: &Part) -> Option<String> {
    let smime = of_type(part, &SMIME).filter(|_| smime_type(part) != Some("signed-data"));
    let types = ["multipart/encrypted", "application/x-microsoft-rpmsg-message", "application/pgp-encrypted"];
    of_type(part, &types)
        .or(smime)
        .or_else(|| named(part, &["message.rpmsg"]))
        .or_else(|| content_class(bytes, index, &["rpmsg.message"]))
        .or_else(|| inline_pgp(bytes, part, "MESSAGE"))
}

/// An invitation, an answer to one or a cancellation; an `.ics` file as an attachment without METHOD is ordinary mail (RFC 6047 §2.4).
fn calendar(bytes: &[u8], index: &Index, part: &Part) -> Option<String> {
    let calendar = of_type(part, &["text/calendar"]);
    let has_method = part.content_type.parameter("method").is_some();
    let classes = ["urn:content-classes:calendarmessage", "urn:content-classes:appointment"];
    let kinds = ["IPM.Schedule.", "IPM.Appointment", "IPM.Task"];
    calendar
        .filter(|_| has_method || !part.is_attachment())
        .or_else(|| content_class(bytes, index, &classes))
        .or_else(|| message_class(bytes, index, &kinds))
}

fn tnef(_: &[u8], _: &Index, part: &Part) -> Option<String> {
    of_type(part, &["application/ms-tnef", "application/vnd.ms-tnef"])
        .or_else(|| named(part, &["winmail.dat"]))
}

/// RFC 3462, RFC 3464, RFC 8098; besides journal reports, recalls and questions to moderators of Exchange.
fn report(bytes: &[u8], index: &Index, part: &Part) -> Option<String> {
    let types = ["multipart/report", "message/delivery-status", "message/disposition-notification"];
    let classes = ["urn:content-classes:dsn", "urn:content-classes:mdn", "urn:content-classes:recallmessage"];
    let journal = || {
        let name = "X-MS-Journal-Report";
        (index.header().count(bytes, name) > 0).then(|| name.to_owned())
    };
    of_type(part, &types)
        .or_else(|| content_class(bytes, index, &classes))
        .or_else(|| message_class(bytes, index, &["IPM.Outlook.Recall", "REPORT.IPM."]))
        .or_else(journal)
        .or_else(|| approval(bytes, index))
}

/// A moderator is asked: Exchange reads the answer's way out of these fields.
fn approval(bytes: &[u8], index: &Index) -> Option<String> {
    let prefix = b"X-MS-Exchange-Organization-Approval-";
    let names = index.header().fields.iter().map(|field| &bytes[field.name.clone()]);
    let mut asks = names.filter(|name| starts_alike(name, prefix));
    asks.next().map(|name| String::from_utf8_lossy(name).into_owned())
}

fn starts_alike(bytes: &[u8], prefix: &[u8]) -> bool {
    bytes.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Outlook's own word for what a message is, as some gateways hand it on; the classes of a family begin alike.
fn message_class(bytes: &[u8], index: &Index, families: &[&str]) -> Option<String> {
    let value = index.header().value(bytes, "Content-Class")?;
    let of_family = families.iter().any(|family| starts_alike(value.as_bytes(), family.as_bytes()));
    of_family.then(|| format!("Content-Class: {value}"))
}

fn named(part: &Part, names: &[&str]) -> Option<String> {
    let disposition = part.disposition.as_ref().and_then(|disposition| disposition.filename.as_deref());
    let name = disposition.or_else(|| part.content_type.parameter("name"))?;
    names.iter().any(|known| name.eq_ignore_ascii_case(known)).then(|| name.to_owned())
}

fn content_class(bytes: &[u8], index: &Index, classes: &[&str]) -> Option<String> {
    let value = index.header().value(bytes, "Content-Class")?;
    classes.iter().any(|class| value.eq_ignore_ascii_case(class)).then(|| format!("Content-Class: {value}"))
}

/// RFC 9580 §6.2 and §7: armour at the start of a text that somebody wrote by hand or by an old plug-in.
fn inline_pgp(bytes: &[u8], part: &Part, kind: &str) -> Option<String> {
    if !part.content_type.is("text/plain") || part.is_attachment() {
        return None;
    }
    let body = bytes.get(part.body.clone()).unwrap_or_default();
    let armour = body.trim_ascii_start().strip_prefix(b"-----BEGIN PGP ")?;
    let begins = armour.strip_prefix(kind.as_bytes()).is_some_and(|rest| rest.starts_with(b"-----"));
    begins.then(|| format!("-----BEGIN PGP {kind}-----"))
}

fn by_envelope(mail_from: &ReversePath) -> Option<(PassReason, String)> {
    match mail_from {
        ReversePath::Null => Some((PassReason::NullSender, "MAIL FROM:<>".to_owned())),
        ReversePath::Mailbox(_) => None,
    }
}

/// RFC 3834 §5, and the older marks of answering machines.
fn auto_reply(bytes: &[u8], index: &Index) -> Option<(PassReason, String)> {
    let value = |name: &str| index.header().value(bytes, name).map(|value| value.to_ascii_lowercase());
    if let Some(submitted) = value("Auto-Submitted") {
        let word = submitted.split(['(', ';', ' ']).next().unwrap_or_default();
        if !matches!(word, "no" | "") {
            return Some((PassReason::AutoReply, format!("Auto-Submitted: {word}")));
        }
    }
    if value("Precedence").is_some_and(|value| matches!(value.as_str(), "auto_reply" | "auto-reply")) {
        return Some((PassReason::AutoReply, "Precedence: auto_reply".to_owned()));
    }
    let marks = ["X-Autoreply", "X-Autorespond"];
    let mark = marks.into_iter().find(|name| value(name).is_some_and(|value| value != "no"))?;
    Some((PassReason::AutoReply, mark.to_owned()))
}

/// RFC 2919, RFC 2369. `List-Unsubscribe` alone stands in ordinary mail too, since mail clients offer it.
fn list(bytes: &[u8], index: &Index) -> Option<(PassReason, String)> {
    let header = index.header();
    if let Some(name) = ["List-Id", "List-Post"].into_iter().find(|name| header.count(bytes, name) > 0) {
        return Some((PassReason::List, name.to_owned()));
    }
    let precedence = header.value(bytes, "Precedence")?.to_ascii_lowercase();
    let bulk = matches!(precedence.as_str(), "bulk" | "list" | "junk");
    bulk.then(|| (PassReason::List, format!("Precedence: {precedence}")))
}

#[cfg(test)]
mod tests;
