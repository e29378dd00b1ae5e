//! Every file of the collection, where a folder `shared` lies above the tree.

use crate::support::{NOW, read};
use std::path::{Path, PathBuf};
use vendor::{AlarmKind, Document, Format};

fn collection() -> Option<PathBuf> {
    let ancestors = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    ancestors.map(|folder| folder.join("shared/data/status")).find(|folder| folder.is_dir())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn documents(folder: &str) -> Vec<(String, Document)> {
    let Some(collection) = collection() else { return Vec::new() };
    let files = files(&collection.join(folder));
    assert!(!files.is_empty(), "the collection is there and {folder} is empty");
    let read = |file: PathBuf| {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let document =
            read(&std::fs::read(&file).unwrap(), NOW).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, document)
    };
    files.into_iter().map(read).collect()
}

/// What is no accident of one file: titles, times and texts are there, and nothing was left unknown.
fn is_whole(name: &str, document: &Document) {
    assert_eq!(document.alarms, [], "{name}");
    for incident in &document.incidents {
        let at = format!("{name}: {}", incident.native_id);
        assert!(!incident.title.is_empty() && incident.title != "(no title)", "{at} has no title");
        assert!(incident.clocks.started.is_some() && incident.clocks.posted.is_some(), "{at} has no begin");
        assert!(incident.url.is_some(), "{at} has no link");
        assert!(
            incident.updates.iter().all(|update| update.display_at.is_some()),
            "{at}: an update without time"
        );
        assert!(
            incident.updates.is_sorted_by_key(|update| update.display_at),
            "{at}: updates are not in order"
        );
    }
}

#[test]
fn every_record_of_the_archive_is_read_whole() {
    let documents = documents("archive");
    for (name, document) in &documents {
        is_whole(name, document);
        assert_eq!(document.format, Format::Archive, "{name}");
        assert!(document.incidents.iter().all(|incident| incident.archived_at.is_some()), "{name}");
    }
    if !documents.is_empty() {
        assert_eq!(documents.iter().map(|(_, document)| document.incidents.len()).sum::<usize>(), 241);
    }
}

#[test]
fn every_single_incident_is_read_whole() {
    for (name, document) in documents("single") {
        is_whole(&name, &document);
        assert_eq!((document.format, document.incidents.len()), (Format::Statuspage, 1), "{name}");
    }
}

#[test]
fn every_feed_is_read() {
    let formats = [
        ("aws_all.rss", Format::AwsFeed, 0),
        ("gcp_incidents.json", Format::Google, 0),
        ("orvay-history.atom", Format::Atom, 1),
        ("orvay-summary.json", Format::Guessed, 1),
        ("slack_history.json", Format::Slack, 0),
        ("statusio-nintex-active-maintenance.json", Format::StatusIo, 0),
        ("statusio-nintex-outage.json", Format::StatusIo, 0),
        ("statuspage_github.json", Format::Statuspage, 0),
    ];
    for (name, document) in documents("feeds") {
        let (_, format, alarms) =
            formats.iter().find(|(known, ..)| *known == name).expect("a file with its format");
        assert_eq!(
            (document.format, document.alarms.len()),
            (*format, *alarms),
            "{name}: {:?}",
            document.alarms
        );
        assert!(document.alarms.iter().all(|alarm| alarm.kind != AlarmKind::UnknownWord), "{name}");
        assert!(!document.incidents.is_empty() || !document.components.is_empty(), "{name}");
    }
}
