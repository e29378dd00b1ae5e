//! How to be told: every feed and format with what it is for.
//!
//! The page asks for nothing and sends nothing; a reader follows what is here with a program of their own.

use super::Scene;
use super::parts::{escaped, text};
use super::sheet::{Place, Sheet};
use crate::language::Language;

pub(super) fn page(scene: Scene<'_>, language: Language) -> Sheet {
    let body = format!("<h1>{}</h1>{}", language.pick("Subscribe", "Abonnieren"), feeds(scene, language));
    Sheet { title: language.pick("Subscribe", "Abonnieren").to_owned(), place: Place::Subscribe, body }
}

fn feeds(scene: Scene<'_>, language: Language) -> String {
    let top = super::sheet::to_top(language, "subscribe/");
    let entry = |path: &str, name: &str, about: &str| {
        format!("<li><a href=\"{top}{path}\">{name}</a> <span class=\"about\">{about}</span></li>")
    };
    let general = [
        entry(
            "history.atom",
            "Atom",
            language.pick("every incident, for feed readers", "jede Störung, für Feed-Reader"),
        ),
        entry("history.rss", "RSS", language.pick("the same", "dasselbe")),
        entry(
            "maintenance.ics",
            "iCalendar",
            language.pick("planned maintenance, for calendars", "geplante Wartung, für Kalender"),
        ),
        entry(
            "api/v2/summary.json",
            "api/v2",
            language.pick("for tools that read Statuspage", "für Werkzeuge, die Statuspage lesen"),
        ),
        entry(
            "api/v1/status.json",
            "api/v1",
            language.pick(
                "everything, with unknown and the times of measurement",
                "alles, mit „unbekannt“ und Messzeiten",
            ),
        ),
        entry(
            "status.txt",
            "status.txt",
            language.pick("one line for each part, for terminals", "eine Zeile je Teil, für Terminals"),
        ),
        entry(
            "badge.svg",
            "badge.svg",
            language.pick("a picture for other pages", "ein Bild für andere Seiten"),
        ),
    ];
    let parts: String = scene
        .view
        .components
        .iter()
        .map(|part| {
            let name = format!("{} › {}", escaped(&part.region), text(scene, language, &part.name));
            entry(&format!("components/{}.atom", part.id.as_str()), &name, "Atom")
        })
        .collect();
    format!(
        "<section><h2>{}</h2><ul class=\"past\">{}</ul><details class=\"days\"><summary>{}</summary><ul class=\"past\">{parts}</ul></details></section>",
        language.pick("Feeds and formats", "Feeds und Formate"),
        general.concat(),
        language.pick("A feed for each part", "Ein Feed je Teil"),
    )
}
