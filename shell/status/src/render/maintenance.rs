//! Planned work: the section of the front page, and a page for each.

use super::parts::{escaped, part_name, text};
use super::sheet::{Place, Sheet};
use super::{Scene, incident};
use crate::language::Language;
use crate::time;
use crate::view::Maintenance;
use ::incident::MaintenancePhase;

/// Work to come or under way; nothing if there is none.
pub(super) fn section(scene: Scene<'_>, language: Language) -> String {
    let ahead = scene.view.maintenances.iter().filter(|work| !work.phase.is_over());
    let cards: String = ahead.map(|work| card(scene, language, work)).collect();
    if cards.is_empty() {
        return String::new();
    }
    format!(
        "<section aria-labelledby=\"planned\"><h2 id=\"planned\">{}</h2>{cards}</section>",
        language.pick("Planned maintenance", "Geplante Wartung")
    )
}

fn card(scene: Scene<'_>, language: Language, work: &Maintenance) -> String {
    let latest = work
        .updates
        .first()
        .map_or_else(String::new, |update| format!("<p>{}</p>", text(scene, language, &update.body)));
    format!(
        "<article class=\"card planned\"><h3><a href=\"maintenances/{}/\">{}</a></h3><p class=\"meta\">{}{}</p>{latest}{}</article>",
        work.id.as_str(),
        text(scene, language, &work.title),
        phase(language, work.phase),
        window(language, work),
        parts(scene, language, work)
    )
}

pub(super) fn page(scene: Scene<'_>, language: Language, work: &Maintenance) -> Sheet {
    let body = format!(
        "<article><header class=\"story\"><p class=\"meta\">{}{}</p><h1>{}</h1></header>{}<h2>{}</h2>{}</article>",
        phase(language, work.phase),
        window(language, work),
        text(scene, language, &work.title),
        parts(scene, language, work),
        language.pick("Update timeline", "Verlauf der Meldungen"),
        incident::timeline(scene, language, (&work.updates, &[]), |phase| language.maintenance(*phase)),
    );
    Sheet { title: language.text(&work.title).0.to_owned(), place: Place::Elsewhere, body }
}

fn phase(language: Language, phase: MaintenancePhase) -> String {
    format!("<span class=\"badge maintenance\">{}</span>", language.maintenance(phase))
}

fn window(language: Language, work: &Maintenance) -> String {
    format!(
        "<span>{} {} {}, {}</span>",
        time::element(work.begins, language),
        language.pick("to", "bis"),
        time::element(work.ends, language),
        time::span(work.ends.since(work.begins), language)
    )
}

fn parts(scene: Scene<'_>, language: Language, work: &Maintenance) -> String {
    let chips: String =
        work.affected.iter().map(|part| format!("<li>{}</li>", part_name(scene, language, part))).collect();
    if chips.is_empty() {
        return String::new();
    }
    format!(
        "<ul class=\"chips\" aria-label=\"{}\">{chips}</ul>",
        escaped(language.pick("Affected", "Betroffen"))
    )
}
