//! What our own mail met at a vendor, beside what the vendor's page says of it.

use super::parts::{link, minute, span};
use super::{VendorMet, VendorShown};
use crate::front::escaped;
use vendor::{Admitted, Trouble};

/// Troubles that a page shows.
const SHOWN: usize = 10;

/// For the tile: only of what goes on.
pub(super) fn line(shown: VendorShown<'_>) -> String {
    let Some(open) = shown.met.iter().find(|met| !met.trouble.is_over) else { return String::new() };
    let says = match &open.admitted {
        Admitted::Silent { seconds } => format!("its page has not said so for {}", span(*seconds)),
        Admitted::AfterUs { lead_seconds, .. } => format!("{} before its post", span(*lead_seconds)),
        Admitted::BeforeUs { .. } => "as its page says".to_owned(),
    };
    let trouble = &open.trouble;
    format!("<p class=\"failed\">It puts our mail off since {}: {says}</p>", minute(trouble.since))
}

/// For the vendor's own page.
pub(super) fn section(shown: VendorShown<'_>) -> String {
    let items: String = shown.met.iter().take(SHOWN).map(|met| item(shown, met)).collect();
    if items.is_empty() {
        return items;
    }
    format!("<section><h2>What our own mail met</h2><ul class=\"records\">{items}</ul></section>")
}

fn item(shown: VendorShown<'_>, met: &VendorMet) -> String {
    let trouble = &met.trouble;
    let titled = |key: &str| {
        let record = shown.records.iter().find(|record| record.incident.key() == key);
        let title = record.map_or(key, |record| record.incident.title.as_str());
        link(&format!("/vendors/{}/{key}", shown.glance.name), title)
    };
    let says = match &met.admitted {
        Admitted::Silent { seconds } => format!("Its page did not say so within {}", span(*seconds)),
        Admitted::AfterUs { key, lead_seconds } => {
            format!("Our first refusal {} before its post: {}", span(*lead_seconds), titled(key))
        }
        Admitted::BeforeUs { key, lead_seconds } => {
            format!("Its page said so {} before: {}", span(*lead_seconds), titled(key))
        }
    };
    let until =
        if trouble.is_over { format!("until {}", minute(trouble.last)) } else { "goes on".to_owned() };
    format!(
        "<li><h3>{says}</h3><p>Since {}, {until} · messages put off: {}{}, answers that took others: {} · {}</p><pre>{}</pre></li>",
        minute(trouble.since),
        trouble.missed,
        parts(trouble),
        trouble.taken,
        escaped(&trouble.provider),
        escaped(&vendor::masked(&trouble.reply)),
    )
}

/// Of the messages, those that were put off without a fault being owned to.
fn parts(trouble: &Trouble) -> String {
    let parts = [(trouble.silent, "without an answer"), (trouble.throttled, "told to come slower")];
    let told: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) }
}
