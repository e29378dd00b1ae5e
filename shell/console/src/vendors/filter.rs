//! What of the records is wished to be seen, as it stands in the address.
//!
//! A word that means nothing filters nothing: an old link still shows a page.

use crate::front::escaped;
use serde::Deserialize;
use std::fmt::Write as _;
use vendor::{Incident, Kind, Record, Severity};

/// Records on one page.
pub(super) const SHOWN: usize = 30;
/// Nobody searches for longer words.
const QUERY_CHARS_MAX: usize = 100;

/// The fields of the form, all of them optional.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    /// Words, each of which must occur.
    pub(super) q: String,
    /// A severity that is the least.
    pub(super) severity: String,
    /// `open`, `over`, `maintenance`, `contradicts`, `live`.
    pub(super) what: String,
    /// From 1.
    pub(super) page: String,
}

const SEVERITIES: [(&str, &str); 4] =
    [("", "Any"), ("minor", "Minor or worse"), ("major", "Major or worse"), ("critical", "Critical")];
const WHATS: [(&str, &str); 6] = [
    ("", "Everything"),
    ("open", "Goes on"),
    ("over", "Is over"),
    ("maintenance", "Maintenance"),
    ("contradicts", "Contradicts itself"),
    ("live", "Seen as it was posted"),
];

impl Filter {
    pub(super) fn page(&self) -> usize {
        self.page.parse().unwrap_or(1).clamp(1, 10_000)
    }

    /// Whether it asks for anything: such a page does not renew itself under who types.
    pub(super) fn is_set(&self) -> bool {
        [&self.q, &self.severity, &self.what, &self.page].iter().any(|field| !field.is_empty())
    }

    fn words(&self) -> Vec<String> {
        let query: String = self.q.chars().take(QUERY_CHARS_MAX).collect();
        query.to_lowercase().split_whitespace().map(str::to_owned).collect()
    }

    /// Whether every word occurs in one of these texts.
    pub(super) fn finds(&self, texts: &[&str]) -> bool {
        let lower: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
        self.words().iter().all(|word| lower.iter().any(|text| text.contains(word)))
    }

    pub(super) fn passes(&self, vendor: &str, record: &Record) -> bool {
        let incident = &record.incident;
        let worst =
            [("minor", Severity::Minor), ("major", Severity::Major), ("critical", Severity::Critical)];
        let least = worst.into_iter().find(|(word, _)| *word == self.severity).map(|(_, least)| least);
        let is_what = match self.what.as_str() {
            "open" => incident.is_underway(),
            "over" => incident.phase.ours.is_over(),
            "maintenance" => incident.kind == Kind::Maintenance,
            "contradicts" => incident.contradicts_itself(),
            "live" => record.sighting == vendor::Sighting::Live,
            _ => true,
        };
        is_what
            && least.is_none_or(|least| incident.severity.ours >= least)
            && self.finds_in(vendor, incident)
    }

    fn finds_in(&self, vendor: &str, incident: &Incident) -> bool {
        if self.q.is_empty() {
            return true;
        }
        let mut texts = vec![vendor, incident.title.as_str(), incident.native_id.as_str()];
        let parts: Vec<String> = incident.components.iter().map(vendor::Affected::path).collect();
        texts.extend(parts.iter().map(String::as_str));
        texts.extend(incident.regions.iter().map(String::as_str));
        texts.extend(incident.updates.iter().map(|update| update.text.as_str()));
        self.finds(&texts)
    }

    /// The form; it leads back to `here`.
    pub(super) fn form(&self, here: &str) -> String {
        let options = |of: &[(&str, &str)], chosen: &str| {
            let option = |(value, words): &(&str, &str)| {
                let selected = if *value == chosen { " selected" } else { "" };
                format!("<option value=\"{value}\"{selected}>{words}</option>")
            };
            of.iter().map(option).collect::<String>()
        };
        format!(
            "<form class=\"filter\" action=\"{}\" method=\"get\" role=\"search\">\
             <label>Words <input type=\"search\" name=\"q\" value=\"{}\" maxlength=\"{QUERY_CHARS_MAX}\"></label>\
             <label>Severity <select name=\"severity\">{}</select></label>\
             <label>What <select name=\"what\">{}</select></label>\
             <button>Show</button>{}</form>",
            escaped(here),
            escaped(&self.q),
            options(&SEVERITIES, &self.severity),
            options(&WHATS, &self.what),
            if self.is_set() { format!("<a href=\"{}\">Show all</a>", escaped(here)) } else { String::new() },
        )
    }

    /// Links to the pages around this one of `count` records.
    pub(super) fn around(&self, here: &str, count: usize) -> String {
        let (page, last) = (self.page(), count.div_ceil(SHOWN).max(1));
        let link = |page: usize, words: &str| {
            let (q, severity, what) = (encoded(&self.q), encoded(&self.severity), encoded(&self.what));
            format!(
                "<a href=\"{here}?q={q}&amp;severity={severity}&amp;what={what}&amp;page={page}\">{words}</a>"
            )
        };
        let newer = if page > 1 { link(page - 1, "Newer") } else { String::new() };
        let older = if page < last { link(page + 1, "Older") } else { String::new() };
        if last == 1 && page == 1 {
            return String::new();
        }
        format!("<p class=\"around\">{newer} Page {page} of {last} {older}</p>")
    }
}

/// For a query: what is no letter or figure becomes `%2F`.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        let _infallible = match byte.is_ascii_alphanumeric() {
            true => write!(encoded, "{}", char::from(byte)),
            false => write!(encoded, "%{byte:02X}"),
        };
    }
    encoded
}
