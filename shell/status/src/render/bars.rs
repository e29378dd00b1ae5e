//! Ninety days of a component as bars, and the same in words.
//!
//! Good days are one rectangle filled with a pattern, other days are drawn singly with a mark above, so that a page with many components stays small and
//! nobody has to tell colours apart. Who cannot see the picture reads its sentence, and the list below it.

use super::parts::{count, escaped};
use crate::language::Language;
use crate::time;
use crate::view::{DAYS, uptime};
use ::incident::State;
use ::incident::component::history::Day;
use model::Duration;
use std::fmt::Write as _;

/// Units of the picture for one day.
const STEP: usize = 5;

/// The patterns that all pictures of a page use.
pub(super) fn patterns() -> &'static str {
    "<svg class=\"signs\" aria-hidden=\"true\"><defs><pattern id=\"good\" width=\"5\" height=\"32\" patternUnits=\"userSpaceOnUse\">\
     <rect class=\"operational\" x=\".6\" y=\"4\" width=\"3.8\" height=\"28\" rx=\"1\"/></pattern>\
     <pattern id=\"none\" width=\"5\" height=\"32\" patternUnits=\"userSpaceOnUse\">\
     <rect class=\"none\" x=\".6\" y=\"4\" width=\"3.8\" height=\"28\" rx=\"1\"/></pattern></defs></svg>"
}

/// Picture, scale and list.
pub(super) fn show(language: Language, name: &str, days: &[Day]) -> String {
    let odd: Vec<&Day> = days.iter().filter(|day| is_odd(day)).collect();
    let share = uptime(days).map(|share| percent(share, language));
    let mut label = match (&share, language) {
        (Some(share), Language::English) => format!("{name}, {DAYS} days: {share} uptime"),
        (Some(share), Language::German) => format!("{name}, {DAYS} Tage: {share} verfügbar"),
        (None, Language::English) => format!("{name}, {DAYS} days: not measured"),
        (None, Language::German) => format!("{name}, {DAYS} Tage: nicht gemessen"),
    };
    let disturbed = disturbed_days(language, &odd);
    let _infallible = write!(label, ", {disturbed}");
    let list = if odd.is_empty() {
        String::new()
    } else {
        let items: String =
            odd.iter().rev().map(|day| format!("<li>{}</li>", in_words(language, day))).collect();
        format!("<details class=\"days\"><summary>{disturbed}</summary><ul>{items}</ul></details>")
    };
    let share = share.map_or_else(
        || language.pick("not measured yet", "noch nicht gemessen").to_owned(),
        |share| format!("{share} {}", language.pick("uptime", "verfügbar")),
    );
    format!(
        "<svg class=\"bars\" viewBox=\"0 0 {} 32\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">{}</svg>\
         <p class=\"scale\" aria-hidden=\"true\"><span>{}</span><span>{share}</span><span>{}</span></p>{list}",
        DAYS * STEP,
        escaped(&label),
        picture(language, days),
        match language {
            Language::English => format!("{DAYS} days ago"),
            Language::German => format!("vor {DAYS} Tagen"),
        },
        language.pick("today", "heute"),
    )
}

/// Something else than a day without trouble, or one of which nothing is known.
fn is_odd(day: &Day) -> bool {
    !matches!(day.worst, State::Operational | State::Unknown)
}

/// Planned work is no disturbance, and named only where nothing else is to be told.
fn disturbed_days(language: Language, odd: &[&Day]) -> String {
    let days = odd.iter().filter(|day| day.worst != State::UnderMaintenance).count();
    match (days, language) {
        (0, Language::English) if !odd.is_empty() => {
            format!("planned maintenance on {}", count(odd.len(), "day", "days"))
        }
        (0, Language::German) if !odd.is_empty() => {
            format!("geplante Wartung an {}", count(odd.len(), "Tag", "Tagen"))
        }
        (0, Language::English) => "no day with a disturbance".to_owned(),
        (0, Language::German) => "kein Tag mit Störung".to_owned(),
        (_, Language::English) => count(days, "day with a disturbance", "days with disturbances"),
        (_, Language::German) => count(days, "Tag mit Störung", "Tage mit Störungen"),
    }
}

fn picture(language: Language, days: &[Day]) -> String {
    let days = &days[days.len().saturating_sub(DAYS)..];
    let missing = DAYS - days.len();
    let mut shapes = String::new();
    let run = |shapes: &mut String, from: usize, until: usize, pattern: &str| {
        if until > from {
            let (x, width) = (from * STEP, (until - from) * STEP);
            let _infallible =
                write!(shapes, "<path d=\"M{x} 0h{width}v32h-{width}z\" fill=\"url(#{pattern})\"/>");
        }
    };
    run(&mut shapes, 0, missing, "none");
    let mut begun: Option<(usize, State)> = None;
    for (index, day) in days.iter().enumerate() {
        let (place, state) = (missing + index, day.worst);
        if begun.is_some_and(|(_, of)| of == state) {
            continue;
        }
        if let Some((from, of)) = begun.take() {
            run(&mut shapes, from, place, pattern(of));
        }
        if is_odd(day) {
            shapes.push_str(&odd_day(language, place, day));
        } else {
            begun = Some((place, state));
        }
    }
    if let Some((from, of)) = begun {
        run(&mut shapes, from, DAYS, pattern(of));
    }
    shapes
}

fn pattern(state: State) -> &'static str {
    if state == State::Operational { "good" } else { "none" }
}

fn odd_day(language: Language, place: usize, day: &Day) -> String {
    let x = place * STEP;
    format!(
        "<g class=\"{}\"><title>{}</title><rect x=\"{x}.6\" y=\"4\" width=\"3.8\" height=\"28\" rx=\"1\"/>\
         <rect x=\"{x}.6\" width=\"3.8\" height=\"2.4\"/></g>",
        day.worst.as_str(),
        in_words(language, day)
    )
}

/// `20 October 2026: Partial outage 3 h 5 min`.
fn in_words(language: Language, day: &Day) -> String {
    let parts = [
        (State::MajorOutage, day.seconds.major_outage),
        (State::PartialOutage, day.seconds.partial_outage),
        (State::DegradedPerformance, day.seconds.degraded_performance),
        (State::UnderMaintenance, day.seconds.under_maintenance),
        (State::Unknown, day.seconds.unknown),
    ];
    let lasted: Vec<String> = parts
        .iter()
        .filter(|(_, lasted)| *lasted > 0)
        .map(|(state, lasted)| {
            format!("{} {}", language.state(*state), time::span(Duration::from_secs(*lasted), language))
        })
        .collect();
    format!("{}: {}", time::day(day.begins, language), lasted.join(", "))
}

/// Rounded down, so that 100 % means all of it.
pub(crate) fn percent(share: f64, language: Language) -> String {
    let text = format!("{:.2}", (share * 100.0).floor() / 100.0);
    let text = text.trim_end_matches('0').trim_end_matches('.').to_owned();
    match language {
        Language::English => format!("{text}\u{a0}%"),
        Language::German => format!("{}\u{a0}%", text.replace('.', ",")),
    }
}

#[cfg(test)]
mod tests;
