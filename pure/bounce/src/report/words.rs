//! The sentences of a report, per language. They speak to a sender who has never heard of us.

/// The language in which a tenant's senders are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
    German,
}

impl Language {
    /// The language of a tag such as `de` or `de-AT`; English for all that we cannot write yet.
    #[must_use]
    pub fn of_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("de") { Self::German } else { Self::English }
    }
}

pub(super) fn tag(language: Language) -> &'static str {
    match language {
        Language::English => "en",
        Language::German => "de",
    }
}

/// ASCII only, so that it needs no encoding.
pub(super) fn subject(language: Language) -> &'static str {
    match language {
        Language::English => "Your message could not be delivered",
        Language::German => "Ihre Nachricht konnte nicht zugestellt werden",
    }
}

pub(super) fn preamble(language: Language) -> &'static str {
    match language {
        Language::English => "This is a delivery report in several parts.",
        Language::German => "Dies ist ein mehrteiliger Zustellbericht.",
    }
}

pub(super) fn introduction(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => &[
            "Your message did not reach the recipients below. It will not be tried again:",
            "please correct the cause that is named, then send it once more.",
        ],
        Language::German => &[
            "Ihre Nachricht hat die folgenden Empfänger nicht erreicht. Es gibt keinen weiteren",
            "Versuch: Bitte beheben Sie die genannte Ursache und senden Sie sie dann erneut.",
        ],
    }
}

pub(super) fn answer_of(language: Language) -> &'static str {
    match language {
        Language::English => "Answer of",
        Language::German => "Antwort von",
    }
}

pub(super) fn no_answer(language: Language) -> &'static str {
    match language {
        Language::English => "The mail system of the recipient was not reached:",
        Language::German => "Das Mailsystem des Empfängers wurde nicht erreicht:",
    }
}

pub(super) fn closing(language: Language) -> &'static str {
    match language {
        Language::English => "If you ask your administrator, please give this number:",
        Language::German => "Wenn Sie Ihren Administrator fragen, nennen Sie bitte diese Nummer:",
    }
}
