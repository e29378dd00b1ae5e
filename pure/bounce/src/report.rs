//! The delivery status notification: multipart/report of RFC 3462, message/delivery-status of RFC 3464.
//!
//! A report is a function of its fields: written twice it has the same bytes, so a crash between writing and recording cannot
//! make two different ones. Nothing that a peer or a user wrote reaches a header line unfolded: control characters are
//! taken out first. A report about an internationalised address takes the forms of RFC 6533.

mod words;

pub use words::Language;

use model::{
    Address, BodyType, DsnReturn, EnhancedCode, Envelope, MessageId, Recipient, ReversePath, Timestamp,
};

/// Longer originals are returned by their header alone, whatever RET says (RFC 3461 §4.3 allows it).
const RETURNED_BYTES_MAX: usize = 1 << 20;

/// One recipient that will not be reached.
#[derive(Debug, Clone)]
pub struct FailedRecipient<'a> {
    pub recipient: &'a Recipient,
    pub status: EnhancedCode,
    /// The host that refused, if one did.
    pub remote_host: Option<&'a str>,
    /// What it said, or what kept us from asking, as one line.
    pub diagnostic: &'a str,
}

/// The original, as far as it can be returned.
#[derive(Debug, Clone, Copy)]
enum Returned<'a> {
    Full(&'a [u8]),
    Headers(&'a [u8]),
}

/// Everything that a report says.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// The report's own id.
    pub id: MessageId,
    /// The name that says it, also the domain of its From and Message-ID.
    pub reporting_host: &'a str,
    pub to: &'a Address,
    pub language: Language,
    /// The value of `X-Signpost-Processed`, so that the tenant's rule does not send the report round.
    pub processed: &'a str,
    pub envelope: &'a Envelope,
    pub arrived: Timestamp,
    pub now: Timestamp,
    pub failed: &'a [FailedRecipient<'a>],
    pub original: &'a [u8],
}

impl Report<'_> {
    /// The report as a message with CRLF line ends.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let boundary = format!("=_report_{}", self.id);
        let returned = self.returned();
        let mut out = Vec::new();
        self.write_header(&boundary, &mut out);
        self.write_text(&boundary, &mut out);
        self.write_status(&boundary, &mut out);
        write_returned(returned, &boundary, &mut out);
        line(&mut out, &format!("--{boundary}--"));
        out
    }

    /// The envelope under which the report travels.
    #[must_use]
    pub fn envelope(&self, bytes: &[u8]) -> Envelope {
        let mut envelope = Envelope::new(ReversePath::Null, [self.to.clone()]);
        envelope.smtputf8 = self.is_internationalised();
        envelope.body = if bytes.is_ascii() { BodyType::SevenBit } else { BodyType::EightBitMime };
        envelope
    }

    fn is_internationalised(&self) -> bool {
        self.to.needs_smtputf8() || self.failed.iter().any(|failed| failed.recipient.address.needs_smtputf8())
    }

    /// The whole original only if the sender asked for it; the header is what helps most people.
    fn returned(&self) -> Returned<'_> {
        let wants_all = self.envelope.ret == Some(DsnReturn::Full);
        if wants_all && self.original.len() <= RETURNED_BYTES_MAX {
            return Returned::Full(self.original);
        }
        Returned::Headers(header_of(self.original))
    }

    fn write_header(&self, boundary: &str, out: &mut Vec<u8>) {
        let host = clean(self.reporting_host);
        line(out, &format!("From: Mail Delivery System <MAILER-DAEMON@{host}>"));
        line(out, &format!("To: <{}>", self.to));
        line(out, &format!("Subject: {}", words::subject(self.language)));
        line(out, &format!("Date: {}", self.now.to_rfc5322()));
        line(out, &format!("Message-ID: <{}@{host}>", self.id));
        line(out, "Auto-Submitted: auto-replied");
        line(out, &format!("X-Signpost-Processed: {}", clean(self.processed)));
        line(out, "MIME-Version: 1.0");
        line(out, "Content-Type: multipart/report; report-type=delivery-status;");
        line(out, &format!(" boundary=\"{boundary}\""));
        line(out, "");
        line(out, words::preamble(self.language));
        line(out, "");
    }

    fn write_text(&self, boundary: &str, out: &mut Vec<u8>) {
        line(out, &format!("--{boundary}"));
        line(out, "Content-Type: text/plain; charset=utf-8");
        line(out, "Content-Transfer-Encoding: 8bit");
        line(out, &format!("Content-Language: {}", words::tag(self.language)));
        line(out, "");
        words::introduction(self.language).iter().for_each(|text| line(out, text));
        for failed in self.failed {
            line(out, "");
            line(out, &format!("  <{}>", failed.recipient.address));
            match failed.remote_host {
                Some(host) => line(out, &format!("    {} {}:", words::answer_of(self.language), clean(host))),
                None => line(out, &format!("    {}", words::no_answer(self.language))),
            }
            line(out, &format!("    {}", clean(failed.diagnostic)));
        }
        line(out, "");
        line(out, &format!("{} {}", words::closing(self.language), self.id));
    }

    fn write_status(&self, boundary: &str, out: &mut Vec<u8>) {
        let global = self.is_internationalised();
        line(out, &format!("--{boundary}"));
        line(
            out,
            if global {
                "Content-Type: message/global-delivery-status"
            } else {
                "Content-Type: message/delivery-status"
            },
        );
        if global {
            line(out, "Content-Transfer-Encoding: 8bit");
        }
        line(out, "");
        line(out, &format!("Reporting-MTA: dns; {}", clean(self.reporting_host)));
        if let Some(envid) = &self.envelope.envid {
            line(out, &format!("Original-Envelope-Id: {}", clean(envid)));
        }
        line(out, &format!("Arrival-Date: {}", self.arrived.to_rfc5322()));
        for failed in self.failed {
            line(out, "");
            write_recipient_status(failed, out);
        }
        line(out, "");
    }
}

