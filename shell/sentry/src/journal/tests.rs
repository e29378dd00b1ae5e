use super::*;
use crate::record::{Evidence, Kind};
use guard::{Change, EvidenceId, Row, State, Word};
use model::Timestamp;

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
async fn a_new_start_keeps_the_newest_row_of_each_place_and_bounded_evidence() {
    let directory = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(directory.path()).unwrap();
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
    let (_, records) = open(directory.path()).unwrap();
    assert_eq!(records.len(), 2 + EVIDENCE_KEPT);
    assert_eq!(records[..2], [change("eu-1", Place::Everywhere, 50), change("eu-2", Place::Everywhere, 50)]);
    assert_eq!(records[2], evidence(500));
}

#[tokio::test]
async fn a_change_that_was_overtaken_on_its_way_to_the_journal_is_not_the_newest() {
    let directory = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(directory.path()).unwrap();
    journal
        .append(vec![change("eu-1", Place::Everywhere, 2), change("eu-1", Place::Everywhere, 1)])
        .await
        .unwrap();
    for _start in 0..2 {
        assert_eq!(open(directory.path()).unwrap().1, [change("eu-1", Place::Everywhere, 2)]);
    }
}
