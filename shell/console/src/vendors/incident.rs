//! One incident of a vendor: what it says, by which clock, what it contradicts itself in, and when we saw it.

use super::VendorShown;
use super::parts::{link, minute, phase, said_state, severity, span, state, text};
use crate::front::escaped;
use crate::page::framed;
use model::Timestamp;
use vendor::{Affected, Edit, Flag, Incident, Kind, Phase, Record, Severity, Sighting, Update};

const EVERY: u32 = 60;

pub(super) fn render(shown: VendorShown<'_>, record: &Record, now: Timestamp) -> String {
    let incident = &record.incident;
    let (title, vendor) = (escaped(&incident.title), escaped(shown.title()));
    let name = &shown.glance.name;
    let kind = match (incident.phase.ours.is_over(), incident.severity.ours) {
        (true, _) => "good",
        (false, Severity::Major | Severity::Critical) => "bad",
        (false, Severity::None | Severity::Maintenance | Severity::Unknown | Severity::Minor) => "odd",
    };
    let source = incident.url.as_deref().map(|url| format!("<p>{}</p>", link(url, "View vendor source →")));
    let body = format!(
        "<p class=\"crumb\"><a href=\"/vendors\">Vendors</a> / <a href=\"/vendors/{name}\">{vendor}</a></p>\
         <section class=\"state {kind}\"><div class=\"words\">{}{}</div><h1>{title}</h1><p>{}</p>{}</section>{}{}{}{}{}",
        severity(&incident.severity),
        phase(&incident.phase),
        sentence(shown, incident),
        source.unwrap_or_default(),
        gone(shown, record),
        doubts(&incident.flags),
        clocks(shown, record, now),
        affected(&incident.components, &incident.regions),
        timeline(record),
    );
    framed("/vendors", &format!("{vendor}: {title}"), &body, incident.is_underway().then_some(EVERY))
}

/// The seed's sentence, with each duration by its clock.
fn sentence(shown: VendorShown<'_>, incident: &Incident) -> String {
    let what = match (incident.kind, incident.severity.ours) {
        (Kind::Maintenance, _) => "maintenance".to_owned(),
        (Kind::Notice, _) => "notice".to_owned(),
        (Kind::Incident, Severity::None) => "incident with no impact".to_owned(),
        (Kind::Incident, Severity::Maintenance | Severity::Unknown) => "incident".to_owned(),
        (Kind::Incident, Severity::Minor | Severity::Major | Severity::Critical) => {
            format!("{} incident", incident.severity.ours.as_str())
        }
    };
    let began = incident.clocks.scheduled_for.or(incident.clocks.started).or(incident.clocks.posted);
    let began = began.map(|at| format!(" of {}", minute(at))).unwrap_or_default();
    let parts: Vec<String> = incident.components.iter().map(|part| escaped(&part.path())).collect();
    let parts = match parts.len() {
        0 => String::new(),
        1..=3 => format!(" affecting {}", parts.join(", ")),
        more => format!(" affecting {} and {} more", parts[..3].join(", "), more - 3),
    };
    let lengths = &incident.lengths;
    let lasted = match (lengths.stated_seconds, lengths.told_seconds) {
        (Some(stated), Some(told)) if stated.abs_diff(told) > 900 => {
            format!(". By its clock it lasted {}, by its own text {}", span(stated), span(told))
        }
        (Some(seconds), _) | (None, Some(seconds)) => format!(", lasting {}", span(seconds)),
        (None, None) => String::new(),
    };
    let is_one = if what.starts_with('i') { "An" } else { "A" };
    let state = match incident.phase.ours {
        Phase::Postmortem => "It is over, and a postmortem was published.",
        Phase::Resolved | Phase::Completed => "The vendor calls it over.",
        Phase::Scheduled => "It is still to come.",
        Phase::Investigating
        | Phase::Identified
        | Phase::Monitoring
        | Phase::InProgress
        | Phase::Verifying => "It goes on.",
        Phase::Unknown => "Whether it is over is not said.",
    };
    let lead = format!("{is_one} {what} at {}{began}{parts}{lasted}", escaped(shown.title()));
    format!("{}. {state}", lead.trim_end_matches('.'))
}

fn gone(shown: VendorShown<'_>, record: &Record) -> String {
    if !record.incident.is_underway() || shown.is_listed(record) {
        return String::new();
    }
    format!(
        "<p class=\"notice odd\">The vendor no longer lists it; it was last there {}. That it is over was not said.</p>",
        minute(record.last_seen)
    )
}

fn doubts(flags: &[Flag]) -> String {
    if flags.is_empty() {
        return String::new();
    }
    let lines: String = flags.iter().map(|flag| format!("<li>{}</li>", escaped(&flag.text))).collect();
    let is_contradiction = flags.iter().any(|flag| flag.rule.is_contradiction());
    let heading = if is_contradiction { "It contradicts itself" } else { "How it was told" };
    format!("<section class=\"doubt\"><h2>{heading}</h2><ul>{lines}</ul></section>")
}

