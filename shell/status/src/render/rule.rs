//! The form by which a reader changes an alert rule on other vendors.
//!
//! It shows what is kept, or what was written and why it cannot be. It needs no script.

use super::parts::escaped;
use super::subscribe::end;
use crate::language::Language;
use crate::subscribe::{Draft, Field, Problem, WatchedVendor};
use vendor::{RULE_ENTRIES_MAX, RULE_ENTRY_CHARS_MAX, Severity};

/// Below a link that changes or ends it.
pub(crate) fn manage(
    language: Language,
    (draft, problems): (&Draft, &[Problem]),
    watched: &[WatchedVendor],
    chosen: Option<incident::Language>,
) -> String {
    let lists: String = [
        (Field::Components, &draft.rule.components),
        (Field::Regions, &draft.rule.regions),
        (Field::Words, &draft.rule.words),
    ]
    .into_iter()
    .map(|(field, entries)| list(language, field, entries, problems))
    .collect();
    format!(
        "<h1>{title}</h1>{wrong}<form method=\"post\" class=\"card form\"><p class=\"about\">{about}</p>{vendors}{severity}{lists}{end}</form>",
        title = language.pick("Your alerts on other vendors", "Ihre Meldungen über andere Anbieter"),
        wrong = wrong(language, problems),
        about = language.pick(
            "You are told of what a vendor posts when it fits everything that you choose here.",
            "Sie hören von dem, was ein Anbieter meldet, wenn es auf alles passt, was Sie hier wählen.",
        ),
        vendors = vendors(language, draft, watched),
        severity = severity(language, draft.rule.severity),
        end = end(language, chosen),
    )
}

/// What keeps it from being saved, with a link to each field.
fn wrong(language: Language, problems: &[Problem]) -> String {
    if problems.is_empty() {
        return String::new();
    }
    let entries: String = problems
        .iter()
        .map(|problem| {
            format!(
                "<li><a href=\"#{}\">{}</a></li>",
                problem.field().name(),
                escaped(&said(language, problem))
            )
        })
        .collect();
    format!(
        "<div class=\"doubt\" role=\"alert\"><h2>{}</h2><ul>{entries}</ul></div>",
        language.pick("Not saved yet", "Noch nicht gespeichert")
    )
}

fn said(language: Language, problem: &Problem) -> String {
    let name = heading(language, problem.field());
    match (problem, language) {
        (Problem::NoVendor, Language::English) => "Vendors: choose at least one, or all of them.".to_owned(),
        (Problem::NoVendor, Language::German) => {
            "Anbieter: Wählen Sie mindestens einen, oder alle.".to_owned()
        }
        (Problem::UnknownVendor(vendor), Language::English) => {
            format!("Vendors: \u{201c}{vendor}\u{201d} is not watched here.")
        }
        (Problem::UnknownVendor(vendor), Language::German) => {
            format!("Anbieter: „{vendor}\u{201c} wird hier nicht beobachtet.")
        }
        (Problem::UnknownSeverity, Language::English) => "Severity: choose one of the four.".to_owned(),
        (Problem::UnknownSeverity, Language::German) => "Schwere: Wählen Sie eine der vier.".to_owned(),
        (Problem::TooMany(_, count), Language::English) => {
            format!("{name}: {count} lines are too many, at most {RULE_ENTRIES_MAX} can be kept.")
        }
        (Problem::TooMany(_, count), Language::German) => {
            format!("{name}: {count} Zeilen sind zu viele, höchstens {RULE_ENTRIES_MAX} sind möglich.")
        }
        (Problem::TooLong(_, begin), Language::English) => format!(
            "{name}: the line that begins \u{201c}{begin}\u{201d} is longer than {RULE_ENTRY_CHARS_MAX} letters."
        ),
        (Problem::TooLong(_, begin), Language::German) => format!(
            "{name}: Die Zeile, die mit „{begin}\u{201c} beginnt, ist länger als {RULE_ENTRY_CHARS_MAX} Zeichen."
        ),
    }
}

const fn heading(language: Language, field: Field) -> &'static str {
    match field {
        Field::Vendors => language.pick("Vendors", "Anbieter"),
        Field::Severity => language.pick("Severity", "Schwere"),
        Field::Components => language.pick("Components", "Teile"),
        Field::Regions => language.pick("Regions or groups", "Regionen oder Gruppen"),
        Field::Words => language.pick("Words", "Wörter"),
    }
}

