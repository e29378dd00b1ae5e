//! One vendor: its components in their groups, how well it tells of its incidents, and all that it posted.

use super::VendorShown;
use super::card::card;
use super::filter::{Filter, SHOWN};
use super::met;
use super::parts::{begun, link, minute, said_state, span};
use crate::front::escaped;
use crate::page::{framed, table};
use model::Timestamp;
use std::cmp::Reverse;
use vendor::{Component, Document, Figures, GRADED_OVER, Record, State, figures};

const EVERY: u32 = 60;

pub(super) fn render(shown: VendorShown<'_>, filter: &Filter, now: Timestamp) -> String {
    let glance = shown.glance;
    let here = format!("/vendors/{}", glance.name);
    let title = shown.title();
    let mut found: Vec<&Record> =
        shown.records.iter().filter(|record| filter.passes(title, record)).collect();
    found.sort_by_key(|record| Reverse(begun(record)));
    let page = found.iter().skip((filter.page() - 1) * SHOWN).take(SHOWN);
    let cards: String = page.map(|record| card(shown, record, false)).collect();
    let history = match found.len() {
        0 => "<p>Nothing that is kept fits.</p>".to_owned(),
        count => format!("<ul class=\"records\">{cards}</ul>{}", filter.around(&here, count)),
    };
    let body = format!(
        "{}{}{}{}{}<section><h2>What it posted</h2>{}{history}</section>",
        head(shown),
        alarms(shown),
        met::section(shown),
        components(shown.said.map(|(document, _)| document)),
        told(shown, now),
        filter.form(&here),
    );
    framed("/vendors", &escaped(title), &body, (!filter.is_set()).then_some(EVERY))
}

fn head(shown: VendorShown<'_>) -> String {
    let glance = shown.glance;
    let kind = match glance.state {
        State::Operational => "good",
        State::UnderMaintenance | State::Unknown => "odd",
        State::DegradedPerformance | State::PartialOutage | State::MajorOutage => "bad",
    };
    let document = shown.said.map(|(document, _)| document);
    let page = document.and_then(|document| document.page.url.as_deref());
    let page = page.map(|url| format!("{} · ", link(url, "The vendor's page →"))).unwrap_or_default();
    let format = document.map_or("nothing", |document| document.format.as_str()).replace('_', " ");
    let looked = glance.good.map_or_else(|| "never read".to_owned(), |at| format!("as of {}", minute(at)));
    let problem = glance.problem.as_deref().map(|problem| {
        format!("<p class=\"notice odd\">The last {} looks failed: {}</p>", glance.failures, escaped(problem))
    });
    format!(
        "<section class=\"state {kind}\"><h1>{}: {}</h1><p>{page}{looked}, next {} · read as {format} from {} · \
         <a href=\"/vendors/{}/history.atom\">Atom</a></p></section>{}",
        escaped(shown.title()),
        glance.state.as_str().replace('_', " "),
        minute(glance.next),
        link(&glance.url, &glance.url),
        glance.name,
        problem.unwrap_or_default(),
    )
}

/// What was not understood: a page with an alarm is never green.
fn alarms(shown: VendorShown<'_>) -> String {
    let alarms = shown.said.map(|(document, _)| document.alarms.as_slice()).unwrap_or_default();
    let line = |alarm: &vendor::Alarm| {
        let (kind, place, text) = (alarm.kind.as_str(), escaped(&alarm.place), escaped(&alarm.text));
        format!(
            "<p class=\"notice odd\">Not understood ({}): {text}\n<code>{place}</code></p>",
            kind.replace('_', " ")
        )
    };
    alarms.iter().take(10).map(line).collect()
}

fn components(document: Option<&Document>) -> String {
    let all = document.map(|document| document.components.as_slice()).unwrap_or_default();
    if all.is_empty() {
        return String::new();
    }
    let mut groups: Vec<(Option<&str>, Vec<&Component>)> = Vec::new();
    for part in all {
        let group = part.group.as_deref();
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, parts)) => parts.push(part),
            None => groups.push((group, vec![part])),
        }
    }
    let well = all.iter().filter(|part| part.state.ours == State::Operational).count();
    let groups: String = groups.iter().map(|(group, parts)| one_group(*group, parts)).collect();
    format!(
        "<section><h2>Components <small>{well} of {} operational</small></h2>{groups}</section>",
        all.len()
    )
}

/// Closed while all in it is well.
fn one_group(group: Option<&str>, parts: &[&Component]) -> String {
    let line = |part: &&Component| {
        let since =
            part.updated_at.map(|at| format!("<small>since {}</small>", minute(at))).unwrap_or_default();
        format!(
            "<li><span>{}</span><span>{} {since}</span></li>",
            escaped(&part.name),
            said_state(&part.state)
        )
    };
    let lines: String = parts.iter().map(line).collect();
    let Some(group) = group else { return format!("<ul class=\"parts\">{lines}</ul>") };
    let worst = parts.iter().map(|part| part.state.ours).max().unwrap_or(State::Unknown);
    let open = if worst == State::Operational { "" } else { " open" };
    format!(
        "<details class=\"group\"{open}><summary><span>{}</span>{}</summary><ul class=\"parts\">{lines}</ul></details>",
        escaped(group),
        super::parts::state(worst),
    )
}

/// How the vendor tells, over the time for which it is graded and over all that is kept.
fn told(shown: VendorShown<'_>, now: Timestamp) -> String {
    let lately = shown.records.iter().filter(|record| now.since(begun(record)) <= GRADED_OVER);
    let seen = |incident: &vendor::Incident| shown.seen(incident);
    let columns = [figures(lately, now, seen), figures(shown.records.iter(), now, seen)];
    if columns[1].incidents == 0 {
        return String::new();
    }
    let row = |words: &str, of: fn(&Figures) -> String| {
        let mut row = vec![words.to_owned()];
        row.extend(columns.iter().map(of));
        row
    };
    let rows = [
        row("Posting after the begin", |one| match &one.posting {
            None => "no begin is told".to_owned(),
            Some(delay) => format!(
                "<strong>{}</strong> median {}, longest {} <small>of {}</small>",
                delay.grade,
                span(delay.median_seconds),
                span(delay.longest_seconds),
                delay.of
            ),
        }),
        row("Silent for over an hour", |one| {
            let longest = one.longest_silence_seconds.map(|seconds| format!(", longest {}", span(seconds)));
            share(one.silent, one.incidents) + &longest.unwrap_or_default()
        }),
        row("Words changed afterwards", |one| share(one.edited, one.updates)),
        row("Postmortem", |one| share(one.postmortems, one.over)),
        row("Contradicts itself", |one| share(one.contradictory, one.incidents)),
    ];
    let note = "<p class=\"soft\">Grades: A under 15 min, B under 30, C under 2 h, D up to 4 h, F above. Begin: as the vendor put it back or \
        as its own text tells it; an incident whose begin is only the moment of posting is not graded.</p>";
    table("How it tells of its incidents", &["", "Last 90 days", "All that is kept"], &rows)
        .replace("</table>", &format!("</table>{note}"))
}

fn share(count: usize, of: usize) -> String {
    match of {
        0 => "none yet".to_owned(),
        _ => format!("{count} of {of} ({} %)", count * 100 / of),
    }
}
