//! The notice to a tenant's contacts: its mail is being kept, or no longer is, or was disturbed by an incident.
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
        /// Opens the page that tells of each message, until then; if an incident is known.
        link: Option<(&'a str, Timestamp)>,
    },
    /// A message was given up for the tenant's own domain (law 3: the domain's owner can mend it, its sender cannot).
    DomainRefused {
        /// What was said, `host: reply`.
        words: &'a str,
    },
    /// None is kept any longer.
    Over { since: Timestamp },
    /// An incident met its mail and does so no longer.
    Disturbed(Disturbed<'a>),
}

/// What an incident did to the tenant's mail, in messages; one may count in several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disturbed<'a> {
    pub began: Timestamp,
    pub ended: Timestamp,
    pub affected: u64,
    pub late: u64,
    pub rerouted: u64,
    pub waiting: u64,
    /// Their senders were told that they were not delivered.
    pub reported: u64,
    /// Opens the page that tells of each message.
    pub link: &'a str,
    /// Until when it does.
    pub expires: Timestamp,
}

/// Everything that a notice says.
#[derive(Debug, Clone)]
pub struct Notice<'a> {
    pub id: MessageId,
    /// The oldest message that is meant.
    pub about: MessageId,
    /// The domain of its From and Message-ID.
    pub domain: &'a str,
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
        write_origin(self.id, &clean(self.domain), self.now, &mut out);
        let to: Vec<String> = self.to.iter().map(|address| format!("<{address}>")).collect();
        line(&mut out, &format!("To: {}", to.join(",\r\n ")));
        line(&mut out, &format!("Subject: {}", header_text(&self.subject())));
        line(&mut out, "Auto-Submitted: auto-generated");
        line(&mut out, "X-Auto-Response-Suppress: All");
        line(&mut out, &format!("X-Signpost-Processed: {}", clean(self.processed)));
        line(&mut out, "MIME-Version: 1.0");
        text::write_part(&self.human_text(), &[self.language], &mut out);
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
            Occasion::Disturbed(_) => words::filled(self.language.phrases().disturbed_subject, &[&tenant]),
        }
    }

    fn human_text(&self) -> String {
        let phrases = self.language.phrases();
        let mut text = String::new();
        match &self.occasion {
            Occasion::Waiting { messages, oldest, senders_told, expires, cause, words: said, link } => {
                let (messages, oldest) = (messages.to_string(), shown(*oldest));
                let opening = words::filled(phrases.notice, &[&clean(self.tenant), &messages, &oldest]);
                text.push_str(&wrapped(&opening));
                text.push_str(&self.cause(*cause, said));
                let (told, expires) = (shown(*senders_told), shown(*expires));
                text.push_str(&format!(
                    "\n{}",
                    wrapped(&words::filled(phrases.notice_next, &[&told, &expires]))
                ));
                if let Some((link, until)) = link {
                    text.push_str(&format!("\n{}", self.link(link, *until)));
                }
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
            Occasion::Disturbed(disturbed) => text.push_str(&self.disturbed(disturbed)),
        }
        text.push_str(&words::closing(phrases.notice_closing, self.about));
        text
    }

    /// What it did, what the administrator does, and where each message is looked up.
    fn disturbed(&self, disturbed: &Disturbed<'_>) -> String {
        let phrases = self.language.phrases();
        let (began, ended) = (shown(disturbed.began), shown(disturbed.ended));
        let opening = words::filled(phrases.disturbed, &[&began, &ended, &clean(self.tenant)]);
        let counts =
            [disturbed.affected, disturbed.late, disturbed.rerouted, disturbed.waiting, disturbed.reported]
                .map(|count| count.to_string());
        let counts = words::filled(phrases.disturbed_counts, &counts.each_ref().map(String::as_str));
        let to_do = match (disturbed.reported, disturbed.waiting) {
            (1.., _) => phrases.disturbed_again,
            (0, 1..) => phrases.disturbed_waits,
            (0, 0) => phrases.disturbed_nothing,
        };
        format!(
            "{}\n{}\n{}",
            wrapped(&format!("{opening} {counts}")),
            wrapped(&format!("{} {to_do}", phrases.to_do)),
            self.link(disturbed.link, disturbed.expires),
        )
    }

    /// The link stands on a line of its own and is never broken.
    fn link(&self, link: &str, until: Timestamp) -> String {
        let words = words::filled(self.language.phrases().disturbed_link, &[&shown(until)]);
        format!("{}    {}\n", wrapped(&words), clean(link))
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
