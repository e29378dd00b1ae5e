//! How to be told: by mail, where the operator has a way out for it, and every feed and format with what it is for.
//!
//! A copy takes no addresses: it links to the page that does. Opening a page sends nothing; a button does.

use super::parts::{escaped, text};
use super::sheet::{Place, Sheet};
use super::{Mode, Scene};
use crate::language::Language;
use crate::view::PublicId;
use std::collections::BTreeSet;

pub(super) fn page(scene: Scene<'_>, language: Language) -> Sheet {
    let heading = language.pick("Subscribe", "Abonnieren");
    let body = format!("<h1>{heading}</h1>{}{}", mail(scene, language), feeds(scene, language));
    Sheet { title: language.pick("Subscribe", "Abonnieren").to_owned(), place: Place::Subscribe, body }
}

fn mail(scene: Scene<'_>, language: Language) -> String {
    if !scene.settings.offers_mail {
        return String::new();
    }
    let heading = language.pick("By e-mail", "Per E-Mail");
    let inside = match scene.mode {
        Mode::Copy => format!(
            "<p><a href=\"{}/{}subscribe/\">{}</a></p>",
            escaped(&scene.settings.url),
            language.folder(),
            language.pick("Subscribe on the page itself", "Auf der Seite selbst abonnieren"),
        ),
        Mode::Live => format!(
            "<form method=\"post\" action=\"./\" class=\"card form\"><p class=\"about\">{about}</p><label for=\"address\">{address}</label>\
             <input id=\"address\" name=\"address\" type=\"email\" required maxlength=\"254\" autocomplete=\"email\">{choice}\
             <p><button>{button}</button></p></form>",
            about = language.pick(
                "A letter with each update. It begins when you follow the link in the first one.",
                "Eine Nachricht zu jeder Meldung. Es beginnt, wenn Sie dem Link in der ersten folgen.",
            ),
            address = language.pick("E-mail address", "E-Mail-Adresse"),
            choice = choice(scene, language, None),
            button = language.pick("Subscribe", "Abonnieren"),
        ),
    };
    format!("<section><h2>{heading}</h2>{inside}</section>")
}

/// Everything, or chosen parts.
fn choice(scene: Scene<'_>, language: Language, wanted: Option<&BTreeSet<PublicId>>) -> String {
    let mark = |is_on: bool| if is_on { " checked" } else { "" };
    let boxes: String = scene
        .view
        .components
        .iter()
        .map(|part| {
            let id = part.id.as_str();
            let is_on = wanted.is_some_and(|wanted| wanted.contains(&part.id));
            format!(
                "<label><input type=\"checkbox\" name=\"part\" value=\"{id}\"{}> {} › {}</label>",
                mark(is_on),
                escaped(&part.region),
                text(scene, language, &part.name),
            )
        })
        .collect();
    format!(
        "<fieldset><legend>{about}</legend><label><input type=\"radio\" name=\"about\" value=\"all\"{all}> {everything}</label>\
         <label><input type=\"radio\" name=\"about\" value=\"some\"{some}> {only}</label><div class=\"parts\">{boxes}</div></fieldset>",
        about = language.pick("What about", "Worüber"),
        all = mark(wanted.is_none()),
        some = mark(wanted.is_some()),
        everything = language.pick("Everything", "Alles"),
        only = language.pick("Only these parts:", "Nur diese Teile:"),
    )
}

/// Below a link for confirmation.
pub(crate) fn confirm(language: Language, is_of_vendors: bool) -> String {
    let heading = if is_of_vendors {
        language.pick("Alerts on other vendors by e-mail", "Meldungen über andere Anbieter per E-Mail")
    } else {
        language.pick("Status updates by e-mail", "Statusmeldungen per E-Mail")
    };
    format!(
        "<h1>{heading}</h1><p>{}</p><form method=\"post\" class=\"form\"><p><button>{}</button></p></form>",
        language.pick("Nothing is sent unless you confirm.", "Ohne Ihre Bestätigung wird nichts gesendet."),
        language.pick("Yes, send them", "Ja, bitte senden"),
    )
}

/// Below a link that changes or ends a subscription.
pub(crate) fn manage(
    scene: Scene<'_>,
    language: Language,
    wanted: Option<&BTreeSet<PublicId>>,
    chosen: Option<incident::Language>,
) -> String {
    format!(
        "<h1>{title}</h1><form method=\"post\" class=\"card form\">{choice}{end}</form>",
        title = language.pick("Your subscription", "Ihr Abonnement"),
        choice = choice(scene, language, wanted),
        end = end(language, chosen),
    )
}

/// What every form of a subscription ends with: its language and the buttons.
pub(super) fn end(language: Language, chosen: Option<incident::Language>) -> String {
    let tongues = chosen.map_or_else(String::new, |chosen| {
        let entry = |one: Language, name: &str| {
            let mark = if one == Language::from(chosen) { " checked" } else { "" };
            let tag = one.tag();
            format!("<label lang=\"{tag}\"><input type=\"radio\" name=\"language\" value=\"{tag}\"{mark}> {name}</label>")
        };
        format!(
            "<fieldset><legend>{}</legend>{}{}</fieldset>",
            language.pick("Language", "Sprache"),
            entry(Language::English, "English"),
            entry(Language::German, "Deutsch"),
        )
    });
    format!(
        "{tongues}<p><button name=\"action\" value=\"save\">{save}</button> \
         <button name=\"action\" value=\"leave\" class=\"plain\">{leave}</button></p>",
        save = language.pick("Save", "Speichern"),
        leave = language.pick("End the subscription", "Abonnement beenden"),
    )
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
    // A copy has none: they are made anew where the vendors are watched.
    let is_told = scene.settings.offers_vendors && scene.mode == Mode::Live;
    let vendors: String =
        [("vendors.atom", "Atom"), ("api/v1/vendors", "JSON"), ("api/v1/vendor-incidents", "JSON")]
            .iter()
            .filter(|_| is_told)
            .map(|(path, name)| {
                let about = language.pick(
                    "what other vendors say of their service",
                    "was andere Anbieter von ihrem Dienst sagen",
                );
                entry(path, name, about)
            })
            .collect();
    format!(
        "<section><h2>{}</h2><ul class=\"past\">{}{vendors}</ul><details class=\"days\"><summary>{}</summary>\
         <ul class=\"past\">{parts}</ul></details></section>",
        language.pick("Feeds and formats", "Feeds und Formate"),
        general.concat(),
        language.pick("A feed for each part", "Ein Feed je Teil"),
    )
}
