//! The mailbox page: figures, what arrived, what is on its way, what was reported, and the form.
//!
//! Newest first. While a message that was just sent is still on its way the page reloads itself, for a bounded time.

use super::markup::{badge, document, size, time};
use super::message::{Change, change_of};
use super::seen;
use crate::compose::escape_html;
use crate::exchange::Exchange;
use crate::mailbox::{Arrived, Fate, Report, ReportOrigin, Sent};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Rows of a table; the JSON has all.
const ROWS_MAX: usize = 200;
/// For so long after Send the page looks again by itself.
const LOOK_AGAIN_FOR: Duration = Duration::from_secs(30);

pub(super) fn render(exchange: &Exchange, just_sent: Option<u64>) -> String {
    let (messages, sent, reports) = {
        let mailbox = exchange.mailbox();
        (mailbox.messages(), mailbox.sent(), mailbox.reports())
    };
    let arrived = |sent: &Sent| messages.iter().any(|message| message.token.as_deref() == Some(&sent.token));
    let under_way: Vec<&Sent> = sent.iter().rev().filter(|sent| !arrived(sent) && !is_over(sent)).collect();
    let now = crate::wall_clock();
    let refresh = under_way.iter().any(|sent| now.since(sent.submitted) < LOOK_AGAIN_FOR);
    let notice =
        just_sent.map(|id| notice(sent.iter().find(|sent| sent.id == id), &under_way)).unwrap_or_default();
    let body = format!(
        "{notice}<div class=\"columns\">\n<div>{}{}{}{}</div>\n{}</div>\n",
        figures(exchange),
        inbox(exchange, &messages),
        queue(&under_way),
        report_list(&reports),
        form(exchange)
    );
    document("Mailbox · Signpost playground", refresh, &body)
}

/// Whether every recipient ended in a way that brings nothing to this mailbox.
fn is_over(sent: &Sent) -> bool {
    sent.recipients.iter().all(|recipient| match recipient.fate {
        Fate::Delivered | Fate::Reported { .. } => true,
        Fate::Waiting { .. } | Fate::HandedOver { .. } => false,
    })
}

fn notice(sent: Option<&Sent>, under_way: &[&Sent]) -> String {
    let Some(sent) = sent else { return String::new() };
    let words = if under_way.iter().any(|other| other.id == sent.id) {
        "Sent. It goes to Signpost and comes back here; this page looks again by itself."
    } else {
        "Sent, and it has come back: the newest line below."
    };
    format!("<p class=\"notice\" role=\"status\">{words}</p>\n")
}

fn figures(exchange: &Exchange) -> String {
    let figures = exchange.mailbox().figures;
    let reports = figures.reports_own + figures.reports_in;
    let rows = [
        ("sent", figures.submitted),
        ("arrived", figures.delivered),
        ("duplicates", figures.duplicates),
        ("refused", figures.refused + figures.put_off),
        ("reports", reports),
    ];
    let cells = rows.iter().map(|(name, count)| format!("<div><dt>{name}</dt><dd>{count}</dd></div>"));
    format!("<h1>Mailbox</h1>\n<dl class=\"figures\">{}</dl>\n", cells.collect::<String>())
}

fn inbox(exchange: &Exchange, messages: &[Arc<Arrived>]) -> String {
    if messages.is_empty() {
        return "<section class=\"panel empty\"><h2>Nothing has arrived yet</h2><p>Send a message with the form, or point any \
                mail client at the relay. What comes back appears here.</p></section>\n"
            .to_owned();
    }
    let rows: String = messages.iter().rev().take(ROWS_MAX).map(|message| row(exchange, message)).collect();
    let more = if messages.len() > ROWS_MAX {
        format!("<p class=\"quiet\">The newest {ROWS_MAX} of {} are shown.</p>", messages.len())
    } else {
        String::new()
    };
    format!(
        "<section class=\"panel\"><table class=\"inbox\"><caption class=\"hidden\">Messages, newest first</caption>\
         <thead><tr><th scope=\"col\">Subject</th><th scope=\"col\">From and to</th><th scope=\"col\">Signature</th>\
         <th scope=\"col\" class=\"number\">Time and size</th></tr></thead>\n<tbody>{rows}</tbody></table>{more}</section>\n"
    )
}

fn row(exchange: &Exchange, message: &Arrived) -> String {
    let subject = seen::subject_of(&message.data);
    let subject = if subject.is_empty() { "(no subject)" } else { &subject };
    let from = if message.mail_from.is_empty() { "(null sender)" } else { &message.mail_from };
    let (kind, word) = change_words(change_of(exchange, message));
    format!(
        "<tr><td class=\"subject\"><a href=\"/playground/message/{}\">{}</a></td><td class=\"who\">{}<br><span class=\"quiet\">to {}</span></td>\
         <td>{}</td><td class=\"number when\">{}<br><span class=\"quiet\">{}</span></td></tr>\n",
        message.id,
        escape_html(subject),
        escape_html(from),
        escape_html(&message.rcpt_to.join(", ")),
        badge(kind, word),
        time(message.received),
        size(message.data.len())
    )
}

/// Colour and word for what became of the body.
pub(super) fn change_words(change: Change) -> (&'static str, &'static str) {
    match change {
        Change::Stamped => ("good", "stamped"),
        Change::Untouched => ("plain", "not stamped"),
        Change::Unknown => ("plain", "through Signpost"),
        Change::SentAgain => ("warn", "sent again"),
        Change::Report => ("warn", "report"),
        Change::Incoming => ("plain", "incoming"),
        Change::NeverLeft => ("warn", "not through Signpost"),
    }
}

