//! The delivery status notification: multipart/report of RFC 3462, message/delivery-status of RFC 3464.
//!
//! A report is a function of its fields: written twice it has the same bytes, so a crash between writing and recording cannot
//! make two different ones. Nothing that a peer or a user wrote reaches a header line unfolded: control characters are
//! taken out first. Its own header needs SMTPUTF8 only when the sender's own address does. The parts behind the text are in UTF-8 where the original
//! was (RFC 6533); else a foreign script is written in the ASCII form that the same RFC gives.

mod cause;
mod notice;
mod reader;
mod returned;
mod status;
mod text;
mod tls;
mod words;

pub use cause::Cause;
pub use notice::{Disturbed, Notice, Occasion};
pub use tls::TlsReport;
pub use words::Language;

use message::Index;
use model::{
    Address, BodyType, EnhancedCode, Envelope, MessageId, Notify, Recipient, ReversePath, Timestamp,
};
use text::{clean, line};

/// A subject or id of the original that is longer is not repeated.
const REPEATED_LEN_MAX: usize = 200;
/// Between the text in the sender's language and the same in English.
const BETWEEN: &str = "\n* * *\n\n";

/// What a report says of its recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Given up.
    Failed,
    /// Not delivered yet; tried until then.
    Delayed { until: Timestamp },
    /// Handed to a mail system that does not tell us more (RFC 3461 §5.2.2).
    Relayed,
}

impl Kind {
    /// Whether the sender of a message wants to hear this about a recipient with this NOTIFY (RFC 3461 §4.1). Without the parameter
    /// failure and delay are told. A null sender is never told anything; that is the caller's to know.
    #[must_use]
    pub fn is_wanted(self, notify: Option<Notify>) -> bool {
        match (self, notify) {
            (Self::Failed | Self::Delayed { .. }, None) => true,
            (Self::Relayed, None) => false,
            (Self::Failed, Some(notify)) => notify.failure,
            (Self::Delayed { .. }, Some(notify)) => notify.delay,
            (Self::Relayed, Some(notify)) => notify.success,
        }
    }
}

/// One recipient of the message with what became of it.
#[derive(Debug, Clone)]
pub struct Reported<'a> {
    pub recipient: &'a Recipient,
    pub status: EnhancedCode,
    pub cause: Cause,
    /// The host that answered, `name [address]`; `None` if none did.
    pub remote_host: Option<&'a str>,
    /// What it said, or what kept us from asking, as one line.
    pub diagnostic: &'a str,
    pub last_attempt: Option<Timestamp>,
}

/// The original, as far as it is at hand.
#[derive(Debug, Clone, Copy)]
pub struct Original<'a> {
    /// Its first bytes, with the header.
    pub beginning: &'a [u8],
    /// All its bytes.
    pub size: u64,
}

/// Everything that a report says.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// The report's own id.
    pub id: MessageId,
    /// The message that it is about.
    pub about: MessageId,
    pub kind: Kind,
    /// The host that says it.
    pub reporting_host: &'a str,
    /// The domain of its From and Message-ID.
    pub domain: &'a str,
    /// The name under which the message was handed to us.
    pub received_from: &'a str,
    pub to: &'a Address,
    pub language: Language,
    /// The value of `X-Signpost-Processed`, so that the tenant's rule does not send the report round.
    pub processed: &'a str,
    pub envelope: &'a Envelope,
    pub arrived: Timestamp,
    pub now: Timestamp,
    pub recipients: &'a [Reported<'a>],
    pub original: Original<'a>,
}

