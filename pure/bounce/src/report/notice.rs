//! The notice to a tenant's contacts: its mail is being kept, or no longer is.
//!
//! One notice speaks of all messages of the tenant together: how many, since when, why, and who has to do what. It names no sender, recipient
//! or subject, because contacts need not be entitled to them. It is an automatic message with a null sender and is never answered.

use super::text::{clean, line, shown, wrapped};
use super::{Cause, Language, envelope_of_ours, text, words, write_origin};
use message::encode::header_text;
use model::{Address, Envelope, MessageId, Timestamp};

/// What the contacts are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occasion<'a> {
    /// Mail is kept.
    Waiting {
        messages: u64,
        /// When the oldest of them was received.
        oldest: Timestamp,
        /// When the senders are told for the first time.
        senders_told: Timestamp,
        /// When the oldest is given up.
        expires: Timestamp,
        cause: Cause,
        /// What was said, `host: reply`, about the oldest.
        words: &'a str,
    },
    /// A message was given up for the tenant's own domain (law 3: the domain's owner can mend it, its sender cannot).
    DomainRefused {
        /// What was said, `host: reply`.
        words: &'a str,
    },
    /// None is kept any longer.
    Over { since: Timestamp },
}

/// Everything that a notice says.
#[derive(Debug, Clone)]
pub struct Notice<'a> {
    pub id: MessageId,
    /// The oldest message that is meant.
    pub about: MessageId,
    pub reporting_host: &'a str,
    pub to: &'a [Address],
    pub language: Language,
    /// How people call the tenant.
    pub tenant: &'a str,
    /// The value of `X-Signpost-Processed`.
    pub processed: &'a str,
    pub now: Timestamp,
    pub occasion: Occasion<'a>,
}

impl Notice<'_> {
    /// The notice as a message with CRLF line ends.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write_origin(self.id, &clean(self.reporting_host), self.now, &mut out);
        let to: Vec<String> = self.to.iter().map(|address| format!("<{address}>")).collect();
        line(&mut out, &format!("To: {}", to.join(",\r\n ")));
        line(&mut out, &format!("Subject: {}", header_text(&self.subject())));
        line(&mut out, "Auto-Submitted: auto-generated");
        line(&mut out, "X-Auto-Response-Suppress: All");
        line(&mut out, &format!("X-Signpost-Processed: {}", clean(self.processed)));
        line(&mut out, "MIME-Version: 1.0");
        text::write_part(&self.human_text(), self.language, &mut out);
        out
    }

    /// The envelope under which the notice travels.
    #[must_use]
    pub fn envelope(&self, bytes: &[u8]) -> Envelope {
        envelope_of_ours(self.to.iter().cloned(), bytes)
    }

    fn subject(&self) -> String {
        let tenant = clean(self.tenant);
        match &self.occasion {
            Occasion::Waiting { messages, .. } => {
                words::filled(self.language.phrases().notice_subject, &[&tenant, &messages.to_string()])
            }
            Occasion::DomainRefused { .. } => {
                words::filled(self.language.phrases().domain_subject, &[&tenant])
            }
            Occasion::Over { .. } => words::filled(self.language.phrases().over_subject, &[&tenant]),
        }
    }

    fn human_text(&self) -> String {
        let phrases = self.language.phrases();
        let mut text = String::new();
        match &self.occasion {
            Occasion::Waiting { messages, oldest, senders_told, expires, cause, words: said } => {
                let (messages, oldest) = (messages.to_string(), shown(*oldest));
                let opening = words::filled(phrases.notice, &[&clean(self.tenant), &messages, &oldest]);
                text.push_str(&wrapped(&opening));
                text.push_str(&self.cause(*cause, said));
                let (told, expires) = (shown(*senders_told), shown(*expires));
                text.push_str(&format!(
                    "\n{}",
                    wrapped(&words::filled(phrases.notice_next, &[&told, &expires]))
                ));
            }
            Occasion::DomainRefused { words: said } => {
                text.push_str(&wrapped(&words::filled(phrases.domain, &[&clean(self.tenant)])));
                text.push_str(&self.cause(Cause::SenderDomain, said));
                text.push_str(&format!("\n{}", wrapped(phrases.domain_next)));
            }
            Occasion::Over { since } => {
                let opening = words::filled(phrases.over, &[&clean(self.tenant), &shown(*since)]);
                text.push_str(&wrapped(&opening));
            }
        }
        text.push_str(&words::closing(phrases.notice_closing, self.about));
        text
    }

    /// What happened, what the administrator does, and what was said.
    fn cause(&self, cause: Cause, said: &str) -> String {
        let phrases = self.language.phrases();
        let about = phrases.causes(cause);
        let mut text = format!("\n{}", wrapped(&format!("{} {}", phrases.cause, about.what)));
        text.push_str(&format!("\n{}", wrapped(&format!("{} {}", phrases.to_do, about.admin))));
        if !said.is_empty() {
            text.push_str(&format!("\n{}\n    {}\n", phrases.said, clean(said)));
        }
        text
    }
}

#[cfg(test)]
mod tests;
