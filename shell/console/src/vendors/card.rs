//! One record in a list: its words, its times, what it touches.

use super::VendorShown;
use super::parts::{begun, minute, phase, severity, span};
use crate::front::escaped;
use vendor::{Kind, Record, Sighting};

/// Names of components in a list.
const PARTS_SHOWN: usize = 3;

/// An entry of a list; `with_vendor`: the list has those of several.
pub(super) fn card(shown: VendorShown<'_>, record: &Record, with_vendor: bool) -> String {
    let incident = &record.incident;
    let mut words = vec![severity(&incident.severity), phase(&incident.phase)];
    match incident.kind {
        Kind::Incident => {}
        Kind::Maintenance => words.push("<span class=\"badge\">planned work</span>".to_owned()),
        Kind::Notice => words.push("<span class=\"badge\">notice</span>".to_owned()),
    }
    if incident.contradicts_itself() {
        words.push("<span class=\"badge odd\">contradicts itself</span>".to_owned());
    }
    if incident.is_underway() && !shown.is_listed(record) {
        words.push("<span class=\"badge odd\">no longer listed</span>".to_owned());
    }
    let name = shown.glance.name.as_str();
    let vendor =
        if with_vendor { format!("<strong>{}</strong> · ", escaped(shown.title())) } else { String::new() };
    format!(
        "<li><div class=\"words\">{}</div><h3><a href=\"/vendors/{name}/{}\">{}</a></h3><p>{vendor}{}{}</p></li>",
        words.join(""),
        escaped(&incident.key()),
        escaped(&incident.title),
        times(record),
        parts(record),
    )
}

fn times(record: &Record) -> String {
    let incident = &record.incident;
    let mut said = vec![minute(begun(record))];
    if let Some(seconds) = incident.lengths.stated_seconds.or(incident.lengths.timeline_seconds) {
        said.push(format!("lasting {}", span(seconds)));
    }
    if record.sighting == Sighting::Live {
        said.push(format!("seen {}", minute(record.first_seen)));
    }
    said.join(" · ")
}

fn parts(record: &Record) -> String {
    let all = &record.incident.components;
    let shown: Vec<String> = all.iter().take(PARTS_SHOWN).map(|part| escaped(&part.path())).collect();
    match all.len() {
        0 => String::new(),
        count if count > PARTS_SHOWN => format!(" · {} and {} more", shown.join(", "), count - PARTS_SHOWN),
        _ => format!(" · {}", shown.join(", ")),
    }
}
