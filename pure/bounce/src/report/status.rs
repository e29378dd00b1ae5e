//! The part that machines read: RFC 3464 §2, field by field.
//!
//! What came in xtext is told as the text that it stands for, as the RFC wants it.

use super::text::{address_in_ascii, ascii, clean, line, unescaped};
use super::{Kind, Report, Reported};
use model::Recipient;
use smtp::xtext;

/// The type of addresses in RFC 6533 §3.
const UTF_8: &str = "utf-8";

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
    if let Some((kind, original)) = original_of(one.recipient) {
        line(out, &format!("Original-Recipient: {}", typed(report, kind, &original)));
    }
    let kind = if address.needs_smtputf8() { UTF_8 } else { "rfc822" };
    line(out, &format!("Final-Recipient: {}", typed(report, kind, address.as_str())));
    let action = match report.kind {
        Kind::Failed => "failed",
        Kind::Delayed { .. } => "delayed",
        Kind::Relayed => "relayed",
    };
    line(out, &format!("Action: {action}"));
    line(out, &format!("Status: {}", one.status));
    if let Some(host) = one.remote_host {
        line(out, &format!("Remote-MTA: dns; {}", plain(report, name_of(host))));
    }
    // Its type says whose words they are (RFC 3464 §2.3.6): a host may have said nothing.
    let is_reply = one.diagnostic.as_bytes().get(..3).is_some_and(|code| code.iter().all(u8::is_ascii_digit));
    let whose = if is_reply && one.remote_host.is_some() { "smtp" } else { "x-signpost" };
    line(out, &format!("Diagnostic-Code: {whose}; {}", plain(report, one.diagnostic)));
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

/// What the sender called the recipient, with its type: the text behind xtext, and behind the escapes of an address in UTF-8.
pub(super) fn original_of(recipient: &Recipient) -> Option<(&str, String)> {
    let (kind, original) = recipient.orcpt.as_deref()?.split_once(';')?;
    let text = decoded(original);
    Some((kind, if kind.eq_ignore_ascii_case(UTF_8) { unescaped(&text) } else { text }))
}

/// An address with its type.
fn typed(report: &Report<'_>, kind: &str, address: &str) -> String {
    let is_xtext = kind.eq_ignore_ascii_case(UTF_8) && !report.is_internationalised();
    let address = if is_xtext { address_in_ascii(address) } else { plain(report, address) };
    format!("{}; {address}", plain(report, kind))
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
