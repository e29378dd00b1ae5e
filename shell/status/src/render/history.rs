//! What was: the latest on the front page, all of it by month on its own.

use super::Scene;
use super::parts::{impact, text};
use super::sheet::{Place, Sheet};
use crate::language::Language;
use crate::time;
use crate::view::Incident;

/// The latest closed ones.
pub(super) fn recent(scene: Scene<'_>, language: Language, most: usize) -> String {
    let closed = scene.view.incidents.iter().filter(|incident| incident.phase.is_over());
    let lines: String = closed.take(most).map(|incident| line(scene, language, incident, "")).collect();
    let list = if lines.is_empty() {
        format!("<p>{}</p>", language.pick("No incident on record.", "Keine Störung verzeichnet."))
    } else {
        format!("<ul class=\"past\">{lines}</ul>")
    };
    format!(
        "<section aria-labelledby=\"past\"><h2 id=\"past\">{}</h2>{list}<p><a href=\"history/\">{}</a></p></section>",
        language.pick("Past incidents", "Frühere Störungen"),
        language.pick("The whole history", "Der ganze Verlauf"),
    )
}

pub(super) fn page(scene: Scene<'_>, language: Language) -> Sheet {
    let mut body = format!("<h1>{}</h1>", language.pick("History", "Verlauf"));
    if scene.view.incidents.is_empty() {
        body.push_str(&format!(
            "<p>{}</p>",
            language.pick("No incident on record.", "Keine Störung verzeichnet.")
        ));
    }
    let mut month = String::new();
    for incident in &scene.view.incidents {
        let at = incident.clocks.posted_at;
        let key = time::month_key(at);
        if key != month {
            if !month.is_empty() {
                body.push_str("</ul></section>");
            }
            body.push_str(&format!("<section><h2>{}</h2><ul class=\"past\">", time::month(at, language)));
            month = key;
        }
        body.push_str(&line(scene, language, incident, "../"));
    }
    if !month.is_empty() {
        body.push_str("</ul></section>");
    }
    Sheet { title: language.pick("History", "Verlauf").to_owned(), place: Place::History, body }
}

fn line(scene: Scene<'_>, language: Language, incident: &Incident, up: &str) -> String {
    let clocks = &incident.clocks;
    let harm = clocks
        .harm_lasted()
        .map(|lasted| format!("{} {}", language.pick("harm", "Schaden"), time::span(lasted, language)));
    let posted = clocks
        .posted_lasted()
        .map(|lasted| format!("{} {}", language.pick("posted", "gemeldet"), time::span(lasted, language)));
    let absorbed = incident.absorbed.then(|| {
        language.pick("absorbed: the mail went another way", "aufgefangen: die E-Mail ging anders").to_owned()
    });
    let lasted: Vec<String> = [harm, posted, absorbed].into_iter().flatten().collect();
    format!(
        "<li><div>{}<a href=\"{up}incidents/{}/\">{}</a></div><p class=\"about\">{} · {} · {}</p></li>",
        impact(language, incident.impact),
        incident.id.as_str(),
        text(scene, language, &incident.title),
        language.phase(incident.phase),
        time::element(clocks.posted_at, language),
        lasted.join(" · "),
    )
}
