//! One incident: its card on the front page, and its own page.
//!
//! The page tells the harm before the posts: how long mail suffered by the evidence stands before how long the incident was shown, and each clock has its own
//! line. Evidence is shown as cards under the ids that sentences name.

use super::parts::{escaped, impact, part_name, state, text};
use super::sheet::{Place, Sheet};
use super::{Scene, prose};
use crate::language::Language;
use crate::mask;
use crate::time;
use crate::view::{Author, Evidence, Incident, Update};
use ::incident::Phase;
use ::incident::Text;
use model::Timestamp;

/// The open incident as the front page shows it.
pub(super) fn card(scene: Scene<'_>, language: Language, incident: &Incident) -> String {
    format!(
        "<article class=\"card {}\"><p class=\"meta\">{}<span class=\"badge\">{}</span><span>{}</span></p>\
         <h3><a href=\"incidents/{}/\">{}</a></h3>{}{}<p class=\"foot\">{}{}</p></article>",
        incident.impact.as_str(),
        impact(language, incident.impact),
        language.phase(incident.phase),
        began(scene, language, incident),
        incident.id.as_str(),
        text(scene, language, &incident.title),
        chips(scene, language, incident),
        answers(scene, language, incident),
        latest(scene, language, incident),
        next_update(scene, language, incident),
    )
}

fn began(scene: Scene<'_>, language: Language, incident: &Incident) -> String {
    let at = incident.clocks.harm_began.unwrap_or(incident.clocks.posted_at);
    format!("{} {}", language.pick("since", "seit"), time::element_near(at, scene.now, language))
}

fn latest(scene: Scene<'_>, language: Language, incident: &Incident) -> String {
    incident.updates.first().map_or_else(String::new, |update| {
        format!(
            "{} {}. ",
            language.pick("Last update", "Letzte Meldung"),
            time::element_near(update.shown_at, scene.now, language)
        )
    })
}

fn next_update(scene: Scene<'_>, language: Language, incident: &Incident) -> String {
    let Some(due) = incident.next_update_at.filter(|_| !incident.phase.is_over()) else {
        return String::new();
    };
    let near = time::element_near(due, scene.now, language);
    if due < scene.now {
        format!(
            "<strong>{} {near}.</strong>",
            language.pick("The next update was due", "Die nächste Meldung war fällig")
        )
    } else {
        format!("{} {near}.", language.pick("Next update by", "Nächste Meldung bis"))
    }
}

/// What you notice, what we did, what you need to do.
fn answers(scene: Scene<'_>, language: Language, incident: &Incident) -> String {
    let nothing = Text::new("Nothing.", "Nichts.");
    let needed = if incident.needed.en.is_empty() { &nothing } else { &incident.needed };
    let entries = [
        (language.pick("What you notice", "Was Sie bemerken"), &incident.noticed),
        (language.pick("What we did", "Was wir getan haben"), &incident.done),
        (language.pick("What you need to do", "Was Sie tun müssen"), needed),
    ];
    let shown: String = entries
        .iter()
        .filter(|(_, words)| !words.en.is_empty())
        .map(|(name, words)| format!("<div><dt>{name}</dt><dd>{}</dd></div>", text(scene, language, words)))
        .collect();
    format!("<dl class=\"answers\">{shown}</dl>")
}

fn chips(scene: Scene<'_>, language: Language, incident: &Incident) -> String {
    let parts: String = incident
        .affected
        .iter()
        .map(|part| {
            let lasted = part
                .lasted
                .map_or_else(String::new, |lasted| format!(" <span>{}</span>", time::span(lasted, language)));
            format!(
                "<li><span>{}</span> {}{lasted}</li>",
                part_name(scene, language, part),
                state(language, part.worst)
                    .replace(" data-state", " data-was")
                    .replace(" data-word=\"\"", "")
            )
        })
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("<ul class=\"chips\" aria-label=\"{}\">{parts}</ul>", language.pick("Affected", "Betroffen"))
}

pub(super) fn page(scene: Scene<'_>, language: Language, incident: &Incident) -> Sheet {
    let due = next_update(scene, language, incident);
    let body = format!(
        "<article><header class=\"story\"><p class=\"meta\">{}<span class=\"badge\">{}</span>{}</p><h1>{}</h1><p>{}</p></header>{}{}{}\
         <section><h2>{}</h2>{}</section>{}<section><h2>{}</h2>{}{}</section>{}{}{}</article>",
        impact(language, incident.impact),
        language.phase(incident.phase),
        absorbed(language, incident),
        text(scene, language, &incident.title),
        sentence(language, incident),
        contradictions(scene, language, incident),
        answers(scene, language, incident),
        clocks(scene, language, incident),
        language.pick("Affected parts", "Betroffene Teile"),
        chips(scene, language, incident),
        figures(scene, language, incident),
        language.pick("Update timeline", "Verlauf der Meldungen"),
        if due.is_empty() { due } else { format!("<p class=\"foot\">{due}</p>") },
        timeline(scene, language, (&incident.updates, &incident.evidence), |phase: &Phase| language
            .phase(*phase)),
        postmortem(scene, language, incident),
        evidence(scene, language, incident),
        machine(scene, language, incident),
    );
    Sheet { title: language.text(&incident.title).0.to_owned(), place: Place::Elsewhere, body }
}

