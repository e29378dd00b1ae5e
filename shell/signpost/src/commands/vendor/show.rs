//! A vendor's document as text for people.
//!
//! Our words come first, the vendor's own in brackets where they are others. Times are in UTC, to the minute.

use super::table;
use model::Timestamp;
use std::fmt::Write as _;
use vendor::{Component, Document, Incident, State, Update, Word};

pub(super) fn document(document: &Document) -> String {
    let mut text = String::new();
    let name = document.page.name.as_deref().unwrap_or("(no name)");
    let url = document.page.url.as_deref().map_or_else(String::new, |url| format!("  {url}"));
    line(&mut text, &format!("{name}: {}{url}  ({})", document.state().as_str(), document.format.as_str()));
    for alarm in &document.alarms {
        line(&mut text, &format!("! {}: {}: {}", alarm.kind.as_str(), alarm.place, alarm.text));
    }
    components(document, &mut text);
    for incident in &document.incidents {
        one(incident, &mut text);
    }
    if document.incidents.is_empty() {
        line(&mut text, "\nno incidents");
    }
    if let Some(next) = &document.next_page {
        line(&mut text, &format!("\nit continues at {next}"));
    }
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// Those that are not well; of the others only how many.
fn components(document: &Document, text: &mut String) {
    let is_well = |component: &&Component| component.state.ours == State::Operational;
    let rows: Vec<Vec<String>> = document
        .components
        .iter()
        .filter(|component| !is_well(component))
        .map(|component| {
            let state = word(&component.state, State::as_str);
            vec![component.path(), state, component.updated_at.map(minute).unwrap_or_default()]
        })
        .collect();
    let well = document.components.iter().filter(is_well).count();
    if !document.components.is_empty() {
        line(text, &format!("\n{well} of {} components are operational", document.components.len()));
    }
    if !rows.is_empty() {
        text.push_str(&table(&["component", "state", "changed"], &rows));
    }
}

pub(super) fn one(incident: &Incident, text: &mut String) {
    let severity = word(&incident.severity, vendor::Severity::as_str);
    let phase = word(&incident.phase, vendor::Phase::as_str);
    line(text, &format!("\n{}  [{severity}] [{phase}]", incident.title));
    let url = incident.url.as_deref().unwrap_or("no link");
    line(text, &format!("  {}  {url}", incident.native_id));
    let clocks = &incident.clocks;
    let times = [
        ("started", clocks.started),
        ("posted", clocks.posted),
        ("resolved", clocks.resolved),
        ("planned from", clocks.scheduled_for),
        ("to", clocks.scheduled_until),
        ("next word promised for", clocks.next_update),
        ("archived", incident.archived_at),
    ];
    let said: Vec<String> =
        times.into_iter().filter_map(|(name, at)| at.map(|at| format!("{name} {}", minute(at)))).collect();
    line(text, &format!("  {}", if said.is_empty() { "no times".to_owned() } else { said.join(", ") }));
    let lengths = [
        ("stated", incident.lengths.stated_seconds),
        ("by its timeline", incident.lengths.timeline_seconds),
        ("by its text", incident.lengths.told_seconds),
    ];
    let said: Vec<String> = lengths
        .into_iter()
        .filter_map(|(name, seconds)| seconds.map(|seconds| format!("{} {name}", span(seconds))))
        .collect();
    if !said.is_empty() {
        line(text, &format!("  {}", said.join(", ")));
    }
    for component in &incident.components {
        let worst =
            component.worst.map_or_else(String::new, |worst| format!(", at worst {}", worst.as_str()));
        let state = component
            .state
            .as_ref()
            .map_or_else(|| "state not said".to_owned(), |state| word(state, State::as_str));
        line(text, &format!("  {}: {state}{worst}", component.path()));
    }
    if !incident.regions.is_empty() {
        line(text, &format!("  regions: {}", incident.regions.join(", ")));
    }
    for flag in &incident.flags {
        line(text, &format!("  ! {}: {}", flag.rule.as_str(), flag.text));
    }
    for update in &incident.updates {
        said_line(update, text);
    }
}

fn said_line(update: &Update, text: &mut String) {
    let at = update.display_at.map_or_else(|| "(no time)".to_owned(), minute);
    let edited = update.edited_at.map_or_else(String::new, |at| format!(" (edited {})", minute(at)));
    line(text, &format!("  {at} {}{edited}", word(&update.phase, vendor::Phase::as_str)));
    for part in update.text.lines().filter(|part| !part.is_empty()) {
        line(text, &format!("    {part}"));
    }
}

/// Our word, and the vendor's where it is another one.
fn word<T: Copy>(word: &Word<T>, ours: impl Fn(T) -> &'static str) -> String {
    let ours = ours(word.ours);
    match &word.theirs {
        Some(theirs) if theirs.to_lowercase().replace([' ', '-'], "_") != ours => {
            format!("{ours} ({theirs})")
        }
        Some(_) | None => ours.to_owned(),
    }
}

pub(super) fn minute(at: Timestamp) -> String {
    at.to_string().get(..16).unwrap_or_default().replace('T', " ")
}

/// `3 h 41 min`.
fn span(seconds: u64) -> String {
    let mut text = String::new();
    for (count, unit) in [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "min")] {
        if count > 0 {
            let _infallible = write!(text, "{}{count} {unit}", if text.is_empty() { "" } else { " " });
        }
    }
    if text.is_empty() { format!("{seconds} s") } else { text }
}
