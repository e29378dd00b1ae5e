//! Delivery weather: how each source fares with each provider, from real mail.
//!
//! A table with one row for each source. On a narrow screen each row becomes a block; the roles are written out, because a table that is laid out
//! otherwise loses them in some browsers.

use super::Scene;
use super::parts::escaped;
use crate::language::Language;
use crate::render::bars::percent;
use crate::time;
use crate::view::{Path, Sky, WeatherRow};
use ::incident::State;

pub(super) fn section(scene: Scene<'_>, language: Language) -> String {
    let weather = &scene.view.weather;
    if weather.rows.is_empty() {
        return String::new();
    }
    let heads: String = weather
        .providers
        .iter()
        .map(|name| format!("<th role=\"columnheader\" scope=\"col\">{}</th>", escaped(name)))
        .collect();
    let rows: String = weather.rows.iter().map(|row| one_row(scene, language, row)).collect();
    let over = time::span(weather.over, language);
    let about = match language {
        Language::English => format!(
            "Recipients of real mail in the last {over}: how many the provider took, how many it put off, and the median time from us to them."
        ),
        Language::German => format!(
            "Empfänger echter E-Mail der letzten {over}: wie viele der Anbieter annahm, wie viele er aufschob, und die mittlere Zeit von uns zu ihm."
        ),
    };
    format!(
        "<section aria-labelledby=\"weather\"><h2 id=\"weather\">{}</h2><p class=\"small\">{about}</p>\
         <table class=\"weather\" role=\"table\" aria-labelledby=\"weather\"><thead role=\"rowgroup\"><tr role=\"row\">\
         <th role=\"columnheader\" scope=\"col\">{}</th>{heads}</tr></thead><tbody role=\"rowgroup\">{rows}</tbody></table></section>",
        language.pick("Delivery weather", "Zustellwetter"),
        language.pick("From", "Von"),
    )
}

fn one_row(scene: Scene<'_>, language: Language, row: &WeatherRow) -> String {
    let address = row.address.as_ref().filter(|_| scene.settings.show_addresses);
    let address = address.map_or_else(String::new, |address| format!(" <code>{}</code>", escaped(address)));
    let names = &scene.view.weather.providers;
    let cells: String = names.iter().zip(&row.cells).map(|(name, path)| cell(language, name, path)).collect();
    format!(
        "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\"><b>{}</b> {}{address}</th>{cells}</tr>",
        escaped(&row.source),
        escaped(&row.region)
    )
}

fn cell(language: Language, provider: &str, path: &Path) -> String {
    let state = sign(path.sky).as_str();
    let tried = path.accepted + path.deferred + path.refused;
    let figures = if tried == 0 {
        String::new()
    } else {
        let share = |part: u64| percent(100.0 * part as f64 / tried as f64, language);
        let median = path
            .median
            .map_or_else(String::new, |median| format!(", {}", time::short_span(median, language)));
        format!(
            "<span class=\"figures\">{} {}<br>{} {}{median}</span>",
            share(path.accepted),
            language.pick("taken", "angenommen"),
            share(path.deferred),
            language.pick("put off", "aufgeschoben"),
        )
    };
    format!(
        "<td role=\"cell\"><span class=\"who\" aria-hidden=\"true\">{}</span><span class=\"state\" data-state=\"{state}\">\
         <svg aria-hidden=\"true\"><use href=\"#s-{state}\"/></svg><span data-word=\"\">{}</span></span>{figures}</td>",
        escaped(provider),
        language.sky(path.sky)
    )
}

/// The sign that a path wears.
fn sign(sky: Sky) -> State {
    match sky {
        Sky::Clear => State::Operational,
        Sky::Slow | Sky::Probing => State::DegradedPerformance,
        Sky::Shut => State::PartialOutage,
        Sky::Quiet | Sky::Unknown => State::Unknown,
    }
}
