//! The mail that carries a report on TLS to a recipients' domain (RFC 8460 §5.3).
//!
//! What the report says is made elsewhere and comes as compressed bytes. It has a null sender like everything that we write: whether it came is
//! seen from the answers, and nobody is to be answered. The same fields give the same bytes.

use super::{envelope_of_ours, text};
use message::encode;
use model::{Address, Envelope, MessageId, Timestamp};
use text::{clean, line};

/// Everything that the mail says.
#[derive(Debug, Clone)]
pub struct TlsReport<'a> {
    /// The mail's own id.
    pub id: MessageId,
    /// In the submitter's domain, which also signs it.
    pub from: &'a Address,
    pub to: &'a Address,
    /// The domain that is told.
    pub domain: &'a str,
    /// Who tells it.
    pub submitter: &'a str,
    /// The report's id, the same for every place that it goes to.
    pub report_id: &'a str,
    pub file_name: &'a str,
    /// Of `gzip`.
    pub media_type: &'a str,
    pub gzip: &'a [u8],
    pub now: Timestamp,
}

impl TlsReport<'_> {
    /// The mail with CRLF line ends.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let boundary = format!("=_report_{}", self.id);
        let (domain, submitter) = (clean(self.domain), clean(self.submitter));
        let mut out = Vec::new();
        let mut say = |text: &str| line(&mut out, text);
        say(&format!("From: <{}>", self.from));
        say(&format!("Date: {}", self.now.to_rfc5322()));
        say(&format!("Message-ID: <{}@{submitter}>", self.id));
        say(&format!("To: <{}>", self.to));
        say(&format!("Subject: Report Domain: {domain}"));
        say(&format!(" Submitter: {submitter}"));
        say(&format!(" Report-ID: <{}>", clean(self.report_id)));
        say(&format!("TLS-Report-Domain: {domain}"));
        say(&format!("TLS-Report-Submitter: {submitter}"));
        say("Auto-Submitted: auto-generated");
        say("MIME-Version: 1.0");
        say("Content-Type: multipart/report; report-type=\"tlsrpt\";");
        say(&format!(" boundary=\"{boundary}\""));
        say("");
        say(&format!("--{boundary}"));
        say("Content-Type: text/plain; charset=us-ascii");
        say("Content-Transfer-Encoding: 7bit");
        say("");
        say("This is an aggregate report on TLS (RFC 8460).");
        say(&format!("Submitter: {submitter}"));
        say(&format!("About mail servers of: {domain}"));
        say("");
        say(&format!("--{boundary}"));
        say(&format!("Content-Type: {}", self.media_type));
        say("Content-Transfer-Encoding: base64");
        say(&format!(
            "Content-Disposition: attachment;\r\n filename={}",
            encode::quoted_parameter(self.file_name)
        ));
        say("");
        out.extend_from_slice(&encode::base64(self.gzip, "\r\n"));
        line(&mut out, "");
        line(&mut out, &format!("--{boundary}--"));
        out
    }

    /// The envelope under which it travels.
    #[must_use]
    pub fn envelope(&self, bytes: &[u8]) -> Envelope {
        envelope_of_ours([self.to.clone()], bytes)
    }
}

#[cfg(test)]
mod tests;
