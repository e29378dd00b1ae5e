use super::*;
use crate::record::{Evidence, Kind};
use guard::{Change, EvidenceId, Row, State, Word};
use model::Timestamp;

impl Journal {
    /// Every write fails, and it cannot be begun anew.
    pub(crate) fn on_a_full_disk() -> Self {
        let file = OpenOptions::new().append(true).open("/dev/full").unwrap();
        Self { path: "/dev/null/guard/journal".into(), file: Arc::new(Mutex::new(file)), broken: None }
    }
}

fn evidence(number: u64) -> Record {
    let kind = Kind::Order { act: "quarantine".to_owned(), by: "kim".to_owned(), note: String::new() };
    let source = "eu-1".parse().unwrap();
    Record::Evidence(Evidence { id: EvidenceId(number), at: Timestamp::from_micros(1), source, kind })
}

fn change(source: &str, place: Place, version: u64) -> Record {
    let state = State::Probing { taken: 1 };
    let row = Row { state, version, ..Row::default() };
    let at = Timestamp::from_micros(5);
    Record::Change(Change { source: source.parse().unwrap(), place, from: Word::Quarantined, at, row })
}

#[tokio::test]
async fn what_was_appended_is_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let (mut journal, records) = Journal::open(directory.path()).unwrap();
    assert_eq!(records, []);
    let all = vec![evidence(1), change("eu-1", Place::Site("mx.example".to_owned()), 3)];
    journal.append(all.clone()).await.unwrap();
    drop(journal);
    assert_eq!(Journal::open(directory.path()).unwrap().1, all);
}

#[tokio::test]
async fn a_new_start_keeps_the_newest_row_of_each_place_and_bounded_evidence() {
    let directory = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(directory.path()).unwrap();
    for version in 1..=50 {
        journal
            .append(vec![
                change("eu-1", Place::Everywhere, version),
                change("eu-2", Place::Everywhere, version),
            ])
            .await
            .unwrap();
    }
    journal.append((0..1500).map(evidence).collect()).await.unwrap();
    let (_, records) = Journal::open(directory.path()).unwrap();
    assert_eq!(records.len(), 2 + EVIDENCE_KEPT);
    assert_eq!(records[..2], [change("eu-1", Place::Everywhere, 50), change("eu-2", Place::Everywhere, 50)]);
    assert_eq!(records[2], evidence(500));
}

#[tokio::test]
async fn a_torn_or_damaged_line_costs_that_line_only() {
    let directory = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(directory.path()).unwrap();
    journal.append(vec![evidence(1), evidence(2), evidence(3)]).await.unwrap();
    drop(journal);
    let path = directory.path().join(NAME);
    let whole = std::fs::read(&path).unwrap();
    for cut in 0..whole.len() {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let (_, records) = Journal::open(directory.path()).unwrap();
        let lines = whole[..cut].iter().filter(|byte| **byte == b'\n').count();
        // A line without its end is whole if only the end is missing.
        assert!(records.len() == lines || records.len() == lines + 1, "cut at {cut}");
    }
    let mut damaged = whole.clone();
    damaged[5] = b'#';
    std::fs::write(&path, &damaged).unwrap();
    assert_eq!(Journal::open(directory.path()).unwrap().1, [evidence(2), evidence(3)]);
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let error = Journal::open(&file.join("guard")).err().unwrap().to_string();
    assert!(error.contains("a-file") && error.contains("cannot be"), "{error}");
}
