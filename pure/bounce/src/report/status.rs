//! The part that machines read: RFC 3464 §2, field by field.
//!
//! What came in xtext is told as the text that it stands for, as the RFC wants it.

use super::text::{ascii, clean, line};
use super::{Kind, Report, Reported};
use smtp::xtext;

pub(super) fn write(report: &Report<'_>, out: &mut Vec<u8>) {
    if report.is_internationalised() {
        line(out, "Content-Type: message/global-delivery-status");
        line(out, "Content-Transfer-Encoding: 8bit");
    } else {
        line(out, "Content-Type: message/delivery-status");
    }
    line(out, "");
    // §2.2: about the message.
    line(out, &format!("Reporting-MTA: dns; {}", plain(report, report.reporting_host)));
    if let Some(envid) = &report.envelope.envid {
        line(out, &format!("Original-Envelope-Id: {}", plain(report, &decoded(envid))));
    }
    line(out, &format!("Received-From-MTA: dns; {}", plain(report, report.received_from)));
    line(out, &format!("Arrival-Date: {}", report.arrived.to_rfc5322()));
    line(out, &format!("X-Signpost-Message-Id: {}", report.about));
    for one in report.recipients {
        line(out, "");
        write_recipient(report, one, out);
    }
    line(out, "");
}

/// §2.3: about one recipient.
fn write_recipient(report: &Report<'_>, one: &Reported<'_>, out: &mut Vec<u8>) {
    let address = &one.recipient.address;
    if let Some((kind, original)) = one.recipient.orcpt.as_deref().and_then(|orcpt| orcpt.split_once(';')) {
        let original = plain(report, &decoded(original));
        line(out, &format!("Original-Recipient: {}; {original}", plain(report, kind)));
    }
    let kind = if address.needs_smtputf8() { "utf-8" } else { "rfc822" };
    line(out, &format!("Final-Recipient: {kind}; {}", plain(report, address.as_str())));
    let action = match report.kind {
        Kind::Failed => "failed",
        Kind::Delayed { .. } => "delayed",
        Kind::Relayed => "relayed",
    };
    line(out, &format!("Action: {action}"));
    line(out, &format!("Status: {}", one.status));
    match one.remote_host {
        Some(host) => {
            line(out, &format!("Remote-MTA: dns; {}", plain(report, name_of(host))));
            line(out, &format!("Diagnostic-Code: smtp; {}", plain(report, one.diagnostic)));
        }
        None => line(out, &format!("Diagnostic-Code: x-signpost; {}", plain(report, one.diagnostic))),
    }
    if let Some(at) = one.last_attempt {
        line(out, &format!("Last-Attempt-Date: {}", at.to_rfc5322()));
    }
    if let Kind::Delayed { until } = report.kind {
        line(out, &format!("Will-Retry-Until: {}", until.to_rfc5322()));
    }
}

/// The name of `name [address]`; the literal where the name is an address itself.
fn name_of(host: &str) -> &str {
    let (name, literal) = host.split_once(' ').unwrap_or((host, ""));
    if name.parse::<core::net::IpAddr>().is_ok() && !literal.is_empty() { literal } else { name }
}

/// UTF-8 where the whole report is in UTF-8, else ASCII.
fn plain(report: &Report<'_>, text: &str) -> String {
    if report.is_internationalised() { clean(text) } else { ascii(text) }
}

/// RFC 3461 §4. What is no xtext was let in by an earlier release and is told as it came.
fn decoded(text: &str) -> String {
    let bytes = xtext::decode(text.as_bytes());
    bytes.map_or_else(|| text.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}
