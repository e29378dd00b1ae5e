//! The front page, in the order in which people ask: is my mail flowing, what is wrong and what must I do, which part, how are deliveries, what is
//! planned, what was.

use super::incident::card;
use super::parts::{count, escaped, state, text};
use super::sheet::{Place, Sheet};
use super::{Scene, bars, history, maintenance, weather};
use crate::language::Language;
use crate::overall::{self, Flow};
use crate::time;
use crate::view::{Component, Incident};
use ::incident::State;
use model::Timestamp;

/// Closed incidents on the front page.
const RECENT: usize = 5;
/// Regions above this are shown folded while all is well.
const OPEN_REGIONS: usize = 3;

pub(super) fn page(scene: Scene<'_>, language: Language) -> Sheet {
    let flow = Flow::of(scene.view);
    let open: Vec<&Incident> = scene.view.incidents.iter().filter(|one| !one.phase.is_over()).collect();
    let cards: String = open.iter().map(|incident| card(scene, language, incident)).collect();
    let body = format!(
        "{}{}{}{}{}{}{}{}",
        bars::patterns(),
        headline(scene, language, flow),
        if cards.is_empty() {
            String::new()
        } else {
            format!(
                "<section aria-labelledby=\"now\"><h2 id=\"now\">{}</h2>{cards}</section>",
                language.pick("What is wrong", "Was gestört ist")
            )
        },
        components(scene, language),
        weather::section(scene, language),
        maintenance::section(scene, language),
        history::recent(scene, language, RECENT),
        feeds(language),
    );
    Sheet { title: language.flow(flow).trim_end_matches('.').to_owned(), place: Place::Front, body }
}

fn headline(scene: Scene<'_>, language: Language, flow: Flow) -> String {
    let word = flow.state().as_str();
    let measured = newest(scene.view.components.iter()).map_or_else(
        || language.pick("Nothing has been measured yet.", "Noch wurde nichts gemessen.").to_owned(),
        |at| {
            format!("{} {}.", language.pick("Last measured", "Zuletzt gemessen"), time::element(at, language))
        },
    );
    format!(
        "<section class=\"hero\" data-state=\"{word}\"><svg aria-hidden=\"true\"><use href=\"#s-{word}\"/></svg><div>\
         <p class=\"ask\">{}</p><h1 data-word=\"flow\">{}</h1><p>{} {measured}</p></div></section>",
        language.pick("Is my mail flowing?", "Fließt meine E-Mail?"),
        language.flow(flow),
        tally(scene, language),
    )
}

/// `All 8 parts in 2 regions work.`
fn tally(scene: Scene<'_>, language: Language) -> String {
    let parts = &scene.view.components;
    let good = parts.iter().filter(|part| part.state == State::Operational).count();
    let regions = regions(scene).len();
    match (language, good == parts.len()) {
        (_, true) if parts.is_empty() => String::new(),
        (Language::English, true) => {
            let regions = count(regions, "region", "regions");
            format!("All {} in {regions} work.", count(good, "part", "parts"))
        }
        (Language::English, false) => {
            format!("{good} of {} are operational.", count(parts.len(), "part", "parts"))
        }
        (Language::German, true) => {
            let regions = count(regions, "Region", "Regionen");
            format!("Alle {} in {regions} in Betrieb.", count(good, "Teil", "Teile"))
        }
        (Language::German, false) => {
            format!("{good} von {} in Betrieb.", count(parts.len(), "Teil", "Teilen"))
        }
    }
}

fn newest<'c>(parts: impl Iterator<Item = &'c Component>) -> Option<Timestamp> {
    parts.filter_map(|part| part.measured_at).max()
}

fn regions(scene: Scene<'_>) -> Vec<&str> {
    let mut regions: Vec<&str> = Vec::new();
    for part in &scene.view.components {
        if !regions.contains(&part.region.as_str()) {
            regions.push(&part.region);
        }
    }
    regions
}

fn components(scene: Scene<'_>, language: Language) -> String {
    let regions = regions(scene);
    if regions.is_empty() {
        return String::new();
    }
    let folded = regions.len() > OPEN_REGIONS;
    let shown: String = regions.iter().map(|region| one_region(scene, language, region, folded)).collect();
    format!(
        "<section aria-labelledby=\"parts\"><h2 id=\"parts\">{}</h2>{shown}<p class=\"small\">{}</p></section>",
        language.pick("Parts of the service", "Teile des Dienstes"),
        language.pick(
            "Uptime counts a major outage whole, a partial one with 30 %, slowness not at all, and only time that was measured.",
            "Die Verfügbarkeit zählt einen Ausfall ganz, einen Teilausfall mit 30 %, Langsamkeit nicht, und nur gemessene Zeit.",
        )
    )
}

fn one_region(scene: Scene<'_>, language: Language, region: &str, folded: bool) -> String {
    let parts: Vec<&Component> = scene.view.components.iter().filter(|part| part.region == region).collect();
    let worst = overall::worst_of(parts.iter().copied()).unwrap_or(State::Unknown);
    let open = if !folded || worst != State::Operational { " open" } else { "" };
    let rows: String = parts.iter().map(|part| row(scene, language, part)).collect();
    format!(
        "<details class=\"region\"{open}><summary><h3>{}</h3>{}</summary><ul>{rows}</ul></details>",
        escaped(region),
        state(language, worst)
    )
}

fn row(scene: Scene<'_>, language: Language, part: &Component) -> String {
    let description = part
        .description
        .as_ref()
        .map_or_else(String::new, |about| format!("<p class=\"about\">{}</p>", text(scene, language, about)));
    let (name, _) = language.text(&part.name);
    format!(
        "<li><div class=\"line\"><h4>{}</h4>{}</div>{description}{}{}</li>",
        text(scene, language, &part.name),
        state(language, part.state),
        since(scene, language, part),
        bars::show(language, &format!("{} {name}", part.region), &part.days)
    )
}

/// Why the state is not simply good.
fn since(scene: Scene<'_>, language: Language, part: &Component) -> String {
    let near = |at| time::element_near(at, scene.now, language);
    let sentence = match (part.state, part.last_known, part.measured_at) {
        (State::Operational, ..) => return String::new(),
        (State::Unknown, Some(known), Some(at)) => format!(
            "{} {}: {}",
            language.pick("Last measured", "Zuletzt gemessen"),
            near(at),
            language.state(known)
        ),
        (State::Unknown, _, None) => language.pick("Not measured yet", "Noch nicht gemessen").to_owned(),
        (..) => format!("{} {}", language.pick("Since", "Seit"), near(part.since)),
    };
    format!("<p class=\"about\">{sentence}</p>")
}

fn feeds(language: Language) -> String {
    format!(
        "<section aria-labelledby=\"follow\"><h2 id=\"follow\">{}</h2><p class=\"follow\"><a class=\"button\" href=\"subscribe/\">{}</a>\
         <a href=\"{top}history.atom\">Atom</a><a href=\"{top}history.rss\">RSS</a><a href=\"{top}maintenance.ics\">iCalendar</a>\
         <a href=\"{top}api/v2/summary.json\">JSON</a><a href=\"{top}badge.svg\">Badge</a></p></section>",
        language.pick("Stay informed", "Auf dem Laufenden bleiben"),
        language.pick("Subscribe", "Abonnieren"),
        top = super::sheet::to_top(language, ""),
    )
}