impl Report<'_> {
    /// The report as a message with CRLF line ends.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let boundary = format!("=_report_{}", self.id);
        let mut out = Vec::new();
        self.write_header(&boundary, &mut out);
        line(&mut out, &format!("--{boundary}"));
        let languages = self.languages();
        let texts: Vec<String> = languages.iter().map(|language| self.human_text(*language)).collect();
        text::write_part(&texts.join(BETWEEN), &languages, &mut out);
        line(&mut out, &format!("--{boundary}"));
        status::write(self, &mut out);
        line(&mut out, &format!("--{boundary}"));
        returned::write(self, &mut out);
        line(&mut out, &format!("--{boundary}--"));
        out
    }

    /// The envelope under which the report travels.
    #[must_use]
    pub fn envelope(&self, bytes: &[u8]) -> Envelope {
        let require_tls = self.envelope.require_tls;
        Envelope { require_tls, ..envelope_of_ours([self.to.clone()], bytes) }
    }

    /// Whether the part for machines is in UTF-8 (RFC 6533 §4): who sent with SMTPUTF8 can read that, nobody else need.
    fn is_internationalised(&self) -> bool {
        let is_foreign = |one: &Reported<'_>| {
            let original = status::original_of(one.recipient).is_some_and(|(_, text)| !text.is_ascii());
            original || one.recipient.address.needs_smtputf8() || !one.diagnostic.is_ascii()
        };
        self.to.needs_smtputf8() || self.envelope.smtputf8 && self.recipients.iter().any(is_foreign)
    }

    fn write_header(&self, boundary: &str, out: &mut Vec<u8>) {
        let header = returned::header_of(self.original.beginning);
        let index = Index::of(header);
        let repeated = |name| {
            let value = index.header().value(header, name)?;
            (value.len() <= REPEATED_LEN_MAX && !value.is_empty()).then_some(value)
        };
        let subject = repeated("Subject").map(|subject| message::decode_words(&subject));
        write_origin(self.id, &clean(self.domain), self.now, out);
        line(out, &format!("To: <{}>", self.to));
        line(out, &format!("Subject: {}", words::subject(self.language, self.kind, subject.as_deref())));
        if let Some(id) = repeated("Message-ID").filter(|id| is_message_id(id)) {
            line(out, &format!("References: {id}"));
        }
        line(out, "Auto-Submitted: auto-replied");
        line(out, &format!("X-Signpost-Processed: {}", clean(self.processed)));
        line(out, "MIME-Version: 1.0");
        let report_type =
            if self.is_internationalised() { "global-delivery-status" } else { "delivery-status" };
        line(out, &format!("Content-Type: multipart/report; report-type={report_type};"));
        line(out, &format!(" boundary=\"{boundary}\""));
        line(out, "");
    }

    /// That of the sender, and English for whoever it is passed on to.
    fn languages(&self) -> Vec<Language> {
        if self.language == Language::English {
            vec![Language::English]
        } else {
            vec![self.language, Language::English]
        }
    }

    /// Each cause once, under it its recipients with the words of the host.
    fn human_text(&self, language: Language) -> String {
        let phrases = language.phrases();
        let mut text = words::opening(language, self.kind, self.recipients.len());
        let mut causes: Vec<Cause> = Vec::new();
        for one in self.recipients {
            if !causes.contains(&one.cause) {
                causes.push(one.cause);
            }
        }
        for cause in causes {
            if let Some(words) = words::cause(language, self.kind, cause) {
                text.push_str(&words);
            }
            for one in self.recipients.iter().filter(|one| one.cause == cause) {
                text.push_str(&format!("\n  <{}>\n", one.recipient.address));
                match (one.remote_host, cause) {
                    (Some(host), _) => {
                        text.push_str(&format!("    {} {}:\n", phrases.answer_of, clean(host)))
                    }
                    // Nobody was asked: it is kept by us.
                    (None, Cause::Held | Cause::Loop) => {}
                    (None, _) => text.push_str(&format!("    {}\n", phrases.no_answer)),
                }
                text.push_str(&format!("    {}\n", clean(one.diagnostic)));
            }
        }
        text.push_str(&words::closing(phrases.closing, self.about));
        text
    }
}

/// The envelope of what we write ourselves: a null sender, so that nothing is ever answered (RFC 3464 §2, RFC 5321 §4.5.5).
fn envelope_of_ours(to: impl IntoIterator<Item = Address>, bytes: &[u8]) -> Envelope {
    let mut envelope = Envelope::new(ReversePath::Null, to);
    envelope.smtputf8 = envelope.recipients.iter().any(|one| one.address.needs_smtputf8());
    envelope.body = if bytes.is_ascii() { BodyType::SevenBit } else { BodyType::EightBitMime };
    envelope
}

fn write_origin(id: MessageId, domain: &str, now: Timestamp, out: &mut Vec<u8>) {
    line(out, &format!("From: Mail Delivery System <MAILER-DAEMON@{domain}>"));
    line(out, &format!("Date: {}", now.to_rfc5322()));
    line(out, &format!("Message-ID: <{id}@{domain}>"));
}

/// One id in angle brackets, of visible ASCII.
fn is_message_id(text: &str) -> bool {
    text.starts_with('<')
        && text.ends_with('>')
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && text.matches('<').count() == 1
}

#[cfg(test)]
mod tests;