fn write_recipient_status(failed: &FailedRecipient<'_>, out: &mut Vec<u8>) {
    let address = &failed.recipient.address;
    if let Some(orcpt) = &failed.recipient.orcpt {
        line(out, &format!("Original-Recipient: {}", clean(&orcpt.replacen(';', "; ", 1))));
    }
    let kind = if address.needs_smtputf8() { "utf-8" } else { "rfc822" };
    line(out, &format!("Final-Recipient: {kind}; {address}"));
    line(out, "Action: failed");
    line(out, &format!("Status: {}", failed.status));
    if let Some(host) = failed.remote_host {
        line(out, &format!("Remote-MTA: dns; {}", clean(host)));
        line(out, &format!("Diagnostic-Code: smtp; {}", clean(failed.diagnostic)));
    } else {
        line(out, &format!("Diagnostic-Code: x-signpost; {}", clean(failed.diagnostic)));
    }
}

fn write_returned(returned: Returned<'_>, boundary: &str, out: &mut Vec<u8>) {
    line(out, &format!("--{boundary}"));
    let (media_type, bytes) = match returned {
        Returned::Full(bytes) => ("message/rfc822", bytes),
        Returned::Headers(bytes) => ("text/rfc822-headers", bytes),
    };
    line(out, &format!("Content-Type: {media_type}"));
    line(
        out,
        if bytes.is_ascii() { "Content-Transfer-Encoding: 7bit" } else { "Content-Transfer-Encoding: 8bit" },
    );
    line(out, "");
    out.extend_from_slice(bytes);
    if !bytes.ends_with(b"\n") {
        line(out, "");
    }
    // The line end before a boundary belongs to the boundary: this one keeps the original's own last line end.
    line(out, "");
}

/// Everything up to the first empty line, its own line end included.
fn header_of(original: &[u8]) -> &[u8] {
    let mut start = 0;
    while let Some(length) = original[start..].iter().position(|&byte| byte == b'\n') {
        let text = &original[start..start + length];
        if text.is_empty() || text == b"\r" {
            return &original[..start];
        }
        start += length + 1;
    }
    original
}

/// A text as part of one line: every control character becomes a space.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn line(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests;
