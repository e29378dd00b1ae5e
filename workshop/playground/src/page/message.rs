//! One message's page: as it was sent and as it arrived, side by side, in one of three views.
//!
//! The sent message is found by the token header; without it only the arrived one is shown. Whether a message was stamped is told by its
//! bytes, not by what Signpost says of itself: the body differs from the body that was sent.

use super::difference::{Mark, compare};
use super::list::change_words;
use super::markup::{badge, day_and_time, document, size};
use super::seen;
use crate::compose::escape_html;
use crate::exchange::Exchange;
use crate::mailbox::{Arrived, AttributedBy, Course, Framing};
use serde::Deserialize;
use std::fmt::{self, Write as _};
use std::sync::Arc;

/// Bytes of a source that the page shows; the file has all.
const SOURCE_MAX: usize = 400_000;

/// Which form of the message is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum View {
    #[default]
    Seen,
    Text,
    Source,
}

/// Which of the two messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Side {
    Sent,
    Arrived,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sent => "sent",
            Self::Arrived => "arrived",
        })
    }
}

/// What became of the body on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Stamped,
    Untouched,
    /// It was not sent from here, so there is nothing to compare with.
    Unknown,
    SentAgain,
    /// A report with a null sender.
    Report,
    /// From outside: the transport rule has no say in it.
    Incoming,
    NeverLeft,
}

pub(super) fn change_of(exchange: &Exchange, arrived: &Arrived) -> Change {
    if arrived.course == Course::SentAgain {
        return Change::SentAgain;
    }
    if arrived.processed.is_none() {
        let by_recipient =
            arrived.attribution.as_ref().is_some_and(|attribution| attribution.by == AttributedBy::RcptTo);
        return match (arrived.mail_from.is_empty(), by_recipient) {
            (true, _) => Change::Report,
            (false, true) => Change::Incoming,
            (false, false) => Change::NeverLeft,
        };
    }
    if arrived.framing == Framing::Internal {
        return Change::NeverLeft;
    }
    match bytes_of(exchange, arrived, Side::Sent) {
        None => Change::Unknown,
        Some(sent) if body_of(&sent) == body_of(&arrived.data) => Change::Untouched,
        Some(_) => Change::Stamped,
    }
}

fn body_of(message: &[u8]) -> &[u8] {
    let end = message.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(message.len());
    &message[end..]
}

/// The bytes of one side; the sent one as it went to the connector.
pub(super) fn bytes_of(exchange: &Exchange, arrived: &Arrived, side: Side) -> Option<Arc<[u8]>> {
    match side {
        Side::Arrived => Some(Arc::clone(&arrived.data)),
        Side::Sent => exchange.mailbox().sent_by_token(arrived.token.as_deref()?).map(|sent| sent.wire),
    }
}

pub(super) fn render(exchange: &Exchange, arrived: &Arrived, view: View) -> String {
    let seen = seen::read(&arrived.data);
    let subject = if seen.subject.is_empty() { "(no subject)" } else { &seen.subject };
    let (kind, word) = change_words(change_of(exchange, arrived));
    let sent = bytes_of(exchange, arrived, Side::Sent);
    let columns = match view {
        View::Seen => seen_columns(arrived, sent.is_some(), &seen),
        View::Text => text_columns(arrived, sent.as_deref(), &seen),
        View::Source => source_columns(arrived, sent.as_deref()),
    };
    let body = format!(
        "<nav class=\"back\" aria-label=\"Breadcrumb\"><a href=\"/playground\">← Mailbox</a></nav>\n\
         <section class=\"panel head\"><h1>{}</h1>{}\n{}\n{}</section>\n{}\n{columns}",
        escape_html(subject),
        badge(kind, word),
        people(&seen),
        facts(arrived),
        tabs(arrived.id, view)
    );
    document(&format!("{subject} · Signpost playground"), false, &body)
}

fn people(seen: &seen::Seen) -> String {
    format!(
        "<p class=\"people\"><span>From</span> {}<br><span>To</span> {}</p>",
        escape_html(&seen.from),
        escape_html(&seen.to)
    )
}

fn facts(arrived: &Arrived) -> String {
    let mut rows = vec![("Arrived", day_and_time(arrived.received)), ("Size", size(arrived.data.len()))];
    let path = match arrived.peer {
        Some(peer) => {
            format!("from {peer} ({}) by {}", escape_html(&arrived.helo), framing_word(arrived.framing))
        }
        None => "never left Exchange".to_owned(),
    };
    rows.push(("Way", path));
    let tls = arrived.tls.as_ref().map(|tls| escape_html(&format!("{} {}", tls.protocol, tls.cipher)));
    rows.push(("TLS", tls.unwrap_or_else(|| "none".to_owned())));
    if let Some(attribution) = &arrived.attribution {
        let by = match attribution.by {
            AttributedBy::Certificate => "client certificate",
            AttributedBy::MailFrom => "MAIL FROM",
            AttributedBy::RcptTo => "RCPT TO",
        };
        rows.push(("Tenant", format!("{} by {by}", attribution.tenant)));
    }
    rows.push((
        "Envelope",
        escape_html(&format!("<{}> to {}", arrived.mail_from, arrived.rcpt_to.join(", "))),
    ));
    let cells = rows.iter().map(|(name, value)| format!("<div><dt>{name}</dt><dd>{value}</dd></div>"));
    format!("<dl class=\"facts\">{}</dl>", cells.collect::<String>())
}

