//! The two languages of the page.
//!
//! A language has its own addresses (`/`, `/de/`), so that a link means the same for everybody and a static copy needs no choice by header. The words
//! that belong to a state stand here once for every page; sentences of one page stand with it, as pairs.

use crate::overall::Flow;
use crate::view::Sky;
use incident::{Impact, MaintenancePhase, Phase, State, Text};

/// A language that pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    German,
}

impl From<incident::Language> for Language {
    fn from(language: incident::Language) -> Self {
        match language {
            incident::Language::En => Self::English,
            incident::Language::De => Self::German,
        }
    }
}

impl From<Language> for incident::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::English => Self::En,
            Language::German => Self::De,
        }
    }
}

impl Language {
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::German];

    /// BCP 47.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The folder of its pages.
    pub(crate) const fn folder(self) -> &'static str {
        match self {
            Self::English => "",
            Self::German => "de/",
        }
    }

    pub(crate) const fn other(self) -> Self {
        match self {
            Self::English => Self::German,
            Self::German => Self::English,
        }
    }

    /// One of a pair.
    pub(crate) const fn pick<'t>(self, en: &'t str, de: &'t str) -> &'t str {
        match self {
            Self::English => en,
            Self::German => de,
        }
    }

    /// The text, and whether it is in this language.
    pub(crate) fn text(self, text: &Text) -> (&str, bool) {
        match self {
            Self::English => (&text.en, true),
            // A person who wrote in one language is shown in it; that it is English is a guess, and nearly always right.
            Self::German => (&text.de, text.de != text.en),
        }
    }

    pub(crate) const fn state(self, state: State) -> &'static str {
        match state {
            State::Operational => self.pick("Operational", "In Betrieb"),
            State::UnderMaintenance => self.pick("Under maintenance", "In Wartung"),
            State::DegradedPerformance => self.pick("Degraded performance", "Verlangsamt"),
            State::Unknown => self.pick("Unknown", "Unbekannt"),
            State::PartialOutage => self.pick("Partial outage", "Teilausfall"),
            State::MajorOutage => self.pick("Major outage", "Ausfall"),
        }
    }

    pub(crate) const fn phase(self, phase: Phase) -> &'static str {
        match phase {
            Phase::Investigating => self.pick("Investigating", "Wird untersucht"),
            Phase::Identified => self.pick("Identified", "Ursache gefunden"),
            Phase::Monitoring => self.pick("Monitoring", "Wird beobachtet"),
            Phase::Resolved => self.pick("Resolved", "Behoben"),
            Phase::Postmortem => self.pick("Postmortem", "Nachbericht"),
        }
    }

    pub(crate) const fn maintenance(self, phase: MaintenancePhase) -> &'static str {
        match phase {
            MaintenancePhase::Scheduled => self.pick("Scheduled", "Geplant"),
            MaintenancePhase::InProgress => self.pick("In progress", "Läuft"),
            MaintenancePhase::Verifying => self.pick("Verifying", "Wird geprüft"),
            MaintenancePhase::Completed => self.pick("Completed", "Abgeschlossen"),
            MaintenancePhase::Cancelled => self.pick("Cancelled", "Abgesagt"),
        }
    }

    /// Adjective for a severity.
    pub(crate) const fn impact(self, impact: Impact) -> &'static str {
        match impact {
            Impact::None => self.pick("Notice", "Hinweis"),
            Impact::Minor => self.pick("Minor", "Gering"),
            Impact::Major => self.pick("Major", "Erheblich"),
            Impact::Critical => self.pick("Critical", "Kritisch"),
        }
    }

    pub(crate) const fn sky(self, sky: Sky) -> &'static str {
        match sky {
            Sky::Clear => self.pick("Clear", "Frei"),
            Sky::Slow => self.pick("Slow", "Langsam"),
            Sky::Shut => self.pick("Not used", "Nicht benutzt"),
            Sky::Probing => self.pick("Coming back", "Kehrt zurück"),
            Sky::Quiet => self.pick("No mail lately", "Zuletzt keine Mail"),
            Sky::Unknown => self.pick("Unknown", "Unbekannt"),
        }
    }

    /// The sentence on top of the page.
    pub(crate) const fn flow(self, flow: Flow) -> &'static str {
        match flow {
            Flow::Flowing => self.pick("Mail is flowing.", "E-Mail fließt."),
            Flow::FlowingBut => self
                .pick("Mail is flowing. Something else is disturbed.", "E-Mail fließt. Anderes ist gestört."),
            Flow::UnderMaintenance => {
                self.pick("Planned maintenance is under way.", "Eine geplante Wartung läuft.")
            }
            Flow::Slow => {
                self.pick("Mail is flowing, more slowly than usual.", "E-Mail fließt, langsamer als sonst.")
            }
            Flow::Unknown => self.pick(
                "We cannot say at the moment whether all mail flows.",
                "Wir können gerade nicht sagen, ob alle E-Mail fließt.",
            ),
            Flow::Partly => {
                self.pick("Part of the mail is not flowing.", "Ein Teil der E-Mail fließt nicht.")
            }
            Flow::Stopped => self.pick("Mail is not flowing at the moment.", "E-Mail fließt zurzeit nicht."),
        }
    }
}
