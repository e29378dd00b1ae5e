//! The sentences of reports and notices, chosen by language, kind and cause. They speak to people who have never heard of us.
//!
//! Each language is one table, so that a translator reads one page. `{}` is filled in order. Dates are in UTC and say so.

mod danish;
mod dutch;
mod english;
mod french;
mod german;
mod spanish;

use super::text::{shown, wrapped};
use super::{Cause, Kind};
use message::encode::header_text;
use model::MessageId;

/// The language in which a tenant's senders are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
    German,
    French,
    Spanish,
    Dutch,
    Danish,
}

impl Language {
    /// Every language, for tables and tests.
    pub const ALL: [Self; 6] =
        [Self::English, Self::German, Self::French, Self::Spanish, Self::Dutch, Self::Danish];

    /// The language of a tag such as `de` or `de-AT`; English for all that we cannot write.
    #[must_use]
    pub fn of_tag(tag: &str) -> Self {
        Self::known(tag).unwrap_or_default()
    }

    pub(super) fn known(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().trim();
        Self::ALL.into_iter().find(|language| language.phrases().tag.eq_ignore_ascii_case(primary))
    }

    pub(super) fn phrases(self) -> &'static Phrases {
        match self {
            Self::English => &english::PHRASES,
            Self::German => &german::PHRASES,
            Self::French => &french::PHRASES,
            Self::Spanish => &spanish::PHRASES,
            Self::Dutch => &dutch::PHRASES,
            Self::Danish => &danish::PHRASES,
        }
    }
}

/// What a language says of one cause.
pub(super) struct CauseWords {
    /// What happened.
    pub(super) what: &'static str,
    /// What the sender does about a message that was given up.
    pub(super) act: &'static str,
    /// Who acts while the message waits.
    pub(super) waiting: &'static str,
    /// What the tenant's administrator does.
    pub(super) admin: &'static str,
}

/// All sentences of a language but those of the causes.
pub(super) struct Phrases {
    pub(super) tag: &'static str,
    pub(super) failed_subject: &'static str,
    pub(super) delayed_subject: &'static str,
    pub(super) relayed_subject: &'static str,
    pub(super) failed: &'static str,
    pub(super) failed_several: &'static str,
    /// Until when.
    pub(super) delayed: &'static str,
    pub(super) delayed_several: &'static str,
    pub(super) relayed: &'static str,
    pub(super) cause: &'static str,
    pub(super) to_do: &'static str,
    pub(super) answer_of: &'static str,
    pub(super) no_answer: &'static str,
    pub(super) said: &'static str,
    /// The id.
    pub(super) closing: &'static str,
    /// The id, in a notice.
    pub(super) notice_closing: &'static str,
    /// Tenant, messages.
    pub(super) notice_subject: &'static str,
    /// Tenant, messages, oldest.
    pub(super) notice: &'static str,
    /// When senders are told, when the oldest is given up.
    pub(super) notice_next: &'static str,
    /// Tenant.
    pub(super) domain_subject: &'static str,
    /// Tenant.
    pub(super) domain: &'static str,
    pub(super) domain_next: &'static str,
    /// Tenant.
    pub(super) over_subject: &'static str,
    /// Tenant, since when.
    pub(super) over: &'static str,
    /// Tenant.
    pub(super) disturbed_subject: &'static str,
    /// From, until, tenant.
    pub(super) disturbed: &'static str,
    /// Affected, late, rerouted, waiting, reported.
    pub(super) disturbed_counts: &'static str,
    pub(super) disturbed_nothing: &'static str,
    pub(super) disturbed_waits: &'static str,
    pub(super) disturbed_again: &'static str,
    /// Until when.
    pub(super) disturbed_link: &'static str,
    causes: Causes,
}

/// What a language says of each cause.
struct Causes {
    unknown_recipient: CauseWords,
    mailbox_full: CauseWords,
    mailbox_closed: CauseWords,
    recipient_policy: CauseWords,
    content: CauseWords,
    too_large: CauseWords,
    sender_domain: CauseWords,
    receiver: CauseWords,
    ours: CauseWords,
    tenant_setup: CauseWords,
    in_a_loop: CauseWords,
    held: CauseWords,
    unclear: CauseWords,
}

impl Phrases {
    pub(super) fn causes(&self, cause: Cause) -> &CauseWords {
        let causes = &self.causes;
        match cause {
            Cause::UnknownRecipient => &causes.unknown_recipient,
            Cause::MailboxFull => &causes.mailbox_full,
            Cause::MailboxClosed => &causes.mailbox_closed,
            Cause::RecipientPolicy => &causes.recipient_policy,
            Cause::Content => &causes.content,
            Cause::TooLarge => &causes.too_large,
            Cause::SenderDomain => &causes.sender_domain,
            Cause::Receiver => &causes.receiver,
            Cause::Ours => &causes.ours,
            Cause::TenantSetup => &causes.tenant_setup,
            Cause::Loop => &causes.in_a_loop,
            Cause::Held => &causes.held,
            Cause::Unclear => &causes.unclear,
        }
    }
}

pub(super) fn tag(language: Language) -> &'static str {
    language.phrases().tag
}

/// The subject field's value, with that of the original where it is known.
pub(super) fn subject(language: Language, kind: Kind, original: Option<&str>) -> String {
    let phrases = language.phrases();
    let about = match kind {
        Kind::Failed => phrases.failed_subject,
        Kind::Delayed { .. } => phrases.delayed_subject,
        Kind::Relayed => phrases.relayed_subject,
    };
    header_text(&original.map_or_else(|| about.to_owned(), |original| format!("{about}: {original}")))
}

/// The first paragraph.
pub(super) fn opening(language: Language, kind: Kind, recipients: usize) -> String {
    let phrases = language.phrases();
    let several = recipients > 1;
    let text = match kind {
        Kind::Failed if several => phrases.failed_several.to_owned(),
        Kind::Failed => phrases.failed.to_owned(),
        Kind::Delayed { until } => {
            let text = if several { phrases.delayed_several } else { phrases.delayed };
            filled(text, &[&shown(until)])
        }
        Kind::Relayed => phrases.relayed.to_owned(),
    };
    wrapped(&text)
}

/// The paragraphs about a cause; what was handed on has none.
pub(super) fn cause(language: Language, kind: Kind, cause: Cause) -> Option<String> {
    let phrases = language.phrases();
    let words = phrases.causes(cause);
    let who = match kind {
        Kind::Failed => words.act,
        Kind::Delayed { .. } => words.waiting,
        Kind::Relayed => return None,
    };
    let what = wrapped(&format!("{} {}", phrases.cause, words.what));
    Some(format!("\n{what}{}", wrapped(&format!("{} {who}", phrases.to_do))))
}

/// The last paragraph, with the number by which the message is found.
pub(super) fn closing(closing: &str, about: MessageId) -> String {
    format!("\n{}", wrapped(&filled(closing, &[&about.to_string()])))
}

/// Each `{}` replaced by the next value.
pub(super) fn filled(text: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut out = String::new();
    for (number, piece) in text.split("{}").enumerate() {
        if number > 0 {
            out.push_str(values.next().copied().unwrap_or_default());
        }
        out.push_str(piece);
    }
    out
}