fn framing_word(framing: Framing) -> &'static str {
    match framing {
        Framing::Data => "DATA",
        Framing::Bdat => "BDAT",
        Framing::Internal => "Exchange itself",
    }
}

fn tabs(id: u64, view: View) -> String {
    let tab = |this: View, name: &str, word: &str| {
        let current = if this == view { " aria-current=\"page\"" } else { "" };
        format!("<a href=\"/playground/message/{id}?view={name}\"{current}>{word}</a>")
    };
    format!(
        "<nav class=\"tabs\" aria-label=\"View\">{}{}{}</nav>",
        tab(View::Seen, "seen", "As seen"),
        tab(View::Text, "text", "As text"),
        tab(View::Source, "source", "Source")
    )
}

/// Two columns, or one when nothing is known about the sending.
fn columns(sent: Option<String>, arrived: &str) -> String {
    let Some(sent) = sent else {
        return format!(
            "<div class=\"single\">{arrived}</div>\n<p class=\"quiet\">This message was not sent from the playground, so there is nothing beside it.</p>\n"
        );
    };
    format!("<div class=\"pair\">{sent}{arrived}</div>\n")
}

fn column(title: &str, id: u64, side: Side, content: &str) -> String {
    format!(
        "<section class=\"panel column\" aria-label=\"{title}\"><h2>{title} \
         <a class=\"file\" href=\"/playground/message/{id}/{side}/source\">.eml</a></h2>{content}</section>\n"
    )
}

fn seen_columns(arrived: &Arrived, has_sent: bool, seen: &seen::Seen) -> String {
    let frame = |side: Side, title: &str| {
        let id = arrived.id;
        let frame = format!(
            "<iframe sandbox=\"\" title=\"{title}\" src=\"/playground/message/{id}/{side}/html\"></iframe>"
        );
        let files = if side == Side::Arrived { attachments(seen) } else { String::new() };
        column(title, id, side, &(frame + &files))
    };
    columns(has_sent.then(|| frame(Side::Sent, "As it was sent")), &frame(Side::Arrived, "As it arrived"))
}

fn attachments(seen: &seen::Seen) -> String {
    if seen.attachments.is_empty() {
        return String::new();
    }
    let items = seen.attachments.iter().map(|part| {
        let (name, kind) = (escape_html(&part.name), escape_html(&part.media_type));
        format!("<li>{name} <span class=\"quiet\">{kind}, {}</span></li>", size(part.size))
    });
    format!("<ul class=\"files\">{}</ul>", items.collect::<String>())
}

fn text_columns(arrived: &Arrived, sent: Option<&[u8]>, seen: &seen::Seen) -> String {
    let sent_text = sent.map(|sent| seen::read(sent).text);
    marked_columns(arrived, sent_text.as_deref(), &seen.text)
}

fn source_columns(arrived: &Arrived, sent: Option<&[u8]>) -> String {
    let text = |bytes: &[u8]| {
        let shown = &bytes[..bytes.len().min(SOURCE_MAX)];
        let mut text = String::from_utf8_lossy(shown).into_owned();
        if shown.len() < bytes.len() {
            text.push_str("\n[the rest is in the .eml file]");
        }
        text
    };
    marked_columns(arrived, sent.map(text).as_deref(), &text(&arrived.data))
}

fn marked_columns(arrived: &Arrived, sent: Option<&str>, after: &str) -> String {
    let after: Vec<&str> = after.lines().collect();
    let Some(before) = sent else {
        let same = vec![Mark::Same; after.len()];
        return columns(
            None,
            &column("As it arrived", arrived.id, Side::Arrived, &lines(&after, &same, "", "")),
        );
    };
    let before: Vec<&str> = before.lines().collect();
    let (before_marks, after_marks) = compare(&before, &after);
    let added = after_marks.iter().filter(|mark| **mark == Mark::Only).count();
    let gone = before_marks.iter().filter(|mark| **mark == Mark::Only).count();
    let sent = column(
        "As it was sent",
        arrived.id,
        Side::Sent,
        &format!(
            "<p class=\"quiet\">{}</p>{}",
            counted(gone, "gone or changed"),
            lines(&before, &before_marks, "del", "−")
        ),
    );
    let arrived = column(
        "As it arrived",
        arrived.id,
        Side::Arrived,
        &format!(
            "<p class=\"quiet\">{}</p>{}",
            counted(added, "new or changed"),
            lines(&after, &after_marks, "ins", "+")
        ),
    );
    columns(Some(sent), &arrived)
}

fn counted(count: usize, what: &str) -> String {
    match count {
        0 => format!("No line {what}."),
        1 => format!("1 line {what}."),
        _ => format!("{count} lines {what}."),
    }
}

fn lines(lines: &[&str], marks: &[Mark], element: &str, sign: &str) -> String {
    let mut html = String::from("<pre tabindex=\"0\">");
    for (line, mark) in lines.iter().zip(marks) {
        let line = escape_html(line);
        let _infallible = match mark {
            Mark::Same => write!(html, "<span class=\"line\">{line}\n</span>"),
            Mark::Only => write!(html, "<{element} class=\"line\" data-sign=\"{sign}\">{line}\n</{element}>"),
        };
    }
    html + "</pre>"
}
