//! What vendors posted as Atom (RFC 4287): one entry for each record, with its timeline newest first.
//!
//! The feed's time is that of its newest entry. An entry is other when the vendor changed it, as we saw it; one that was imported keeps the vendor's time.

use super::super::filter::Filter;
use super::super::parts::{minute, text};
use super::super::{VendorShown, VendorSource};
use super::{ATOM, Made};
use model::Timestamp;
use std::cmp::Reverse;
use vendor::{Record, Sighting, Update};

/// Entries of a feed.
const FEED_MAX: usize = 50;

pub(super) fn atom(source: &dyn VendorSource, only: Option<&str>, filter: &Filter) -> Made {
    let mut entries: Vec<(Timestamp, String)> = Vec::new();
    source.each(&mut |shown| {
        if only.is_none_or(|name| shown.glance.name.as_str() == name) {
            let found = shown.records.iter().filter(|record| filter.passes(shown.title(), record));
            entries.extend(found.map(|record| (updated(record), entry(shown, record))));
        }
    });
    entries.sort_by_key(|(updated, _)| Reverse(*updated));
    entries.truncate(FEED_MAX);
    let changed = entries.first().map(|(updated, _)| *updated);
    let updated = seconds(changed.unwrap_or(Timestamp::from_micros(0)));
    let (id, path, title) = match only {
        None => ("vendors".to_owned(), "vendors.atom".to_owned(), "Vendors".to_owned()),
        Some(name) => {
            (format!("vendors/{name}"), format!("vendors/{name}/history.atom"), format!("Vendor {name}"))
        }
    };
    let entries: String = entries.into_iter().map(|(_, entry)| entry).collect();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xml:lang=\"en\" xmlns=\"http://www.w3.org/2005/Atom\">\n\
         <id>tag:signpost,2026:{id}</id>\n<link rel=\"self\" type=\"{ATOM}\" href=\"/{path}\"/>\n<title>{title}</title>\n\
         <updated>{updated}</updated>\n<author><name>Signpost</name></author>\n{entries}</feed>\n"
    );
    Made { media: ATOM, text, changed }
}

fn updated(record: &Record) -> Timestamp {
    let clocks = &record.incident.clocks;
    let is_as_it_came = record.sighting == Sighting::Imported && record.last_changed == record.first_seen;
    let theirs = clocks.changed.or(clocks.resolved).or(clocks.posted).or(clocks.started);
    theirs.filter(|_| is_as_it_came).unwrap_or(record.last_changed)
}

fn entry(shown: VendorShown<'_>, record: &Record) -> String {
    let incident = &record.incident;
    let (name, key) = (&shown.glance.name, incident.key());
    let published = incident.clocks.posted.or(incident.clocks.started).unwrap_or(record.first_seen);
    let title = format!(
        "{}: {} ({}, {})",
        shown.title(),
        incident.title,
        incident.severity.ours.as_str(),
        incident.phase.ours.as_str().replace('_', " ")
    );
    let page = || shown.has_page.then(|| format!("/vendors/{name}/{key}"));
    let link = incident.url.clone().or_else(page);
    let link =
        link.map(|link| format!("<link rel=\"alternate\" href=\"{}\"/>", xml(&link))).unwrap_or_default();
    format!(
        "<entry><id>tag:signpost,2026:vendors/{name}/{}</id><published>{}</published><updated>{}</updated>\
         {link}<title>{}</title><category term=\"{name}\"/><content type=\"html\">{}</content></entry>\n",
        xml(&key),
        seconds(published),
        seconds(updated(record)),
        xml(&title),
        xml(&body(record)),
    )
}

fn body(record: &Record) -> String {
    let line = |update: &Update| {
        let at = update.display_at.or(update.created_at).map(minute).unwrap_or_default();
        format!(
            "<p><strong>{}</strong> {at}</p>{}",
            update.phase.ours.as_str().replace('_', " "),
            text(&update.text)
        )
    };
    record.incident.updates.iter().rev().map(line).collect()
}

/// RFC 3339 in whole seconds.
fn seconds(at: Timestamp) -> String {
    format!("{}Z", at.to_string().get(..19).unwrap_or_default())
}

/// Text of XML; texts of vendors have no control characters besides the end of a line.
fn xml(text: &str) -> String {
    crate::front::escaped(text)
}