fn absorbed(language: Language, incident: &Incident) -> String {
    if !incident.absorbed {
        return String::new();
    }
    let word = language
        .pick("Absorbed: the mail went another way", "Aufgefangen: die E-Mail ging einen anderen Weg");
    format!("<span class=\"badge none\">{word}</span>")
}

/// The whole story in one sentence, with both durations.
fn sentence(language: Language, incident: &Incident) -> String {
    let clocks = &incident.clocks;
    let day = time::day(clocks.harm_began.unwrap_or(clocks.posted_at), language);
    let harm = clocks.harm_lasted().map(|lasted| time::span(lasted, language));
    let posted = clocks.posted_lasted().map(|lasted| time::span(lasted, language));
    match (language, harm, posted) {
        (Language::English, Some(harm), Some(posted)) => format!(
            "Began on {day}. By the evidence mail was harmed for <strong>{harm}</strong>; the incident was open on this page for <strong>{posted}</strong>."
        ),
        (Language::English, None, Some(posted)) => {
            format!("Began on {day}. The incident was open on this page for <strong>{posted}</strong>.")
        }
        (Language::English, Some(harm), None) => {
            format!(
                "Began on {day}. By the evidence mail was harmed for <strong>{harm}</strong>; the incident is not closed yet."
            )
        }
        (Language::English, None, None) => format!("Began on {day} and goes on."),
        (Language::German, Some(harm), Some(posted)) => format!(
            "Begann am {day}. Nach den Belegen war E-Mail <strong>{harm}</strong> lang betroffen; auf dieser Seite war die \
             Störung <strong>{posted}</strong> lang offen."
        ),
        (Language::German, None, Some(posted)) => {
            format!("Begann am {day}. Auf dieser Seite war die Störung <strong>{posted}</strong> lang offen.")
        }
        (Language::German, Some(harm), None) => {
            format!(
                "Begann am {day}. Nach den Belegen war E-Mail <strong>{harm}</strong> lang betroffen; die Störung ist noch nicht geschlossen."
            )
        }
        (Language::German, None, None) => format!("Begann am {day} und dauert an."),
    }
}

fn contradictions(scene: Scene<'_>, language: Language, incident: &Incident) -> String {
    let marks: String = incident
        .contradictions
        .iter()
        .map(|mark| format!("<li>{}</li>", text(scene, language, mark)))
        .collect();
    if marks.is_empty() {
        return String::new();
    }
    format!(
        "<section class=\"doubt\"><h2>{}</h2><ul>{marks}</ul></section>",
        language.pick("What the evidence contradicts", "Was den Belegen widerspricht")
    )
}

/// Each clock with its name.
fn clocks(scene: Scene<'_>, language: Language, incident: &Incident) -> String {
    let clocks = &incident.clocks;
    let detected_by = incident.detected_by.as_ref().map_or_else(String::new, |how| {
        format!("<br><span class=\"about\">{}</span>", text(scene, language, how))
    });
    let entries: [(&str, Option<Timestamp>, &str); 8] = [
        (language.pick("Harm began", "Schaden begann"), clocks.harm_began, ""),
        (language.pick("Detected", "Entdeckt"), clocks.detected_at, &detected_by),
        (language.pick("First posted", "Zuerst gemeldet"), Some(clocks.posted_at), ""),
        (language.pick("Identified", "Ursache gefunden"), clocks.identified_at, ""),
        (language.pick("Mitigated", "Umgangen"), clocks.mitigated_at, ""),
        (language.pick("Harm ended", "Schaden endete"), clocks.harm_ended, ""),
        (language.pick("Resolved", "Behoben gemeldet"), clocks.resolved_at, ""),
        (language.pick("Postmortem", "Nachbericht"), clocks.postmortem_at, ""),
    ];
    let shown: String = entries
        .iter()
        .filter_map(|(name, at, more)| Some((name, (*at)?, more)))
        .map(|(name, at, more)| {
            format!("<div><dt>{name}</dt><dd>{}{more}</dd></div>", time::element(at, language))
        })
        .collect();
    format!("<dl class=\"clocks\">{shown}</dl>")
}

fn figures(scene: Scene<'_>, language: Language, incident: &Incident) -> String {
    let shown: String = incident
        .figures
        .iter()
        .map(|figure| {
            format!(
                "<div><dt>{}</dt><dd>{}</dd></div>",
                text(scene, language, &figure.label),
                escaped(&figure.value)
            )
        })
        .collect();
    if shown.is_empty() {
        return String::new();
    }
    format!(
        "<section><h2>{}</h2><dl class=\"numbers\">{shown}</dl></section>",
        language.pick("In figures", "In Zahlen")
    )
}

