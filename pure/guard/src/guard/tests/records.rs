//! What is recorded, what waits for its record, and what a start makes of records.

use super::*;

#[test]
fn a_proposal_that_was_overtaken_by_new_evidence_does_not_take_effect() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    guard.refused(&by(microsoft(), "eu-1", None), NOW);
    let now = NOW + minutes(16);
    let proposed = guard.due(now).proposed;
    assert_eq!(proposed.len(), 1);
    guard.refused(&by(microsoft(), "eu-1", Some(ZEN)), now);
    let again = by(Receiver::new(Some("microsoft"), "b.mail.protection.outlook.com"), "eu-1", None);
    assert!(guard.apply(&proposed[0]), "the wider place is another row");
    guard.refused(&again, now);
    assert!(!guard.apply(&proposed[0]));
    assert!(matches!(guard.allows(&name("eu-1"), &microsoft(), now), Use::Never(_)));
}

#[test]
fn nothing_is_given_back_before_its_record() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    guard.refused(&by(microsoft(), "eu-1", Some(ZEN)), NOW);
    for later in [20, 40, 400] {
        guard.due(NOW + minutes(later));
        assert!(matches!(guard.allows(&name("eu-1"), &google(), NOW + minutes(later)), Use::Never(_)));
    }
}

#[test]
fn rows_restored_from_their_records_are_the_rows() {
    let mut guard = guard_of(&["eu-1", "eu-2", "eu-3"]);
    let mut records = guard.refused(&by(microsoft(), "eu-1", Some(ZEN)), NOW).done;
    records.extend(guard.refused(&by(google(), "eu-2", None), NOW).done);
    let mut restored = guard_of(&["eu-1", "eu-2", "eu-3"]);
    records.into_iter().for_each(|record| restored.restore(record));
    assert_eq!(restored.rows, guard.rows);
    assert_eq!(restored.is_spreading(NOW), guard.is_spreading(NOW));
}

#[test]
fn behind_a_start_a_source_is_probed_no_sooner_than_between_two_probes() {
    let mut before = guard_of(&["eu-1", "eu-2"]);
    let mut records = before.refused(&by(microsoft(), "eu-1", None), NOW).done;
    let now = NOW + minutes(16);
    records.extend(before.due(now).proposed);
    assert!(before.apply(records.last().unwrap()));
    assert!(before.take_probe(&name("eu-1"), &microsoft(), now));
    // The process dies with the probe under way and is back at once.
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    records.into_iter().for_each(|record| guard.restore(record));
    assert_eq!(guard.allows(&name("eu-1"), &microsoft(), now), Use::Probe);
    assert!(!guard.take_probe(&name("eu-1"), &microsoft(), now));
    guard.due(now);
    assert!(!guard.take_probe(&name("eu-1"), &microsoft(), now + Duration::from_secs(4)));
    assert!(guard.take_probe(&name("eu-1"), &microsoft(), now + Duration::from_secs(5)));
}

#[test]
fn a_row_that_was_forgotten_comes_again_behind_its_records_whatever_the_clock_says() {
    let mut guard = guard_of(&["eu-1", "eu-2"]);
    let order = Order {
        kind: OrderKind::Out,
        by: "kim".to_owned(),
        note: String::new(),
        since: NOW,
        until: NOW + minutes(60),
    };
    let mut records = guard.order(&name("eu-1"), &Place::Everywhere, order, EvidenceId(9), NOW).done;
    let ended = guard.end_order(&name("eu-1"), &Place::Everywhere, EvidenceId(10), NOW + minutes(2));
    let ended = ended.proposed.into_iter().next().unwrap();
    assert!(guard.apply(&ended));
    records.push(ended);
    guard.due(NOW + minutes(3));
    assert!(guard.rows.is_empty(), "nothing is known of it");
    // The clock is set back by an hour, and it is listed.
    let earlier = Timestamp::from_micros(NOW.as_micros() - 3_600_000_000);
    records.extend(guard.refused(&by(microsoft(), "eu-1", Some(ZEN)), earlier).done);
    let mut restored = guard_of(&["eu-1", "eu-2"]);
    records.into_iter().for_each(|record| restored.restore(record));
    assert!(matches!(restored.allows(&name("eu-1"), &google(), earlier), Use::Never(_)));
}
