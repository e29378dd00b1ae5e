//! Pieces that the pages of vendors share: times, spans, words with their colour, texts.

use crate::front::escaped;
use model::Timestamp;
use vendor::{Phase, Record, Severity, State, Word, is_log_line, quote_start};

/// `2024-10-20 10:28 UTC`, readable by machines too.
pub(super) fn minute(at: Timestamp) -> String {
    let text = at.to_string();
    let shown = text.get(..16).unwrap_or_default().replace('T', " ");
    format!("<time datetime=\"{text}\">{shown} UTC</time>")
}

/// `3 h 41 min`; below a minute in seconds.
pub(super) fn span(seconds: u64) -> String {
    let parts = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "min")];
    let said: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if said.is_empty() { format!("{seconds} s") } else { said.join(" ") }
}

/// A word of ours as people write it, in its colour; the vendor's own stands in the title if it is another.
fn badge<T: Copy>(word: &Word<T>, ours: &str, if_unknown: &str) -> String {
    let shown = if ours == "unknown" { if_unknown.to_owned() } else { ours.replace('_', " ") };
    let key = |text: &str| text.to_lowercase().replace(['_', '-'], " ");
    let theirs = word.theirs.as_deref().filter(|theirs| key(theirs) != shown);
    let title = theirs.map(|theirs| format!(" title=\"the vendor: {}\"", escaped(theirs)));
    format!("<span class=\"badge {ours}\"{}>{shown}</span>", title.unwrap_or_default())
}

pub(super) fn severity(word: &Word<Severity>) -> String {
    let ours = match word.ours {
        // On Statuspage `none` is a notice.
        Severity::None => "notice",
        Severity::Maintenance
        | Severity::Unknown
        | Severity::Minor
        | Severity::Major
        | Severity::Critical => word.ours.as_str(),
    };
    badge(word, ours, "severity not said")
}

pub(super) fn phase(word: &Word<Phase>) -> String {
    badge(word, word.ours.as_str(), "phase not said")
}

pub(super) fn state(state: State) -> String {
    format!("<span class=\"word {}\">{}</span>", state.as_str(), state.as_str().replace('_', " "))
}

/// A state with the vendor's own word, if that is another.
pub(super) fn said_state(word: &Word<State>) -> String {
    let shown = word.ours.as_str().replace('_', " ");
    let key = |text: &str| text.to_lowercase().replace(['_', '-', ' '], "");
    match &word.theirs {
        Some(theirs) if key(theirs) != key(&shown) => {
            format!("{} <small>({})</small>", state(word.ours), escaped(theirs))
        }
        Some(_) | None => state(word.ours),
    }
}

/// When it began as far as is known: what a list is ordered by.
pub(super) fn begun(record: &Record) -> Timestamp {
    let clocks = &record.incident.clocks;
    clocks.scheduled_for.or(clocks.started).or(clocks.posted).unwrap_or(record.first_seen)
}

/// A text of a vendor: paragraphs with links; lines of mail logs as they are, without.
pub(super) fn text(source: &str) -> String {
    let mut html = String::new();
    let mut block: Vec<&str> = Vec::new();
    let mut is_log = false;
    let apart = source.lines().flat_map(|line| {
        let (before, quote) = line.split_at(quote_start(line).unwrap_or(0));
        [before, quote].into_iter().filter(move |part| !part.is_empty() || line.is_empty())
    });
    for line in apart.chain([""]) {
        let is_log_now = !line.is_empty() && is_log_line(line);
        if (line.is_empty() || is_log_now != is_log) && !block.is_empty() {
            html.push_str(&closed(&block, is_log));
            block.clear();
        }
        is_log = is_log_now;
        if !line.is_empty() {
            block.push(line);
        }
    }
    html
}

fn closed(lines: &[&str], is_log: bool) -> String {
    if is_log {
        return format!("<pre>{}</pre>", escaped(&lines.join("\n")));
    }
    let lines: Vec<String> = lines.iter().map(|line| linked(line)).collect();
    format!("<p>{}</p>", lines.join("<br>"))
}

fn linked(line: &str) -> String {
    let words = line.split(' ').map(|word| {
        let start = word.trim_start_matches(['(', '<', '>', '[']);
        let is_web = start.starts_with("https://") || start.starts_with("http://");
        let address = start.trim_end_matches(['.', ',', ';', ':', ')', '!', '*', '"', '\'', '<', '>', ']']);
        if !is_web || address.contains(['"', '\'', '<', '>', '\\']) {
            return escaped(word);
        }
        let (before, after) = (&word[..word.len() - start.len()], &start[address.len()..]);
        format!("{}{}{}", escaped(before), link(address, address), escaped(after))
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A link that tells the other side nothing of where it stood.
pub(super) fn link(address: &str, words: &str) -> String {
    format!("<a href=\"{}\" rel=\"noopener noreferrer\">{}</a>", escaped(address), escaped(words))
}
