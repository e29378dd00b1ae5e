//! The history as Atom (RFC 4287) and RSS 2.0, as Statuspage writes it, and an Atom feed for each component.
//!
//! A feed's time is that of its newest entry, never that of the request. Entries hold the updates newest first, with their years.

use crate::encode::xml;
use crate::language::Language;
use crate::mask;
use crate::render::Scene;
use crate::time::{self, seconds};
use crate::view::{Component, Incident, Maintenance};
use incident::Text;
use model::Timestamp;
use std::fmt::Write as _;

/// Entries of a feed.
const FEED_MAX: usize = 25;

/// One entry, whatever it tells of.
struct Entry {
    /// `Incident/…` or `Maintenance/…`.
    kind: &'static str,
    id: String,
    /// Below the page's address.
    path: String,
    title: String,
    published: Timestamp,
    updated: Timestamp,
    /// HTML.
    body: String,
}

/// The whole history, or that of one component.
pub(super) fn atom(scene: Scene<'_>, only: Option<&Component>) -> String {
    let settings = scene.settings;
    let (host, url) = (settings.host(), xml(&settings.url));
    let (name, path, title) = match only {
        None => ("history".to_owned(), "history.atom".to_owned(), "Incident History".to_owned()),
        Some(part) => {
            let id = part.id.as_str();
            let title = format!("{} > {}", part.region, part.name.en);
            (format!("components/{id}"), format!("components/{id}.atom"), title)
        }
    };
    let entries = entries(scene, only);
    let updated = entries.iter().map(|entry| entry.updated).max().unwrap_or(scene.view.changed_at);
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xml:lang=\"en\" xmlns=\"http://www.w3.org/2005/Atom\">\n\
         <id>tag:{host},2005:/{name}</id>\n<link rel=\"alternate\" type=\"text/html\" href=\"{url}/\"/>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{url}/{path}\"/>\n<title>{} Status - {}</title>\n\
         <updated>{}</updated>\n<author><name>{}</name></author>\n",
        xml(&settings.name),
        xml(&title),
        seconds(updated),
        xml(&settings.name),
    );
    for entry in entries {
        let _infallible = writeln!(
            feed,
            "<entry><id>tag:{host},2005:{}/{}</id><published>{}</published><updated>{}</updated>\
             <link rel=\"alternate\" type=\"text/html\" href=\"{url}/{}\"/><title>{}</title>\
             <content type=\"html\">{}</content></entry>",
            entry.kind,
            entry.id,
            seconds(entry.published),
            seconds(entry.updated),
            entry.path,
            xml(&entry.title),
            xml(&entry.body),
        );
    }
    feed + "</feed>\n"
}

pub(super) fn rss(scene: Scene<'_>) -> String {
    let settings = scene.settings;
    let url = xml(&settings.url);
    let entries = entries(scene, None);
    let updated = entries.iter().map(|entry| entry.updated).max().unwrap_or(scene.view.changed_at);
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel>\n\
         <title>{name} Status - Incident History</title><link>{url}/</link><description>Incidents and maintenance of {name}</description>\n\
         <atom:link rel=\"self\" type=\"application/rss+xml\" href=\"{url}/history.rss\"/><language>en</language><pubDate>{}</pubDate>\n",
        updated.to_rfc5322(),
        name = xml(&settings.name),
    );
    for entry in entries {
        let _infallible = writeln!(
            feed,
            "<item><title>{}</title><description>{}</description><pubDate>{}</pubDate><link>{url}/{path}</link>\
             <guid isPermaLink=\"true\">{url}/{path}</guid></item>",
            xml(&entry.title),
            xml(&entry.body),
            entry.published.to_rfc5322(),
            path = entry.path,
        );
    }
    feed + "</channel></rss>\n"
}

fn entries(scene: Scene<'_>, only: Option<&Component>) -> Vec<Entry> {
    let concerns = |affected: &[crate::view::Affected]| {
        only.is_none_or(|part| affected.iter().any(|affected| affected.component == part.id))
    };
    let view = scene.view;
    let incidents =
        view.incidents.iter().filter(|one| concerns(&one.affected)).map(|one| incident(scene, one));
    let works =
        view.maintenances.iter().filter(|one| concerns(&one.affected)).map(|one| maintenance(scene, one));
    let mut entries: Vec<Entry> = incidents.chain(works).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.published));
    entries.truncate(FEED_MAX);
    entries
}

fn incident(scene: Scene<'_>, incident: &Incident) -> Entry {
    let lines = incident
        .updates
        .iter()
        .map(|update| (update.shown_at, Language::English.phase(update.phase), &update.body));
    Entry {
        kind: "Incident",
        id: incident.id.as_str().to_owned(),
        path: format!("incidents/{}/", incident.id.as_str()),
        title: incident.title.en.clone(),
        published: incident.clocks.posted_at,
        updated: incident.clocks.updated_at,
        body: body(scene, lines, incident.postmortem.as_ref()),
    }
}

fn maintenance(scene: Scene<'_>, work: &Maintenance) -> Entry {
    let lines = work
        .updates
        .iter()
        .map(|update| (update.shown_at, Language::English.maintenance(update.phase), &update.body));
    Entry {
        kind: "Maintenance",
        id: work.id.as_str().to_owned(),
        path: format!("maintenances/{}/", work.id.as_str()),
        title: work.title.en.clone(),
        published: work.created_at,
        updated: work.updated_at,
        body: format!(
            "<p><small>{}, {} to {}, {} UTC</small></p>{}",
            time::day(work.begins, Language::English),
            time::clock(work.begins),
            time::day(work.ends, Language::English),
            time::clock(work.ends),
            body(scene, lines, None)
        ),
    }
}

fn body<'t>(
    scene: Scene<'_>,
    lines: impl Iterator<Item = (Timestamp, &'static str, &'t Text)>,
    postmortem: Option<&Text>,
) -> String {
    let shown = |text: &Text| xml(&mask::public(&text.en, scene.settings)).replace('\n', "<br>");
    let mut body = String::new();
    if let Some(text) = postmortem {
        let _infallible = write!(body, "<p><strong>Postmortem</strong><br>{}</p>", shown(text));
    }
    for (at, word, text) in lines {
        let (day, clock) = (time::day(at, Language::English), time::clock(at));
        let _infallible = write!(
            body,
            "<p><small><var data-var='date'>{day}</var>, <var data-var='time'>{clock}</var> UTC</small><br><strong>{word}</strong> - {}</p>",
            shown(text)
        );
    }
    body
}