/// The vendor's clocks, the lengths that follow from them, and ours.
fn clocks(shown: VendorShown<'_>, record: &Record, now: Timestamp) -> String {
    let (incident, clocks) = (&record.incident, &record.incident.clocks);
    let told = incident.told();
    let mut html = String::new();
    let mut one = |name: &str, value: Option<String>, words: &str| {
        if let Some(value) = value {
            html.push_str(&format!("<div><dt>{name}</dt><dd>{value}</dd><p>{words}</p></div>"));
        }
    };
    one("Started", clocks.started.map(minute), "the vendor's clock");
    one("Began by its text", told.map(|(from, _)| minute(from)), "what its own words tell");
    one("Posted", clocks.posted.map(minute), "its first public word");
    one("Planned from", clocks.scheduled_for.map(minute), "");
    one("Planned until", clocks.scheduled_until.map(minute), "");
    one("Resolved", clocks.resolved.map(minute), "the vendor's clock");
    one("Ended by its text", told.map(|(_, to)| minute(to)), "what its own words tell");
    one("Next word promised", clocks.next_update.map(minute), "by the vendor");
    let lengths = &incident.lengths;
    let stated = lengths.stated_seconds.map(span);
    let no_length = clocks.started.zip(clocks.resolved).map(|_| "not stated".to_owned());
    one("Duration as stated", stated.or(no_length), "from started to resolved");
    one("Duration of the timeline", lengths.timeline_seconds.map(span), "first word to last");
    one("Duration by its text", lengths.told_seconds.map(span), "what its own words tell");
    let seen = shown.seen(incident);
    one("Our own mail met it", seen.map(minute), "the first answer of the provider that put it off");
    let posted = incident.clocks.posted.or(clocks.started);
    let lead = seen.zip(posted).filter(|(seen, posted)| posted > seen);
    let lead = lead.map(|(seen, posted)| span(posted.since(seen).as_secs()));
    one("We knew before its post", lead, "from our first refusal to its first public word");
    let delay = incident.posting_delay(seen).map(|delay| span(delay.as_secs()));
    one("Posted after", delay, "the earliest begin that is told");
    let going = incident.is_underway().then(|| clocks.started.or(clocks.posted)).flatten();
    one("Goes on for", going.map(|since| span(now.since(since).as_secs())), "until this page was made");
    let how = match record.sighting {
        Sighting::Live => "we looked within one poll of the posting",
        Sighting::Imported => "imported: it was there before we looked, and nobody here detected it",
    };
    one("First seen by us", Some(minute(record.first_seen)), how);
    one("Last changed", Some(minute(record.last_changed)), "as we saw it");
    format!("<section><h2>Clocks</h2><dl class=\"clocks\">{html}</dl></section>")
}

fn affected(components: &[Affected], regions: &[String]) -> String {
    if components.is_empty() && regions.is_empty() {
        return String::new();
    }
    let line = |part: &Affected| {
        let now = part.state.as_ref().map_or_else(|| "<small>state not said</small>".to_owned(), said_state);
        let worst = part.worst.map(|worst| format!("<small>at worst</small> {}", state(worst)));
        format!(
            "<li><span>{}</span><span>{now} {}</span></li>",
            escaped(&part.path()),
            worst.unwrap_or_default()
        )
    };
    let lines: String = components.iter().map(line).collect();
    let regions = match regions {
        [] => String::new(),
        regions => format!("<p>Regions: {}</p>", escaped(&regions.join(", "))),
    };
    let list = if lines.is_empty() { String::new() } else { format!("<ul class=\"parts\">{lines}</ul>") };
    format!("<section><h2>Affected components</h2>{list}{regions}</section>")
}

/// The newest first, as on every page of its kind.
fn timeline(record: &Record) -> String {
    let updates: String =
        record.incident.updates.iter().rev().map(|one| update(one, &record.edits)).collect();
    let withdrawn: String = record.edits.iter().filter(|edit| edit.after.is_none()).map(before).collect();
    let withdrawn = match withdrawn.as_str() {
        "" => String::new(),
        lines => format!("<section><h2>Withdrawn</h2><ul class=\"timeline\">{lines}</ul></section>"),
    };
    let count = match record.versions.len() {
        1 => "one version".to_owned(),
        count => format!("{count} versions"),
    };
    let hash = record.incident.raw_sha256.get(..16).unwrap_or_default();
    format!(
        "<section><h2>Timeline</h2><ul class=\"timeline\">{updates}</ul></section>{withdrawn}\
         <p class=\"soft\">We keep {count} of the vendor's record; the last has the content hash <code>{hash}</code>. \
         Its id there is <code>{}</code>. Addresses of people are masked.</p>",
        escaped(&record.incident.native_id),
    )
}

fn update(update: &Update, edits: &[Edit]) -> String {
    let at = update.display_at.or(update.created_at).map_or_else(|| "no time".to_owned(), minute);
    let put_back = match (update.display_at, update.created_at) {
        (Some(shown), Some(written)) if written.since(shown).as_secs() > 60 => {
            format!(" · written {}", minute(written))
        }
        (_, _) => String::new(),
    };
    let edited = update.edited_at.map(|at| format!(" · edited {}", minute(at))).unwrap_or_default();
    let change = |change: &vendor::StateChange| {
        format!("<li><span>{}</span><span>{}</span></li>", escaped(&change.component), said_state(&change.to))
    };
    let changes: String = update.changes.iter().map(change).collect();
    let changes =
        if changes.is_empty() { String::new() } else { format!("<ul class=\"parts\">{changes}</ul>") };
    let is_of =
        |edit: &&Edit| edit.after.is_some() && edit.update.is_some() && edit.update == update.native_id;
    let older: String = edits.iter().filter(is_of).map(before).collect();
    let older = match older.as_str() {
        "" => String::new(),
        lines => format!("<details><summary>What it said before</summary><ul>{lines}</ul></details>"),
    };
    format!(
        "<li>{} <small>{at}{put_back}{edited}</small>{}{changes}{older}</li>",
        phase(&update.phase),
        text(&update.text),
    )
}

fn before(edit: &Edit) -> String {
    format!("<li><small>until {}</small>{}</li>", minute(edit.seen), text(&edit.before))
}