/// All updates, the newest first.
pub(super) fn timeline<P>(
    scene: Scene<'_>,
    language: Language,
    (updates, cards): (&[Update<P>], &[Evidence]),
    phase: impl Fn(&P) -> &'static str,
) -> String {
    let items: String = updates
        .iter()
        .map(|update| {
            format!(
                "<li id=\"{}\"><div class=\"line\"><h3>{}</h3>{}</div>{}<p class=\"about\">{}</p>{}</li>",
                update.id.as_str(),
                phase(&update.phase),
                time::element(update.shown_at, language),
                prose::paragraphs(scene, language, &update.body),
                origin(language, update, cards),
                earlier(scene, language, update),
            )
        })
        .collect();
    format!("<ol class=\"timeline\">{items}</ol>")
}

/// Who wrote it, from what, and whether it was back-dated. Evidence without a card is named and leads nowhere.
fn origin<P>(language: Language, update: &Update<P>, cards: &[Evidence]) -> String {
    let author = match update.author {
        Author::Rule => language.pick("Written by rule from evidence", "Nach Regel aus Belegen geschrieben"),
        Author::Person => language.pick("Written by a person", "Von einem Menschen geschrieben"),
    };
    let link = |id: &String| {
        let shown = escaped(id);
        let has_card = cards.iter().any(|card| card.id == *id);
        if has_card { format!("<a href=\"#e-{shown}\">{shown}</a>") } else { shown }
    };
    let links: Vec<String> = update.evidence.iter().map(link).collect();
    let links = if links.is_empty() { String::new() } else { format!(": {}", links.join(", ")) };
    let dated = if update.created_at.since(update.shown_at).as_secs() >= 60 {
        format!(
            " · {} {}",
            language.pick("dated back; posted", "zurückdatiert; gemeldet"),
            time::element(update.created_at, language)
        )
    } else {
        String::new()
    };
    format!("{author}{links}{dated}")
}

fn earlier<P>(scene: Scene<'_>, language: Language, update: &Update<P>) -> String {
    let Some(edited) = update.edited_at else { return String::new() };
    let versions: String =
        update.earlier.iter().map(|words| format!("<li>{}</li>", text(scene, language, words))).collect();
    format!(
        "<details class=\"days\"><summary>{} {}</summary><ul>{versions}</ul></details>",
        language.pick("Edited", "Geändert"),
        time::element(edited, language)
    )
}

fn postmortem(scene: Scene<'_>, language: Language, incident: &Incident) -> String {
    incident.postmortem.as_ref().map_or_else(String::new, |body| {
        format!(
            "<section class=\"postmortem\"><h2>{}</h2>{}</section>",
            language.pick("Postmortem", "Nachbericht"),
            prose::document(scene, language, body)
        )
    })
}

fn evidence(scene: Scene<'_>, language: Language, incident: &Incident) -> String {
    let cards: String = incident.evidence.iter().map(|one| evidence_card(scene, language, one)).collect();
    if cards.is_empty() {
        return String::new();
    }
    format!(
        "<section><h2>{}</h2><div class=\"evidence\">{cards}</div></section>",
        language.pick("Evidence", "Belege")
    )
}

fn evidence_card(scene: Scene<'_>, language: Language, one: &Evidence) -> String {
    let facts: String = one
        .facts
        .iter()
        .map(|(name, value)| {
            let value = escaped(&mask::public(value, scene.settings));
            format!("<div><dt>{}</dt><dd>{value}</dd></div>", text(scene, language, name))
        })
        .collect();
    let reply = one.reply.as_ref().map_or_else(String::new, |reply| {
        let words = escaped(&mask::public(reply, scene.settings));
        format!("<pre lang=\"en\" tabindex=\"0\">{words}</pre>")
    });
    format!(
        "<article class=\"card\" id=\"e-{id}\"><p class=\"meta\"><code>{id}</code>{}</p><h3>{}</h3><dl>{facts}</dl>{reply}</article>",
        time::element(one.at, language),
        text(scene, language, &one.title),
        id = escaped(&one.id),
    )
}

fn machine(_scene: Scene<'_>, language: Language, incident: &Incident) -> String {
    let top = super::sheet::to_top(language, "incidents/x/");
    let id = incident.id.as_str();
    format!(
        "<p class=\"small\">{}: <a href=\"{top}api/v1/incidents/{id}.json\">{}</a> · <a href=\"{top}api/v2/incidents/{id}.json\">Statuspage</a></p>",
        language.pick("For machines", "Für Maschinen"),
        language.pick("JSON with evidence", "JSON mit Belegen"),
    )
}
