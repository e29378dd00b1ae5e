//! How to be told: by mail, by a call to an own address, by feeds.
//!
//! Forms are offered only where somebody answers them: not in a copy, and not where no route for mail is set.

use super::parts::{escaped, text};
use super::sheet::{Place, Sheet};
use super::{Mode, Scene};
use crate::language::Language;

pub(super) fn page(scene: Scene<'_>, language: Language) -> Sheet {
    let body = format!(
        "<h1>{}</h1>{}{}{}",
        language.pick("Subscribe", "Abonnieren"),
        mail(scene, language),
        hook(scene, language),
        feeds(scene, language)
    );
    Sheet { title: language.pick("Subscribe", "Abonnieren").to_owned(), place: Place::Subscribe, body }
}

/// Where the forms of a page go: to the node.
fn action(scene: Scene<'_>, language: Language) -> Option<String> {
    (scene.mode == Mode::Live)
        .then(|| format!("{}subscriptions", super::sheet::to_top(language, "subscribe/")))
}

fn mail(scene: Scene<'_>, language: Language) -> String {
    let Some(action) = action(scene, language).filter(|_| scene.settings.offers_mail) else {
        return elsewhere(scene, language);
    };
    format!(
        "<section class=\"card\"><h2>{}</h2><p>{}</p><form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"language\" value=\"{}\">\
         <label for=\"mail\">{}</label><input id=\"mail\" name=\"mail\" type=\"email\" autocomplete=\"email\" required maxlength=\"254\">{}\
         <button type=\"submit\">{}</button></form></section>",
        language.pick("By e-mail", "Per E-Mail"),
        language.pick(
            "You get a message with a link; only when you follow it are you subscribed. Every mail has a link that ends it with one click.",
            "Sie erhalten eine Nachricht mit einem Link; erst wenn Sie ihm folgen, sind Sie angemeldet. Jede E-Mail enthält einen Link, der mit einem Klick abmeldet.",
        ),
        language.tag(),
        language.pick("Your e-mail address", "Ihre E-Mail-Adresse"),
        choices(scene, language, "m"),
        language.pick("Subscribe by e-mail", "Per E-Mail abonnieren"),
    )
}

fn elsewhere(scene: Scene<'_>, language: Language) -> String {
    let text = match (scene.mode, scene.settings.offers_mail) {
        (Mode::Copy, true) => format!(
            "{} <a href=\"{url}/{}subscribe/\">{url}/{}subscribe/</a>.",
            language.pick(
                "This copy takes no subscriptions. The page that does is",
                "Diese Kopie nimmt keine Anmeldungen an. Die Seite, die es tut:"
            ),
            language.folder(),
            language.folder(),
            url = escaped(&scene.settings.url),
        ),
        (Mode::Copy | Mode::Live, _) => language
            .pick(
                "This page sends no e-mail; follow one of its feeds.",
                "Diese Seite verschickt keine E-Mail; folgen Sie einem der Feeds.",
            )
            .to_owned(),
    };
    format!("<p>{text}</p>")
}

fn hook(scene: Scene<'_>, language: Language) -> String {
    let Some(action) = action(scene, language).filter(|_| scene.settings.offers_hooks) else {
        return String::new();
    };
    format!(
        "<section class=\"card\"><h2>Webhook, Slack</h2><p>{}</p><form method=\"post\" action=\"{action}\">\
         <input type=\"hidden\" name=\"language\" value=\"{}\">\
         <label for=\"hook\">{}</label><input id=\"hook\" name=\"hook\" type=\"url\" required maxlength=\"1000\" placeholder=\"https://\">{}\
         <button type=\"submit\">{}</button></form></section>",
        language.pick(
            "We post every update to your address in Statuspage's form, signed. An incoming webhook of Slack gets a message for people.",
            "Wir senden jede Meldung in Statuspages Form und unterschrieben an Ihre Adresse. Ein eingehender Webhook von Slack erhält eine Nachricht für Menschen.",
        ),
        language.tag(),
        language.pick("Address to call", "Aufzurufende Adresse"),
        choices(scene, language, "h"),
        language.pick("Subscribe this address", "Diese Adresse anmelden"),
    )
}

/// A box for each component; none ticked means all.
fn choices(scene: Scene<'_>, language: Language, prefix: &str) -> String {
    let boxes: String = scene
        .view
        .components
        .iter()
        .map(|part| {
            let id = part.id.as_str();
            format!(
                "<div><input type=\"checkbox\" name=\"component\" value=\"{id}\" id=\"{prefix}-{id}\"><label for=\"{prefix}-{id}\">{} › {}</label></div>",
                escaped(&part.region),
                text(scene, language, &part.name)
            )
        })
        .collect();
    format!(
        "<fieldset><legend>{}</legend>{boxes}</fieldset>",
        language.pick("Only these parts (none: all)", "Nur diese Teile (keine: alle)")
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
    format!(
        "<section><h2>{}</h2><ul class=\"past\">{}</ul><details class=\"days\"><summary>{}</summary><ul class=\"past\">{parts}</ul></details></section>",
        language.pick("Feeds and formats", "Feeds und Formate"),
        general.concat(),
        language.pick("A feed for each part", "Ein Feed je Teil"),
    )
}