/// All, or some of those that are watched; one that is chosen and watched no more can still be seen and taken out.
fn vendors(language: Language, draft: &Draft, watched: &[WatchedVendor]) -> String {
    let chosen = &draft.rule.vendors;
    let gone = chosen.iter().filter(|name| !watched.iter().any(|one| one.name == **name));
    let gone = gone.map(|name| {
        let note = language.pick("not watched any more", "wird nicht mehr beobachtet");
        ticked(name, true, &format!("{} <span class=\"small\">{note}</span>", escaped(name)))
    });
    let boxes = watched.iter().map(|one| {
        let shown = match &one.page {
            Some(page) if *page != one.name => {
                format!("{} <span class=\"small\">{}</span>", escaped(page), escaped(&one.name))
            }
            Some(_) | None => escaped(&one.name),
        };
        ticked(&one.name, chosen.contains(&one.name), &shown)
    });
    let boxes: String = boxes.chain(gone).collect();
    format!(
        "<fieldset id=\"{name}\"><legend>{legend}</legend>{all}{some}<div class=\"parts\">{boxes}</div></fieldset>",
        name = Field::Vendors.name(),
        legend = heading(language, Field::Vendors),
        all = radio(
            ("about", "all"),
            !draft.is_of_some,
            language.pick("All that are watched here", "Alle, die hier beobachtet werden")
        ),
        some = radio(("about", "some"), draft.is_of_some, language.pick("Only these:", "Nur diese:")),
    )
}

fn ticked(name: &str, is_on: bool, shown: &str) -> String {
    let (mark, value) = (checked(is_on), escaped(name));
    format!("<label><input type=\"checkbox\" name=\"vendor\" value=\"{value}\"{mark}> {shown}</label>")
}

fn severity(language: Language, least: Option<Severity>) -> String {
    let name = Field::Severity.name();
    let entries: String = [
        (None, "any", language.pick("Any, maintenance and unknown too", "Jede, auch Wartung und unbekannte")),
        (Some(Severity::Minor), "minor", language.pick("Minor or worse", "Gering oder schwerer")),
        (Some(Severity::Major), "major", language.pick("Major or worse", "Erheblich oder schwerer")),
        (Some(Severity::Critical), "critical", language.pick("Critical", "Kritisch")),
    ]
    .into_iter()
    .map(|(severity, word, shown)| radio((name, word), severity == least, shown))
    .collect();
    format!(
        "<fieldset id=\"{name}\"><legend>{}</legend>{entries}</fieldset>",
        heading(language, Field::Severity)
    )
}

fn radio((name, value): (&str, &str), is_on: bool, shown: &str) -> String {
    let mark = checked(is_on);
    format!("<label><input type=\"radio\" name=\"{name}\" value=\"{value}\"{mark}> {shown}</label>")
}

const fn checked(is_on: bool) -> &'static str {
    if is_on { " checked" } else { "" }
}

/// A list of parts of texts, one on each line.
fn list(language: Language, field: Field, entries: &[String], problems: &[Problem]) -> String {
    let name = field.name();
    let about = match field {
        Field::Words => language.pick(
            "One word or phrase on each line; one of them in the title or a text is enough. Empty: whatever it says.",
            "Ein Wort oder Satzteil je Zeile; eines davon in Titel oder Text genügt. Leer: was auch immer darin steht.",
        ),
        Field::Vendors | Field::Severity | Field::Components | Field::Regions => language.pick(
            "One name, or a part of it, on each line; one of them is enough. Empty: all.",
            "Ein Name oder ein Teil davon je Zeile; einer davon genügt. Leer: alle.",
        ),
    };
    let is_wrong = problems.iter().any(|problem| problem.field() == field);
    let invalid = if is_wrong { " aria-invalid=\"true\"" } else { "" };
    // A line break behind the tag is no part of the text, so that an entry is never taken for one.
    format!(
        "<p class=\"field\"><label for=\"{name}\">{heading}</label><textarea id=\"{name}\" name=\"{name}\" rows=\"3\" \
         aria-describedby=\"{name}-about\"{invalid}>\n{text}</textarea><span class=\"about\" id=\"{name}-about\">{about}</span></p>",
        heading = heading(language, field),
        text = escaped(&entries.join("\n")),
    )
}