fn queue(under_way: &[&Sent]) -> String {
    if under_way.is_empty() {
        return String::new();
    }
    let rows = under_way.iter().take(ROWS_MAX).flat_map(|sent| {
        sent.recipients.iter().map(move |recipient| {
            format!(
                "<tr><td class=\"subject\">{}</td><td class=\"who\">{}<br><span class=\"quiet\">to {}</span></td><td>{}</td></tr>\n",
                escape_html(&seen::subject_of(&sent.raw)),
                escape_html(&sent.mail_from),
                escape_html(&recipient.address),
                escape_html(&fate_words(&recipient.fate))
            )
        })
    });
    format!(
        "<section class=\"panel\"><h2>On its way</h2><table><thead><tr><th scope=\"col\">Subject</th><th scope=\"col\">From and to</th>\
         <th scope=\"col\">Where it is</th></tr></thead><tbody>{}</tbody></table></section>\n",
        rows.collect::<String>()
    )
}

/// Where a recipient's copy is, as a sentence.
pub(super) fn fate_words(fate: &Fate) -> String {
    match fate {
        Fate::Waiting { attempts: 0, .. } => "waits in Exchange for its first attempt".to_owned(),
        Fate::Waiting { attempts, last } => {
            format!("waits in Exchange after {attempts} attempts; the last said: {last}")
        }
        Fate::HandedOver { reply } => format!("taken by Signpost: {reply}"),
        Fate::Delivered => "delivered without Signpost".to_owned(),
        Fate::Reported { reply } => format!("given up, the sender has a report: {reply}"),
    }
}

fn report_list(reports: &[Report]) -> String {
    if reports.is_empty() {
        return String::new();
    }
    let rows = reports.iter().rev().take(ROWS_MAX).map(|report| {
        let origin = match report.origin {
            ReportOrigin::Exchange => "Exchange",
            ReportOrigin::Connector => "Signpost",
        };
        let reason = escape_html(&report.reason);
        let reason = match report.arrived {
            Some(id) => format!("<a href=\"/playground/message/{id}\">{reason}</a>"),
            None => reason,
        };
        format!(
            "<tr><td>{origin}</td><td class=\"who\">{}</td><td>{reason}</td><td class=\"number when\">{}</td></tr>\n",
            escape_html(&report.to),
            time(report.received)
        )
    });
    format!(
        "<section class=\"panel\"><h2>Reports to senders</h2><table><thead><tr><th scope=\"col\">Written by</th><th scope=\"col\">To</th>\
         <th scope=\"col\">Reason</th><th scope=\"col\" class=\"number\">Time</th></tr></thead><tbody>{}</tbody></table></section>\n",
        rows.collect::<String>()
    )
}

fn form(exchange: &Exchange) -> String {
    let people = exchange.tenants().iter().flat_map(|tenant| &tenant.people).map(|person| {
        let (name, address) = (escape_html(&person.name), escape_html(&person.address));
        format!("<option value=\"{address}\">{name}</option>")
    });
    format!(
        "<aside class=\"panel compose\"><h2>Send a message</h2>\n<form method=\"post\" action=\"/playground/send\">\n\
         <label for=\"from\">From</label><select id=\"from\" name=\"from\">{}</select>\n\
         <label for=\"to\">To</label><input id=\"to\" name=\"to\" type=\"email\" required maxlength=\"254\" value=\"kim@customer.example\">\n\
         <label for=\"subject\">Subject</label><input id=\"subject\" name=\"subject\" maxlength=\"400\" value=\"A question about the order\">\n\
         <label for=\"body\">Text</label><textarea id=\"body\" name=\"body\" rows=\"7\">\
         Dear Ms Kim,\n\nwould Thursday suit you for a call?\n\nBest regards</textarea>\n\
         <fieldset><legend>Kind</legend>\
         <label class=\"choice\"><input type=\"radio\" name=\"kind\" value=\"new\" checked> New message</label>\
         <label class=\"choice\"><input type=\"radio\" name=\"kind\" value=\"reply\"> Reply, with a quote below</label></fieldset>\n\
         <button type=\"submit\">Send</button>\n</form></aside>\n",
        people.collect::<String>()
    )
}

/// Everything that is kept, for programs.
pub(super) fn json(exchange: &Exchange) -> Value {
    let (figures, messages, sent, reports) = {
        let mailbox = exchange.mailbox();
        (mailbox.figures, mailbox.messages(), mailbox.sent(), mailbox.reports())
    };
    let messages: Vec<Value> = messages.iter().rev().map(|message| message_json(exchange, message)).collect();
    let sent: Vec<Value> = sent
        .iter()
        .rev()
        .map(|sent| {
            json!({
                "id": sent.id, "token": sent.token, "submitted": sent.submitted, "mail_from": sent.mail_from,
                "recipients": sent.recipients, "size": sent.wire.len(),
            })
        })
        .collect();
    json!({ "figures": figures, "messages": messages, "sent": sent, "reports": reports })
}

fn message_json(exchange: &Exchange, message: &Arrived) -> Value {
    let change = change_of(exchange, message);
    json!({
        "id": message.id, "received": message.received, "peer": message.peer, "helo": message.helo,
        "mail_from": message.mail_from, "rcpt_to": message.rcpt_to, "framing": message.framing, "tls": message.tls,
        "attribution": message.attribution, "subject": seen::subject_of(&message.data), "size": message.data.len(),
        "bare_lf": message.bare_lf, "bare_cr": message.bare_cr, "token": message.token, "processed": message.processed,
        "course": message.course, "reply_withheld": message.reply_withheld, "stamped": change == Change::Stamped,
        "result": change_words(change).1,
    })
}
