//! Planned maintenance for calendars: iCalendar (RFC 5545).
//!
//! An entry keeps its UID for life and counts its changes, so that a calendar moves it instead of adding another. Lines are folded at 75 octets (§3.1).

use crate::render::Scene;
use crate::time::calendar;
use crate::view::Maintenance;
use incident::MaintenancePhase;

const LINE_LEN_MAX: usize = 75;

pub(super) fn all(scene: Scene<'_>) -> String {
    let mut text = String::new();
    let mut line = |content: String| fold(&mut text, &content);
    line("BEGIN:VCALENDAR".to_owned());
    line("VERSION:2.0".to_owned());
    line("PRODID:-//Signpost//Status//EN".to_owned());
    line("METHOD:PUBLISH".to_owned());
    line(format!("X-WR-CALNAME:{} maintenance", value(&scene.settings.name)));
    for work in &scene.view.maintenances {
        event(scene, work).into_iter().for_each(&mut line);
    }
    line("END:VCALENDAR".to_owned());
    text
}

fn event(scene: Scene<'_>, work: &Maintenance) -> Vec<String> {
    let id = work.id.as_str();
    let parts: Vec<String> =
        work.affected.iter().map(|part| format!("{} > {}", part.region, part.name.en)).collect();
    let about = work.updates.first().map(|update| update.body.en.as_str()).unwrap_or_default();
    vec![
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{id}@{}", scene.settings.host()),
        format!("DTSTAMP:{}", calendar(work.updated_at)),
        format!("LAST-MODIFIED:{}", calendar(work.updated_at)),
        format!("SEQUENCE:{}", work.updates.len().saturating_sub(1)),
        format!("DTSTART:{}", calendar(work.begins)),
        format!("DTEND:{}", calendar(work.ends)),
        format!("SUMMARY:{}", value(&work.title.en)),
        format!("DESCRIPTION:{}", value(&format!("{about}\n{}", parts.join("\n")))),
        format!("URL:{}/maintenances/{id}/", scene.settings.url),
        format!(
            "STATUS:{}",
            if work.phase == MaintenancePhase::Cancelled { "CANCELLED" } else { "CONFIRMED" }
        ),
        "TRANSP:TRANSPARENT".to_owned(),
        "END:VEVENT".to_owned(),
    ]
}

/// RFC 5545 §3.3.11.
fn value(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_control() || *letter == '\n').collect();
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// A content line, broken between characters.
fn fold(text: &mut String, content: &str) {
    let mut len = 0;
    for letter in content.chars() {
        if len + letter.len_utf8() > LINE_LEN_MAX {
            text.push_str("\r\n ");
            len = 1;
        }
        text.push(letter);
        len += letter.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests;
