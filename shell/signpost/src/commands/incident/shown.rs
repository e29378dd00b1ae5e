//! Incidents as lines for people.

use crate::commands::{table, text_of};
use ::incident::{Clock, Incident, Language};
use serde_json::Value;
use status::export::Checked;
use std::fmt::Write as _;

/// Facts of one incident that are shown; the others are in its export.
const FACTS_SHOWN: usize = 20;

pub(super) fn list(answer: &Value) -> String {
    let components: Vec<Vec<String>> = entries(answer, "components")
        .map(|one| ["id", "name", "state", "since", "measured"].iter().map(|key| text_of(one, key)).collect())
        .collect();
    let mut text = table(&["component", "name", "state", "since", "measured"], &components);
    let incidents: Vec<Vec<String>> = entries(answer, "incidents").map(row).collect();
    if incidents.is_empty() {
        return text + "\nNo incident is open.\n";
    }
    text += "\n";
    text += &table(
        &["incident", "standing", "phase", "impact", "opened", "public", "refused", "moved", "title"],
        &incidents,
    );
    let waiting = entries(answer, "incidents").flat_map(|one| {
        entries(one, "waiting")
            .map(move |update| (text_of(one, "id"), text_of(update, "id"), text_of(update, "text")))
    });
    for (incident, update, said) in waiting {
        let _infallible = write!(
            text,
            "\nWaits for a person: `signpost incident publish {incident} --update {update}`\n  {said}\n"
        );
    }
    text
}

fn row(one: &Value) -> Vec<String> {
    let public = if one["posted"] == true { "posted" } else { "no" };
    let keys = ["id", "standing", "phase", "impact", "opened_at"];
    let mut row: Vec<String> = keys.iter().map(|key| text_of(one, key)).collect();
    row.push(public.to_owned());
    row.extend(["refused", "moved", "title"].iter().map(|key| text_of(one, key)));
    row
}

pub(super) fn whole(answer: &Value) -> String {
    let line = &answer["line"];
    let mut text = format!(
        "{} {}\n{}, {}, impact {}, cause {}\n",
        text_of(line, "id"),
        text_of(line, "title"),
        text_of(line, "standing"),
        text_of(line, "phase"),
        text_of(line, "impact"),
        text_of(line, "cause")
    );
    // The node is of this release, or the rest stands in its JSON.
    let Ok(incident) = serde_json::from_value::<Incident>(answer["incident"].clone()) else { return text };
    text += "\nClocks\n";
    for clock in Clock::ALL {
        if let Some(reading) = incident.clocks.get(clock) {
            let mark = if reading.back_dated { " (set by a person)" } else { "" };
            let _infallible = writeln!(text, "  {:<21} {}{mark}", clock.as_str(), reading.at);
        }
    }
    text += "\nComponents\n";
    for (component, effect) in &incident.effects {
        let _infallible =
            writeln!(text, "  {component}: {}, worst {}, since {}", effect.state, effect.worst, effect.since);
    }
    let harm = &incident.harm;
    let figures = [
        ("refused for a fault of ours", &harm.refused),
        ("delivered", &harm.delivered),
        ("of these moved", &harm.moved),
        ("later than a minute", &harm.delayed),
        ("parked at most", &harm.parked_max),
        ("senders told of a fault of ours", &harm.reported),
        ("lost", &harm.lost),
    ];
    text += "\nFigures\n";
    for (name, figure) in figures.into_iter().filter(|(_, figure)| figure.evidence.is_some()) {
        let _infallible = writeln!(text, "  {name}: {}", figure.count);
    }
    text += "\nTimeline\n";
    for update in &incident.updates {
        let state = match &update.publication {
            ::incident::Publication::Posted { at } => format!("posted {at}"),
            ::incident::Publication::Waiting { goes_out: Some(at) } => {
                format!("goes out at {at} unless it is withdrawn")
            }
            ::incident::Publication::Waiting { goes_out: None } => "waits for a person".to_owned(),
            ::incident::Publication::Withdrawn { at, by } => format!("withdrawn {at} by {by}"),
        };
        let (id, phase) = (update.id.as_str(), update.phase.as_str());
        let _infallible = writeln!(text, "  {id} {phase}, {state}\n    {}", update.body(Language::En));
    }
    facts(&mut text, &incident);
    for mark in entries(answer, "marks") {
        let _infallible = writeln!(text, "Contradiction: {}", text_of(&mark["text"], "en"));
    }
    text
}

fn facts(text: &mut String, incident: &Incident) {
    let left_out = incident.evidence.len().saturating_sub(FACTS_SHOWN) as u64 + incident.evidence_left_out;
    *text += "\nEvidence\n";
    for fact in incident.evidence.iter().take(FACTS_SHOWN) {
        let what = serde_json::to_string(&fact.what).unwrap_or_default();
        let _infallible = writeln!(text, "  {} {} {what}", fact.at, fact.id);
    }
    if left_out > 0 {
        let _infallible =
            writeln!(text, "  and {left_out} more; `signpost incident export` has all that were kept");
    }
}

/// What an act did.
pub(super) fn done(answer: &Value) -> String {
    let line = &answer["line"];
    if line.is_null() {
        return format!("done: {} changes\n", entries(answer, "changes").count());
    }
    format!(
        "{} {}: {}, {}, impact {}\n",
        text_of(line, "id"),
        text_of(line, "title"),
        text_of(line, "standing"),
        text_of(line, "phase"),
        text_of(line, "impact")
    )
}

pub(super) fn checked(checked: &Checked, with_key: bool) -> String {
    let mut text = format!(
        "incident {} of {}: {}\n  signed by {}{}\n  facts: {}, and {} that were counted and not kept\n",
        checked.incident,
        checked.made_at,
        checked.title,
        checked.public_key,
        if with_key { "" } else { " (the file's own key; compare it with one that you trust)" },
        checked.facts,
        checked.left_out,
    );
    for id in &checked.missing {
        let _infallible = writeln!(text, "  named and not among the facts: {id}");
    }
    for mark in &checked.marks {
        let _infallible = writeln!(text, "  contradiction: {}", mark.text.en);
    }
    if checked.missing.is_empty() && checked.marks.is_empty() {
        text += "  everything that is said can be followed to a fact, and nothing contradicts one\n";
    }
    text
}

fn entries<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}
