//! Refusals, acceptances and times in; who may pass out.

use super::*;

const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const WHY: &str = "550 5.7.64 TenantAttribution; Relay Access Denied";

fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

fn acme() -> TenantName {
    "acme".parse().unwrap()
}

#[test]
fn the_first_refusal_holds_one_tenant_and_no_other() {
    let holds = Holds::default();
    assert_eq!(holds.refused(&acme(), WHY, START), Begun::Tell);
    assert_eq!(holds.refused(&acme(), WHY, at(1)), Begun::No);
    assert_eq!(holds.exit(&acme(), at(1)), Passage::Closed);
    assert_eq!(holds.exit(&"beta".parse().unwrap(), at(1)), Passage::Free);
    let held = holds.held();
    assert_eq!((held.len(), held[0].1.since, held[0].1.why.as_str()), (1, START, WHY));
}

#[test]
fn mail_that_was_accepted_lately_outweighs_two_refusals() {
    let holds = Holds::default();
    assert_eq!(holds.accepted(&acme(), START), None);
    assert_eq!(holds.refused(&acme(), WHY, at(10)), Begun::No);
    assert_eq!(holds.refused(&acme(), WHY, at(20)), Begun::No);
    assert_eq!(holds.refused(&acme(), WHY, at(30)), Begun::Tell, "three in a row");
    let holds = Holds::default();
    holds.accepted(&acme(), START);
    assert_eq!(holds.refused(&acme(), WHY, at(301)), Begun::Tell, "long ago");
}

#[test]
fn probes_go_at_growing_intervals_and_one_that_is_accepted_ends_the_hold() {
    let holds = Holds::default();
    holds.refused(&acme(), WHY, START);
    let mut now = START;
    for wait in [5, 15, 60, 300, 300] {
        assert_eq!(holds.exit(&acme(), now + Duration::from_secs(wait - 1)), Passage::Closed);
        now = now + Duration::from_secs(wait);
        assert_eq!(holds.next_probe(), Some(now));
        assert_eq!(holds.exit(&acme(), now), Passage::Probe);
        holds.probed(&acme(), now);
    }
    assert!(!holds.wakes(&acme(), now), "parked mail stays while the tenant is held");
    assert!(holds.accepted(&acme(), now).is_some());
    assert_eq!(holds.exit(&acme(), now), Passage::Free);
    assert!(holds.wakes(&acme(), now) && holds.wakes(&acme(), now), "until all of it is released");
    holds.woken(&acme(), now);
    assert!(!holds.wakes(&acme(), now));
    assert_eq!(holds.next_probe(), None);
}

#[test]
fn one_message_at_a_time_may_come_in() {
    let holds = Holds::default();
    assert_eq!(holds.enter(&acme(), START), Passage::Free);
    holds.refused(&acme(), WHY, START);
    assert_eq!(holds.enter(&acme(), at(1)), Passage::Closed);
    assert_eq!(holds.enter(&acme(), at(5)), Passage::Probe);
    assert_eq!(holds.enter(&acme(), at(5)), Passage::Closed);
    assert_eq!(holds.enter(&acme(), at(305)), Passage::Probe);
    holds.release(&acme());
    assert_eq!(holds.enter(&acme(), at(306)), Passage::Free);
}

#[test]
fn parked_mail_of_a_tenant_that_is_not_held_is_tried_now_and_then() {
    let holds = Holds::default();
    assert!(holds.wakes(&acme(), START), "after a restart at once");
    holds.woken(&acme(), START);
    assert!(!holds.wakes(&acme(), at(899)));
    assert!(holds.wakes(&acme(), at(900)));
}

#[test]
fn a_hold_that_ends_for_want_of_a_probe_is_not_told_again_within_the_hour() {
    let holds = Holds::default();
    holds.refused(&acme(), WHY, START);
    holds.release(&acme());
    assert_eq!(holds.refused(&acme(), WHY, at(10)), Begun::Again);
    holds.release(&acme());
    assert_eq!(holds.refused(&acme(), WHY, at(3_600)), Begun::Tell);
    holds.accepted(&acme(), at(3_700));
    assert_eq!((holds.refused(&acme(), WHY, at(4_100)), holds.count()), (Begun::Tell, 1));
}

#[test]
fn what_only_begins_takes_no_entry_and_what_could_not_be_taken_gives_it_back() {
    let (holds, acme) = (Holds::default(), "acme".parse().unwrap());
    let begun = Timestamp::from_micros(0);
    holds.refused(&acme, "550 5.7.64", begun);
    let due = begun + PROBE_WAITS[0];
    for _ in 0..3 {
        assert_eq!(holds.entry(&acme, due), Passage::Probe);
    }
    assert_eq!(holds.enter(&acme, due), Passage::Probe);
    assert_eq!((holds.entry(&acme, due), holds.enter(&acme, due)), (Passage::Closed, Passage::Closed));
    holds.not_entered(&acme, due);
    assert_eq!(holds.enter(&acme, due), Passage::Probe);
}
